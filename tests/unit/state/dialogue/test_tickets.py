"""Conversations about existing tickets."""

from dataclasses import replace
from typing import Any

import pytest

from state.dialogue.step import step
from state.model.language import Language
from state.model.message import Press, Unhandled, Unsupported
from state.model.session import Session, State
from state.model.ticket import TicketStatus
from state.model.turn import ChangeKind, Turn
from tests.support.dialogue import (
    ANOTHERS,
    MINE,
    NEW,
    PHOTO,
    Customer,
    did,
    facts,
    meant,
    message,
    mistyped,
    take,
    ticket,
)

IMPRESORA = "la impresora no imprime"


class TestTickets:
    def test_anothers_is_answered_like_one_that_is_not_there(self) -> None:
        replies = [take(Session(), message(code), {}).reply for code in (ANOTHERS, NEW)]
        unknown, nowhere = (reply and replace(reply, values={}) for reply in replies)
        assert unknown == nowhere

    def test_what_follows_is_added_with_one_bubble_a_minute(self, bea: Customer) -> None:
        assert [bea.says(said) for said in ("es la del piso dos", PHOTO, "la azul")] == [
            "note_added",
            None,
            None,
        ]
        assert [(note.text, note.files) for note in bea.notes] == [
            ("es la del piso dos", ()), ("", (PHOTO,)), ("la azul", ()),
        ]  # fmt: skip

    def test_a_question_for_which_there_is_no_bubble_is_not_open(self, bea: Customer) -> None:
        """Their no answers nothing then."""
        bea.says("es la del piso dos")
        assert bea.says("la luz roja parpadea y no imprime nada") is None
        assert bea.session.state is State.FOLLOWING

    def test_all_of_it_can_become_another_ticket(self, bea: Customer) -> None:
        other = bea.button(IMPRESORA, "other")
        bea.says(PHOTO)
        bea.says("es la de abajo")
        assert bea.says(other) == "ticket_opened"
        assert (bea.opened[0].description, bea.opened[0].files) == (
            f"{IMPRESORA}\nes la de abajo",
            (PHOTO,),
        )

    def test_also_after_a_look_at_the_ticket(self, bea: Customer) -> None:
        other = bea.button(IMPRESORA, "other")
        bea.says(Press(id=f"following/view/{MINE}"))
        bea.says(other)
        assert bea.opened[0].description == IMPRESORA

    def test_or_stays_where_it_is(self, bea: Customer) -> None:
        bea.says(IMPRESORA)
        assert bea.says("no") == "same_problem"
        assert [note.text for note in bea.notes] == [IMPRESORA]

    def test_a_question_shows_how_it_stands_and_is_kept(self, bea: Customer) -> None:
        assert [bea.says("¿cuándo estaría listo?"), bea.says("?")] == ["status_noted", "ticket_card"]
        assert [note.text for note in bea.notes] == ["¿cuándo estaría listo?"]

    def test_thanks_get_one_kind_line_and_are_no_notes(self, bea: Customer) -> None:
        assert [bea.says(said) for said in ("ok", "gracias", "chau")] == ["you_are_welcome", None, None]
        assert bea.notes == []

    def test_what_is_solved_is_noted_and_closed_with_a_yes(self, bea: Customer) -> None:
        assert bea.says("ya lo arreglé solo, era el cable") == "close_question"
        assert [note.text for note in bea.notes] == ["ya lo arreglé solo, era el cable"]
        assert bea.changes == []
        assert bea.says("sí") == "closed_by_owner"
        assert [change.kind for change in bea.changes] == [ChangeKind.CLOSE]

    def test_or_stays_open_with_a_no(self, bea: Customer) -> None:
        bea.says("ya lo arreglé solo, era el cable")
        assert (bea.says("no"), bea.changes) == ("stays_open", [])

    def test_a_note_to_the_next_ticket_is_answered_at_once(self, bea: Customer) -> None:
        bea.owned[NEW] = ticket(NEW)
        bea.says("es la del piso dos")
        assert bea.says(f"el {NEW} sigue sin prender desde ayer") == "noted_shown"
        assert bea.session.draft == f"el {NEW} sigue sin prender desde ayer"

    def test_a_note_to_one_that_is_closed_reopens_it_or_becomes_a_report(self, bea: Customer) -> None:
        for answer in ("reabrirlo", "abrir uno nuevo"):
            bea.sets_status(MINE, TicketStatus.CLOSED)
            bea.session = replace(bea.session, current_ticket=MINE)
            assert bea.says("es la del piso dos") == "ticket_closed"
            bea.says(answer)
        assert [(change.kind, change.text) for change in bea.changes] == [
            (ChangeKind.REOPEN, "es la del piso dos")
        ]
        assert (bea.notes, [opened.description for opened in bea.opened]) == ([], ["es la del piso dos"])

    def test_is_it_fixed_and_how_was_it(self, bea: Customer) -> None:
        bea.sets_status(MINE, TicketStatus.RESOLVED)
        bea.session = replace(bea.session, current_status=TicketStatus.RESOLVED)
        assert [bea.says(said) for said in ("sí", "5", "gracias")] == ["fixed", "rated", "you_are_welcome"]
        assert (bea.owned[MINE].status, bea.owned[MINE].rating) == (TicketStatus.CLOSED, 5)

    def test_blame_without_a_grade_is_kept(self, bea: Customer) -> None:
        bea.sets_status(MINE, TicketStatus.RESOLVED)
        bea.session = replace(bea.session, current_status=TicketStatus.RESOLVED)
        bea.says("sí")
        assert bea.says("la atención fue muy lenta y nadie me explicó nada") == "rate_again"
        assert [note.text for note in bea.notes] == ["la atención fue muy lenta y nadie me explicó nada"]

    def test_a_mistyped_code_is_not_answered_like_an_unknown_one(self, bea: Customer) -> None:
        assert [bea.says(code) for code in (mistyped(MINE), ANOTHERS, MINE.lower())] == [
            "code_mistyped", "code_unknown", "ticket_card",
        ]  # fmt: skip


class TestFullForToday:
    """The database has said that no more fits in the ticket today."""

    def turn(self, session: Session, said: str, **more: Any) -> Turn:
        received = message(said)
        awake, meaning = meant(session, received)
        known = replace(facts(meaning.lookup, {MINE: ticket(MINE)}), can_note=False, **more)
        return step(awake, received, meaning, known)

    def test_one_line_says_so_and_nothing_else_changes(self) -> None:
        before = Session(state=State.FOLLOWING, current_ticket=MINE, open_question=MINE, language=Language.ES)
        turn = self.turn(before, "y además hace un ruido muy feo")
        assert [did(turn), turn.reply and turn.reply.say] == ["full", "ticket_full"]
        after = turn.session
        assert (after.state, after.current_ticket, after.open_question) == (State.FOLLOWING, MINE, MINE)

    def test_the_second_time_nothing_does(self) -> None:
        before = Session(state=State.FOLLOWING, current_ticket=MINE, language=Language.ES)
        assert self.turn(before, "y además hace un ruido muy feo", full_told=True).effects == ()

    def test_who_has_had_too_many_replies_hears_of_it_in_the_ticket_alone(self) -> None:
        before = Session(state=State.FOLLOWING, current_ticket=MINE, language=Language.ES)
        turn = self.turn(before, "y además hace un ruido muy feo", replies_left=-1)
        assert (did(turn), turn.reply) == ("full", None)

    @pytest.mark.parametrize("cancelled", [True, False])
    def test_a_report_that_was_left_stays_as_it_was(self, cancelled: bool) -> None:
        before = Session(
            state=State.MENU, draft="no anda el monitor", serial=1, cancelled=cancelled, language=Language.ES
        )
        after = self.turn(before, f"{MINE} y además hace un ruido muy feo").session
        assert (after.state, after.draft, after.cancelled) == (State.MENU, "no anda el monitor", cancelled)

    def test_what_could_not_be_used_is_not_said_to_be_kept(self) -> None:
        before = Session(state=State.FOLLOWING, current_ticket=MINE, language=Language.ES)
        received = message(Unsupported(what=Unhandled.TOO_LARGE, words="así se ve, hace un ruido muy feo"))
        awake, meaning = meant(before, received)
        known = replace(facts(meaning.lookup, {MINE: ticket(MINE)}), can_note=False)
        reply = step(awake, received, meaning, known).reply
        assert reply is not None
        assert (reply.say, reply.missing) == ("ticket_full", None)
