"""Each of Meta's statuses sent, delivered and read proves that a message left; after delivered a failure says nothing."""

from dataclasses import replace
from itertools import permutations

import pytest

from state.model.message import Proof, Status
from state.model.outbox_row import OutboxRow, Outcome, Result, SentMark
from state.store.client import new_lease
from tests.support.builders import BOTH, Desk, keys

FAILED = Result(outcome=Outcome.RETRY, error="meta 131000")
TOLD = {
    "sent": Result(outcome=Outcome.SENT),
    "delivered": Result(outcome=Outcome.SENT),
    "read": Result(outcome=Outcome.SENT),
    "played": Result(outcome=Outcome.SENT),
    "failed": FAILED,
}


def told(desk: Desk, *names: str, provider_id: str = "p1") -> list[str]:
    """Store these statuses of the message, by one call."""
    statuses = [
        (Status(provider_id=provider_id, status=name, dedup_key="wa/1"), TOLD[name]) for name in names
    ]
    return [str(result) for result in desk.store.confirm(statuses, new_lease(), BOTH).results]


def unclear(desk: Desk) -> OutboxRow:
    row = desk.row("1")
    desk.finish(row, Outcome.UNKNOWN)
    return row


def state(desk: Desk) -> tuple[str, str | None]:
    row = desk.tables.outbox("wa/1")
    return row["status"], row["proof"]


class TestUnclear:
    @pytest.mark.parametrize(
        ("name", "proof"),
        [("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("played", "read")],
    )
    def test_each_closes_it(self, desk: Desk, name: str, proof: str) -> None:
        unclear(desk)
        assert told(desk, name) == ["closed"]
        assert state(desk) == ("sent", proof)
        desk.tables.let_be_due("wa/1")
        assert keys(desk.claim()) == []

    def test_also_of_a_row_that_was_given_up(self, desk: Desk) -> None:
        desk.finish(unclear(desk), Outcome.DEAD)
        assert told(desk, "delivered") == ["closed"]

    def test_also_of_one_that_is_being_sent_again(self, desk: Desk) -> None:
        unclear(desk)
        desk.tables.let_be_due("wa/1")
        (row,) = desk.claim()
        assert told(desk, "read") == ["closed"]
        assert not desk.finish(row, Outcome.RETRY).finished


class TestBest:
    def test_whatever_order_they_come_in_the_best_is_kept(self, desk: Desk) -> None:
        for names in permutations(("sent", "delivered", "read")):
            desk.tables.do("delete from outbox")
            desk.tables.do("delete from inbound")
            unclear(desk)
            for name in names:
                told(desk, name)
            assert state(desk) == ("sent", "read")


class TestFailed:
    @pytest.mark.parametrize("name", ["delivered", "read", "played"])
    @pytest.mark.parametrize(
        "result", [FAILED, *(Result(outcome=each) for each in (Outcome.DEAD, Outcome.WINDOW, Outcome.HELD))]
    )
    def test_says_nothing_once_it_has_arrived(self, desk: Desk, name: str, result: Result) -> None:
        desk.finish(desk.row("1", template="the template"), Outcome.SENT, provider_id="p1")
        told(desk, name)
        status = Status(provider_id="p1", status="failed", dedup_key="wa/1")
        assert desk.store.confirm([(status, result)], new_lease(), BOTH).results == ("ignored",)
        assert state(desk)[0] == "sent"

    def test_is_believed_after_sent(self, desk: Desk) -> None:
        desk.finish(desk.row("1"), Outcome.SENT, provider_id="p1")
        assert told(desk, "sent", "failed") == ["ignored", "again"]
        assert state(desk) == ("ready", None)

    def test_of_another_attempt_neither(self, desk: Desk) -> None:
        """The first attempt was unclear, and it arrived after the second had been made: they have it."""
        unclear(desk)
        desk.tables.let_be_due("wa/1")
        (again,) = desk.claim()
        desk.finish(again, Outcome.SENT, provider_id="p2")
        told(desk, "delivered", provider_id="p1")
        assert told(desk, "failed", provider_id="p2") == ["ignored"]
        assert state(desk) == ("sent", "delivered")

    @pytest.mark.parametrize("name", ["delivered", "read"])
    def test_that_came_first_is_taken_back(self, desk: Desk, name: str) -> None:
        desk.finish(desk.row("1"), Outcome.SENT, provider_id="p1")
        assert told(desk, "failed") == ["again"]
        assert told(desk, name) == ["closed"]
        assert told(desk, "failed") == ["ignored"]
        assert state(desk) == ("sent", name)

    def test_that_came_first_is_not_taken_back_by_sent(self, desk: Desk) -> None:
        desk.finish(desk.row("1"), Outcome.SENT, provider_id="p1")
        assert told(desk, "failed", "sent") == ["again", "ignored"]
        assert state(desk)[0] == "ready"

    def test_of_the_next_attempt_is_believed_again(self, desk: Desk) -> None:
        desk.finish(desk.row("1"), Outcome.SENT, provider_id="p1")
        told(desk, "sent", "failed")
        desk.tables.let_be_due("wa/1")
        (again,) = desk.claim()
        desk.finish(again, Outcome.SENT, provider_id="p2")
        assert told(desk, "failed", provider_id="p2") == ["again"]


class TestWithMarks:
    """What an instance has heard of messages that it knows as sent is stored with its next marks."""

    def heard(self, desk: Desk, row: OutboxRow, proof: Proof, provider_id: str = "p1") -> tuple[int, ...]:
        mark = SentMark(id=row.id, attempt=None, lease=None, provider_id=provider_id, proof=proof)
        return desk.store.mark_sent([mark], new_lease(), BOTH).done

    def test_only_the_best_is_kept(self, desk: Desk) -> None:
        row = desk.row("1")
        desk.finish(row, Outcome.SENT, provider_id="p1")
        for proof in (Proof.READ, Proof.DELIVERED):
            assert self.heard(desk, row, proof) == (row.id,)
        assert state(desk) == ("sent", "read")
        assert told(desk, "failed") == ["ignored"]

    def test_a_failure_that_another_instance_heard_of_is_taken_back(self, desk: Desk) -> None:
        row = desk.row("1")
        desk.finish(row, Outcome.SENT, provider_id="p1")
        told(desk, "failed")
        assert self.heard(desk, row, Proof.DELIVERED) == (row.id,)
        assert state(desk) == ("sent", "delivered")

    def test_a_row_that_is_gone(self, desk: Desk) -> None:
        row = desk.row("1")
        assert self.heard(desk, replace(row, id=row.id + 1), Proof.READ) == (row.id + 1,)
