"""The status template: how a ticket's owner is told outside WhatsApp's 24-hour window, and what Meta is asked to approve."""

from dataclasses import dataclass
from typing import Final

from messages.safe_text import cut, one_line
from messages.texts.catalogue import text
from messages.whatsapp.template_line import MAX_LINE
from state.model.language import Language
from state.model.outbox_row import Template

_EXAMPLE_CODE: Final = "TK-7F3K-9QXP"


def status_template(name: str, language: Language, code: str, line: str) -> Template:
    """The approved template with its two body parameters, each one line as Meta wants it: not empty, no tab or line end."""
    parameters = (one_line(code), cut(one_line(line), MAX_LINE) or text(language, "no_text"))
    return Template(name=name, language=text(language, "template_language"), parameters=parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateTranslation:
    """One translation. language: Meta's code, "pt_BR"; body: with {{1}}, the ticket's code, and {{2}}, what happened in one line.

    example: a value for each, so that Meta's reviewers see what the template is for.
    """

    language: str
    body: str
    example: tuple[str, str]


def template_translations() -> tuple[TemplateTranslation, ...]:
    """What to register with Meta: one for each language of the desk."""
    return tuple(
        TemplateTranslation(
            language=text(language, "template_language"),
            body=text(language, "template_body", code="{{1}}", line="{{2}}"),
            example=(_EXAMPLE_CODE, text(language, "template_line_human")),
        )
        for language in Language
    )
