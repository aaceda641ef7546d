"""Conversations about a report, from its first words to the ticket."""

from dataclasses import replace

import pytest

from state.dialogue.problem_report import MAX_DRAFT, summarise
from state.model.message import Attachment, AttachmentKind, Press
from state.model.session import State
from state.understanding.meaning import MAX_FILES
from tests.support.dialogue import PHOTO, Customer, message, take

PROBLEM = "no prende la notebook"


class TestReporting:
    def test_in_one_message_takes_one_confirmation(self, ana: Customer) -> None:
        assert ana.says("hola, no prende la notebook") == "confirm_problem"
        assert ana.says("sí") == "ticket_opened"
        assert [(opened.description, opened.files) for opened in ana.opened] == [
            ("hola, no prende la notebook", ())
        ]

    def test_step_by_step(self, ana: Customer) -> None:
        report = ana.button("hola", "report")
        assert ana.says(report) == "ask_problem"
        assert ana.says(PROBLEM) == "ticket_opened"
        assert ana.opened[0].description == PROBLEM

    def test_keeps_what_was_said_along_with_the_wish(self, ana: Customer) -> None:
        assert ana.says("tengo un problema con mi notebook") == "more_needed"
        assert ana.says(PROBLEM) == "ticket_opened"
        assert ana.opened[0].description == f"tengo un problema con mi notebook\n{PROBLEM}"

    def test_asks_what_fails_when_only_the_place_is_said(self, ana: Customer) -> None:
        ana.says("quiero reportar un problema")
        assert ana.says("en el aula 12, edificio C") == "more_needed"
        assert ana.opened == []
        assert ana.says(PROBLEM) == "ticket_opened"
        assert ana.opened[0].description == f"en el aula 12, edificio C\n{PROBLEM}"

    def test_with_a_voice_note_for_a_description(self, ana: Customer) -> None:
        ana.says("quiero reportar un problema")
        voice = Attachment(kind=AttachmentKind.VOICE, media_id="v1")
        assert ana.says(voice) == "ticket_opened"
        assert (ana.opened[0].files, ana.opened[0].description) == ((voice,), "")

    def test_with_an_album_gets_one_bubble(self, ana: Customer) -> None:
        photos = [Attachment(kind=AttachmentKind.IMAGE, media_id=str(n)) for n in range(6)]
        assert [ana.says(photo, after=1) for photo in photos] == ["file_received", *[None] * 5]
        assert ana.says(PROBLEM) == "ticket_opened"
        assert ana.opened[0].files == tuple(photos)

    def test_a_photo_a_minute_later_is_answered_again(self, ana: Customer) -> None:
        ana.says(PHOTO)
        assert ana.says(PHOTO, after=60) == "file_received"

    def test_keeps_photos_until_the_words_come(self, ana: Customer) -> None:
        ana.says("quiero reportar un problema")
        assert [ana.says(said) for said in (PHOTO, "hola?", Press(id="menu/report"), PHOTO)] == [
            "file_received",
            "kept_draft",
            "file_received",
            None,
        ]
        ana.says(PROBLEM)
        ana.says("sí")
        assert ana.opened[0].files == (PHOTO, PHOTO)

    def test_takes_ten_files_and_refuses_the_next_but_not_its_words(self, ana: Customer) -> None:
        for _ in range(MAX_FILES):
            ana.says(PHOTO)
        assert ana.says(replace(PHOTO, caption="esta es la etiqueta")) == "too_many_files"
        ana.says("sí")
        assert (len(ana.opened[0].files), ana.opened[0].description) == (MAX_FILES, "esta es la etiqueta")

    @pytest.mark.parametrize("before", ["hola", "quiero reportar un problema", PROBLEM])
    @pytest.mark.parametrize("after", [0, 1, 50])
    def test_says_once_that_an_album_is_too_large(self, ana: Customer, before: str, after: float) -> None:
        ana.says(before)
        replies = [ana.says(PHOTO, after=after) for _ in range(30)]
        assert replies.count("too_many_files") == 1
        ana.says("sí")
        assert len(ana.opened[0].files) == MAX_FILES

    def test_says_so_again_of_a_file_that_comes_later(self, ana: Customer) -> None:
        for _ in range(MAX_FILES + 2):
            ana.says(PHOTO)
        assert ana.says(PHOTO, after=60) == "too_many_files"

    @pytest.mark.parametrize("said", [PROBLEM, f"{PROBLEM}\ndesde ayer"])
    def test_does_not_write_down_twice_what_is_said_twice(self, ana: Customer, said: str) -> None:
        for _ in range(3):
            ana.says(said)
        ana.says("sí")
        assert ana.opened[0].description == said

    def test_takes_a_very_long_text_whole(self, ana: Customer) -> None:
        text = f"{PROBLEM} " + "y la luz parpadea " * 225
        ana.says(text)
        ana.says("sí")
        assert ana.opened[0].description == text.strip()
        assert len(ana.opened[0].summary) <= 80

    def test_says_what_was_not_kept_once_it_is_full(self, ana: Customer) -> None:
        lines = [f"{n} no prende " + "x" * 4000 for n in range(20)]
        replies = [ana.says(line, after=5) for line in lines]
        kept = lines[: replies.index("report_full")]
        assert replies.count("report_full") == 1
        assert len("\n".join(kept)) > MAX_DRAFT - 5000
        ana.says("sí")
        assert ana.opened[0].description == "\n".join(kept)

    def test_keeps_what_is_not_understood_and_asks_in_other_words_the_second_time(
        self, ana: Customer
    ) -> None:
        assert ana.says("asdf") == "unsure"
        assert ana.says("asdf qwer") == "unsure_again"
        assert ana.says(Press(id="menu/human")) == "human_opened"
        assert ana.opened[0].description == "asdf\nasdf qwer"

    def test_waits_while_they_fetch_something(self, ana: Customer) -> None:
        ana.says(PROBLEM)
        assert [ana.says(said) for said in ("espera", "gracias", "gracias", "mis tickets", "sí")] == [
            "wait",
            "you_are_welcome",
            None,
            "no_tickets",
            "ticket_opened",
        ]

    def test_refused_is_gone(self, ana: Customer) -> None:
        ana.says(PROBLEM)
        assert ana.says("no") == "cancelled"
        assert (ana.session.draft, ana.opened) == ("", [])

    @pytest.mark.parametrize("leaves", ["cancelar", "olvídalo", Press(id="confirming/cancel/1")])
    def test_left_is_kept_until_another_begins(self, ana: Customer, leaves: str | Press) -> None:
        ana.says(PROBLEM)
        assert ana.says(leaves) == "cancelled_kept"
        assert ana.says("hola") == "kept_draft"
        assert (ana.session.draft, ana.opened) == (PROBLEM, [])
        ana.says("se cayó internet en toda la oficina")
        assert ana.session.draft == "se cayó internet en toda la oficina"

    def test_left_is_opened_by_its_button_or_handed_to_a_person(self, ana: Customer) -> None:
        ana.says(PROBLEM)
        ana.says(ana.button("olvídalo", "open"))
        ana.says("hola")
        ana.says(PROBLEM)
        ana.says(ana.button("olvídalo", "human"))
        assert [opened.description for opened in ana.opened] == [PROBLEM, PROBLEM]

    @pytest.mark.parametrize("leaves", ["cancelar", "borrar mis datos"])
    def test_left_is_whole_when_its_yes_comes_beyond_the_hourly_limit(
        self, ana: Customer, leaves: str
    ) -> None:
        ana.says(PROBLEM)
        ana.says(leaves)
        pressed = ana.button("hola", "open")
        turn = take(ana.session, message(pressed, ana.now), {}, can_open_ticket=False)
        assert (turn.session.state, turn.session.draft) == (State.CONFIRMING, PROBLEM)
        assert turn.reply is not None
        assert turn.reply.say == "report_waits"

    def test_waits_while_erasing_is_considered(self, ana: Customer) -> None:
        ana.says(PROBLEM)
        assert ana.says(ana.button("borrar mis datos", "keep")) == "kept_with_draft"
        assert ana.session.draft == PROBLEM


@pytest.mark.parametrize(("description", "summary"), [
    ("", ""),
    ("\n  no   prende \n nada", "no prende · nada"),
    ("a" * 81, "a" * 79 + "…"),
    ("palabra " * 12, "palabra " * 8 + "palabra…"),
])  # fmt: skip
def test_the_summary_is_all_of_it_in_one_line_cut_at_a_word(description: str, summary: str) -> None:
    assert summarise(description) == summary
