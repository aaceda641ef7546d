"""What one turn of the dialogue is given and what it gives back, as plain data without a word of text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from state.model.language import Language
from state.model.message import Attachment
from state.model.session import Session, State
from state.model.ticket import TicketView


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """The facts a turn needs from the database, beyond the session."""

    code: str | None = None
    tickets: bool = False

    def __bool__(self) -> bool:
        return bool(self.code or self.tickets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the dialogue cannot know by itself.

    new_code: the code a ticket gets if this turn opens one; language: of the customer's country, else the desk's;
    ticket: the one asked for, None when it is not there or not theirs; tickets: their latest ten; may_open: False when they
    have opened as many within the hour as one person may.
    """

    new_code: str
    language: Language
    ticket: TicketView | None = None
    tickets: tuple[TicketView, ...] = ()
    may_open: bool = True


class Action(StrEnum):
    """What a button or a list row asks for."""

    REPORT = "report"
    TICKETS = "tickets"
    HUMAN = "human"
    MENU = "menu"
    LANGUAGE = "language"
    VIEW = "view"
    YES = "yes"
    CANCEL = "cancel"
    OTHER = "other"
    ERASE = "erase"
    KEEP = "keep"
    CLOSE = "close"
    FIXED = "fixed"
    NOT_FIXED = "not_fixed"
    REOPEN = "reopen"
    NEW = "new"
    RATE = "rate"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button or a list row. Its id carries the state it was made for: `confirming/yes/3`."""

    state: State
    action: Action
    argument: str = ""

    @property
    def id(self) -> str:
        """What WhatsApp hands back when it is pressed. Meta: at most 256 characters, in a list 200."""
        return "/".join(part for part in (self.state, self.action, self.argument) if part)

    @classmethod
    def of_ticket(cls, action: Action, code: str) -> Button:
        """A button about one ticket, under any bubble that is about it."""
        return cls(state=State.FOLLOWING, action=action, argument=code)

    @classmethod
    def from_id(cls, text: str) -> Button | None:
        """The button with this id, or None if we never made such a one."""
        state, _, rest = text.partition("/")
        action, _, argument = rest.partition("/")
        try:
            return cls(state=State(state), action=Action(action), argument=argument)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One bubble: which text, with what in it, and what can be pressed."""

    say: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    buttons: tuple[Button, ...] = ()
    ticket: TicketView | None = None
    tickets: tuple[TicketView, ...] = ()
    quote: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket:
    """A new ticket; the technicians hear of it by e-mail. The description may be empty if something came with it."""

    code: str
    summary: str = field(repr=False)
    description: str = field(repr=False)
    files: tuple[Attachment, ...] = ()
    wants_human: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote:
    """Something the owner adds to their ticket, or their wish for a person (the technicians hear of that by e-mail)."""

    code: str
    text: str = field(default="", repr=False)
    files: tuple[Attachment, ...] = ()
    wants_human: bool = False


class Change(StrEnum):
    """What the owner does to the state of their ticket, or thinks of it. FIXED: "yes, it is fixed", after `resolved`."""

    CLOSE = "close"
    FIXED = "fixed"
    REOPEN = "reopen"
    RATING = "rating"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTicket:
    """The owner closes, reopens or rates their ticket; the technicians hear of it. rating: from 1 to 5, with RATING."""

    code: str
    change: Change
    text: str = field(default="", repr=False)
    files: tuple[Attachment, ...] = ()
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class EraseCustomer:
    """Forget the person; their tickets stay, without them."""


Effect = Reply | OpenTicket | AddNote | ChangeTicket | EraseCustomer


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The session after a message, and all that the message does. At most one Reply: one turn is one bubble."""

    session: Session
    effects: tuple[Effect, ...] = ()

    @property
    def reply(self) -> Reply | None:
        """The bubble, if this turn says anything."""
        return next((effect for effect in self.effects if isinstance(effect, Reply)), None)
