"""Conversations about the customer's language and erasing their data."""

from dataclasses import replace

import pytest

from state.dialogue.outcome import told
from state.model.language import Language
from state.model.message import Content, Press
from state.model.session import Session, State
from state.understanding.meaning import interpret
from state.understanding.reading import read
from state.understanding.triggers import Trigger
from tests.support.dialogue import MINE, PHOTO, SESSIONS, Customer, did, message, take, ticket

PROBLEM = "no prende la notebook"


class TestLanguage:
    @pytest.mark.parametrize(
        "said", ["thanks", "hello", "ok", "obrigado", "👍", MINE, replace(PHOTO, caption="laptop")]
    )
    def test_is_not_changed_by_a_word(self, ana: Customer, said: Content | str) -> None:
        ana.says("hola, buenos días, qué tal")
        ana.says(said)
        assert ana.session.language is Language.ES

    def test_is_found_in_the_first_word_of_all(self, ana: Customer) -> None:
        ana.says("hello")
        assert ana.session.language is Language.EN

    def test_is_that_of_the_words_until_one_is_chosen(self, ana: Customer) -> None:
        spoken = []
        for said in ("hello, my laptop is broken", Press(id="menu/language/pt"), "my screen is black too"):
            ana.says(said)
            spoken.append(ana.session.language)
        assert spoken == [Language.EN, Language.PT, Language.PT]

    def test_is_that_of_a_caption_too(self, ana: Customer) -> None:
        ana.says(replace(PHOTO, caption="my laptop screen is broken"))
        assert ana.session.language is Language.EN

    @pytest.mark.parametrize("report", [["quiero reportar un problema", PHOTO], [PROBLEM, PHOTO]])
    def test_can_be_changed_in_the_middle_of_a_report(
        self, ana: Customer, report: list[Content | str]
    ) -> None:
        for said in report:
            ana.says(said)
        before = ana.session
        ana.says("cambiar de idioma")
        ana.says(Press(id="menu/language/en"))
        assert (ana.session.state, ana.session.draft, ana.session.files) == (
            before.state,
            before.draft,
            (PHOTO,),
        )
        ana.says("yes")
        assert ana.opened[0].files == (PHOTO,)

    @pytest.mark.parametrize(
        "state", [state for state in State if state not in {State.MENU, State.FOLLOWING, State.ASKING_CODE}]
    )
    def test_changes_nothing_about_the_question_that_is_open(self, state: State) -> None:
        session = replace(SESSIONS[state], last_reply="choose_language")
        turn = take(session, message(Press(id="menu/language/en")), {MINE: ticket(MINE)})
        assert turn.reply
        assert (turn.session.state, told(turn.reply).asks is None) == (state, False)
        for button in turn.reply.buttons:
            meaning = interpret(turn.session, read(Press(id=button.id)))
            assert meaning.trigger not in {Trigger.STALE, Trigger.REPEATED}, button.id


class TestErasing:
    def test_takes_the_button(self, ana: Customer) -> None:
        asked = ana.button("borrar mis datos", "erase")
        assert [ana.says(text) for text in ("sí", "si, borrar", "yes, delete it")] == ["erase_press"] * 3
        assert did(ana.turn(asked)) == "erase"

    def test_takes_its_title_typed_too(self, ana: Customer) -> None:
        ana.says("borrar mis datos")
        assert did(ana.turn("¡Borrar mis datos!")) == "erase"

    def test_takes_the_button_of_the_last_time_it_was_asked(self, ana: Customer) -> None:
        first = ana.button("borrar mis datos", "erase")
        ana.says("no")
        ana.turn("borrar mis datos")
        assert did(ana.turn(first)) == ""
        assert did(ana.turn(ana.button("borrar mis datos", "erase"))) == "erase"

    def test_leaves_nothing_of_the_person(self, bea: Customer) -> None:
        bea.says(bea.button("borrar mis datos", "erase"))
        assert bea.session == Session(language=bea.session.language, last_reply="erased", at=bea.now)
