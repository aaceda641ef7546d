"""A language of the desk is known wherever it must be. What fails says which file to edit.

To add one: a member of `Language`, messages/texts/<code>.py with the keys of es.py, and what these tests ask for.
"""

import re

import pytest

from state.model.language import _COUNTRIES, _PHONE_PREFIXES, LANGUAGE_NAMES, Language
from state.understanding.detect_language import _WORDS
from state.understanding.vocabulary import VOCABULARY
from tests.support.paths import ROOT

pytestmark = pytest.mark.parametrize("language", Language)


def test_it_has_a_name_in_every_language(language: Language) -> None:
    missing = [other for other in Language if other not in LANGUAGE_NAMES.get(language, {})]
    assert not missing, f"state/model/language.py: LANGUAGE_NAMES[{language}] has no name in {missing}"


def test_its_countries_are_known(language: Language) -> None:
    assert _COUNTRIES.get(language), f"state/model/language.py: no _COUNTRIES speak {language}"
    assert _PHONE_PREFIXES.get(language), f"state/model/language.py: no _PHONE_PREFIXES for {language}"


def test_its_words_are_recognised(language: Language) -> None:
    assert _WORDS.get(language), f"state/understanding/detect_language.py: _WORDS has none of {language}"


def test_customers_can_ask_for_it(language: Language) -> None:
    assert language in VOCABULARY, f"state/understanding/vocabulary.py: nothing names {language}"


def test_the_database_takes_it(language: Language) -> None:
    sql = "".join(path.read_text("utf-8") for path in sorted((ROOT / "supabase/schemas").glob("*.sql")))
    checks = re.findall(r"constraint tickets_language_known check \(language in \((.*?)\)\)", sql)
    assert f"'{language}'" in checks[-1], (
        f"supabase/schemas/20_tickets.sql: tickets_language_known does not take '{language}'"
    )
