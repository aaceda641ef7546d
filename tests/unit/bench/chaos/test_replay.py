"""The replay of the chaos' judge: customers and technicians in the order of their commits, through the pure dialogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bench.chaos.replay import Expected, read_event
from emulator.meta.customers import Customer
from emulator.meta.wire import Json
from state.model.message import Message
from state.model.session import State

CODE = "TK-7F3K-9QX2"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ANA = Customer(clock=NOW.timestamp)


def message(written: Json) -> Message:
    event = read_event(ANA.webhook(written))
    assert isinstance(event, Message)
    return event


def deed(to_status: str | None, body: str | None = None) -> dict[str, Any]:
    return {"to_status": to_status, "body": body, "created_at": NOW}


@pytest.fixture
def ana() -> Expected:
    """She has a ticket, for which she wants a person."""
    expected = Expected()
    expected.take(message(ANA.text("quiero hablar con una persona")), 1, CODE, {"created"})
    return expected


def test_a_question_puts_its_ticket_on_the_table(ana: Expected) -> None:
    ana.take(message(ANA.text("hola")), 2, CODE, set())

    ana.work(deed("waiting_customer", "¿Tiene luz?"), CODE)

    assert (ana.session.state, ana.session.ticket, ana.session.asked) == (State.FOLLOWING, CODE, CODE)
    assert ana.version == 3
    assert not ana.slips


def test_a_report_on_the_table_stays_there(ana: Expected) -> None:
    ana.take(message(ANA.text("no me anda internet")), 2, CODE, {"note"})
    ana.take(message(ANA.text("otro problema: la impresora no imprime")), 3, CODE, set())
    before = ana.session

    ana.work(deed("resolved"), CODE)
    ana.read([deed("resolved")], CODE, NOW)

    assert before.state is State.CONFIRMING
    assert ana.session == replace(before, asked=CODE)
    assert ana.version == 5


def test_a_letter_that_has_left_puts_its_ticket_on_the_table(ana: Expected) -> None:
    ana.take(message(ANA.text("quiero reportar un problema")), 2, CODE, set())
    ana.work(deed("in_progress", "Lo miro"), CODE)
    assert ana.session.state is State.DESCRIBING

    ana.read([deed("in_progress", "Lo miro")], CODE, NOW)

    assert (ana.session.state, ana.session.ticket) == (State.FOLLOWING, CODE)


def test_an_answer_is_taken_up_once(ana: Expected) -> None:
    ana.work(deed("waiting_customer", "¿Tiene luz?"), CODE)
    answer = message(ANA.text("sigue sin prender"))

    ana.take(answer, 3, CODE, {"note"})
    ana.take(message(ANA.text("quiero hablar con una persona")), 4, CODE, {"human"})

    assert ana.notes[CODE, answer.wamid, "note"] == 1
    assert not ana.slips


def test_what_only_changes_the_ticket_does_not_move_the_conversation(ana: Expected) -> None:
    before = ana.session

    ana.work(deed("in_progress"), CODE)

    assert (ana.session, ana.version) == (before, 1)


@pytest.mark.parametrize("wrote", [set(), {"human"}])
def test_a_turn_may_have_been_read_before_the_ticket_was_taken(ana: Expected, wrote: set[str]) -> None:
    """Nobody asked twice while it was open; once it is taken a wish for a person is news again."""
    ana.work(deed("in_progress"), CODE)

    ana.take(message(ANA.text("quiero hablar con una persona")), 2, CODE, wrote)

    assert {kind for _, _, kind in ana.notes} == wrote
    assert not ana.slips


def test_a_ticket_that_its_owner_closed_takes_no_note(ana: Expected) -> None:
    closing = message(ANA.press(f"following/close/{CODE}", "Cerrar", "wamid.x"))
    ana.take(closing, 2, CODE, {"close"})

    ana.take(message(ANA.text("la impresora no imprime")), 3, CODE, set())

    assert ana.notes == {(CODE, closing.wamid, "close"): 1}
    assert ana.session.state is State.CONFIRMING


def test_a_version_that_nobody_made_is_a_slip(ana: Expected) -> None:
    ana.take(message(ANA.text("hola")), 3, CODE, set())

    assert ana.slips


def test_work_on_a_ticket_that_is_not_there_is_a_slip() -> None:
    expected = Expected()

    expected.work(deed("in_progress"), CODE)

    assert expected.slips
