"""Everything about a message that does not depend on the session: read once, even if the turn has to be repeated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from state.model import ticket_code
from state.model.blank import is_visible
from state.model.message import Attachment, Content, Deleted, Edited, Press, Text, Unhandled, Unsupported
from state.model.turn import Action, Button
from state.understanding.detect_language import detect_language
from state.understanding.plain_words import only_asks
from state.understanding.tagging import tokens_of
from state.understanding.understand import Understanding, understand

_NOTHING: Final = Understanding()
_NO_CODES: Final = ticket_code.FoundCodes()
_MAX_TITLE: Final = 40  # characters; Meta's limit for a title is 20 or 24

Titles = Mapping[str, Action]
NO_TITLES: Final[Titles] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The result of reading one message.

    content: the content as received, except that a text with nothing to see is Unsupported.
    text: the text or the caption of a file, stripped.
    understood: the intent and language of the text; only the language of a caption.
    codes: the ticket codes in the text or the caption. beside: what a text with codes says about their ticket. only_asks: every word
    of it only asks for the ticket, as "hola, cómo va mi TK-…", or says which code is right, as "era TK-…, perdón: TK-…".
    button: the button that was pressed, None if the desk has no such button. typed: the button whose title the text is.
    """

    content: Content
    text: str = field(default="", repr=False)
    understood: Understanding = _NOTHING
    codes: ticket_code.FoundCodes = _NO_CODES
    beside: Understanding = _NOTHING
    only_asks: bool = False
    button: Button | None = None
    typed: Action | None = None


def read(content: Content, titles: Titles = NO_TITLES) -> Reading:
    """Read one message. This is the expensive part: `interpret` does not look at the words again.

    titles: those of our buttons, in all languages, which somebody may type.
    """
    match content:
        case Text(body=body) if any(map(is_visible, body)):
            return _text(content, body, titles)
        case Text():
            return Reading(content=Unsupported(what=Unhandled.OTHER))
        case Press(id=button_id):
            return Reading(content=content, button=Button.from_id(button_id))
        case Attachment(caption=caption):
            return _caption(content, caption or "")
        case Edited(body=body, file=Attachment()):
            return _caption(content, body)
        case Edited(body=body):
            edited = read(Text(body=body), titles)
            return edited if isinstance(edited.content, Unsupported) else replace(edited, content=content)
        case Unsupported(words=words):
            return _caption(content, words)
        case Deleted():
            return Reading(content=content)


def _caption(content: Content, caption: str) -> Reading:
    """The words that come with a file, or with what we cannot use: no command is looked for in them."""
    text = caption.strip()
    return Reading(
        content=content,
        text=text,
        understood=Understanding(language=detect_language(text), words=len(text.split())),
        codes=ticket_code.find_all(text),
    )


def _text(content: Text, body: str, titles: Titles) -> Reading:
    reading = Reading(
        content=content, text=body.strip(), understood=understand(body), typed=titles.get(spelled(body))
    )
    codes = ticket_code.find_all(body)
    return _with_codes(reading, codes) if codes else reading


def titles_of(titles: Iterable[tuple[str, Action]]) -> Titles:
    """The titles of buttons, as `read` needs them."""
    return {spelled(title): action for title, action in titles}


def spelled(title: str) -> str:
    """A button's title as somebody may type it: its words, without accents, capitals and signs."""
    return " ".join(token for token in tokens_of(title[:_MAX_TITLE]) if token[0].isalnum())


def _with_codes(reading: Reading, codes: ticket_code.FoundCodes) -> Reading:
    """The reading of a text with ticket codes. "How is TK-7F3K-9QX2" is read as "how is ticket"."""
    return replace(
        reading,
        codes=codes,
        beside=understand(codes.rest),
        only_asks=codes.alone or only_asks(codes.rest, corrects=len(codes.codes) > 1),
    )
