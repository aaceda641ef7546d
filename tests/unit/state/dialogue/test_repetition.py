"""The same message for the third time in a row is not answered, unless it answers something."""

from dataclasses import replace

import pytest

from state.dialogue.catch_up import catch_up
from state.model.message import Content, Unhandled, Unsupported
from state.model.session import Session, State, from_json, to_json
from state.model.ticket import TicketStatus
from state.model.ticket_fact import FactKind, TicketFact
from tests.support.dialogue import MINE, NOON, Customer, press, ticket

LONG = "Hola, recibimos su consulta número {} y la vamos a responder el próximo día hábil, gracias."


@pytest.fixture
def ana() -> Customer:
    return Customer()


@pytest.mark.parametrize(
    "said",
    ["hola", "xkcd wobble", "la impresora no imprime", "mis tickets", Unsupported(what=Unhandled.STICKER)],
)
def test_the_third_of_the_same_gets_silence(ana: Customer, said: Content | str) -> None:
    replies = [ana.says(said) for _ in range(5)]
    assert (replies[0] is not None, replies[2:]) == (True, [None, None, None])


def test_capitals_and_spaces_make_no_difference(ana: Customer) -> None:
    assert [bool(ana.says(said)) for said in ("xkcd wobble", "XKCD  Wobble", " xkcd wobble ")] == [
        True,
        True,
        False,
    ]


def test_in_a_long_text_numbers_make_none(ana: Customer) -> None:
    assert [bool(ana.says(LONG.format(n), after=7)) for n in (9, 10, 11)] == [True, True, False]


def test_but_in_a_short_one_and_in_a_burst_they_do(ana: Customer) -> None:
    assert all(ana.says(f"no prende la compu {n}") for n in range(4))
    ana.says("hola")
    assert all(ana.says(LONG.format(n), after=1) for n in range(4))


def test_something_else_between_them_starts_again(ana: Customer) -> None:
    assert all(ana.says(said) for said in ("xkcd wobble", "xkcd wobble", "no prende", "xkcd wobble"))


def test_so_does_a_button(ana: Customer) -> None:
    ana.says("hola")
    ana.says("hola")
    ana.says(press("menu/report"))
    assert ana.says("hola") == "welcome"


def test_so_do_five_minutes(ana: Customer) -> None:
    assert all(ana.says("xkcd wobble", after=301) for _ in range(4))


def test_a_button_is_answered_each_time(ana: Customer) -> None:
    assert all(ana.says(press("menu/report")) for _ in range(5))


def test_what_was_asked_is_answered_each_time(ana: Customer) -> None:
    ana.says("borrar mis datos")
    assert [ana.says("sí") for _ in range(4)] == ["erase_press"] * 4


def test_a_ticket_is_closed_by_the_third_yes(ana: Customer) -> None:
    ana.session = Session(state=State.CLOSING, current_ticket=MINE, times=2, repeated=None, at=NOON)
    ana.owned = {MINE: ticket(MINE)}
    ana.session = replace(ana.session, repeated=Customer().turn("sí").session.repeated)
    assert ana.says("sí") == "closed_by_owner"


def test_its_words_are_kept(ana: Customer) -> None:
    ana.session = Session(
        state=State.FOLLOWING, current_ticket=MINE, current_status=TicketStatus.OPEN, at=NOON
    )
    ana.owned = {MINE: ticket(MINE)}
    for _ in range(4):
        ana.says("sigue igual que ayer", after=60)
    assert [note.text for note in ana.notes] == ["sigue igual que ayer"] * 4


def test_a_question_that_is_not_shown_is_not_open(ana: Customer) -> None:
    ana.session = Session(
        state=State.FOLLOWING, current_ticket=MINE, current_status=TicketStatus.OPEN, at=NOON
    )
    ana.owned = {MINE: ticket(MINE)}
    replies = [ana.says("tampoco anda el monitor", after=60) for _ in range(3)]
    assert replies == ["note_other", "note_other", None]
    assert ana.session.state is State.FOLLOWING


def test_what_was_not_kept_is_said_however_often(ana: Customer) -> None:
    draft = Session(state=State.CONFIRMING, draft="x" * 60_000, at=NOON)
    ana.session = draft
    assert [ana.says("y la luz parpadea", after=61) for _ in range(4)] == ["report_full"] * 4


def test_what_a_technician_says_between_them_starts_again(ana: Customer) -> None:
    ana.session = Session(state=State.FOLLOWING, current_ticket=MINE, at=NOON, repeated="x", times=2)
    fact = TicketFact(
        kind=FactKind.NOTIFIED,
        ticket=MINE,
        status=TicketStatus.WAITING_CUSTOMER,
        to=TicketStatus.WAITING_CUSTOMER,
        text=True,
        at=NOON,
    )
    assert catch_up(ana.session, (fact,), NOON).times == 0


def test_the_session_holds_a_hash_and_not_the_text(ana: Customer) -> None:
    ana.says("gracias")
    stored = to_json(ana.session)
    assert "gracias" not in str(stored)
    assert from_json(stored).times == 1
