"""The limits per person: twenty bubbles at once, then one every six seconds; and hundreds of messages an hour that are kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from state.model.outbox_row import NewOutboxRow, Outcome
from tests.support.builders import (
    BEA,
    ERASES,
    Desk,
    code,
    keys,
    mail,
    message,
    notes,
    opens,
    reply,
)
from tests.support.database import SupabaseLocal, capped

MAX = 10
CODE = code(1)


@pytest.fixture
def spent(desk: Desk) -> None:
    """Ana has had twenty bubbles this second, and her lane is empty."""
    (row,) = desk.take(message("0")).rows
    desk.finish(row, Outcome.SENT)
    desk.tables.do("update conversations set tokens = 0.1, tokens_at = now()")


def yielding(wamid: str) -> list[NewOutboxRow]:
    return [replace(reply(wamid), yields=True)]


def pass_time(desk: Desk, seconds: float) -> None:
    moved = "tokens_at = tokens_at - make_interval(secs => %s), throttled_at = throttled_at - make_interval(secs => %s)"
    desk.tables.do(f"update conversations set {moved}", seconds, seconds)


def waiting(desk: Desk) -> list[str]:
    return [
        row["dedup_key"]
        for row in desk.tables.all("select dedup_key from outbox where status = 'ready' order by id")
    ]


def test_twenty_at_once(desk: Desk) -> None:
    for n in range(20):
        (row,) = desk.take(message(str(n))).rows
        desk.finish(row, Outcome.SENT)
    beyond = desk.take(message("20"))
    assert (beyond.result, beyond.rows) == ("committed", ())


def test_what_was_written_slowly_and_comes_together_is_answered_each_time(desk: Desk) -> None:
    """After an outage. The first message of a customer is as old as the others."""
    for n in range(40):
        (row,) = desk.take(message(str(n), ago=timedelta(seconds=90 * (40 - n)))).rows
        desk.finish(row, Outcome.SENT)


@pytest.mark.usefixtures("spent")
class TestBeyondTheLimitOnBubbles:
    def test_the_turn_is_committed_and_only_the_bubble_waits(self, desk: Desk) -> None:
        first = desk.take(message("a"), opens(1), outbox=[reply("a"), mail(CODE)])
        assert (first.result, keys(first.rows)) == ("committed", [f"mail/{CODE}/opened"])
        assert first.conversation == desk.conversation()
        assert desk.tables.value("select code from tickets") == CODE
        assert 4 < desk.tables.waits("wa/a") <= 6

    def test_it_leaves_by_the_sweep_once_it_is_due(self, desk: Desk) -> None:
        desk.take(message("a"))
        assert desk.claim() == ()
        desk.tables.let_be_due("wa/a")
        assert keys(desk.claim()) == ["wa/a"]

    def test_a_later_reply_takes_its_place(self, desk: Desk) -> None:
        for wamid in "abcde":
            desk.take(message(wamid), outbox=yielding(wamid))
        assert waiting(desk) == ["wa/e"]
        assert desk.tables.waits("wa/e") <= 6

    def test_but_not_that_of_one_that_must_be_said(self, desk: Desk) -> None:
        desk.take(message("a"), opens(1), outbox=[reply("a")])
        desk.take(message("b"), outbox=yielding("b"))
        desk.take(message("c"), outbox=yielding("c"))
        assert waiting(desk) == ["wa/a", "wa/c"]
        assert 6 < desk.tables.waits("wa/c") <= 12

    def test_a_silent_turn_leaves_it_waiting(self, desk: Desk) -> None:
        desk.take(message("a"), outbox=yielding("a"))
        desk.take(message("b"), outbox=[])
        assert waiting(desk) == ["wa/a"]

    def test_one_that_is_being_sent_stays(self, desk: Desk) -> None:
        desk.take(message("a"), outbox=yielding("a"))
        desk.tables.let_be_due("wa/a")
        (row,) = desk.claim()
        desk.take(message("b"), outbox=yielding("b"))
        assert desk.finish(row, Outcome.SENT).status == "sent"

    def test_every_note_is_in_the_ticket(self, desk: Desk) -> None:
        desk.take(message("t"), opens(1), outbox=[])
        for n in range(30):
            assert desk.take(message(f"n{n}"), notes(1), outbox=yielding(f"n{n}")).result == "committed"
        assert desk.tables.value("select count(*) from ticket_events where kind = 'note'") == 30
        assert "wa/n29" in waiting(desk)

    def test_six_seconds_are_one_more(self, desk: Desk) -> None:
        pass_time(desk, 7)
        assert keys(desk.take(message("a")).rows) == ["wa/a"]
        assert desk.take(message("b")).rows == ()

    def test_twenty_are_the_most_however_long_the_silence(self, desk: Desk) -> None:
        pass_time(desk, 86_400)
        desk.take(message("a"))
        assert 18.9 < desk.tables.value("select tokens from conversations") <= 19

    def test_an_erasure_is_answered_at_once(self, desk: Desk) -> None:
        assert keys(desk.take(message("a"), ERASES).rows) == ["wa/a"]

    def test_a_duplicate_changes_nothing(self, desk: Desk) -> None:
        desk.take(message("a"))
        pass_time(desk, 60)
        assert desk.take(message("a")).result == "duplicate"

    def test_somebody_else_is_not_concerned(self, desk: Desk) -> None:
        assert keys(desk.take(message("b", BEA)).rows) == ["wa/b"]


class TestBeyondTheCapOnMessages:
    @pytest.fixture(autouse=True)
    def _full(self, supabase_local: SupabaseLocal, desk: Desk) -> Iterator[None]:
        """Ana has written ten messages, and more are not kept."""
        with capped(supabase_local.database_url, "max_messages_per_hour", MAX):
            for n in range(MAX):
                assert desk.take(message(str(n)), outbox=[]).result == "committed"
            yield

    def test_the_first_message_gets_one_line(self, desk: Desk) -> None:
        first = desk.take(message("a"), opens(1))
        assert (first.result, keys(first.rows)) == ("throttled", ["wa/a/throttled"])
        assert desk.tables.value("select count(*) from tickets") == 0

    def test_it_is_rendered_only_when_it_is_needed(self, desk: Desk) -> None:
        before = desk.tables.all("select * from conversations")
        needed = desk.take(message("a"), throttle_reply=False)
        assert (needed.result, needed.rows) == ("throttle_reply_needed", ())
        assert desk.tables.all("select * from conversations") == before
        assert desk.tables.value("select count(*) from inbound where wamid = 'a'") == 0
        assert keys(desk.take(message("a")).rows) == ["wa/a/throttled"]
        assert desk.take(message("b"), throttle_reply=False).result == "throttled"

    def test_the_line_waits_for_the_bubble_before_it_and_says_so(self, desk: Desk) -> None:
        desk.tables.do("update conversations set room = 1")
        desk.take(message("0"))
        desk.tables.do("update conversations set room = 1")
        row = desk.row("before")
        first = desk.take(message("a"))
        assert (first.result, first.rows, first.waiting) == ("throttled", (), (row.lane,))
        assert desk.take(message("b")).waiting == ()

    def test_the_next_ones_get_none(self, desk: Desk) -> None:
        desk.take(message("a"))
        second = desk.take(message("b"))
        assert (second.result, second.rows) == ("throttled", ())

    def test_the_session_stays_as_it_was(self, desk: Desk) -> None:
        before = desk.conversation()
        assert desk.take(message("a")).conversation == before == desk.conversation()

    def test_it_is_taken_once_all_the_same(self, desk: Desk) -> None:
        desk.take(message("a"))
        pass_time(desk, 3600)
        assert desk.take(message("a")).result == "duplicate"
        assert desk.tables.value("select outcome from inbound where wamid = 'a'") == "throttled"

    def test_with_time_more_are_kept(self, desk: Desk) -> None:
        pass_time(desk, 370)
        assert desk.take(message("a")).result == "committed"
        assert desk.take(message("b")).result == "throttled"

    def test_who_keeps_writing_is_told_once(self, desk: Desk) -> None:
        bubbles = 0
        for n in range(5):
            bubbles += len(desk.take(message(f"a{n}")).rows)
            desk.tables.do("update conversations set throttled_at = throttled_at - interval '10 min'")
        assert bubbles == 1

    def test_after_an_hour_it_is_said_again(self, desk: Desk) -> None:
        desk.finish(desk.take(message("a")).rows[0], Outcome.SENT)
        desk.tables.do("update conversations set throttled_at = throttled_at - interval '61 min'")
        assert keys(desk.take(message("b")).rows) == ["wa/b/throttled"]

    def test_somebody_else_is_not_concerned(self, desk: Desk) -> None:
        assert desk.take(message("b", BEA)).result == "committed"


def test_what_was_written_over_days_and_comes_together_is_kept(
    supabase_local: SupabaseLocal, desk: Desk
) -> None:
    with capped(supabase_local.database_url, "max_messages_per_hour", MAX):
        for n in range(40):
            late = message(str(n), ago=timedelta(minutes=10 * (40 - n)))
            assert desk.take(late, outbox=[]).result == "committed"
