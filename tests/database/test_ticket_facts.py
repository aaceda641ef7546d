"""Ticket facts: what technicians do, and what was notified, is appended to the customer's conversation. The session is not touched.

What a fact does to the session: tests/unit/state/dialogue/test_catch_up.py.
"""

from dataclasses import replace

import psycopg
import pytest

from state.model.message import Sender
from state.model.outbox_row import OutboxRow, Outcome
from state.model.ticket import TechnicianAction, TicketStatus
from state.model.ticket_fact import FactKind, TicketFact
from state.store.rows import CommitResult
from tests.support.builders import ANA, BEA, ERASES, Desk, code, message, notes, opens, ticket_facts

CODE = code(1)
STATUS, NOTIFIED = FactKind.STATUS, FactKind.NOTIFIED
OPEN, IN_PROGRESS, WAITING = TicketStatus.OPEN, TicketStatus.IN_PROGRESS, TicketStatus.WAITING_CUSTOMER
RESOLVED, CLOSED = TicketStatus.RESOLVED, TicketStatus.CLOSED


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With a ticket that is open."""
    desk.take(message("1"), opens(1), outbox=[])
    return desk


def notification(desk: Desk, outcome: Outcome = Outcome.SENT) -> OutboxRow:
    """Let the waiting notification be due, and give this outcome to its attempt."""
    desk.tables.do("update outbox set next_at = now() where content = 'notification'")
    (row,) = desk.claim()
    desk.finish(row, outcome, error=None if outcome is Outcome.SENT else "meta 131026")
    return row


def facts(desk: Desk) -> list[tuple[FactKind, TicketStatus, TicketStatus | None, bool]]:
    """Of each fact the kind, the status of the ticket, the status it changed to, and whether there were words."""
    return [(fact.kind, fact.status, fact.to, fact.text) for fact in _facts(desk)]


def _facts(desk: Desk) -> list[TicketFact]:
    return ticket_facts(desk.conversation())


class TestOfTechnician:
    @pytest.mark.parametrize(
        ("action", "text", "to", "words"),
        [
            (TechnicianAction.ANSWER, "hola", IN_PROGRESS, True),
            (TechnicianAction.ASK, "¿y?", WAITING, True),
            (TechnicianAction.RESOLVE, "", RESOLVED, False),
            (TechnicianAction.CLOSE, "adiós", CLOSED, True),
            (TechnicianAction.TAKE, "", IN_PROGRESS, False),
            (TechnicianAction.CLOSE, "", CLOSED, False),
        ],
    )
    def test_every_change_is_appended_at_once(
        self, desk: Desk, action: TechnicianAction, text: str, to: TicketStatus, words: bool
    ) -> None:
        before = desk.conversation()
        desk.work(action, text)
        after = desk.conversation()
        assert facts(desk) == [(STATUS, to, to, words)]
        assert ticket_facts(after)[0].ticket == CODE
        assert after == replace(before, version=before.version + 1, facts=after.facts), (
            "the session is as it was"
        )

    def test_words_without_a_change_are_appended(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ASK, "¿y?")
        desk.work(TechnicianAction.ANSWER, "¿y bien?")
        assert facts(desk) == [(STATUS, WAITING, WAITING, True), (STATUS, WAITING, None, True)]

    def test_a_change_by_hand_is_appended(self, desk: Desk) -> None:
        desk.tables.do("update tickets set status = 'waiting_customer'")
        assert facts(desk) == [(STATUS, WAITING, WAITING, False)]

    def test_its_time_is_that_of_the_event(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ASK, "¿y?")
        (fact,) = _facts(desk)
        assert fact.at == desk.tables.value("select max(created_at) from ticket_events")

    @pytest.mark.parametrize("held", ["no key update", "update"])
    def test_a_change_by_hand_waits_for_nobody_and_only_its_notification_is_appended(
        self, desk: Desk, database: str, held: str
    ) -> None:
        """While a turn, or a merger or an erasure, holds the customer: waiting for it could be a deadlock."""
        with psycopg.connect(database) as busy:
            busy.execute(f"select from customers for {held}".encode())
            with desk.tables.connection.transaction():
                desk.tables.do("set local lock_timeout = '3 s'")
                desk.tables.do("update tickets set status = 'resolved'")
        assert facts(desk) == []
        notification(desk)
        assert facts(desk) == [(NOTIFIED, RESOLVED, RESOLVED, False)]

    def test_taking_over_without_a_word_is_none(self, desk: Desk) -> None:
        desk.work(TechnicianAction.TAKE)
        version = desk.conversation().version
        desk.work(TechnicianAction.TAKE)
        assert (len(facts(desk)), desk.conversation().version) == (1, version)

    def test_what_the_customer_does_is_none(self, desk: Desk) -> None:
        desk.take(message("2"), notes(1), outbox=[])
        assert facts(desk) == []

    def test_it_is_appended_to_the_owner_s_conversation_only(self, desk: Desk) -> None:
        desk.take(message("2", sender=BEA), opens(2), outbox=[])
        desk.work(TechnicianAction.ASK, "¿y?", ticket=code(2))
        assert [len(desk.conversation(sender).facts) for sender in (ANA, BEA)] == [0, 1]

    def test_it_survives_that_two_customers_turn_out_to_be_one(self, desk: Desk) -> None:
        by_number, by_id = Sender(wa_id="549111"), Sender(user_id="AR.a")
        desk.take(message("2", by_number), opens(2), outbox=[])
        desk.work(TechnicianAction.ASK, "¿y?", ticket=code(2))
        desk.take(message("3", by_id), outbox=[])
        both = replace(by_number, user_id="AR.a")
        merged = desk.take(message("4", both), base=desk.conversation(by_id))
        assert merged.result is CommitResult.CONFLICT
        # The transaction that merged them changed nothing else: what it found is what the next turn begins with.
        assert [fact.ticket for fact in ticket_facts(merged.conversation)] == [code(2)]

    def test_of_an_erased_customer_is_none(self, desk: Desk) -> None:
        desk.take(message("2"), ERASES, outbox=[])
        desk.work(TechnicianAction.ASK, "¿y?")
        assert facts(desk) == []


class TestOfNotification:
    def test_it_is_appended_when_it_was_sent(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ASK, "¿y?")
        notification(desk)
        assert facts(desk)[1:] == [(NOTIFIED, WAITING, WAITING, True)]

    def test_of_several_events_it_tells_that_one_asked(self, desk: Desk) -> None:
        desk.work(TechnicianAction.RESOLVE)
        desk.work(TechnicianAction.CLOSE, "adiós")
        notification(desk)
        assert facts(desk)[2:] == [(NOTIFIED, CLOSED, RESOLVED, True)]

    def test_without_words_it_is_appended_too(self, desk: Desk) -> None:
        desk.work(TechnicianAction.RESOLVE)
        notification(desk)
        assert facts(desk)[1:] == [(NOTIFIED, RESOLVED, RESOLVED, False)]

    def test_it_has_the_status_of_the_ticket_when_it_was_sent(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ASK, "¿y?")
        desk.take(message("2"), notes(1), outbox=[])
        notification(desk)
        assert facts(desk) == [(NOTIFIED, IN_PROGRESS, WAITING, True)]

    @pytest.mark.parametrize("outcome", [Outcome.DEAD, Outcome.RETRY, Outcome.UNKNOWN])
    def test_one_that_was_not_sent_is_none(self, desk: Desk, outcome: Outcome) -> None:
        desk.work(TechnicianAction.ASK, "¿y?")
        version = desk.conversation().version
        notification(desk, outcome)
        assert (len(facts(desk)), desk.conversation().version) == (1, version)

    def test_one_that_was_sent_is_appended_once(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ASK, "¿y?")
        row = notification(desk)
        before = desk.conversation()
        desk.finish(row, Outcome.SENT)
        desk.confirm(row.dedup_key, "p1")
        assert desk.conversation() == before


class TestTurn:
    def test_that_was_computed_before_a_fact_meets_a_conflict_that_has_it(self, desk: Desk) -> None:
        base = desk.conversation()
        desk.work(TechnicianAction.ASK, "¿y?")
        commit = desk.take(message("2"), base=base)
        assert (commit.result, commit.conversation) == ("conflict", desk.conversation())
        assert len(commit.conversation.facts) == 1

    def test_that_is_committed_has_taken_them_in(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ASK, "¿y?")
        commit = desk.take(message("2"), base=desk.conversation(), outbox=[])
        assert (commit.result, commit.conversation.facts) == ("committed", ())
        assert desk.conversation() == commit.conversation

    def test_that_is_a_duplicate_comes_with_those_since(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ASK, "¿y?")
        commit = desk.take(message("1"))
        assert (commit.result, commit.conversation) == ("duplicate", desk.conversation())
        assert len(commit.conversation.facts) == 1

    def test_that_is_throttled_keeps_them(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ASK, "¿y?")
        desk.tables.do("update conversations set room = 0, tokens_at = now()")
        commit = desk.take(message("2"))
        assert (commit.result, commit.conversation) == ("throttled", desk.conversation())
        assert len(commit.conversation.facts) == 1


def test_the_latest_hundred_are_kept(desk: Desk) -> None:
    desk.work(TechnicianAction.ASK, "¿y?")
    desk.tables.do(
        "update conversations set facts = (select jsonb_agg(facts->0 || jsonb_build_object('ticket', n::text))"
        " from generate_series(1, 100) n)"
    )
    desk.work(TechnicianAction.ANSWER, "hola")
    assert [fact.ticket for fact in _facts(desk)] == [*(str(n) for n in range(2, 101)), CODE]
