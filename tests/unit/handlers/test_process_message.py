"""One message, one turn: its text is read once, and in a session that has caught up with the conversation's ticket facts."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from state.model.language import Language
from state.model.message import Message, Sender
from state.model.session import Session, State
from state.model.ticket import TicketStatus
from state.model.ticket_fact import FactKind, TicketFact
from state.model.turn import ChangeTicket, Lookup, Turn
from state.store.client import Store
from state.store.rows import Commit, CommitResult, Conversation, Loaded
from state.understanding import reading
from state.understanding.understand import Understanding, understand
from tests.support.dialogue import FRESH, MINE, MY_OTHER, NOON, message, ticket
from tests.support.instances import instance

FOLLOWING = replace(FRESH, state=State.FOLLOWING, current_ticket=MINE, language=Language.ES, at=NOON)
ASKED = TicketFact(
    kind=FactKind.NOTIFIED,
    ticket=MY_OTHER,
    status=TicketStatus.WAITING_CUSTOMER,
    to=TicketStatus.WAITING_CUSTOMER,
    text=True,
    at=NOON - timedelta(minutes=1),
)


class ContestedStore(Store):
    """Takes the last commit only: each other one meets a newer conversation. Like the database, it stores what it takes."""

    def __init__(self, *conversations: tuple[Session, tuple[TicketFact, ...]]) -> None:
        super().__init__(
            "http://127.0.0.1:9",
            "key",
            httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(500))),
        )
        self.versions = [
            Conversation(customer_id=1, version=version, session=session, facts=facts)
            for version, (session, facts) in enumerate(conversations, start=1)
        ]
        self.lookups: list[Lookup] = []
        self.turns: list[Turn] = []

    def load(self, sender: Sender, lookup: Lookup, quoting: str | None = None) -> Loaded:
        """The current ticket, if none is asked for: that of the session as it is stored."""
        self.lookups.append(lookup)
        conversation = self.versions[len(self.turns)]
        code = next(iter(lookup.codes), conversation.session.current_ticket)
        return Loaded(
            conversation=conversation,
            lookup=lookup,
            ticket=ticket(code) if code else None,
            tickets=(ticket(MINE),) if lookup.tickets else None,
        )

    def commit_turn(self, message: Message, base: Conversation, turn: Turn, **named: Any) -> Commit:
        self.turns.append(turn)
        if len(self.turns) < len(self.versions):
            return Commit(result=CommitResult.CONFLICT, conversation=self.versions[len(self.turns)], rows=())
        stored = Conversation(customer_id=1, version=base.version + 1, session=turn.session)
        return Commit(result=CommitResult.COMMITTED, conversation=stored, rows=())

    @property
    def noted(self) -> list[str]:
        """The tickets to which the committed turn adds something."""
        return [effect.code for effect in self.turns[-1].effects if isinstance(effect, ChangeTicket)]


def test_the_text_is_read_once_in_a_turn_that_loads_facts_and_meets_a_conflict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    understood: Counter[str] = Counter()

    def counting(text: str) -> Understanding:
        understood[text] += 1
        return understand(text)

    monkeypatch.setattr(reading, "understand", counting)
    store = ContestedStore((FRESH, ()), (FOLLOWING, ()))
    assert instance(store).process(message("estado")).result == "committed"
    assert understood == {"estado": 1}
    assert len(store.turns) == 2
    assert store.lookups == [Lookup(tickets=True), Lookup(codes=(MINE,))]


class TestTicketFacts:
    def test_are_taken_in_before_the_message_is_understood(self) -> None:
        store = ContestedStore((replace(FOLLOWING, current_ticket=MY_OTHER, state=State.MENU), (ASKED,)))
        instance(store).process(message("es una epson l3150"))
        assert store.noted == [MY_OTHER]
        assert len(store.lookups) == 1, "the ticket that was loaded is the right one"

    def test_that_change_the_current_ticket_need_the_other_ticket(self) -> None:
        store = ContestedStore((FOLLOWING, (ASKED,)))
        instance(store).process(message("es una epson l3150"))
        assert store.lookups == [Lookup(), Lookup(codes=(MY_OTHER,))]
        assert store.noted == [MY_OTHER]

    def test_of_a_conflict_are_taken_in_too(self) -> None:
        store = ContestedStore((FOLLOWING, ()), (FOLLOWING, (ASKED,)))
        turns = instance(store)
        turns.process(message("es una epson l3150"))
        assert store.lookups == [Lookup(), Lookup(codes=(MY_OTHER,))]
        assert store.noted == [MY_OTHER]

    def test_of_a_committed_turn_are_not_cached(self) -> None:
        store = ContestedStore((FOLLOWING, (ASKED,)))
        turns, received = instance(store), message("es una epson l3150")
        turns.process(received)
        cached = turns.cache.get(received.sender.key)
        assert cached is not None
        assert (cached.session, cached.facts) == (store.turns[-1].session, ())
        assert cached.session.current_ticket == MY_OTHER
