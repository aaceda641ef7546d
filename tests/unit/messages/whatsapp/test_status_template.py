"""The status template as it is sent and as it is registered: by Meta's rules, in every language."""

import re

import pytest

from messages.safe_text import utf16_length
from messages.texts.catalogue import text
from messages.whatsapp.status_template import TemplateTranslation, status_template, template_translations
from state.model.language import Language
from state.model.ticket_code import find
from tests.support.hostile_texts import WORDS
from tests.support.technician_events import CODE

VARIABLE = re.compile(r"\{\{(\d)\}\}")
ALL = template_translations()


def test_one_for_each_language_that_is_sent() -> None:
    sent = [status_template("ticket_update", language, "TK-1", "x").language for language in Language]
    assert [each.language for each in ALL] == sent
    assert sent[:3] == ["es", "en", "pt_BR"]


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.language)
class TestEach:
    def test_has_the_code_and_one_line_in_this_order(self, each: TemplateTranslation) -> None:
        assert VARIABLE.findall(each.body) == ["1", "2"]
        assert len(each.example) == 2

    def test_neither_begins_nor_ends_with_a_variable(self, each: TemplateTranslation) -> None:
        bare = each.body.strip(" .,:;!?¡¿\n")
        assert not VARIABLE.match(bare)
        assert not bare.endswith("}}")

    def test_has_enough_words_and_no_gap_that_meta_refuses(self, each: TemplateTranslation) -> None:
        assert len(VARIABLE.sub(" ", each.body).split()) > 12
        assert "\n\n\n" not in each.body
        assert len(each.body) < 550  # the rest of 1024 is for what fills it

    def test_says_that_it_is_theirs_and_that_they_can_answer(self, each: TemplateTranslation) -> None:
        assert re.search(r"tu ticket|your ticket|seu chamado", each.body)
        assert re.search(r"Responde|Reply|Responda", each.body)

    def test_its_example_is_what_customers_would_read(self, each: TemplateTranslation) -> None:
        code, line = each.example
        found = find(code)
        assert found is not None
        assert found.valid
        assert line in {text(language, "template_line_human") for language in Language}


class TestSent:
    @pytest.mark.parametrize(
        ("language", "code"), [(Language.ES, "es"), (Language.EN, "en"), (Language.PT, "pt_BR")]
    )
    def test_is_in_the_language_meta_approved(self, language: Language, code: str) -> None:
        made = status_template("ticket_update", language, CODE, "Lo vemos.")
        assert (made.name, made.language, made.parameters) == ("ticket_update", code, (CODE, "Lo vemos."))

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("words", WORDS.values(), ids=WORDS.keys())
    def test_parameters_are_what_meta_accepts(self, language: Language, words: str) -> None:
        for parameter in status_template("ticket_update", language, CODE, words).parameters:
            assert 1 <= utf16_length(parameter) <= 300
            assert not re.search(r"[\n\t\r]|\s{2}", parameter)
            assert parameter.encode()
