"""The language of a country."""

import pytest

from state.model.language import Language, language_of_country

ES, EN, PT = Language.ES, Language.EN, Language.PT


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
