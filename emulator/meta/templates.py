"""The message templates of the business account: which ones Meta accepts for review, and their status."""

import itertools
import re
from dataclasses import asdict, dataclass
from typing import Any

from emulator import Json
from emulator.meta.errors import GraphError
from messages.whatsapp.status_template import template_translations

NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
VARIABLE = re.compile(r"\{\{(\d+)\}\}")
# Around a variable, these characters are no text to Meta.
PUNCTUATION = " \t\n.,;:!?¡¿()\"'-–—*_~"
MAX_BODY = 1024


@dataclass(slots=True, kw_only=True)
class RegisteredTemplate:
    """One translation of a template. status: PENDING, APPROVED, REJECTED, PAUSED, DISABLED."""

    id: str
    name: str
    language: str
    category: str
    components: list[Json]
    status: str = "PENDING"
    rejected_reason: str = "NONE"
    parameter_format: str = "POSITIONAL"

    def as_json(self) -> Json:
        return asdict(self)

    def count_variables(self) -> int:
        """How many values the body takes."""
        return sum(
            len(VARIABLE.findall(part["text"])) for part in self.components if part.get("type") == "BODY"
        )


class Templates:
    """`ticket_update` is there from the start, approved."""

    def __init__(self) -> None:
        self._ids = itertools.count(1_000_000_000_000_001)
        self.all: list[RegisteredTemplate] = []
        for text in template_translations():
            body = {"type": "BODY", "text": text.body, "example": {"body_text": [list(text.example)]}}
            template = {"name": "ticket_update", "language": text.language, "category": "UTILITY"}
            self.create({**template, "components": [body]}).status = "APPROVED"

    def find(self, name: str, language: str) -> RegisteredTemplate:
        """Raises GraphError 132001."""
        for each in self.all:
            if (each.name, each.language) == (name, language):
                return each
        raise GraphError(code=132001, details=f"template name ({name}) does not exist in {language}")

    def create(self, document: Json) -> RegisteredTemplate:
        """Submit a template for review. Raises GraphError for what Meta refuses at once."""
        name, language, category = _read_names(document)
        components = document.get("components")
        if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
            raise GraphError(code=100, details="The parameter components is required.")
        _check_body(components)
        if any((each.name, each.language) == (name, language) for each in self.all):
            message = f"There is already {language} content for this template. You can create a new template and try again."
            raise _refusal(2388024, "Content in this language already exists", message)
        template = RegisteredTemplate(
            id=str(next(self._ids)), name=name, language=language, category=category, components=components
        )
        self.all.append(template)
        return template


def _read_names(document: Json) -> tuple[str, str, str]:
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
    if len(text) > MAX_BODY:
        message = f"The body can have at most {MAX_BODY} characters."
        raise _refusal(2388040, "The message is too long", message)
    numbers = [int(number) for number in VARIABLE.findall(text)]
    if numbers != list(range(1, len(numbers) + 1)) or "\n\n\n" in text or "{{" in VARIABLE.sub("", text):
        message = "The variables must be {{1}}, {{2}}, in order."
        raise _refusal(2388072, "Message body format is incorrect", message)
    _check_variables(text, len(numbers))
    if numbers:
        _check_example(body.get("example"), len(numbers))


def _check_variables(text: str, count: int) -> None:
    words = VARIABLE.sub(" ", text).split()
    if count and len(words) <= 2 * count:
        message = (
            "This template has too many variables for its length. Reduce them or increase the message length."
        )
        raise _refusal(2388293, "Too many variables for the length of the message", message)
    bare = text.strip(PUNCTUATION)
    if VARIABLE.match(bare) or re.search(VARIABLE.pattern + r"\Z", bare):
        message = "Variables can't be at the start or end of the template."
        raise _refusal(2388299, "Leading or trailing params not allowed", message)


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
