"""The message templates of the business account: what Meta takes for one, and what became of it."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Any

from emulator.meta.errors import GraphError
from emulator.meta.wire import Json
from messages.whatsapp.status_template import template_translations

NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
VARIABLE = re.compile(r"\{\{(\d+)\}\}")
# What stands around a variable and is no text to Meta.
PUNCTUATION = " \t\n.,;:!?¡¿()\"'-–—*_~"
BODY_CHARACTERS = 1024


@dataclass(slots=True, kw_only=True)
class Registered:
    """One translation. status: PENDING, APPROVED, REJECTED, PAUSED, DISABLED."""

    id: str
    name: str
    language: str
    category: str
    components: list[Json]
    status: str = "PENDING"
    rejected_reason: str = "NONE"

    def as_json(self) -> Json:
        return {
            "name": self.name,
            "parameter_format": "POSITIONAL",
            "components": self.components,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "rejected_reason": self.rejected_reason,
            "id": self.id,
        }


class Templates:
    """At first `ticket_update` is there and approved, as after an operator's first day."""

    def __init__(self) -> None:
        self._ids = itertools.count(1_000_000_000_000_001)
        self.all: list[Registered] = []
        for text in template_translations():
            body = {"type": "BODY", "text": text.body, "example": {"body_text": [list(text.example)]}}
            self.create(
                {
                    "name": "ticket_update",
                    "language": text.language,
                    "category": "UTILITY",
                    "components": [body],
                }
            ).status = "APPROVED"

    def find(self, name: str, language: str) -> Registered:
        """Raises KeyError."""
        for each in self.all:
            if (each.name, each.language) == (name, language):
                return each
        raise KeyError(name, language)

    def create(self, document: Json) -> Registered:
        """To be reviewed. Raises GraphError for what Meta refuses at once."""
        name, language, category = _check_names(document)
        components = document.get("components")
        if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
            raise GraphError(code=100, details="The parameter components is required.")
        _check_body(components)
        if any((each.name, each.language) == (name, language) for each in self.all):
            raise _refusal(
                2388024,
                "Content in this language already exists",
                f"There is already {language} content for this template. You can create a new template and try again.",
            )
        made = Registered(
            id=str(next(self._ids)),
            name=name,
            language=language,
            category=category,
            components=components,
        )
        self.all.append(made)
        return made


def _check_names(document: Json) -> tuple[str, str, str]:
    name, language, category = (str(document.get(key, "")) for key in ("name", "language", "category"))
    if not NAME.fullmatch(name):
        raise GraphError(
            code=100, details="Param name must be lowercase letters, digits and underscores only."
        )
    if not LANGUAGE.fullmatch(language):
        raise GraphError(code=100, details="Param language must be one of the supported languages.")
    if category not in CATEGORIES:
        raise GraphError(code=100, details=f"Param category must be one of {{{', '.join(CATEGORIES)}}}.")
    return name, language, category


def _check_body(components: list[Json]) -> None:
    body = next((part for part in components if part.get("type") == "BODY"), None)
    if body is None or not isinstance(body.get("text"), str) or not body["text"].strip():
        raise _missing("text")
    text: str = body["text"]
    if len(text) > BODY_CHARACTERS:
        raise _refusal(
            2388040,
            "The message is too long",
            f"The body can have at most {BODY_CHARACTERS} characters.",
        )
    numbers = [int(number) for number in VARIABLE.findall(text)]
    if numbers != list(range(1, len(numbers) + 1)) or "\n\n\n" in text or "{{" in VARIABLE.sub("", text):
        raise _refusal(
            2388072, "Message body format is incorrect", "The variables must be {{1}}, {{2}}, in order."
        )
    _check_variables(text, len(numbers))
    if numbers:
        _check_example(body.get("example"), len(numbers))


def _check_variables(text: str, count: int) -> None:
    words = VARIABLE.sub(" ", text).split()
    if count and len(words) <= 2 * count:
        raise _refusal(
            2388293,
            "Too many variables for the length of the message",
            "This template has too many variables for its length. Reduce them or increase the message length.",
        )
    bare = text.strip(PUNCTUATION)
    if VARIABLE.match(bare) or re.search(VARIABLE.pattern + r"\Z", bare):
        raise _refusal(
            2388299,
            "Leading or trailing params not allowed",
            "Variables can't be at the start or end of the template.",
        )


def _check_example(example: Any, count: int) -> None:
    try:
        (values,) = example["body_text"]
    except (KeyError, TypeError, ValueError):
        raise _missing("example") from None
    if not isinstance(values, list) or len(values) != count or not all(values):
        raise _missing("example")


def _missing(name: str) -> GraphError:
    return _refusal(
        2388043,
        'Message template "components" param is missing expected field(s)',
        f"component of type BODY is missing expected field(s) ({name})",
    )


def _refusal(subcode: int, title: str, message: str) -> GraphError:
    return GraphError(code=100, subcode=subcode, title="Invalid parameter", user=(title, message))
