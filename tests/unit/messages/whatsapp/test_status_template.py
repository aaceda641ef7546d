"""The status template as it is registered: by Meta's rules, in every language, and warm."""

from __future__ import annotations

import re

import pytest

from messages.texts.catalogue import text
from messages.whatsapp.status_template import TemplateTranslation, status_template, template_translations
from state.model.language import Language
from state.model.ticket_code import find

VARIABLE = re.compile(r"\{\{(\d)\}\}")
ALL = template_translations()


def test_one_for_each_language_that_is_sent() -> None:
    sent = [status_template("ticket_update", language, "TK-1", "x").language for language in Language]
    assert [each.language for each in ALL] == sent
    assert sent[:3] == ["es", "en", "pt_BR"]


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.language)
class TestEach:
    def test_has_the_code_and_one_line_of_news_in_this_order(self, each: TemplateTranslation) -> None:
        assert VARIABLE.findall(each.body) == ["1", "2"]
        assert len(each.example) == 2

    def test_neither_begins_nor_ends_with_a_variable(self, each: TemplateTranslation) -> None:
        bare = each.body.strip(" .,:;!?¡¿\n")
        assert not VARIABLE.match(bare)
        assert not bare.endswith("}}")

    def test_has_words_enough_and_no_gap_that_meta_refuses(self, each: TemplateTranslation) -> None:
        assert len(VARIABLE.sub(" ", each.body).split()) > 12
        assert "\n\n\n" not in each.body
        assert len(each.body) < 550  # the rest of 1024 is for what fills it

    def test_says_that_it_is_theirs_and_that_they_can_answer(self, each: TemplateTranslation) -> None:
        assert re.search(r"tu ticket|your ticket|seu chamado", each.body)
        assert re.search(r"Responde|Reply|Responda", each.body)

    def test_its_example_is_what_customers_would_read(self, each: TemplateTranslation) -> None:
        code, news = each.example
        found = find(code)
        assert found is not None
        assert found.valid
        assert news in {text(language, "template_line_human") for language in Language}
