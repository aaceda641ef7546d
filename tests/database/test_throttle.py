"""The limit per person: twenty bubbles at once, then one every six seconds."""

from decimal import Decimal

import pytest

from state.model.outbox_row import Outcome
from tests.support.builders import BEA, Desk, keys, message, opens


@pytest.fixture
def spent(desk: Desk) -> None:
    """Ana has had twenty bubbles this second, and her lane is empty."""
    (row,) = desk.take(message("0")).rows
    desk.finish(row, Outcome.SENT)
    desk.tables.do("update conversations set tokens = 0.5, tokens_at = now()")


def test_twenty_at_once(desk: Desk) -> None:
    for n in range(20):
        (row,) = desk.take(message(str(n))).rows
        desk.finish(row, Outcome.SENT)
    assert desk.take(message("20")).result == "throttled"


def pass_time(desk: Desk, seconds: float) -> None:
    moved = "tokens_at = tokens_at - make_interval(secs => %s), throttled_at = throttled_at - make_interval(secs => %s)"
    desk.tables.do(f"update conversations set {moved}", seconds, seconds)


@pytest.mark.usefixtures("spent")
class TestSpent:
    def test_the_first_message_over_the_limit_gets_one_bubble(self, desk: Desk) -> None:
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

    def test_the_bubble_waits_for_the_one_before_it_and_says_so(self, desk: Desk) -> None:
        desk.tables.do(
            "update outbox set status = 'sending', next_at = now() + interval '30 s', done_at = null"
        )
        (lane,) = desk.tables.all("select lane from outbox")
        first = desk.take(message("a"))
        assert (first.result, first.rows, first.waiting) == ("throttled", (), (lane["lane"],))
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
        pass_time(desk, 60)
        assert desk.take(message("a")).result == "duplicate"
        assert desk.tables.value("select outcome from inbound where wamid = 'a'") == "throttled"

    def test_six_seconds_are_one_more(self, desk: Desk) -> None:
        pass_time(desk, 7)
        assert desk.take(message("a")).result == "committed"
        assert desk.take(message("b")).result == "throttled"

    def test_who_keeps_writing_is_warned_once(self, desk: Desk) -> None:
        bubbles = 0
        for n in range(5):
            desk.tables.do("update conversations set tokens = 0, tokens_at = now()")
            bubbles += len(desk.take(message(f"a{n}")).rows)
            pass_time(desk, 50)
        assert bubbles == 1

    def test_after_a_quiet_minute_it_is_said_again(self, desk: Desk) -> None:
        desk.finish(desk.take(message("a")).rows[0], Outcome.SENT)
        pass_time(desk, 61)
        desk.tables.do("update conversations set tokens = 0, tokens_at = now()")
        assert keys(desk.take(message("b")).rows) == ["wa/b/throttled"]

    def test_twenty_are_the_most_however_long_the_silence(self, desk: Desk) -> None:
        pass_time(desk, 86_400)
        desk.take(message("a"))
        assert 18.9 < desk.tables.value("select tokens from conversations") <= 19

    def test_somebody_else_is_not_concerned(self, desk: Desk) -> None:
        assert desk.take(message("b", BEA)).result == "committed"


def test_a_silent_turn_costs_a_quarter(desk: Desk) -> None:
    """The photos of an album."""
    desk.take(message("1"), outbox=[])
    assert desk.tables.value("select tokens from conversations") == Decimal("19.75")
    desk.tables.do("update conversations set tokens = 0, tokens_at = now() + interval '1 minute'")
    assert desk.take(message("2"), outbox=[]).result == "throttled"
