"""Replies that wait for the customer's next line: the reply to it takes their place, and an upper bound keeps the wait short."""

from dataclasses import replace

import pytest

from state.model.outbox_row import NewOutboxRow, Outcome
from state.store.client import new_lease
from state.store.rows import Commit
from tests.support.builders import (
    BEA,
    BOTH,
    ERASES,
    Desk,
    code,
    keys,
    message,
    notes,
    opens,
    reply,
    side_by_side,
)


def waits(wamid: str, seconds: float = 3, *, asks: bool | None = None) -> list[NewOutboxRow]:
    return [replace(reply(wamid), yields=True, wait_seconds=seconds, asks=asks)]


def says(desk: Desk, wamid: str, seconds: float = 3, *, asks: bool | None = None) -> Commit:
    return desk.take(message(wamid), outbox=waits(wamid, seconds, asks=asks))


def open_rows(desk: Desk) -> list[str]:
    found = desk.tables.all("select dedup_key from outbox where status in ('ready', 'sending') order by id")
    return [row["dedup_key"] for row in found]


def some_seconds_pass(desk: Desk, seconds: float) -> None:
    desk.tables.do(
        "update outbox set next_at = next_at - make_interval(secs => %s), waits_since = waits_since - make_interval(secs => %s)",
        seconds,
        seconds,
    )


def lease(desk: Desk, *lanes: str, ahead: float = 0.0) -> list[str]:
    return keys(desk.store.lease_waiting(lanes, ahead, new_lease(), BOTH).rows)


def lane(desk: Desk) -> str:
    return str(desk.tables.value("select lane from outbox order by id desc limit 1"))


class TestTheWait:
    def test_the_turn_is_committed_and_says_when_its_reply_is_due(self, desk: Desk) -> None:
        taken = says(desk, "a")
        assert (taken.result, taken.rows, taken.waiting) == ("committed", (), ())
        (due,) = taken.due
        assert due.lane == lane(desk)
        assert 2 < due.seconds <= 3

    def test_it_is_leased_once_it_is_due(self, desk: Desk) -> None:
        says(desk, "a")
        assert lease(desk, lane(desk)) == []
        assert desk.claim() == ()
        some_seconds_pass(desk, 3)
        assert lease(desk, lane(desk)) == ["wa/a"]
        assert lease(desk, lane(desk)) == []

    def test_the_sweep_sends_it_if_nobody_else_does(self, desk: Desk) -> None:
        says(desk, "a")
        some_seconds_pass(desk, 3)
        assert keys(desk.claim()) == ["wa/a"]

    def test_it_is_leased_sooner_by_an_instance_that_ends(self, desk: Desk) -> None:
        says(desk, "a")
        assert lease(desk, lane(desk), ahead=2) == []
        assert lease(desk, lane(desk), ahead=5) == ["wa/a"]

    def test_a_second_delivery_says_when_it_is_due(self, desk: Desk) -> None:
        says(desk, "a")
        again = desk.take(message("a"))
        assert (again.result, again.rows, [due.lane for due in again.due]) == ("duplicate", (), [lane(desk)])

    def test_without_a_wait_nothing_is_due_later(self, desk: Desk) -> None:
        assert desk.take(message("a")).due == ()
        assert desk.take(message("b")).due == ()


class TestTheNextLine:
    def test_takes_its_place(self, desk: Desk) -> None:
        for wamid in "abc":
            says(desk, wamid)
        assert open_rows(desk) == ["wa/c"]
        assert desk.tables.value("select count(*) from outbox where last_error = 'superseded'") == 2

    def test_makes_it_wait_anew_but_not_for_ever(self, desk: Desk) -> None:
        says(desk, "a")
        for wamid in "bcde":
            some_seconds_pass(desk, 2)
            says(desk, wamid)
        assert open_rows(desk) == ["wa/e"]
        assert 0 < desk.tables.waits("wa/e") <= 1

    def test_a_new_wait_begins_when_it_has_left(self, desk: Desk) -> None:
        says(desk, "a")
        some_seconds_pass(desk, 8)
        desk.finish(desk.claim()[0], Outcome.SENT)
        says(desk, "b")
        assert 2 < desk.tables.waits("wa/b") <= 3

    def test_gives_its_bubble_back(self, desk: Desk) -> None:
        desk.take(message("0"))
        for n in range(30):
            says(desk, f"a{n}")
        conversation = desk.tables.one("select tokens, bubbles from conversations")
        assert conversation["tokens"] >= 18
        assert conversation["bubbles"] == 2

    def test_leaves_alone_what_is_being_sent(self, desk: Desk) -> None:
        says(desk, "a")
        some_seconds_pass(desk, 3)
        (row,) = desk.claim()
        says(desk, "b")
        assert desk.finish(row, Outcome.SENT).status == "sent"
        assert open_rows(desk) == ["wa/b"]

    def test_and_what_is_due_already(self, desk: Desk) -> None:
        says(desk, "a")
        some_seconds_pass(desk, 3)
        assert keys(says(desk, "b").rows) == ["wa/a"]
        assert open_rows(desk) == ["wa/a", "wa/b"]

    def test_of_somebody_else_is_not_concerned(self, desk: Desk) -> None:
        says(desk, "a")
        desk.take(message("b", BEA))
        assert open_rows(desk) == ["wa/a", "wa/b"]

    def test_that_is_silent_leaves_it_waiting(self, desk: Desk) -> None:
        says(desk, "a")
        desk.take(message("b"), outbox=[])
        assert open_rows(desk) == ["wa/a"]


class TestAnAnswerAtOnce:
    def test_takes_its_place(self, desk: Desk) -> None:
        says(desk, "a", asks=True)
        assert keys(desk.take(message("b"), opens(1)).rows) == ["wa/b"]
        assert open_rows(desk) == ["wa/b"]

    def test_leaves_a_reply_that_waits_for_the_one_before_it(self, desk: Desk) -> None:
        """It does not wait for a line, but for a slow Graph: it answers something of its own."""
        desk.take(message("a"))
        desk.take(message("b"), outbox=[replace(reply("b"), yields=True)])
        desk.take(message("c"), outbox=[replace(reply("c"), yields=True)])
        assert open_rows(desk) == ["wa/a", "wa/b", "wa/c"]

    def test_follows_a_question_that_it_does_not_ask(self, desk: Desk) -> None:
        says(desk, "a", asks=True)
        aside = desk.take(message("b"), outbox=[replace(reply("b"), yields=True, asks=False)])
        assert keys(aside.rows) == ["wa/a"]
        assert keys(desk.finish(aside.rows[0], Outcome.SENT).rows) == ["wa/b"]

    def test_the_question_waits_on_if_it_waits_itself(self, desk: Desk) -> None:
        says(desk, "a", asks=True)
        assert says(desk, "b", asks=False).rows == ()
        assert open_rows(desk) == ["wa/a", "wa/b"]

    def test_beyond_the_limit_a_question_is_not_dropped_either(self, desk: Desk) -> None:
        desk.finish(desk.take(message("0")).rows[0], Outcome.SENT)
        desk.tables.do("update conversations set tokens = 0.1, tokens_at = now()")
        says(desk, "a", 0, asks=True)
        says(desk, "b", 0, asks=False)
        says(desk, "c", 0, asks=False)
        assert open_rows(desk) == ["wa/a", "wa/c"]
        says(desk, "d", 0, asks=True)
        assert open_rows(desk) == ["wa/d"]

    def test_an_erasure_leaves_nothing_waiting(self, desk: Desk) -> None:
        says(desk, "a", asks=True)
        assert keys(desk.take(message("b"), ERASES).rows) == ["wa/b"]
        assert open_rows(desk) == ["wa/b"]


class TestTheDay:
    def test_it_counts_what_was_sent_or_will_be(self, desk: Desk) -> None:
        assert desk.conversation().bubbles == 0
        desk.take(message("a"))
        assert desk.take(message("b")).conversation.bubbles == 2
        assert desk.take(message("c"), outbox=[]).conversation.bubbles == 2
        assert desk.conversation().bubbles == 2

    def test_it_begins_anew_after_24_hours(self, desk: Desk) -> None:
        desk.take(message("a"))
        desk.tables.do(
            "update conversations set bubbles = 99, bubbles_since = bubbles_since - interval '24 h'"
        )
        assert desk.take(message("b")).conversation.bubbles == 1

    def test_mails_and_duplicates_do_not_count(self, desk: Desk) -> None:
        desk.take(message("a"), opens(1), outbox=[])
        desk.take(message("b"), notes(1), outbox=[reply("b")])
        again = desk.take(message("b"))
        assert (again.result, again.conversation.bubbles) == ("duplicate", 1)
        assert desk.tables.value("select code from tickets") == code(1)


def race(desk: Desk, number: int, ahead: float) -> None:
    """The reply to one line is leased while that to the next one is committed."""
    first, second = f"a{number}", f"b{number}"
    says(desk, first)
    if not ahead:
        some_seconds_pass(desk, 3)
    where, base = lane(desk), desk.conversation()
    leased, _ = side_by_side(
        lambda: lease(desk, where, ahead=ahead),
        lambda: desk.take(message(second), outbox=waits(second), base=base).rows,
    )
    assert open_rows(desk) in ([f"wa/{first}", f"wa/{second}"], [f"wa/{second}"])
    assert leased in ([], [f"wa/{first}"], [f"wa/{second}"])
    desk.tables.do("update outbox set status = 'sent' where status in ('ready', 'sending')")


@pytest.mark.parametrize("ahead", [0.0, 5.0])
def test_a_lease_beside_the_next_line_loses_neither(desk: Desk, ahead: float) -> None:
    for number in range(8):
        race(desk, number, ahead)
