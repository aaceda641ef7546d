"""Everything about a message that does not depend on the session: read once, even if the turn has to be repeated."""

import re
from dataclasses import dataclass, field
from typing import Final

from state.model import ticket_code
from state.model.message import Attachment, Content, Press, Text, Unhandled, Unsupported
from state.model.turn import Button
from state.understanding.detect_language import detect_language
from state.understanding.intents import Intent, Understanding, understand
from state.understanding.triggers import Question, Trigger

_CODE: Final = re.compile(r"\bT\s?K[\W_]*\w{4}[\W_]*\w{4}\b", re.IGNORECASE)
_MAX_REQUEST_WORDS: Final = 4  # around a ticket code; a longer text describes something
_NOTHING: Final = Understanding()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The result of reading one message.

    content: the content as received, except that a text with nothing printable is Unsupported.
    text: the text or the caption of a file, stripped.
    understood: the intent and language of the text; only the language of a caption.
    code: the ticket code in the text; code_asks: the meaning of a text with this code.
    button: the button that was pressed, None if the desk has no such button.
    """

    content: Content
    text: str = field(default="", repr=False)
    understood: Understanding = _NOTHING
    code: ticket_code.CodeMatch | None = None
    code_asks: Trigger | Question | None = None
    button: Button | None = None


def read(content: Content) -> Reading:
    """Read one message. This is the expensive part: `interpret` does not look at the words again."""
    match content:
        case Text(body=body) if any(sign.isprintable() and not sign.isspace() for sign in body):
            return _text(content, body)
        case Text():
            return Reading(content=Unsupported(what=Unhandled.OTHER))
        case Press(id=button_id):
            return Reading(content=content, button=Button.from_id(button_id))
        case Attachment(caption=caption):
            text = (caption or "").strip()
            return Reading(
                content=content, text=text, understood=Understanding(language=detect_language(text))
            )
        case Unsupported():
            return Reading(content=content)


def _text(content: Text, body: str) -> Reading:
    code = ticket_code.find(body)
    return Reading(
        content=content,
        text=body.strip(),
        understood=understand(body),
        code=code,
        code_asks=_code_asks(code, body) if code else None,
    )


def _code_asks(code: ticket_code.CodeMatch, body: str) -> Trigger | Question:
    """The meaning of a text with a ticket code: it asks for the ticket, asks for a person about it, or adds to it."""
    rest = _CODE.sub("ticket", body)  # "how is TK-7F3K-9QX2" is "how is ticket"
    intent = understand(rest).intent
    tells_more = intent in {Intent.PROBLEM, Intent.REPORT, None} and len(rest.split()) > _MAX_REQUEST_WORDS
    if not code.valid:
        return Trigger.CODE_AND_STORY if tells_more else Trigger.CODE_MISTYPED
    if intent is Intent.HUMAN:
        return Question.HUMAN
    return Question.NOTE if tells_more else Question.CODE
