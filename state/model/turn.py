"""Input and output of a turn of the dialogue. Texts are referred to by key; `messages` has the words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from state.model.draft_part import DraftPart
from state.model.language import Language
from state.model.message import Attachment, Unhandled
from state.model.session import Session, State
from state.model.ticket import Ticket, TicketStatus, TicketView


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """The facts that a turn needs from the database: the first ticket of theirs with one of these codes, their latest tickets."""

    codes: tuple[str, ...] = ()
    tickets: bool = False

    def __bool__(self) -> bool:
        return bool(self.codes or self.tickets)

    def ticket_of(self, owned: Mapping[str, TicketView]) -> TicketView | None:
        """What the database answers to somebody with these tickets, by their codes."""
        return next((owned[code] for code in self.codes if code in owned), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts that are not in the message or the session.

    new_code: the code of the ticket, if this turn opens one. language: that of the customer's country, else the desk's.
    ticket: the ticket looked up, None if it does not exist or is not theirs. tickets: their latest ten.
    can_open_ticket: False when the customer has reached the hourly limit of tickets.
    can_note: False when the customer has added as much to the ticket as fits in a day; full_told: the ticket says so already.
    can_ask: False when no bubble can be shown, and so no question, because the service window is closed.
    replies_left: how many they may still have today; at 0 one says so, and below it there is none.
    """

    new_code: str
    language: Language
    ticket: TicketView | None = None
    tickets: tuple[TicketView, ...] = ()
    can_open_ticket: bool = True
    can_note: bool = True
    full_told: bool = False
    can_ask: bool = True
    replies_left: int = 1


class Action(StrEnum):
    """The action of a button or a list row."""

    REPORT = "report"
    TICKETS = "tickets"
    HUMAN = "human"
    MENU = "menu"
    LANGUAGE = "language"
    VIEW = "view"
    YES = "yes"
    OPEN = "open"
    CANCEL = "cancel"
    OTHER = "other"
    ERASE = "erase"
    KEEP = "keep"
    CLOSE = "close"
    CLOSE_YES = "close_yes"
    CLOSE_NO = "close_no"
    FIXED = "fixed"
    NOT_FIXED = "not_fixed"
    REOPEN = "reopen"
    REOPEN_YES = "reopen_yes"
    REOPEN_NO = "reopen_no"
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
        """The id that WhatsApp sends when the button is pressed. Meta: at most 256 characters, in a list 200."""
        return "/".join(part for part in (self.state, self.action, self.argument) if part)

    @classmethod
    def of_ticket(cls, action: Action, code: str) -> "Button":
        """A button that names its ticket, and applies for as long as the ticket exists."""
        return cls(state=State.FOLLOWING, action=action, argument=code)

    @classmethod
    def from_id(cls, text: str) -> "Button | None":
        """The button with this id, or None if the desk has no such button."""
        state, _, rest = text.partition("/")
        action, _, argument = rest.partition("/")
        try:
            return cls(state=State(state), action=Action(action), argument=argument)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One bubble. say: the key of its text; values: its placeholders; quote: whether it quotes the message it answers.

    regret: one sentence of regret comes first. missing: one that says what of the message we could not use. may_wait: it answers a
    line that only goes on with a report or a note, so it may wait for the next one. asks: whether it asks the question that is open
    after the turn; None if none is.
    """

    say: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    buttons: tuple[Button, ...] = ()
    ticket: TicketView | None = None
    tickets: tuple[TicketView, ...] = ()
    quote: bool = False
    regret: bool = False
    missing: Unhandled | None = None
    may_wait: bool = False
    asks: bool | None = None


# The effects on tickets are stored as they are: their fields have the names of the JSON that `commit_turn`
# (supabase/schemas/75_turns.sql) reads.
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket(Ticket):
    """Open a ticket; the technicians get an e-mail. The description may be empty if there are files. parts: as in the session."""

    files: tuple[Attachment, ...] = ()
    parts: tuple[DraftPart, ...] = ()


class ChangeKind(StrEnum):
    """A change that owners make to their ticket. HUMAN: they ask for a person. FIXED: they confirm that the problem is fixed.

    CORRECTION: they edited a message that is in it; DELETION: they deleted it for everybody, so its words are removed.
    FULL: what they add is not kept any more today.
    """

    NOTE = "note"
    HUMAN = "human"
    CLOSE = "close"
    FIXED = "fixed"
    REOPEN = "reopen"
    RATING = "rating"
    CORRECTION = "correction"
    DELETION = "deletion"
    FULL = "full"


_STATUS_AFTER: Final = {
    ChangeKind.CLOSE: TicketStatus.CLOSED,
    ChangeKind.FIXED: TicketStatus.CLOSED,
    ChangeKind.REOPEN: TicketStatus.OPEN,
}


def status_after(status: TicketStatus, change: ChangeKind) -> TicketStatus:
    """The status of a ticket after a change by its owner, as `change_ticket` in supabase/schemas/20_tickets.sql sets it."""
    replied = status is TicketStatus.WAITING_CUSTOMER and change in {ChangeKind.NOTE, ChangeKind.HUMAN}
    return TicketStatus.IN_PROGRESS if replied else _STATUS_AFTER.get(change, status)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTicket:
    """Add to a ticket or change it; the technicians are notified. rating: from 1 to 5, with RATING.

    of: the message that they edited or deleted.
    """

    code: str
    kind: ChangeKind = ChangeKind.NOTE
    text: str = field(default="", repr=False)
    files: tuple[Attachment, ...] = ()
    rating: int | None = None
    of: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class EraseCustomer:
    """Erase the customer's data; their tickets stay, without it."""


Effect = Reply | OpenTicket | ChangeTicket | EraseCustomer


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The session after a message, and the effects of the message: at most one of them is a Reply."""

    session: Session
    effects: tuple[Effect, ...] = ()

    @property
    def about(self) -> str | None:
        """The ticket that an answer to the reply is about: the one it changes or shows, but not if it asks about a report, too."""
        if self.reply and any(button.action is Action.YES for button in self.reply.buttons):
            return None
        for effect in self.effects:
            match effect:
                case OpenTicket(code=code) | ChangeTicket(code=code) | Reply(ticket=TicketView(code=code)):
                    return code
        return None

    @property
    def reply(self) -> Reply | None:
        """The reply, if there is one."""
        return next((effect for effect in self.effects if isinstance(effect, Reply)), None)
