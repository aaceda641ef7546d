"""What a message says, as far as the message alone tells: done once a message, before any session is looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from state.model import ticket_code
from state.model.message import Attachment, Content, Press, Text, Unhandled, Unsupported
from state.model.turn import Button
from state.understanding.detect_language import detect_language
from state.understanding.intents import Intent, Understanding, understand

_CODE: Final = re.compile(r"\bT\s?K[\W_]*\w{4}[\W_]*\w{4}\b", re.IGNORECASE)
_STORY_WORDS: Final = 5  # around a ticket code, at least: fewer only ask for the ticket
_NOTHING: Final = Understanding()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One message, read.

    content: as it came, except that a text without anything printable is Unsupported.
    text: the words typed, or the caption of a file, without space around them.
    understood: what the text asks for; of a caption only its language.
    code: the ticket code in the text.
    beside_code: what the text asks for beside the code; story: whether it tells something that belongs into a ticket.
    button: the button that was pressed, None if we never made such a one.
    """

    content: Content
    text: str = field(default="", repr=False)
    understood: Understanding = _NOTHING
    code: ticket_code.Found | None = None
    beside_code: Intent | None = None
    story: bool = False
    button: Button | None = None


def read(content: Content) -> Reading:
    """Read one message. Pure; everything that takes time is done here, and `interpret` only looks at the result."""
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
    text, understood = body.strip(), understand(body)
    code = ticket_code.find(body)
    if code is None:
        return Reading(content=content, text=text, understood=understood)
    rest = _CODE.sub("ticket", text)  # "how is TK-7F3K-9QX2" is "how is ticket"
    beside = understand(rest).intent
    story = beside in {Intent.PROBLEM, Intent.REPORT, None} and len(rest.split()) >= _STORY_WORDS
    return Reading(
        content=content, text=text, understood=understood, code=code, beside_code=beside, story=story
    )
