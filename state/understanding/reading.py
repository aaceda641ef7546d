"""Everything about a message that does not depend on the session: read once, even if the turn has to be repeated."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from state.model import ticket_code
from state.model.blank import is_visible
from state.model.message import Attachment, Content, Deleted, Edited, Press, Text, Unhandled, Unsupported
from state.model.turn import Action, Button
from state.understanding.act import Act, Place
from state.understanding.detect_language import detect_language
from state.understanding.tagging import tokens_of
from state.understanding.triggers import Question, Trigger
from state.understanding.understand import Understanding, understand

_MAX_REQUEST_WORDS: Final = 4  # with the ticket code as one; a longer text describes something
_ANOTHERS_CODE: Final = re.compile(r"\b[A-Z]{2,5}[-#]?\d[\w-]{3,}")  # of another system: INC0012345, HD-12345
_ASK_FOR_A_TICKET: Final = frozenset({Act.STATUS, Act.MINE, Act.WHICH, Act.GREETING})
_TELL_MORE: Final = frozenset({Act.PROBLEM, Act.ANOTHER, Act.HUMAN})
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
    codes: the ticket codes in the text or the caption. code_asks: the meaning of a text with these codes; code_act: what it seems to
    do with their ticket, of a note; mistyped_asks: if they have errors. only_codes: it says nothing else, as "era TK-…, perdón: TK-…".
    button: the button that was pressed, None if the desk has no such button. typed: the button whose title the text is.
    """

    content: Content
    text: str = field(default="", repr=False)
    understood: Understanding = _NOTHING
    codes: ticket_code.FoundCodes = _NO_CODES
    code_asks: Question | None = None
    code_act: Act | None = None
    mistyped_asks: Trigger | None = None
    only_codes: bool = False
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
    """The meaning of a text with ticket codes: it asks for the ticket, asks for a person about it, or adds to it."""
    rest = understand(codes.rest)  # "how is TK-7F3K-9QX2" is "how is ticket"
    act = rest.act_at(Place.MENU)
    words = len(codes.rest.split()) - len(codes.codes) + 1
    is_request = words <= _MAX_REQUEST_WORDS
    asks = act in _ASK_FOR_A_TICKET
    # Only the classifier takes it for a question about the ticket: it is shown, and the words are kept all the same.
    guessed = act is Act.STATUS and rest.intent is not act
    tells_more = (not is_request and (guessed or not asks)) or rest.intent is Act.PROBLEM
    corrects = act not in _TELL_MORE and (
        len(codes.codes) > 1 or _ANOTHERS_CODE.search(codes.rest) is not None
    )
    return replace(
        reading,
        codes=codes,
        code_act=act if guessed else None,
        code_asks=Question.HUMAN if act is Act.HUMAN else Question.NOTE if tells_more else Question.CODE,
        mistyped_asks=Trigger.CODE_AND_STORY if tells_more else Trigger.CODE_MISTYPED,
        only_codes=codes.alone or (is_request and (corrects or asks)),
    )
