"""The JSON of ticket facts: what can be read is read, and nothing crashes."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.model.session import Session, to_json
from state.model.ticket import TicketStatus
from state.model.ticket_fact import FactKind, OtherSession, TicketFact, facts_from_json

STORED = {
    "kind": "status",
    "ticket": "TK-7F3K-9QX2",
    "status": "waiting_customer",
    "to": "waiting_customer",
    "text": True,
    "at": "2026-11-02T12:00:00.123456+00:00",
}
ASKED = TicketFact(
    kind=FactKind.STATUS,
    ticket="TK-7F3K-9QX2",
    status=TicketStatus.WAITING_CUSTOMER,
    to=TicketStatus.WAITING_CUSTOMER,
    text=True,
    at=datetime(2026, 11, 2, 12, 0, 0, 123456, tzinfo=UTC),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
odd_times = st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-02", "24:00"])
facts = st.fixed_dictionaries(
    {}, optional={key: anything | st.just(value) | odd_times for key, value in STORED.items()}
)


def read(*items: Any) -> list[TicketFact]:
    """The ticket facts, and no others."""
    found = facts_from_json(list(items))
    assert all(isinstance(fact, TicketFact) for fact in found)
    return [fact for fact in found if isinstance(fact, TicketFact)]


def test_a_fact_is_read() -> None:
    assert facts_from_json([STORED]) == (ASKED,)


@pytest.mark.parametrize("changes", [{"to": None}, {"text": False}, {"newer": "key"}])
def test_a_fact_without_words_or_without_a_change_is_read(changes: dict[str, Any]) -> None:
    (fact,) = read({**STORED, **changes})
    assert (fact.to, fact.text) == (
        None if "to" in changes else TicketStatus.WAITING_CUSTOMER,
        changes.get("text", True),
    )


def test_they_keep_their_order() -> None:
    codes = ["TK-0000-0003", "TK-0000-0001", "TK-0000-0002"]
    assert [fact.ticket for fact in read(*({**STORED, "ticket": code} for code in codes))] == codes


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "assigned"},
        {"kind": None},
        {"ticket": None},
        {"ticket": 7},
        {"status": "lost"},
        {"to": "lost"},
        {"to": []},
        {"at": None},
        {"at": "yesterday"},
        {"at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_what_cannot_be_read_is_left_out(changes: dict[str, Any]) -> None:
    assert facts_from_json([{**STORED, **changes}, STORED]) == (ASKED,)


@pytest.mark.parametrize("key", ["kind", "ticket", "status", "at"])
def test_what_is_incomplete_is_left_out(key: str) -> None:
    incomplete = {name: value for name, value in STORED.items() if name != key}
    assert facts_from_json([STORED, incomplete]) == (ASKED,)


@pytest.mark.parametrize("data", [None, "", "[]", 7, {}, STORED, ["fact"], [None], [[STORED]]])
def test_no_list_of_facts_is_no_facts(data: Any) -> None:
    assert facts_from_json(data) == ()


@given(anything | st.lists(facts | anything, max_size=5))
def test_nothing_crashes(data: Any) -> None:
    found = facts_from_json(data)
    assert all(isinstance(fact, TicketFact | OtherSession) for fact in found)
    times = [fact.at for fact in found if isinstance(fact, TicketFact)]
    assert all(json.dumps(to_json(Session(at=at))) for at in times), "its time can be stored"


def test_the_session_under_the_other_alias_is_read() -> None:
    draft = Session(draft="no prende", at=ASKED.at)
    stored = {"kind": "merged", "session": to_json(draft)}
    assert facts_from_json([stored, STORED]) == (OtherSession(session=draft), ASKED)


def test_a_time_is_in_utc() -> None:
    there = ASKED.at.astimezone(timezone(timedelta(hours=-3))).isoformat()
    bare = ASKED.at.replace(tzinfo=None).isoformat()
    for fact in read({**STORED, "at": there}, {**STORED, "at": bare}):
        assert fact == ASKED
        assert fact.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "to", "matters"),
    [
        (True, None, True),
        (True, "closed", True),
        (False, "waiting_customer", True),
        (False, "resolved", True),
        (False, "in_progress", False),
        (False, "closed", False),
        (False, None, False),
    ],
)
def test_words_and_questions_matter_to_the_customer(text: bool, to: str | None, matters: bool) -> None:
    (fact,) = read({**STORED, "text": text, "to": to})
    assert fact.matters is matters
