"""The form by which a technician opens a ticket for somebody who called or stands at the counter."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Final

from messages.page.layout import render_page
from messages.texts.catalogue import text
from state.model.language import LANGUAGE_NAMES, Language
from state.model.technician import Technician


class OpeningProblem(StrEnum):
    """The reasons why no ticket was opened. The text of each is `open_problem_...`."""

    NUMBER = "number"
    OWN_NUMBER = "own_number"
    TEXT_MISSING = "text_missing"
    LONG = "long"
    CATEGORY = "category"
    TOO_MANY = "too_many"
    REFUSED = "refused"


# The field that each is about.
_FIELDS: Final = {
    OpeningProblem.NUMBER: "number",
    OpeningProblem.OWN_NUMBER: "number",
    OpeningProblem.TOO_MANY: "number",
    OpeningProblem.TEXT_MISSING: "text",
    OpeningProblem.LONG: "text",
    OpeningProblem.REFUSED: "text",
    OpeningProblem.CATEGORY: "category",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningInput:
    """What was typed. key: the form's own; author: who opens it, of a mailbox that several share; takes: it is theirs."""

    key: str
    language: Language
    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    category: str = field(default="", repr=False)
    author: str = field(default="", repr=False)
    takes: bool = False


def open_page(
    given: OpeningInput,
    *,
    language: Language,
    path: str,
    technician: Technician,
    categories: tuple[str, ...],
    most: int,
    problem: OpeningProblem | None = None,
) -> str:
    """A whole HTML document in `language`. path: of the list; most: the characters of a text."""
    say = partial(text, language)
    values = {
        "path": path,
        "given": given,
        "languages": [(each.value, LANGUAGE_NAMES[each][language]) for each in Language],
        "categories": categories,
        "asks_name": not technician.name,
        "alert": say(f"open_problem_{problem}", most=most) if problem else "",
        "wrong": _FIELDS[problem] if problem else "",
    }
    return render_page("open_ticket", language, say("open_title"), values)
