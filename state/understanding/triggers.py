"""What a message can mean: the triggers of the dialogue, and the questions whose answer is in the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from state.model.language import Language
from state.model.message import Attachment, Unhandled
from state.model.turn import Lookup


class Trigger(StrEnum):
    """What the table of the dialogue is entered with. The values are the words of the diagram."""

    GREETING = "greeting or menu"
    REPORT = "wants to report a problem"
    PROBLEM = "describes a problem"
    UNCLEAR = "not understood"
    DESCRIPTION = "the description"
    MORE = "adds to the report"
    MORE_UNCLEAR = "not understood, second time"
    FILE = "a file without text"
    TOO_MANY_FILES = "too many files"
    YES = "yes, open the ticket"
    CANCEL = "cancel"
    OTHER = "it is a different problem"
    CODE_FOUND = "code of their ticket"
    CODE_UNKNOWN = "unknown ticket code"
    CODE_MISTYPED = "mistyped ticket code"
    CODE_AND_STORY = "a problem with an unknown ticket code"
    NO_TICKETS = "asks for their tickets, has none"
    ONE_TICKET = "asks for their tickets, has one"
    MANY_TICKETS = "asks for their tickets, has several"
    NOTE = "adds to the ticket"
    NOTE_CLOSED = "adds to a resolved or closed ticket"
    REPORT_WAITS = "a report, but too many tickets this hour"
    HUMAN = "asks for a person"
    HUMAN_WAITS = "asks for a person, but too many tickets this hour"
    HUMAN_FOR_TICKET = "asks for a person about this ticket"
    CLOSE = "closes the ticket"
    FIXED = "yes, it is fixed"
    REOPEN = "reopens the ticket"
    REOPEN_WITH = "reopens the ticket and adds to it"
    RATE = "rates the support"
    SKIP = "skips the rating"
    THANKS = "thanks or goodbye"
    LANGUAGE_CHOSEN = "chooses a language"
    LANGUAGE_ASKED = "asks for another language"
    ERASE = "asks to erase their data"
    ERASE_YES = "presses the button to erase"
    ERASE_WRITTEN = "says yes without pressing the button"
    ERASE_NO = "no, keep my data"
    STALE = "a button that no longer applies"
    REPEATED = "the same button again"
    UNSUPPORTED = "unsupported message"


class Question(StrEnum):
    """What becomes a trigger only when the database has been asked."""

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
    """What one message means in one session.

    text: what belongs into a ticket; a mere command has none. code: of the ticket it is about.
    language: of its words; wanted: the language it asks for. says: yes or no, if that is all it says. rating: from 1 to 5.
    """

    trigger: Trigger | Question
    text: str = field(default="", repr=False)
    files: tuple[Attachment, ...] = ()
    code: str | None = None
    language: Language | None = None
    wanted: Language | None = None
    unhandled: Unhandled | None = None
    says: bool | None = None
    rating: int | None = None

    @property
    def lookup(self) -> Lookup:
        """The facts that `settle` needs to answer the question."""
        match self.trigger:
            case Question.TICKETS:
                return Lookup(tickets=True)
            case Question():
                return Lookup(code=self.code)
            case _:
                return Lookup()
