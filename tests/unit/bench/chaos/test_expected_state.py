"""The expected state of the chaos tests: what messages and ticket events lead to, in the order of their commits."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bench.chaos.expected_state import ExpectedState, Written, read_event
from emulator import Json
from emulator.meta.customer import Customer
from state.model.language import Language
from state.model.message import Message
from state.model.session import State
from state.model.ticket import TicketStatus
from state.model.ticket_fact import FactKind, TicketFact

CODE = "TK-7F3K-9QXP"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ANA = Customer(clock=NOW.timestamp)


def message(content: Json) -> Message:
    event = read_event(ANA.webhook(content))
    assert isinstance(event, Message)
    return event


def technician_event(to_status: str | None, body: str | None = None) -> dict[str, Any]:
    kind = "status" if to_status else "answer"
    return {"kind": kind, "to_status": to_status, "body": body, "created_at": NOW.isoformat()}


@pytest.fixture
def ana() -> ExpectedState:
    """She has a ticket, for which she wants a person."""
    expected = ExpectedState()
    expected.apply_message(message(ANA.text("quiero hablar con una persona")), 1, CODE, [(CODE, "created")])
    return expected


def test_what_a_technician_does_is_a_fact_until_the_next_message(ana: ExpectedState) -> None:
    before = ana.session

    ana.apply_technician_event(technician_event("waiting_customer", "¿Tiene luz?"), CODE)

    waiting = TicketStatus.WAITING_CUSTOMER
    fact = TicketFact(
        kind=FactKind.STATUS, ticket=CODE, status=waiting, to=waiting, text=True, language=Language.ES, at=NOW
    )
    assert (ana.session, ana.facts, ana.version) == (before, (fact,), 2)

    ana.apply_message(message(ANA.text("sí, tiene")), 3, CODE, [(CODE, "note")])

    assert ana.facts == ()
    assert not ana.errors


def test_a_question_makes_its_ticket_the_current_one(ana: ExpectedState) -> None:
    ana.apply_message(message(ANA.text("hola")), 2, CODE, [])
    assert ana.session.state is State.MENU

    ana.apply_technician_event(technician_event("waiting_customer", "¿Tiene luz?"), CODE)
    ana.apply_message(message(ANA.text("la luz está apagada")), 4, CODE, [(CODE, "note")])

    assert (ana.session.state, ana.session.current_ticket) == (State.FOLLOWING, CODE)
    assert not ana.errors


def test_a_draft_keeps_the_state(ana: ExpectedState) -> None:
    ana.apply_message(message(ANA.text("no me anda internet")), 2, CODE, [(CODE, "note")])
    ana.apply_message(message(ANA.text("otro problema: la impresora no imprime")), 3, CODE, [])
    draft = ana.session.draft

    ana.apply_technician_event(technician_event("resolved"), CODE)
    ana.apply_notification([technician_event("resolved")], CODE, NOW.isoformat())
    ana.apply_message(message(ANA.text("tampoco escanea")), 6, CODE, [])

    assert (ana.session.state, ana.session.open_question) == (State.CONFIRMING, CODE)
    assert ana.session.draft.startswith(draft)
    assert not ana.errors


def test_a_notification_that_was_sent_makes_its_ticket_the_current_one(ana: ExpectedState) -> None:
    ana.apply_message(message(ANA.text("quiero reportar un problema")), 2, CODE, [])
    ana.apply_technician_event(technician_event("in_progress", "Lo miro"), CODE)
    ana.apply_notification([technician_event("in_progress", "Lo miro")], CODE, NOW.isoformat())

    ana.apply_message(message(ANA.text("es la impresora del segundo piso")), 5, CODE, [(CODE, "note")])

    assert (ana.session.state, ana.session.current_ticket) == (State.FOLLOWING, CODE)
    assert not ana.errors


@pytest.mark.parametrize(
    ("changes", "to"),
    [
        (["in_progress", "waiting_customer", "in_progress"], "waiting_customer"),
        (["resolved", "closed"], "resolved"),
        (["in_progress"], "in_progress"),
        ([None], None),
    ],
)
def test_a_notification_of_several_events_says_that_one_asked(
    ana: ExpectedState, changes: list[str | None], to: str | None
) -> None:
    ana.apply_notification([technician_event(change) for change in changes], CODE, NOW.isoformat())

    (fact,) = ana.facts
    assert (fact.kind, fact.to, fact.status, fact.text) == (FactKind.NOTIFIED, to, "open", False)


def test_an_answer_changes_the_status_once(ana: ExpectedState) -> None:
    ana.apply_technician_event(technician_event("waiting_customer", "¿Tiene luz?"), CODE)
    answer = message(ANA.text("sigue sin prender"))

    ana.apply_message(answer, 3, CODE, [(CODE, "note")])
    ana.apply_message(message(ANA.text("quiero hablar con una persona")), 4, CODE, [(CODE, "human")])

    assert not ana.errors


def test_a_change_without_a_word_is_a_fact_that_changes_nothing_else(ana: ExpectedState) -> None:
    before = ana.session

    ana.apply_technician_event(technician_event("in_progress"), CODE)

    assert (ana.session, len(ana.facts), ana.version) == (before, 1, 2)


def test_a_ticket_that_a_colleague_takes_over_is_no_fact(ana: ExpectedState) -> None:
    ana.apply_technician_event(technician_event(None), CODE)

    assert (ana.facts, ana.version) == ((), 1)


@pytest.mark.parametrize(("written", "right"), [([], False), ([(CODE, "human")], True)])
def test_a_turn_after_an_event_sees_the_ticket_as_it_is(
    ana: ExpectedState, written: Written, right: bool
) -> None:
    """Nobody asked twice while it was open; once it is taken a wish for a person is news again."""
    ana.apply_technician_event(technician_event("in_progress"), CODE)

    ana.apply_message(message(ANA.text("quiero hablar con una persona")), 3, CODE, written)

    assert bool(ana.errors) is not right


def test_a_ticket_that_its_owner_closed_takes_no_note(ana: ExpectedState) -> None:
    closing = message(ANA.press(f"following/close/{CODE}", "Cerrar", "wamid.x"))
    ana.apply_message(closing, 2, CODE, [(CODE, "close")])

    ana.apply_message(message(ANA.text("la impresora no imprime")), 3, CODE, [])

    assert not ana.errors
    assert ana.session.state is State.REOPENING


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
