"""A ticket as its customer sees it and as the technicians do: all that happened, who did it, what may be done next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from state.model.language import Language
from state.model.message import Attachment, Sender


class TicketStatus(StrEnum):
    """Where a ticket is in its life."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    WAITING_CUSTOMER = "waiting_customer"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def active(self) -> bool:
        """Whether somebody still works on it, so that additions are read."""
        return self not in {TicketStatus.RESOLVED, TicketStatus.CLOSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """What the owner of a ticket may see of it. `said`: the latest words of a technician."""

    code: str
    status: TicketStatus
    summary: str = field(repr=False)
    wants_human: bool
    created_at: datetime
    updated_at: datetime
    rating: int | None = None
    said: str | None = field(default=None, repr=False)


class TechnicianAction(StrEnum):
    """What a technician can do to a ticket; `ticket_moves` in the migrations says when."""

    TAKE = "take"
    ASK = "ask"
    ANSWER = "answer"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"


class EventKind(StrEnum):
    """What a ticket's event is. NOTIFIED: the owner was told of something; its text is message, template or failed."""

    CREATED = "created"
    NOTE = "note"
    HUMAN = "human"
    STATUS = "status"
    ANSWER = "answer"
    RATING = "rating"
    NOTIFIED = "notified"
    ERASED = "erased"


class Actor(StrEnum):
    """Whose doing an event is."""

    CUSTOMER = "customer"
    TECHNICIAN = "technician"
    SYSTEM = "system"


class ActionResult(StrEnum):
    """What became of a technician's action.

    REPEATED: this very form was done before. STALE: something happened that its sender had not seen. ILLEGAL: not in this
    state. WORDLESS: a question or an answer without words. MISSING: no such ticket.
    """

    DONE = "done"
    REPEATED = "repeated"
    STALE = "stale"
    ILLEGAL = "illegal"
    WORDLESS = "wordless"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile(Attachment):
    """An attachment with its number in the database."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent:
    """Something that happened to a ticket. from_status, to_status: set when it changed the state."""

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
class TicketRecord:
    """A ticket with its events, oldest first: all of them, or those that a letter tells.

    customer: None when the person was erased; language: the customer's; actions: what may be done now; waiting: messages
    and e-mails about it that have not left yet; status_then: the state when the latest of these events had happened, in a letter.
    """

    code: str
    status: TicketStatus
    summary: str = field(repr=False)
    description: str = field(repr=False)
    wants_human: bool
    assignee: str | None = field(repr=False)
    rating: int | None
    created_at: datetime
    updated_at: datetime
    language: Language
    customer: Sender | None
    actions: tuple[TechnicianAction, ...]
    events: tuple[TicketEvent, ...]
    waiting: int
    status_then: TicketStatus | None = None

    @property
    def seen(self) -> int:
        """The latest event that a technician who sees this has seen; being told of one changes nothing."""
        return max((event.id for event in self.events if event.kind is not EventKind.NOTIFIED), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptedAction:
    """What became of an action, and the ticket as it is after it (None: there is no such ticket)."""

    result: ActionResult
    ticket: TicketRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine:
    """A ticket in one line. at: when the latest of what is told of it happened."""

    code: str
    summary: str = field(repr=False)
    wants_human: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The tickets that there was no e-mail of their own for, oldest first."""

    tickets: tuple[DigestLine, ...]
