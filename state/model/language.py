"""The desk's languages: what they are called, and which of them a customer's country speaks."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """A language that we have texts for. To add one: CONTRIBUTING.md; tests/unit/test_languages.py names what is missing."""

    ES = "es"
    EN = "en"
    PT = "pt"


# What each is called in all of them.
LANGUAGE_NAMES: Final[Mapping[Language, Mapping[Language, str]]] = {
    Language.ES: {Language.ES: "español", Language.EN: "Spanish", Language.PT: "espanhol"},
    Language.EN: {Language.ES: "inglés", Language.EN: "English", Language.PT: "inglês"},
    Language.PT: {Language.ES: "portugués", Language.EN: "Portuguese", Language.PT: "português"},
}

# Dominican Republic and Puerto Rico share the +1 of the United States and Canada.
_SPANISH_UNDER_1: Final = ("1809", "1829", "1849", "1787", "1939")

_PHONE_PREFIXES: Final[dict[Language, str]] = {
    Language.ES: "34 51 52 53 54 56 57 58 240 502 503 504 505 506 507 591 593 595 598",
    Language.EN: "1 27 44 61 64 65 91 233 234 254 255 256 260 263 353 356 592",
    Language.PT: "55 238 239 244 245 258 351",
}

_COUNTRIES: Final[dict[Language, str]] = {
    Language.ES: "AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV UY VE",
    Language.EN: "AU BZ CA GB GH GY IE IN JM KE MT NG NZ PH SG TT TZ UG US ZA ZM ZW",
    Language.PT: "AO BR CV GW MZ PT ST",
}

_PREFIXES: Final = {language: tuple(listed.split()) for language, listed in _PHONE_PREFIXES.items()}
_LANGUAGE_OF_COUNTRY: Final = {
    code: language for language, codes in _COUNTRIES.items() for code in codes.split()
}


def language_of_country(user_id: str | None, wa_id: str | None) -> Language | None:
    """Guess the language by the country: that of the user id ("MX.8123"), else that of the phone number."""
    if user_id is not None and user_id[2:3] == ".":
        return _LANGUAGE_OF_COUNTRY.get(user_id[:2].upper())
    return _language_of_phone((wa_id or "").lstrip("+"))


def _language_of_phone(digits: str) -> Language | None:
    if digits.startswith(_SPANISH_UNDER_1):
        return Language.ES
    for language, prefixes in _PREFIXES.items():
        # ITU country codes are prefix-free: no other country's code begins like one of these.
        if digits.startswith(prefixes):
            return language
    return None
