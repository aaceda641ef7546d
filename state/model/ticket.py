"""A ticket as its customer sees it and as the technicians do: its status, its events, and which actions are possible."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from state.model.language import Language
from state.model.message import Attachment, Sender


class TicketStatus(StrEnum):
    """The status of a ticket; `ticket_moves` in the migrations says what can follow what."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    WAITING_CUSTOMER = "waiting_customer"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def active(self) -> bool:
        """Whether somebody still works on it."""
        return self not in {TicketStatus.RESOLVED, TicketStatus.CLOSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSummary:
    """A ticket in a line."""

    code: str
    summary: str = field(repr=False)
    wants_human: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(TicketSummary):
    """What a ticket is opened with and the technicians read. language: the customer's."""

    description: str = field(repr=False)
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView(TicketSummary):
    """What the owner of a ticket may see of it. `said`: the latest words of a technician."""

    status: TicketStatus
    created_at: datetime
    updated_at: datetime
    rating: int | None = None
    said: str | None = field(default=None, repr=False)


class TechnicianAction(StrEnum):
    """What a technician can do to a ticket, as the page orders it; `ticket_moves` in the migrations says in which status."""

    ANSWER = "answer"
    ASK = "ask"
    TAKE = "take"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"


class EventKind(StrEnum):
    """What a ticket's event is. NOTIFIED: a notification was sent to the owner; its text is message, template or failed."""

    CREATED = "created"
    NOTE = "note"
    HUMAN = "human"
    STATUS = "status"
    ANSWER = "answer"
    RATING = "rating"
    NOTIFIED = "notified"
    ERASED = "erased"


class Actor(StrEnum):
    """Who caused an event."""

    CUSTOMER = "customer"
    TECHNICIAN = "technician"
    SYSTEM = "system"


class ActionResult(StrEnum):
    """What became of a technician's action.

    REPEATED: this form was already submitted. STALE: the ticket has events that its sender had not seen. ILLEGAL: not possible
    in this status. TEXT_MISSING: a question or an answer without a text. MISSING: no such ticket.
    """

    DONE = "done"
    REPEATED = "repeated"
    STALE = "stale"
    ILLEGAL = "illegal"
    TEXT_MISSING = "text_missing"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile(Attachment):
    """An attachment with its number in the database."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent:
    """Something that happened to a ticket. from_status, to_status: set when it changed the status."""

    id: int
    kind: EventKind
    actor: Actor
    author: str | None = field(default=None, repr=False)
    action: str | None = None
    from_status: TicketStatus | None = None
    to_status: TicketStatus | None = None
    text: str | None = field(default=None, repr=False)
    at: datetime
    files: tuple[StoredFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRecord(Ticket):
    """A ticket with its events, oldest first: all of them or, in a notification, those that it is about.

    customer: None when the person was erased; actions: what is possible now; waiting: how many messages and e-mails about it
    have not been sent yet; status_then: in a notification, the status after the last of its events.
    """

    status: TicketStatus
    assignee: str | None = field(repr=False)
    rating: int | None
    created_at: datetime
    updated_at: datetime
    customer: Sender | None
    actions: tuple[TechnicianAction, ...]
    events: tuple[TicketEvent, ...]
    waiting: int
    status_then: TicketStatus | None = None

    @property
    def seen(self) -> int:
        """The latest event that whoever sees this has seen. Notifications do not count: they change nothing."""
        return max((event.id for event in self.events if event.kind is not EventKind.NOTIFIED), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptedAction:
    """What became of an action, and the ticket after it (None: no such ticket)."""

    result: ActionResult
    ticket: TicketRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine(TicketSummary):
    """A ticket in one line. at: when its latest event happened."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The tickets without an e-mail of their own, oldest first."""

    tickets: tuple[DigestLine, ...]
