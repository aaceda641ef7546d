"""Ticket codes in what customers write: in every state, in every form, several in a text, and numbers that are no code."""

from dataclasses import replace

import pytest

from state.model.message import Attachment, Content
from state.model.session import WITH_REPORT, WITH_TICKET, Session, State
from state.model.ticket import TicketStatus
from state.model.turn import ChangeTicket, OpenTicket, Turn
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
    mistyped,
    take,
    ticket,
)
from tests.unit.state.model.test_ticket_code import CODE, FORMS

OWNED = {code: ticket(code) for code in (MINE, MY_OTHER, CODE)}
STATES: dict[str, Session] = {str(state): session for state, session in SESSIONS.items()}
STATES["confirming a file"] = WITH_PHOTO
IN_A_REPORT = [SESSIONS[State.DESCRIBING], WITH_PHOTO, *(SESSIONS[state] for state in sorted(WITH_REPORT))]
OUT_OF_ONE = [State.MENU, State.ASKING_CODE, *sorted(WITH_TICKET), State.ERASING]
# All have the right check symbol, as one number in 32.
NUMBERS = ("30000385", "4555-0086", "4555 0086", " 4555–0086 ", "*30000385*", "30000385.")


def shown(turn: Turn) -> list[str]:
    """The tickets whose card is shown."""
    return [turn.reply.ticket.code] if turn.reply and turn.reply.ticket else []


def kept(turn: Turn) -> str:
    """Where the words of a message are now: in a ticket or a note, or in the draft."""
    words = [effect.description for effect in turn.effects if isinstance(effect, OpenTicket)]
    words += [effect.text for effect in turn.effects if isinstance(effect, ChangeTicket)]
    return "\n".join([*words, turn.session.draft])


def noted(turn: Turn) -> list[str]:
    return [effect.code for effect in turn.effects if isinstance(effect, ChangeTicket)]


def said(session: Session, what: Content | str) -> Turn:
    return take(session, message(what), OWNED)


@pytest.mark.parametrize("session", STATES.values(), ids=STATES)
class TestInEveryState:
    @pytest.mark.parametrize("text", FORMS)
    def test_a_code_alone_shows_the_ticket_and_keeps_a_report(self, session: Session, text: str) -> None:
        turn = said(session, text)
        assert shown(turn) == [CODE]
        assert not any(isinstance(effect, OpenTicket) for effect in turn.effects)
        if session.state in WITH_REPORT:
            assert (turn.session.draft, turn.session.files) == (session.draft, session.files)
            assert turn.session.state is State.CONFIRMING

    @pytest.mark.parametrize("wrong", [mistyped(MINE), ANOTHERS, "INC0-1234", "TK-1234-5678"])
    def test_of_several_their_own_counts(self, session: Session, wrong: str) -> None:
        for text in (f"era {wrong}, perdón: {MINE}", f"digo {wrong} {MINE}", f"{MINE}, no {wrong}"):
            assert shown(said(session, text)) == [MINE]

    def test_of_several_of_theirs_the_first(self, session: Session) -> None:
        assert shown(said(session, f"{MY_OTHER} {MINE}")) == [MY_OTHER]

    def test_asking_about_it_shows_it(self, session: Session) -> None:
        assert shown(said(session, f"cómo va el *{MINE}*?")) == [MINE]

    @pytest.mark.parametrize("code", [ANOTHERS, mistyped(MINE)])
    def test_one_that_is_not_theirs_drops_no_report(self, session: Session, code: str) -> None:
        turn = said(session, f"*{code}*")
        assert turn.reply
        assert turn.reply.say == ("code_unknown" if code == ANOTHERS else "code_mistyped")
        assert turn.reply.values["code"] == code
        if session.state in WITH_REPORT:
            assert (turn.session.draft, turn.session.files) == (session.draft, session.files)


class TestStories:
    @pytest.mark.parametrize("session", IN_A_REPORT)
    def test_a_code_in_a_description_is_part_of_it(self, session: Session) -> None:
        text = f"es la misma impresora de *{MINE}* y ahora además se traba el papel"
        turn = said(session, text)
        assert (shown(turn), noted(turn)) == ([], [])
        assert text in kept(turn)

    @pytest.mark.parametrize(
        "words",
        ["sigue igual el problema", "todavía no funciona", "sigue sin andar", "lo paso a buscar mañana"],
    )
    @pytest.mark.parametrize("state", OUT_OF_ONE)
    def test_few_words_that_are_no_plain_question_are_kept(self, state: State, words: str) -> None:
        """Also those that only the classifier takes for a question: the ticket is shown, and technicians read them."""
        turn = said(SESSIONS[state], f"{MINE} {words}")
        assert noted(turn) == [MINE]
        assert words in kept(turn)

    @pytest.mark.parametrize("state", OUT_OF_ONE)
    def test_with_several_codes_it_is_a_note_in_theirs(self, state: State) -> None:
        text = f"antes era {ANOTHERS} y ahora {MY_OTHER}: sigue sin andar la impresora"
        turn = said(SESSIONS[state], text)
        assert noted(turn) == [MY_OTHER]
        assert text in kept(turn)

    @pytest.mark.parametrize("state", OUT_OF_ONE)
    @pytest.mark.parametrize("file", [PHOTO, VOICE])
    def test_a_file_that_names_a_ticket_goes_there(self, state: State, file: Attachment) -> None:
        turn = said(SESSIONS[state], replace(file, caption=f"*{MY_OTHER}*"))
        assert noted(turn) == [MY_OTHER]

    def test_a_file_that_names_anothers_ticket_stays(self) -> None:
        turn = said(SESSIONS[State.FOLLOWING], replace(PHOTO, caption=ANOTHERS))
        assert noted(turn) == [MINE]


class TestNumbers:
    """Eight digits with the right check symbol: an identity or telephone number, unless a ticket of theirs has it."""

    @pytest.mark.parametrize("number", NUMBERS)
    @pytest.mark.parametrize("state", State)
    def test_answer_the_question_of_a_technician(self, state: State, number: str) -> None:
        owned = OWNED | {MY_OTHER: ticket(MY_OTHER, TicketStatus.WAITING_CUSTOMER)}
        asked = replace(SESSIONS[state], open_question=MY_OTHER)
        if state in WITH_TICKET:
            asked = replace(asked, current_ticket=MY_OTHER, current_status=TicketStatus.WAITING_CUSTOMER)
        turn = take(asked, message(number), owned)
        assert number.strip() in kept(turn)
        if state in {State.MENU, State.ASKING_CODE, *WITH_TICKET}:
            assert noted(turn) == [MY_OTHER]

    @pytest.mark.parametrize("number", NUMBERS)
    @pytest.mark.parametrize("name", STATES)  # there it is no grade
    def test_are_what_they_would_be_without_the_check_symbol(self, name: str, number: str) -> None:
        session = STATES[name]
        turn, other = said(session, number), said(session, number.replace("5", "6"))
        if name == State.ASKING_CODE:
            assert turn.reply
            assert turn.reply.say == "code_unknown"
            return
        assert number.strip() in kept(turn)
        assert kept(turn).replace("5", "6") == kept(other)
        assert (turn.session.state, noted(turn)) == (other.session.state, noted(other))

    @pytest.mark.parametrize("number", ["caso 30000385", "mi dni es 30000385 y el tel 4555-0086"])
    def test_in_a_text_are_part_of_it(self, number: str) -> None:
        turn = said(SESSIONS[State.FOLLOWING], number)
        assert noted(turn) == [MINE]
        assert number in kept(turn)

    @pytest.mark.parametrize("name", STATES)
    def test_that_are_a_ticket_of_theirs_show_it(self, name: str) -> None:
        owned = OWNED | {"TK-3000-0385": ticket("TK-3000-0385")}
        assert shown(take(STATES[name], message("30000385"), owned)) == ["TK-3000-0385"]

    def test_that_are_none_cost_no_second_look_up(self) -> None:
        """The ticket of the number and the current one are asked for together."""
        finished = {MINE: ticket(MINE, TicketStatus.RESOLVED)}
        turn = take(SESSIONS[State.FOLLOWING], message("30000385"), finished)
        assert turn.reply
        assert (turn.reply.say, turn.session.draft) == ("reopen_question", "30000385")


def test_a_code_of_a_closed_ticket_shows_it() -> None:
    owned = {MY_CLOSED: ticket(MY_CLOSED, TicketStatus.CLOSED)}
    assert shown(take(SESSIONS[State.MENU], message(f"`{MY_CLOSED}`"), owned)) == [MY_CLOSED]
