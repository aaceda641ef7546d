"""Which language a text is in, and which a country speaks."""

from __future__ import annotations

import pytest

from state.model.language import Language, language_of_country
from state.understanding.detect_language import detect_language
from tests.support.intents_report import utterances

ES, EN, PT = Language.ES, Language.EN, Language.PT


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hola", ES),
        ("holaaaa", ES),
        ("hi", EN),
        ("oi", PT),
        ("olá", PT),
        ("se me pifió la pantalla", ES),
        ("my laptop won’t boot", EN),
        ("o computador travou e não liga", PT),
        ("mis tickets", ES),
        ("my tickets", EN),
        ("meus chamados", PT),
        ("¿menu?", ES),
        ("ação", PT),
    ],
)
def test_words_tell_the_language(text: str, language: Language) -> None:
    assert detect_language(text) is language


@pytest.mark.parametrize(
    "text", ["", "ok", "no", "menu", "cancelar", "wifi", "TK-7F3K-9QX2", "😟", "1234", "hola my friend", "pc"]
)
def test_silence_when_unsure(text: str) -> None:
    assert detect_language(text) is None


def test_a_wrong_language_is_rare() -> None:
    told = [(u.language, detect_language(u.text)) for u in utterances()]
    # "english please" and the like are labelled by who says them and counted with the rest.
    wrong = sum(found is not None and found != language for language, found in told)
    right = sum(found == language for language, found in told)
    assert wrong / (wrong + right) <= 0.02
    assert right / len(told) >= 0.80


def test_a_long_text_is_read_no_further_than_needed() -> None:
    assert detect_language("la compu no prende " * 100_000) is ES


@pytest.mark.parametrize(
    ("user_id", "wa_id", "language"),
    [
        ("MX.13491208655302741918", None, ES),
        ("BR.13491208655302741918", "5491122334455", PT),
        ("us.123", None, EN),
        ("DE.123", "5491122334455", None),
        (None, "5491122334455", ES),
        (None, "+5511999998888", PT),
        (None, "351911222333", PT),
        (None, "244911222333", PT),
        (None, "14155550100", EN),
        (None, "18095550100", ES),
        (None, "18295550100", ES),
        (None, "18495550100", ES),
        (None, "17875550100", ES),
        (None, "19395550100", ES),
        (None, "447700900123", EN),
        (None, "34600111222", ES),
        (None, "50688887777", ES),
        (None, "59899111222", ES),
        (None, "240222111333", ES),
        (None, "4915112345678", None),
        ("", "34600111222", ES),
        (None, "", None),
        (None, None, None),
    ],
)
def test_country(user_id: str | None, wa_id: str | None, language: Language | None) -> None:
    assert language_of_country(user_id, wa_id) is language
