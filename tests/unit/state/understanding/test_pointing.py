"""Which of several tickets is meant: by its number, its place in the list, its words or its status."""

from dataclasses import replace

import pytest

from state.model.ticket import TicketStatus
from state.understanding.pointing import pointed_at, points
from tests.support.dialogue import MINE, MY_CLOSED, MY_OTHER, ticket

PRINTER = replace(ticket(MINE), summary="La impresora de recepción no imprime")
LAPTOP = replace(ticket(MY_OTHER, TicketStatus.IN_PROGRESS), summary="La notebook de ventas no prende")
MONITOR = replace(ticket(MY_CLOSED, TicketStatus.RESOLVED), summary="El monitor de la caja parpadea")
LIST = (PRINTER, LAPTOP, MONITOR)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1", MINE),
        ("2", MY_OTHER),
        ("3.", MY_CLOSED),
        ("el 2", MY_OTHER),
        ("number 3", MY_CLOSED),
        ("la segunda", MY_OTHER),
        ("el primero", MINE),
        ("the third one", MY_CLOSED),
        ("o segundo", MY_OTHER),
        ("a primeira", MINE),
        ("one", MINE),
        ("uno", MINE),
        ("dois", MY_OTHER),
        ("el último", MY_CLOSED),
        ("the last one", MY_CLOSED),
        ("o último", MY_CLOSED),
        ("la de la impresora", MINE),
        ("el de las impresoras", MINE),
        ("the notebook one", MY_OTHER),
        ("o da impressora de recepção", MINE),
        ("el monitor", MY_CLOSED),
        ("the monitor one", MY_CLOSED),
        ("el de ventas", MY_OTHER),
        ("el resuelto", MY_CLOSED),
        ("the one in progress", MY_OTHER),
    ],
)
def test_a_ticket_is_pointed_at(text: str, code: str) -> None:
    pointed = pointed_at(text, LIST)
    assert pointed
    assert pointed.code == code


@pytest.mark.parametrize(
    "text", ["", "9", "la novena", "el teclado", "hola", "1 y 2", "👍", "el que no", "cualquiera"]
)
def test_none_or_several_is_none(text: str) -> None:
    assert pointed_at(text, LIST) is None


@pytest.mark.parametrize("text", ["1", "la última", "la impresora"])
def test_of_no_tickets_none_is_meant(text: str) -> None:
    assert pointed_at(text, ()) is None


def test_of_two_alike_none_is_meant() -> None:
    assert pointed_at("la impresora", (PRINTER, replace(PRINTER, code=MY_OTHER))) is None


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("la que no imprime", True),
        ("o que não liga", True),
        ("the one that won't start", True),
        ("aquele da hp que não imprime nada", True),
        ("la impresora no imprime", False),
        ("my laptop does not start", False),
    ],
)
def test_which_texts_point(text: str, does: bool) -> None:
    assert points(text) is does
