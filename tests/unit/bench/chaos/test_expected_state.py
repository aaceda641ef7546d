"""The expected state of the chaos tests: what messages and ticket events lead to, in the order of their commits."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bench.chaos.expected_state import ExpectedState, Written, read_event
from emulator import Json
from emulator.meta.customer import Customer
from state.model.message import Message
from state.model.session import State

CODE = "TK-7F3K-9QX2"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ANA = Customer(clock=NOW.timestamp)


def message(content: Json) -> Message:
    event = read_event(ANA.webhook(content))
    assert isinstance(event, Message)
    return event


def technician_event(to_status: str | None, body: str | None = None) -> dict[str, Any]:
    return {"to_status": to_status, "body": body, "created_at": NOW.isoformat()}


@pytest.fixture
def ana() -> ExpectedState:
    """She has a ticket, for which she wants a person."""
    expected = ExpectedState()
    expected.apply_message(message(ANA.text("quiero hablar con una persona")), 1, CODE, [(CODE, "created")])
    return expected


def test_a_question_makes_its_ticket_the_current_one(ana: ExpectedState) -> None:
    ana.apply_message(message(ANA.text("hola")), 2, CODE, [])

    ana.apply_technician_event(technician_event("waiting_customer", "¿Tiene luz?"), CODE)

    assert (ana.session.state, ana.session.current_ticket, ana.session.open_question) == (
        State.FOLLOWING,
        CODE,
        CODE,
    )
    assert ana.version == 3
    assert not ana.errors


def test_a_draft_keeps_the_current_ticket(ana: ExpectedState) -> None:
    ana.apply_message(message(ANA.text("no me anda internet")), 2, CODE, [(CODE, "note")])
    ana.apply_message(message(ANA.text("otro problema: la impresora no imprime")), 3, CODE, [])
    before = ana.session

    ana.apply_technician_event(technician_event("resolved"), CODE)
    ana.apply_notification([technician_event("resolved")], CODE, NOW.isoformat())

    assert before.state is State.CONFIRMING
    assert ana.session == replace(before, open_question=CODE)
    assert ana.version == 5


def test_a_notification_that_was_sent_makes_its_ticket_the_current_one(ana: ExpectedState) -> None:
    ana.apply_message(message(ANA.text("quiero reportar un problema")), 2, CODE, [])
    ana.apply_technician_event(technician_event("in_progress", "Lo miro"), CODE)
    assert ana.session.state is State.DESCRIBING

    ana.apply_notification([technician_event("in_progress", "Lo miro")], CODE, NOW.isoformat())

    assert (ana.session.state, ana.session.current_ticket) == (State.FOLLOWING, CODE)


def test_an_answer_changes_the_status_once(ana: ExpectedState) -> None:
    ana.apply_technician_event(technician_event("waiting_customer", "¿Tiene luz?"), CODE)
    answer = message(ANA.text("sigue sin prender"))

    ana.apply_message(answer, 3, CODE, [(CODE, "note")])
    ana.apply_message(message(ANA.text("quiero hablar con una persona")), 4, CODE, [(CODE, "human")])

    assert not ana.errors


def test_a_change_of_the_ticket_alone_leaves_the_conversation(ana: ExpectedState) -> None:
    before = ana.session

    ana.apply_technician_event(technician_event("in_progress"), CODE)

    assert (ana.session, ana.version) == (before, 1)


@pytest.mark.parametrize("written", [[], [(CODE, "human")]])
def test_a_turn_may_have_been_read_before_the_event(ana: ExpectedState, written: Written) -> None:
    """Nobody asked twice while it was open; once it is taken a wish for a person is news again."""
    ana.apply_technician_event(technician_event("in_progress"), CODE)

    ana.apply_message(message(ANA.text("quiero hablar con una persona")), 2, CODE, written)

    assert not ana.errors


def test_a_ticket_that_its_owner_closed_takes_no_note(ana: ExpectedState) -> None:
    closing = message(ANA.press(f"following/close/{CODE}", "Cerrar", "wamid.x"))
    ana.apply_message(closing, 2, CODE, [(CODE, "close")])

    ana.apply_message(message(ANA.text("la impresora no imprime")), 3, CODE, [])

    assert not ana.errors
    assert ana.session.state is State.CONFIRMING


def test_an_unexpected_version_is_an_error(ana: ExpectedState) -> None:
    ana.apply_message(message(ANA.text("hola")), 3, CODE, [])

    assert ana.errors


@pytest.mark.parametrize("written", [[], [(CODE, "human")], [("TK-0000-0001", "note")], [(CODE, "note")] * 2])
def test_what_was_written_has_to_be_what_the_turn_writes(ana: ExpectedState, written: Written) -> None:
    ana.apply_message(message(ANA.text("no me anda internet")), 2, CODE, written)

    assert ana.errors


def test_an_event_of_an_unknown_ticket_is_an_error() -> None:
    expected = ExpectedState()

    expected.apply_technician_event(technician_event("in_progress"), CODE)

    assert expected.errors
