"""Supabase's answers are read into our own types, or rejected without quoting them."""

from typing import Any, ClassVar

import pytest

from state.model.outbox_row import Channel, Content, OutboxRow
from state.model.session import Session, State
from state.model.ticket import TicketStatus
from state.model.ticket_fact import FactKind, TicketFact
from state.store.rows import Commit, CommitResult, Conversation, Loaded, WrongShape, parse

WORD = "mi compu no prende"
ROW = {
    "id": 1,
    "dedup_key": "wa/1",
    "lane": "wa:1",
    "channel": "whatsapp",
    "content": "rendered",
    "body": WORD,
    "attempts": 1,
}
ANSWER = {"result": "committed", "customer_id": 7, "version": 2, "session": {"state": "describing"}}


def commit(**changes: Any) -> Commit:
    answer = {**ANSWER, "rows": [{**ROW, "lease_seconds": 30}], **changes}
    return parse(Commit, answer, conversation=answer)


def test_a_commit_is_read_with_its_conversation_and_rows() -> None:
    row = OutboxRow(
        id=1,
        dedup_key="wa/1",
        lane="wa:1",
        channel=Channel.WHATSAPP,
        content=Content.RENDERED,
        body=WORD,
        attempts=1,
        lease_seconds=30,
    )
    describing = Conversation(customer_id=7, version=2, session=Session(state=State.DESCRIBING))
    assert commit() == Commit(result=CommitResult.COMMITTED, conversation=describing, rows=(row,))


def test_keys_of_a_newer_schema_are_ignored() -> None:
    assert commit(newer=WORD) == commit()


def test_a_session_that_cannot_be_read_is_a_new_one() -> None:
    assert commit(session=WORD).conversation.session == Session()


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"result": WORD}, "result"),
        ({"version": WORD}, "conversation.version"),
        ({"rows": WORD}, "rows"),
        ({"rows": [{**ROW, "lease_seconds": WORD}]}, "rows.0.lease_seconds"),
        ({"rows": [{**ROW, "lease_seconds": 1, "channel": WORD}]}, "rows.0.channel"),
    ],
)
def test_the_error_names_the_place_and_no_value(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(WrongShape, match=f"^{place}: ") as caught:
        commit(**changes)
    assert WORD not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("page", ["<html>", None, [], 7])
def test_a_page_is_no_answer(page: Any) -> None:
    with pytest.raises(WrongShape, match=r"^the answer: "):
        parse(Commit, page, conversation=page)


class TestFacts:
    FACT: ClassVar = {
        "kind": "status",
        "ticket": "TK-7F3K-9QX2",
        "status": "closed",
        "to": "closed",
        "text": False,
        "at": "2026-11-02T12:00:00+00:00",
    }

    def test_come_with_the_conversation_of_an_answer(self) -> None:
        (fact,) = commit(facts=[self.FACT]).conversation.facts
        assert isinstance(fact, TicketFact)
        assert (fact.kind, fact.ticket, fact.to) == (FactKind.STATUS, "TK-7F3K-9QX2", TicketStatus.CLOSED)

    def test_come_with_a_loaded_conversation(self) -> None:
        answer = {"customer_id": 7, "version": 2, "session": {}, "ticket": None, "facts": [self.FACT]}
        assert len(parse(Loaded, answer, conversation=answer).conversation.facts) == 1

    @pytest.mark.parametrize("unreadable", [None, WORD, {}, [WORD], [{**FACT, "kind": WORD}]])
    def test_that_cannot_be_read_are_left_out(self, unreadable: Any) -> None:
        assert commit(facts=unreadable) == commit()

    def test_of_an_older_schema_are_none(self) -> None:
        assert commit().conversation.facts == ()
