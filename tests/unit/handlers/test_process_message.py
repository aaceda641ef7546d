"""One message, one turn: its text is read once, even if the turn is tried with several sessions."""

from collections import Counter
from dataclasses import replace
from typing import Any

import httpx
import pytest

from state.model.language import Language
from state.model.message import Message, Sender
from state.model.session import Session, State
from state.model.turn import Lookup
from state.store.client import Store
from state.store.rows import Commit, CommitResult, Conversation, Loaded
from state.understanding import intents
from state.understanding.tagging import tags_of
from tests.support.dialogue import FRESH, MINE, NOON, message, ticket
from tests.support.instances import instance


class ContestedStore(Store):
    """Takes the second commit only: the first meets a newer session, in which the same words need other facts."""

    def __init__(self, *sessions: Session) -> None:
        super().__init__(
            "http://127.0.0.1:9",
            "key",
            httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(500))),
        )
        self.versions = [
            Conversation(customer_id=1, version=version, session=session)
            for version, session in enumerate(sessions, start=1)
        ]
        self.lookups: list[Lookup] = []
        self.commits = 0

    def load(self, sender: Sender, lookup: Lookup) -> Loaded:
        self.lookups.append(lookup)
        return Loaded(
            conversation=self.versions[self.commits],
            lookup=lookup,
            ticket=ticket(MINE),
            tickets=(ticket(MINE),) if lookup.tickets else None,
        )

    def commit_turn(self, message: Message, base: Conversation, *given: Any, **named: Any) -> Commit:
        self.commits += 1
        result = CommitResult.CONFLICT if self.commits < len(self.versions) else CommitResult.COMMITTED
        return Commit(
            result=result, conversation=self.versions[min(self.commits, len(self.versions) - 1)], rows=()
        )


def test_the_text_is_read_once_in_a_turn_that_loads_facts_and_meets_a_conflict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tagged: Counter[str] = Counter()

    def counting(tokens: list[str]) -> list[tuple[str, str]]:
        tagged[" ".join(tokens)] += 1
        return tags_of(tokens)

    monkeypatch.setattr(intents, "tags_of", counting)
    following = replace(FRESH, state=State.FOLLOWING, current_ticket=MINE, language=Language.ES, at=NOON)
    store = ContestedStore(FRESH, following)
    assert instance(store).process(message("estado")).result == "committed"
    assert tagged == {"estado": 1}
    assert store.commits == 2
    assert store.lookups == [Lookup(tickets=True), Lookup(code=MINE)]
