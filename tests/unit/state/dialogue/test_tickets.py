"""Conversations about existing tickets."""

from dataclasses import replace

from state.model.message import Press
from state.model.session import Session
from state.model.ticket import TicketStatus
from tests.support.dialogue import ANOTHERS, MINE, NEW, PHOTO, Customer, message, mistyped, take, ticket

PROBLEM = "no prende la notebook"


class TestTickets:
    def test_anothers_is_answered_like_one_that_is_not_there(self) -> None:
        replies = [take(Session(), message(code), {}).reply for code in (ANOTHERS, NEW)]
        unknown, nowhere = (reply and replace(reply, values={}) for reply in replies)
        assert unknown == nowhere

    def test_what_follows_is_added_with_one_bubble_a_minute(self, bea: Customer) -> None:
        assert [bea.says(said) for said in ("ahora hace ruido", PHOTO, "y huele mal")] == [
            "note_added",
            None,
            None,
        ]
        assert [(note.text, note.files) for note in bea.notes] == [
            ("ahora hace ruido", ()), ("", (PHOTO,)), ("y huele mal", ()),
        ]  # fmt: skip

    def test_all_of_it_can_become_another_ticket(self, bea: Customer) -> None:
        other = bea.button("no anda la impresora", "other")
        bea.says(PHOTO)
        bea.says("es la de abajo")
        assert bea.says(other) == "confirm_problem"
        bea.says("sí")
        assert (bea.opened[0].description, bea.opened[0].files) == (
            "no anda la impresora\nes la de abajo",
            (PHOTO,),
        )

    def test_also_after_a_look_at_the_ticket(self, bea: Customer) -> None:
        other = bea.button("no anda la impresora", "other")
        bea.says(Press(id=f"following/view/{MINE}"))
        bea.says(other)
        assert bea.session.draft == "no anda la impresora"

    def test_a_note_to_the_next_ticket_is_answered_at_once(self, bea: Customer) -> None:
        bea.owned[NEW] = ticket(NEW)
        bea.says("ahora hace ruido")
        assert bea.says(f"el {NEW} sigue sin prender desde ayer") == "note_added"
        assert bea.session.draft == f"el {NEW} sigue sin prender desde ayer"

    def test_a_note_to_one_that_is_done_becomes_a_report(self, bea: Customer) -> None:
        bea.sets_status(MINE, TicketStatus.CLOSED)
        assert bea.says("otra vez no prende") == "ticket_closed"
        bea.says("sí")
        assert (bea.notes, bea.opened[0].description) == ([], "otra vez no prende")

    def test_a_mistyped_code_is_not_answered_like_an_unknown_one(self, bea: Customer) -> None:
        assert [bea.says(code) for code in (mistyped(MINE), ANOTHERS, MINE.lower())] == [
            "code_mistyped", "code_unknown", "ticket_card",
        ]  # fmt: skip
