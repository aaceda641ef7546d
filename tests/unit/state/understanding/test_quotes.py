"""A message that quotes a bubble about a ticket is about that ticket, whatever the customer is doing: nothing else is lost by it."""

from dataclasses import replace

import pytest

from state.model.message import Content
from state.model.session import WITH_TICKET, Session, State
from state.model.ticket import TicketStatus
from state.model.turn import Action, ChangeKind, ChangeTicket, Turn
from tests.support.dialogue import (
    ANOTHERS,
    MINE,
    MY_CLOSED,
    MY_OTHER,
    PHOTO,
    SESSIONS,
    VOICE,
    WITH_PHOTO,
    message,
    take,
    ticket,
)

BUSY: dict[str, Session] = {
    "confirming": SESSIONS[State.CONFIRMING],
    "describing": SESSIONS[State.DESCRIBING],
    "confirming a file": WITH_PHOTO,
    "another ticket": replace(SESSIONS[State.FOLLOWING], draft="la nota anterior"),
}
IDLE = {state.value: SESSIONS[state] for state in (State.MENU, State.ASKING_CODE, State.ERASING)}
EVERYWHERE = BUSY | IDLE
REPORTS = [name for name in BUSY if name != "another ticket"]
SAID: list[Content | str] = [
    "ahora además hace ruido",
    "no anda la impresora",
    "sí",
    PHOTO,
    VOICE,
    "30000385",
]


def said(
    session: Session, what: Content | str, status: TicketStatus = TicketStatus.OPEN, about: str = MY_OTHER
) -> Turn:
    """What the customer says, quoting a bubble about their other ticket."""
    owned = {MINE: ticket(MINE), MY_OTHER: ticket(MY_OTHER, status), MY_CLOSED: ticket(MY_CLOSED)}
    return take(session, message(what, quoting=about), owned)


def changes(turn: Turn) -> list[tuple[str, ChangeKind]]:
    return [(effect.code, effect.kind) for effect in turn.effects if isinstance(effect, ChangeTicket)]


def place(session: Session) -> tuple[object, ...]:
    """All that a quote leaves as it is."""
    return (session.state, session.draft, session.files, session.current_ticket, session.serial)


@pytest.mark.parametrize("name", EVERYWHERE)
class TestEverywhere:
    @pytest.mark.parametrize("what", SAID)
    def test_it_is_added_to_the_ticket(self, name: str, what: Content | str) -> None:
        assert changes(said(EVERYWHERE[name], what)) == [(MY_OTHER, ChangeKind.NOTE)]

    @pytest.mark.parametrize("what", ["es una epson l3150", "30000385", "no", PHOTO])
    def test_it_answers_the_technician_s_question(self, name: str, what: Content | str) -> None:
        asked = replace(EVERYWHERE[name], open_question=MY_OTHER)
        turn = said(asked, what, TicketStatus.WAITING_CUSTOMER)
        assert changes(turn) == [(MY_OTHER, ChangeKind.NOTE)]
        assert turn.session.open_question is None

    @pytest.mark.parametrize(("what", "does"), [("sí", ChangeKind.FIXED), ("no", ChangeKind.REOPEN)])
    def test_it_answers_whether_it_is_fixed(self, name: str, what: str, does: ChangeKind) -> None:
        turn = said(EVERYWHERE[name], what, TicketStatus.RESOLVED)
        assert changes(turn) == [(MY_OTHER, does)]

    def test_it_asks_for_a_person_about_it(self, name: str) -> None:
        turn = said(EVERYWHERE[name], "quiero hablar con una persona")
        assert changes(turn) == [(MY_OTHER, ChangeKind.HUMAN)]

    def test_it_asks_how_it_goes(self, name: str) -> None:
        turn = said(EVERYWHERE[name], "estado")
        assert turn.reply
        assert turn.reply.ticket
        assert turn.reply.ticket.code == MY_OTHER

    @pytest.mark.parametrize(
        "what", ["hola", "mis tickets", "gracias", "borrar mis datos", MINE, f"{MINE} {SAID[0]}"]
    )
    def test_a_command_and_a_code_are_what_they_always_are(self, name: str, what: str) -> None:
        quoting, plain = said(EVERYWHERE[name], what), take(EVERYWHERE[name], message(what), {MINE: ticket(MINE), MY_OTHER: ticket(MY_OTHER), MY_CLOSED: ticket(MY_CLOSED)})  # fmt: skip
        assert quoting == plain

    @pytest.mark.parametrize("what", SAID)
    def test_a_quote_of_nothing_known_changes_nothing(self, name: str, what: Content | str) -> None:
        owned = {MINE: ticket(MINE)}
        assert take(EVERYWHERE[name], message(what, quoting=None), owned) == take(
            EVERYWHERE[name], message(what), owned
        )


@pytest.mark.parametrize("name", BUSY)
class TestReturn:
    @pytest.mark.parametrize("what", SAID)
    @pytest.mark.parametrize(
        "status", [TicketStatus.OPEN, TicketStatus.WAITING_CUSTOMER, TicketStatus.CLOSED]
    )
    def test_the_report_or_the_other_ticket_is_where_it_was(
        self, name: str, what: Content | str, status: TicketStatus
    ) -> None:
        turn = said(BUSY[name], what, status)
        before = BUSY[name]
        if before.has_draft and before.state is State.DESCRIBING:
            before = replace(before, state=State.CONFIRMING)
        assert place(turn.session) == place(before)
        assert changes(turn) == [(MY_OTHER, ChangeKind.NOTE)]

    def test_a_finished_ticket_can_be_reopened(self, name: str) -> None:
        turn = said(BUSY[name], "volvió a fallar igual que antes", TicketStatus.CLOSED)
        assert turn.reply
        assert Action.REOPEN in [button.action for button in turn.reply.buttons]


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("status", TicketStatus)
@pytest.mark.parametrize("what", ["quiero hablar con una persona", "estado", *SAID])
def test_a_report_is_never_dropped(name: str, status: TicketStatus, what: Content | str) -> None:
    before = BUSY[name]
    turn = said(before, what, status)
    if turn.reply and turn.reply.say == "human_opened":
        return  # with the report in it
    assert (turn.session.draft, turn.session.files) == (before.draft, before.files)


@pytest.mark.parametrize("name", IDLE)
def test_from_the_menu_they_go_on_about_it(name: str) -> None:
    turn = said(IDLE[name], "ahora además hace ruido")
    assert turn.session.state in WITH_TICKET
    assert turn.session.current_ticket == MY_OTHER


def test_the_bubble_that_is_quoted_is_about_what_it_changes_or_shows() -> None:
    assert said(SESSIONS[State.MENU], "ahora además hace ruido").about == MY_OTHER
    assert said(SESSIONS[State.MENU], "estado").about == MY_OTHER
    assert take(SESSIONS[State.CONFIRMING], message("sí"), {}).about is not None
    assert take(SESSIONS[State.MENU], message("hola"), {}).about is None
    assert take(SESSIONS[State.MENU], message(ANOTHERS), {}).about is None


def test_a_bubble_that_asks_about_a_report_too_is_about_no_ticket() -> None:
    """A quoted "yes" would open it."""
    shown = take(SESSIONS[State.CONFIRMING], message(MINE), {MINE: ticket(MINE)})
    assert shown.reply
    assert (shown.reply.say, shown.about) == ("ticket_glance", None)
    assert said(SESSIONS[State.CONFIRMING], "ahora además hace ruido").about is None
