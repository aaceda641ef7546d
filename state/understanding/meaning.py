"""What a message means in the session it arrives in: from a reading to the trigger of the dialogue."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from state.model import ticket_code
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind, Press, Text, Unhandled, Unsupported
from state.model.session import Session, State
from state.model.ticket import TicketStatus, TicketView
from state.model.turn import Action, Button, Facts, Lookup
from state.understanding.intents import Intent, Understanding
from state.understanding.reading import Reading

MAX_FILES: Final = 10  # on one report, before it is a ticket
_ANOTHER: Final = re.compile(
    r"\W*(otr[oa]|nuev[oa]|another|a new|new|outr[oa]|nov[oa])\s+"
    r"(problema|falla|tema|ticket|caso|problem|issue|chamado|defeito)\b",
    re.IGNORECASE,
)
_OF_A_TICKET: Final = re.compile(r"\b(ticket|caso|reclamo|reporte|case|chamado)\b", re.IGNORECASE)
_BEGINS_WITH_YES: Final = re.compile(r"\W*(s[ií]|sim|yes)\b", re.IGNORECASE)


class Trigger(StrEnum):
    """What moves the machine."""

    GREETING = "greeting or menu"
    REPORT = "wants to report"
    PROBLEM = "describes a problem"
    UNCLEAR = "not understood"
    DESCRIPTION = "the description"
    MORE = "adds to the report"
    MORE_UNCLEAR = "not understood twice"
    FILE = "a file without words"
    TOO_MANY_FILES = "one file too many"
    YES = "yes, register it"
    CANCEL = "cancel"
    OTHER = "it is another problem"
    CODE_FOUND = "a ticket of theirs"
    CODE_UNKNOWN = "a ticket not theirs, or not there"
    CODE_MISTYPED = "a code with a slip in it"
    CODE_AND_STORY = "a problem, and a code that leads nowhere"
    NO_TICKETS = "asks for tickets, has none"
    ONE_TICKET = "asks for tickets, has one"
    MANY_TICKETS = "asks for tickets, has several"
    NOTE = "adds to the ticket"
    NOTE_CLOSED = "adds to a ticket that is done"
    REPORT_WAITS = "one ticket too many"
    HUMAN = "wants a person"
    HUMAN_WAITS = "wants a person, one ticket too many"
    HUMAN_FOR_TICKET = "wants a person for this ticket"
    CLOSE = "closes the ticket"
    FIXED = "yes, it is fixed"
    REOPEN = "opens the ticket again"
    REOPEN_WITH = "opens the ticket again with this"
    RATE = "rates the help"
    SKIP = "does not rate it"
    THANKS = "thanks or goodbye"
    LANGUAGE_CHOSEN = "chooses a language"
    LANGUAGE_ASKED = "asks for another language"
    ERASE = "asks to be erased"
    ERASE_YES = "yes, erase me"
    ERASE_WRITTEN = "says yes, without the button"
    ERASE_NO = "no, keep me"
    STALE = "a button of another time"
    REPEATED = "the same button again"
    UNSUPPORTED = "something we cannot use"


class Question(StrEnum):
    """What cannot be a trigger before the database has been asked."""

    CODE = "code"
    TICKETS = "tickets"
    NOTE = "note"
    HUMAN = "human"
    CLOSE = "close"
    FIXED = "fixed"
    REOPEN = "reopen"
    RATE = "rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One message, read. `heard`: the language of its words; `wanted`: the language it asks for.

    says: yes or no, if that is all it is; rating: from 1 to 5.
    """

    trigger: Trigger | Question
    text: str = field(default="", repr=False)
    files: tuple[Attachment, ...] = ()
    code: str | None = None
    wanted: Language | None = None
    heard: Language | None = None
    unhandled: Unhandled | None = None
    says: bool | None = None
    rating: int | None = None

    @property
    def lookup(self) -> Lookup:
        """The facts without which this cannot be settled."""
        match self.trigger:
            case Question.TICKETS:
                return Lookup(tickets=True)
            case Question():
                return Lookup(code=self.code)
            case _:
                return Lookup()


def interpret(session: Session, reading: Reading) -> Meaning:
    """What the message means to somebody in `session`. Needs no facts; `Meaning.lookup` says which ones settle it."""
    meaning = _interpret(session, reading)
    if meaning.trigger is Trigger.GREETING and session.state is State.DESCRIBING and _told(session):
        return replace(meaning, trigger=Trigger.REPORT)  # a "hello?" does not throw away what they sent
    return meaning


def _told(session: Session) -> bool:
    """Whether there is anything on the table that could be a report."""
    return bool(session.draft or session.files)


def _interpret(session: Session, reading: Reading) -> Meaning:
    match reading.content:
        case Text():
            return _text(session, reading)
        case Press():
            return _press(session, reading.button)
        case Attachment() as file:
            return _file(session, file, reading)
        case Unsupported(what=what):
            return Meaning(trigger=Trigger.UNSUPPORTED, unhandled=what)


def settle(meaning: Meaning, facts: Facts) -> Meaning:
    """The meaning with its question answered by the facts."""
    settled = _settled(meaning, facts)
    match settled.trigger:
        case Trigger.HUMAN if not facts.may_open and not settled.text:
            return replace(settled, trigger=Trigger.HUMAN_WAITS)
        case Trigger.YES | Trigger.DESCRIPTION | Trigger.HUMAN if not facts.may_open:
            return replace(settled, trigger=Trigger.REPORT_WAITS)
        case _:
            return settled


def _settled(meaning: Meaning, facts: Facts) -> Meaning:
    ticket = facts.ticket
    match meaning.trigger:
        case Question.TICKETS:
            found = (Trigger.NO_TICKETS, Trigger.ONE_TICKET, Trigger.MANY_TICKETS)
            return replace(meaning, trigger=found[min(len(facts.tickets), 2)])
        case Question.CODE:
            return replace(meaning, trigger=Trigger.CODE_FOUND if ticket else Trigger.CODE_UNKNOWN)
        case Question.NOTE if ticket is None:
            # The ticket that was on the table is gone, what was said is not; a code they wrote themselves is unknown.
            named = not meaning.files and ticket_code.find(meaning.text)
            return replace(meaning, trigger=Trigger.CODE_AND_STORY if named else Trigger.PROBLEM)
        case Question.NOTE:
            trigger = _noted(meaning, ticket)
            only_a_word = trigger in {Trigger.FIXED, Trigger.REOPEN}
            return replace(meaning, trigger=trigger, text="" if only_a_word else meaning.text)
        case Question.HUMAN if not meaning.text and _already_asked(ticket):
            return replace(
                meaning, trigger=Trigger.CODE_FOUND
            )  # asked twice: one e-mail, and the ticket says so
        case Question.HUMAN:
            active = ticket is not None and ticket.status.active
            return replace(meaning, trigger=Trigger.HUMAN_FOR_TICKET if active else Trigger.HUMAN)
        case Question():
            return replace(meaning, trigger=_changed(meaning, ticket))
        case _:
            return meaning


def _noted(meaning: Meaning, ticket: TicketView | None) -> Trigger:
    """A bare yes or no on a resolved ticket answers whether it is fixed; on one that is worked on it is an addition."""
    if ticket is not None and ticket.status.active:
        return Trigger.NOTE
    if ticket is None or ticket.status is not TicketStatus.RESOLVED or meaning.says is None:
        return Trigger.NOTE_CLOSED
    return Trigger.FIXED if meaning.says else Trigger.REOPEN


# In which states the owner may do what; else the ticket has moved on since the button was made, and is shown as it is.
_POSSIBLE: Final = {
    Question.CLOSE: (Trigger.CLOSE, set(TicketStatus) - {TicketStatus.CLOSED}),
    Question.FIXED: (Trigger.FIXED, {TicketStatus.RESOLVED}),
    Question.REOPEN: (Trigger.REOPEN, {TicketStatus.RESOLVED, TicketStatus.CLOSED}),
    Question.RATE: (Trigger.RATE, {TicketStatus.RESOLVED, TicketStatus.CLOSED}),
}


def _changed(meaning: Meaning, ticket: TicketView | None) -> Trigger:
    assert isinstance(meaning.trigger, Question), "the others are settled"
    if ticket is None:
        return Trigger.CODE_UNKNOWN
    trigger, states = _POSSIBLE[meaning.trigger]
    tells = bool(meaning.text or meaning.files)
    if ticket.status not in states:
        return Trigger.NOTE if tells else Trigger.CODE_FOUND
    if trigger is Trigger.REOPEN and tells:
        return Trigger.REOPEN_WITH
    if trigger is Trigger.RATE and ticket.rating == meaning.rating:
        return Trigger.REPEATED
    return trigger


def _already_asked(ticket: TicketView | None) -> bool:
    """Whether a person was asked for and nobody has taken the ticket since."""
    return ticket is not None and ticket.wants_human and ticket.status is TicketStatus.OPEN


def _text(session: Session, reading: Reading) -> Meaning:
    heard, found = reading.understood, reading.code
    meaning = Meaning(trigger=Trigger.UNCLEAR, text=reading.text, heard=heard.language, wanted=heard.wanted)
    if found and (found.alone or session.state not in {State.DESCRIBING, State.CONFIRMING}):
        return _coded(found, reading, meaning)
    match session.state:
        case State.DESCRIBING:
            return _described(session, heard, meaning)
        case State.CONFIRMING:
            return _confirmed(session, heard, meaning)
        case State.FOLLOWING if session.ticket:
            return _followed(session, heard, meaning)
        case State.ERASING if heard.intent in {Intent.NO, Intent.CANCEL}:
            return replace(meaning, trigger=Trigger.ERASE_NO)
        case State.ERASING if heard.intent is Intent.YES or _BEGINS_WITH_YES.match(reading.text):
            # Forgetting somebody takes the button: a stray "sí" must not do it.
            return replace(meaning, trigger=Trigger.ERASE_WRITTEN)
        case _ if session.asked and heard.intent in {None, Intent.YES, Intent.NO}:
            return replace(meaning, trigger=Question.NOTE, code=session.asked)
        case _:
            return _asked(heard, meaning)


def _coded(found: ticket_code.Found, reading: Reading, meaning: Meaning) -> Meaning:
    """A text with a code in it asks for that ticket, or for a person about it, or adds to it when it tells more."""
    coded = replace(meaning, code=found.code)
    if not found.valid:
        return replace(coded, trigger=Trigger.CODE_AND_STORY if reading.story else Trigger.CODE_MISTYPED)
    if reading.beside_code is Intent.HUMAN:
        return replace(coded, trigger=Question.HUMAN)
    return replace(coded, trigger=Question.NOTE if reading.story else Question.CODE)


_COMMANDS: Final[dict[Intent, Trigger | Question]] = {
    Intent.GREETING: Trigger.GREETING,
    Intent.REPORT: Trigger.REPORT,
    Intent.STATUS: Question.TICKETS,
    Intent.TICKETS: Question.TICKETS,
    Intent.HUMAN: Trigger.HUMAN,
    Intent.CANCEL: Trigger.CANCEL,
    Intent.THANKS: Trigger.THANKS,
    Intent.ERASE: Trigger.ERASE,
}


def _command(heard: Understanding, meaning: Meaning) -> Meaning | None:
    """The meaning of a command, whichever the state. What is only a command leaves no text behind."""
    if heard.intent is Intent.LANGUAGE:
        trigger = Trigger.LANGUAGE_CHOSEN if heard.wanted else Trigger.LANGUAGE_ASKED
        return replace(meaning, trigger=trigger, text="")
    if heard.intent in _COMMANDS:
        return replace(meaning, trigger=_COMMANDS[heard.intent], text="" if heard.whole else meaning.text)
    return None


def _asked(heard: Understanding, meaning: Meaning) -> Meaning:
    """With nothing on the table a text is a command, a problem, or not understood."""
    if command := _command(heard, meaning):
        return command
    match heard.intent:
        case Intent.PROBLEM:
            return replace(meaning, trigger=Trigger.PROBLEM)
        case Intent.YES | Intent.NO:
            return replace(meaning, trigger=Trigger.GREETING, text="")
        case _:
            return meaning


def _described(session: Session, heard: Understanding, meaning: Meaning) -> Meaning:
    """While describing, free text is the description: only a whole-message command leaves."""
    if heard.whole and (command := _command(heard, meaning)):
        return command
    match heard.intent if heard.whole else None:
        case Intent.YES:
            return replace(meaning, trigger=_yes(session), text="")
        case Intent.NO:
            return replace(meaning, trigger=Trigger.CANCEL, text="")
        case _:
            return replace(meaning, trigger=Trigger.DESCRIPTION)


def _yes(session: Session) -> Trigger:
    """A yes registers what is on the table, and never nothing."""
    return Trigger.YES if _told(session) else Trigger.REPORT


def _confirmed(session: Session, heard: Understanding, meaning: Meaning) -> Meaning:
    if heard.intent is Intent.HUMAN:
        return replace(meaning, trigger=Trigger.HUMAN, text="" if heard.whole else meaning.text)
    if heard.whole and (command := _command(heard, meaning)):
        return command
    match heard.intent:
        case Intent.YES if heard.whole:
            return replace(meaning, trigger=_yes(session), text="")
        case Intent.NO if heard.whole:
            return replace(meaning, trigger=Trigger.CANCEL, text="")
        case None if session.misses:
            return replace(meaning, trigger=Trigger.MORE_UNCLEAR)
        case _:
            return replace(meaning, trigger=Trigger.MORE)


def _followed(session: Session, heard: Understanding, meaning: Meaning) -> Meaning:
    """With a ticket on the table, what is no command is added to it."""
    here = replace(meaning, code=session.ticket)
    match heard.intent:
        case Intent.YES | Intent.NO if heard.whole:
            return replace(here, trigger=Question.NOTE, says=heard.intent is Intent.YES)
        case Intent.PROBLEM | None if _ANOTHER.match(meaning.text):
            return replace(meaning, trigger=Trigger.PROBLEM)
        case Intent.CANCEL if _OF_A_TICKET.search(meaning.text):
            return replace(
                here, trigger=Question.NOTE
            )  # not ours to cancel, and the technicians want to know
        case Intent.HUMAN:
            return replace(here, trigger=Question.HUMAN, text="" if heard.whole else meaning.text)
        case Intent.STATUS:
            return replace(here, trigger=Question.CODE, text="")
        case Intent.REPORT | Intent.TICKETS | Intent.ERASE:
            return _command(heard, meaning) or meaning
        case _ if heard.whole and (command := _command(heard, meaning)):
            return command
        case _:
            return replace(here, trigger=Question.NOTE)


def _file(session: Session, file: Attachment, reading: Reading) -> Meaning:
    caption = reading.text
    meaning = Meaning(trigger=Trigger.FILE, text=caption, files=(file,), heard=reading.understood.language)
    if session.state is State.FOLLOWING and session.ticket:
        return replace(meaning, trigger=Question.NOTE, code=session.ticket)
    if session.state in {State.MENU, State.ASKING_CODE} and session.asked:
        return replace(meaning, trigger=Question.NOTE, code=session.asked)
    if session.state in {State.DESCRIBING, State.CONFIRMING} and len(session.files) >= MAX_FILES:
        return replace(meaning, trigger=Trigger.TOO_MANY_FILES)
    if session.state is State.DESCRIBING and (caption or file.kind is AttachmentKind.VOICE):
        return replace(meaning, trigger=Trigger.DESCRIPTION)
    if session.state is State.CONFIRMING:
        return replace(meaning, trigger=Trigger.MORE)
    return replace(meaning, trigger=Trigger.PROBLEM) if caption else meaning


# Pressed at any time these start something new, so no button of theirs is ever stale.
_FREE: Final[dict[Action, Trigger | Question]] = {
    Action.REPORT: Trigger.REPORT,
    Action.TICKETS: Question.TICKETS,
    Action.HUMAN: Trigger.HUMAN,
    Action.MENU: Trigger.GREETING,
}
# These answer one question: pressed after it was settled they must do nothing.
_BOUND: Final[dict[tuple[State, Action], Trigger]] = {
    (State.DESCRIBING, Action.YES): Trigger.YES,
    (State.DESCRIBING, Action.CANCEL): Trigger.CANCEL,
    (State.CONFIRMING, Action.YES): Trigger.YES,
    (State.CONFIRMING, Action.NEW): Trigger.YES,
    (State.CONFIRMING, Action.CANCEL): Trigger.CANCEL,
    (State.FOLLOWING, Action.OTHER): Trigger.OTHER,
    (State.ERASING, Action.ERASE): Trigger.ERASE_YES,
    (State.ERASING, Action.KEEP): Trigger.ERASE_NO,
}

# Where each of them leads. Pressed again there, it is a double tap and needs no second bubble.
_DONE: Final = {
    (Action.YES, State.FOLLOWING),
    (Action.NEW, State.FOLLOWING),
    (Action.OTHER, State.CONFIRMING),
    (Action.CANCEL, State.MENU),
    (Action.KEEP, State.MENU),
}


def _press(session: Session, button: Button | None) -> Meaning:
    if button is None:
        return Meaning(trigger=Trigger.STALE)
    if button.action in _OF_TICKETS:
        return _of_ticket(session, button)
    if button.action is Action.LANGUAGE:
        return _language(button)
    if button.action is Action.HUMAN and session.state is State.FOLLOWING and session.ticket:
        return Meaning(trigger=Question.HUMAN, code=session.ticket)
    if button.action in _FREE:
        return Meaning(trigger=_FREE[button.action])
    return Meaning(trigger=_answered(session, button))


def _answered(session: Session, button: Button) -> Trigger:
    """What a question's button does: its work while the question stands, else nothing."""
    trigger = _BOUND.get((button.state, button.action), Trigger.STALE)
    if trigger is Trigger.STALE or button.argument != str(session.serial):
        return Trigger.STALE
    if button.state is not session.state:
        return Trigger.REPEATED if (button.action, session.state) in _DONE else Trigger.STALE
    if trigger is Trigger.OTHER and not _told(session):
        return Trigger.STALE  # that note has become a report already
    return _yes(session) if trigger is Trigger.YES else trigger


# These name their ticket, and do what its state still allows, however old they are.
_OF_TICKETS: Final[dict[Action, Trigger | Question]] = {
    Action.VIEW: Question.CODE,
    Action.CLOSE: Question.CLOSE,
    Action.FIXED: Question.FIXED,
    Action.NOT_FIXED: Question.REOPEN,
    Action.REOPEN: Question.REOPEN,
    Action.RATE: Question.RATE,
    Action.SKIP: Trigger.SKIP,
}
_STARS: Final = {"1", "2", "3", "4", "5"}


def _of_ticket(session: Session, button: Button) -> Meaning:
    """Its argument is the ticket's code, with the rating or the serial after it."""
    code, _, rest = button.argument.partition("/")
    found = ticket_code.find(code)
    if not found or (button.action is Action.RATE and rest not in _STARS):
        return Meaning(trigger=Trigger.STALE)
    meaning = Meaning(trigger=_OF_TICKETS[button.action], code=found.code)
    if button.action is Action.RATE:
        return replace(meaning, rating=int(rest))
    if button.state is State.CONFIRMING is session.state and rest == str(session.serial):
        return replace(
            meaning, text=session.draft, files=session.files
        )  # opened again with what was just said
    return meaning


def _language(button: Button) -> Meaning:
    try:
        return Meaning(trigger=Trigger.LANGUAGE_CHOSEN, wanted=Language(button.argument))
    except ValueError:
        return Meaning(trigger=Trigger.STALE)
