"""Tickets as their customers and the technicians see them: status, events, possible actions."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from state.model.language import Language
from state.model.message import Attachment, AttachmentKind, Sender


class TicketStatus(StrEnum):
    """The status of a ticket. `ticket_moves` in supabase/schemas/20_tickets.sql lists the possible changes."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    WAITING_CUSTOMER = "waiting_customer"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def active(self) -> bool:
        """True unless the ticket is resolved or closed."""
        return self not in {TicketStatus.RESOLVED, TicketStatus.CLOSED}

    @property
    def asks(self) -> bool:
        """True if a technician waits for the customer: for an answer, or for the word that it is fixed."""
        return self in {TicketStatus.WAITING_CUSTOMER, TicketStatus.RESOLVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSummary:
    """One-line summary of a ticket."""

    code: str
    summary: str = field(repr=False)
    wants_human: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(TicketSummary):
    """The content of a ticket as it is opened. `language`: the customer's language.

    A new field also goes into `open_ticket` and `ticket_record` (supabase/schemas), dialogue/problem_report.py, the texts and
    messages/for_technicians.py: CONTRIBUTING.md, "A field of a ticket".
    """

    description: str = field(repr=False)
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketForSomebody(Ticket):
    """A ticket that a technician opens for somebody. number: theirs, digits only, the country's code first."""

    number: str = field(repr=False)
    name: str = field(default="", repr=False)
    category: str = field(default="", repr=False)


class TechnicianAction(StrEnum):
    """An action of a technician, in the order of the page.

    `ticket_moves` in supabase/schemas/20_tickets.sql says in which status each is possible.
    """

    ANSWER = "answer"
    ASK = "ask"
    TAKE = "take"
    RESOLVE = "resolve"
    CLOSE = "close"
    MERGE = "merge"
    REOPEN = "reopen"
    HAND_OVER = "hand_over"
    GIVE_BACK = "give_back"

    @property
    def assigns(self) -> bool:
        """True if it says who has the ticket, and nothing to its customer."""
        return self in {TechnicianAction.TAKE, TechnicianAction.HAND_OVER, TechnicianAction.GIVE_BACK}

    @property
    def sends_files(self) -> bool:
        """True if it says something to the customer, and files can go along."""
        return self in {TechnicianAction.ANSWER, TechnicianAction.ASK, TechnicianAction.RESOLVE}


class Mark(StrEnum):
    """What technicians note on a ticket among themselves: possible in every status, and its customer never hears of it."""

    INTERNAL = "internal"
    URGENT = "urgent"
    NOT_URGENT = "not_urgent"
    CATEGORY = "category"


class EventKind(StrEnum):
    """The kind of an event. NOTIFIED: a notification was sent to the owner; its text is the form: message or template. UNDELIVERED: it
    was given up; its text is the error: a class and the provider's code.

    CORRECTION: the customer edited a message, and its text is the new one. DELETION: they deleted one. UNREACHABLE: their number
    may have a new owner, and nothing else of them is known. FULL: they have added so much within a day that what followed was not
    kept. ASSIGNED: a technician took it, handed it over or gave it back. INTERNAL: a technician's note that the customer never sees.
    EMAIL_FAILED: an e-mail about it did not reach its `author`; its text is a FailureKind. URGENT: marked so, or not any more. CATEGORY: another, its text. MERGED: a duplicate was merged into this ticket; its text is the
    code.
    """

    CREATED = "created"
    NOTE = "note"
    HUMAN = "human"
    STATUS = "status"
    ANSWER = "answer"
    RATING = "rating"
    NOTIFIED = "notified"
    UNDELIVERED = "undelivered"
    ERASED = "erased"
    CORRECTION = "correction"
    DELETION = "deletion"
    UNREACHABLE = "unreachable"
    EMAIL_FAILED = "email_failed"
    FULL = "full"
    ASSIGNED = "assigned"
    INTERNAL = "internal"
    URGENT = "urgent"
    CATEGORY = "category"
    MERGED = "merged"

    @property
    def of_delivery(self) -> bool:
        """True if it tells of a notification's delivery: nobody did anything to the ticket."""
        return self in {EventKind.NOTIFIED, EventKind.UNDELIVERED, EventKind.EMAIL_FAILED}

    @property
    def is_to_be_read(self) -> bool:
        """True if a technician who acts has to know of it. As the function of this name in 80_technicians.sql."""
        return not (self.of_delivery or self in {EventKind.URGENT, EventKind.CATEGORY})


class Actor(StrEnum):
    """The person or the system that caused an event."""

    CUSTOMER = "customer"
    TECHNICIAN = "technician"
    SYSTEM = "system"


class ActionResult(StrEnum):
    """The result of a technician's action.

    REPEATED: this form was already submitted. STALE: the ticket has events that its sender had not seen. ILLEGAL: not possible
    in this status. TEXT_MISSING: a question or an answer without a text. FILES_GONE: its files have waited for it too long, and are
    being removed. MISSING: no such ticket.
    """

    DONE = "done"
    REPEATED = "repeated"
    STALE = "stale"
    ILLEGAL = "illegal"
    TEXT_MISSING = "text_missing"
    FILES_GONE = "files_gone"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a technician wrote to the customer."""

    text: str = field(repr=False)
    author: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestEvent:
    """What happened last to a ticket, as its owner may know it."""

    kind: EventKind
    actor: Actor
    author: str | None = field(default=None, repr=False)
    action: str | None = None
    to_status: TicketStatus | None = None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView(TicketSummary):
    """The part of a ticket that its owner may see. `said`: the latest message of a technician."""

    status: TicketStatus
    created_at: datetime
    updated_at: datetime
    rating: int | None = None
    assignee: str | None = field(default=None, repr=False)
    said: Said | None = None
    latest: LatestEvent | None = None


class DeliveryState(StrEnum):
    """Where a message to the customer is.

    WAITING: for a minute, for what the technician does next. LEAVING: due, or being sent. HELD: Meta refuses the template; it leaves
    when that is mended, or when the customer writes. FIRST_MESSAGE: the customer has never written; it leaves when they do.
    NEXT_MESSAGE: a file, which no template can hold: it leaves when the customer writes again. SENT, DELIVERED, READ: as Meta has
    reported. FAILED: it was given up.
    """

    WAITING = "waiting"
    LEAVING = "leaving"
    HELD = "held"
    FIRST_MESSAGE = "first_message"
    NEXT_MESSAGE = "next_message"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How the customer is told of an event. template: by one line of a template; the whole text follows once they write."""

    state: DeliveryState
    template: bool = False


class WhyMissing(StrEnum):
    """Why a file is not in Storage.

    GONE: Meta had it no more. TOO_LARGE: for Storage. DIFFERENT: it was not what the customer sent, by its sha256. NO_ROOM: all that
    may be stored is taken. REMOVED: it was there, and had to make room for newer ones. FAILED: it was tried for most of a day.
    """

    GONE = "gone"
    TOO_LARGE = "too_large"
    DIFFERENT = "different"
    NO_ROOM = "no_room"
    REMOVED = "removed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile(Attachment):
    """An attachment with its number in the database.

    object: its path in Storage (None: a location); bytes: what it takes there, or will; missing: why it is not there and will not be;
    seconds: the length of a voice note; transcript: what a machine heard in it. delivery: of a technician's file, on the ticket's page.
    """

    id: int
    object: str | None = None
    bytes: int | None = None
    stored: bool = False
    missing: WhyMissing | None = None
    seconds: float | None = None
    transcript: str | None = field(default=None, repr=False)
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A technician's file that is in Storage already. kind: IMAGE or DOCUMENT; sha256: in hex."""

    object: str
    kind: AttachmentKind
    mime_type: str
    bytes: int
    sha256: str
    filename: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFile:
    """A file of a ticket. place: among its files, from 1; at: when it came."""

    file: StoredFile
    place: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent:
    """Something that happened to a ticket. from_status, to_status: set when it changed the status.

    assignee: of kind ASSIGNED, the name or the address of who has it from then on. deleted: the customer has deleted this message
    since; its text and files are gone. delivery: of what a technician did, as long as that is known. object: of kind UNDELIVERED, the
    path of the file that did not arrive (None: words did not).
    """

    id: int
    kind: EventKind
    actor: Actor
    author: str | None = field(default=None, repr=False)
    author_address: str | None = field(default=None, repr=False)
    action: str | None = None
    assignee: str | None = field(default=None, repr=False)
    from_status: TicketStatus | None = None
    to_status: TicketStatus | None = None
    text: str | None = field(default=None, repr=False)
    at: datetime
    files: tuple[StoredFile, ...] = ()
    deleted: bool = False
    delivery: Delivery | None = None
    object: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherTicket(TicketSummary):
    """Another ticket of the same customer. merged: it is a duplicate."""

    status: TicketStatus
    merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerName:
    """The name of a canned answer, and the language of its text."""

    name: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRecord(Ticket):
    """A ticket with its events, oldest first: the report and the latest ones or, in a notification, those that it is about.

    earlier: events before this one follow the report, and are not here (None: all are). customer: None when the person was erased;
    actions: the actions possible now; waiting: the number of messages and e-mails about it that have not been sent yet; status_then:
    in a notification, the status after the last of its events; has_written: False of a customer for whom it was opened, and who has
    not written yet; window_until: when the service window closes, if they have.
    assignee, assignee_address: the name and the address of the technician who has it, of whom one or both may not be known;
    assignee_away: they are away. merged_into: the code of the ticket that this is a duplicate of.

    Only on its page: others: twenty other tickets of the customer, those that are not closed first; others_count: how many there
    are; answers: the canned answers.
    """

    status: TicketStatus
    assignee: str | None = field(repr=False)
    assignee_address: str | None = field(default=None, repr=False)
    assignee_away: bool = False
    rating: int | None
    created_at: datetime
    updated_at: datetime
    customer: Sender | None
    actions: tuple[TechnicianAction, ...]
    events: tuple[TicketEvent, ...]
    waiting: int
    status_then: TicketStatus | None = None
    earlier: int | None = None
    urgent: bool = False
    category: str | None = field(default=None, repr=False)
    merged_into: str | None = None
    others: tuple[OtherTicket, ...] = ()
    others_count: int = 0
    answers: tuple[AnswerName, ...] = ()
    has_written: bool = True
    window_until: datetime | None = None

    @property
    def opening(self) -> "TicketEvent | None":
        """The event by which a technician opened it for the customer, if that is among the events."""
        created = (event for event in self.events if event.kind is EventKind.CREATED)
        return next((event for event in created if event.actor is Actor.TECHNICIAN), None)

    @property
    def seen(self) -> int:
        """Id of the newest event on this page that somebody caused."""
        return max((event.id for event in self.events if not event.kind.of_delivery), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine(TicketSummary):
    """One line of the digest. at: when the latest event of the ticket happened; the others as in `TicketRecord`."""

    at: datetime
    assignee_address: str | None = field(default=None, repr=False)
    assignee_away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The tickets without an e-mail of their own, oldest first."""

    tickets: tuple[DigestLine, ...]
