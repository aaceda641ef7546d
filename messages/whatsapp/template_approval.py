"""The status template as Meta is asked to approve it: the text in each language, with values that show what it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from messages.texts.catalogue import text
from messages.whatsapp.bubbles import TEMPLATE_LANGUAGES
from state.model.language import Language

_EXAMPLE_CODE: Final = "TK-7F3K-9QXP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One translation. language: Meta's code, "pt_BR"; body: with {{1}}, the ticket's code, and {{2}}, one line of news."""

    language: str
    body: str
    example: tuple[str, str]


def registrations() -> tuple[Registration, ...]:
    """One for each language that the desk speaks."""
    return tuple(
        Registration(
            language=TEMPLATE_LANGUAGES[language],
            body=text(language, "template_body", code="{{1}}", line="{{2}}"),
            example=(_EXAMPLE_CODE, text(language, "line_human")),
        )
        for language in Language
    )
