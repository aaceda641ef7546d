"""Outgoing messages as plain data: bubbles, e-mails, the outbox rows that hold them, and the outcomes of sending."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from state.model.clock import Moment
from state.model.message import Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A reply button or a list row. Meta: title at most 20 (row: 24), description 72, in UTF-16 units."""

    id: str
    title: str
    description: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One WhatsApp message: a text, alone or with buttons (at most 3) or a list (at most 10 rows, opened by `list_button`)."""

    body: str = field(repr=False)
    buttons: tuple[Choice, ...] = ()
    rows: tuple[Choice, ...] = ()
    list_button: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """An approved template with its parameters: the only thing that may go outside Meta's 24-hour window."""

    name: str
    language: str
    parameters: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMessage:
    """One WhatsApp message that is a photo or a document. media_id: of the upload; caption: at most 1024 UTF-16 units.

    filename: as the customer saves a document; empty for a photo.
    """

    media_id: str
    caption: str = field(repr=False)
    filename: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """One e-mail, rendered: subject without control characters, HTML and text. about: whose name stands in From, or empty."""

    subject: str = field(repr=False)
    html: str = field(repr=False)
    text: str = field(repr=False)
    about: str = field(default="", repr=False)


class Channel(StrEnum):
    """How a row is sent. STORAGE: nothing is sent; something is done with a file in Supabase Storage. INBOX: an e-mail is fetched."""

    WHATSAPP = "whatsapp"
    EMAIL = "email"
    STORAGE = "storage"
    INBOX = "inbox"


class Content(StrEnum):
    """What a row holds. At the top of supabase/schemas/40_outbox.sql: which rows are rendered when, and why.

    RENDERED: a request, rendered when its turn was committed. The others are notifications, rendered when they are sent.
    NOTIFICATION: tells a customer what technicians did; FULL_TEXT: the words that its template had no room for. OPENED tells the
    technicians of a new ticket; UPDATE: what a customer did, or who has the ticket now; HUMAN: that a customer asks for a person;
    UNDELIVERED: that what a technician wrote did not reach the customer; LINK: a fresh link to the ticket's page; DESK_LINK: one to
    the list of all, for one technician; DIGEST: the tickets without an e-mail of their own; MAIL_RESULT: what became of an e-mail
    that a technician sent to one of their addresses.

    About a file, `OutboxRow.object`: FILE sends a technician's to the customer. STORE fetches a customer's from Meta and stores it,
    REMOVE removes it, TRANSCRIBE adds its transcript to the ticket: at the top of supabase/schemas/58_files.sql.

    RECEIVED fetches a technician's e-mail and does what it says: at the top of supabase/schemas/42_received_mails.sql.
    """

    RENDERED = "rendered"
    NOTIFICATION = "notification"
    FULL_TEXT = "full_text"
    OPENED = "opened"
    UPDATE = "update"
    HUMAN = "human"
    UNDELIVERED = "undelivered"
    LINK = "link"
    DESK_LINK = "desk_link"
    DIGEST = "digest"
    FILE = "file"
    STORE = "store"
    REMOVE = "remove"
    TRANSCRIBE = "transcribe"
    RECEIVED = "received"
    MAIL_RESULT = "mail_result"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOutboxRow:
    """A row to put into the outbox.

    body: the exact request, if the content is rendered; template: the request with the approved template, for a closed service
    window; repeat: after an unclear attempt it is sent again even if the customer has had a newer reply; yields: while it waits,
    because the customer has had too many bubbles or for their next line, the reply to that takes its place; asks: as in `Reply`;
    wait_seconds: how long it waits for the next line; ticket: the one it is about.
    """

    dedup_key: str
    channel: Channel
    content: Content = Content.RENDERED
    body: str | None = field(default=None, repr=False)
    template: str | None = field(default=None, repr=False)
    repeat: bool = True
    yields: bool = False
    asks: bool | None = None
    wait_seconds: float = 0.0
    ticket: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A row that is leased to us, as `leased_row` in supabase/schemas/55_sending.sql returns it.

    body: the request, if the content is rendered; as_template: the service window is closed, so a notification is rendered as a
    template; recipient: the address of the one technician it is for (None: all whom it concerns); object: the path of the file it is
    about; record: the data for rendering a notification, the JSON of a `TicketRecord`, a `Digest` or a `DeskLinkRecord`, or of the
    `StoredFile` or a `ToFetch` (None: it was deleted); lease: the token of the lease; asked_at: when the lease was requested; `lease_seconds` count from then, not from the response, which an instance may
    read late because it was frozen. Unset: the lease is over.
    """

    id: int
    dedup_key: str
    lane: str
    channel: Channel
    content: Content
    as_template: bool = False
    body: str | None = field(default=None, repr=False)
    attempts: int
    lease_seconds: float
    wamid: str | None = None
    recipient: str | None = field(default=None, repr=False)
    object: str | None = None
    record: dict[str, Any] | None = field(default=None, repr=False)
    lease: str = field(default="", repr=False)
    asked_at: Moment = (0.0, 0.0)


class Outcome(StrEnum):
    """The outcome of one attempt.

    SENT: the provider accepted it. RETRY: certainly not accepted; try later. UNKNOWN: perhaps accepted. WINDOW: the 24 hours
    are over, only the template may be sent. HELD: the template is refused; tried again later without counting, or sent as free
    text once the customer writes. PAUSED: the whole account is refused; the channel is paused and the attempt does not count.
    LIMITED: the account's rate was exceeded; the same for a moment, as is normal when much happens at once. REFUSED: this
    recipient is refused, or the whole account if others are, too. RELEASED: not attempted. DEAD: it can never be sent; a person
    has to look.
    """

    SENT = "sent"
    RETRY = "retry"
    UNKNOWN = "unknown"
    WINDOW = "window"
    HELD = "held"
    PAUSED = "paused"
    LIMITED = "limited"
    REFUSED = "refused"
    RELEASED = "released"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMark:
    """That a provider has accepted an attempt, to be stored. id: of the row; attempt, lease: they fence it, as every result.

    proof: without an attempt, the row is marked already, and this is what Meta has reported of it since. emails: as in `Result`.
    """

    id: int
    attempt: int | None
    lease: str | None = field(repr=False)
    provider_id: str | None
    proof: Proof | None = None
    emails: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The result of one attempt. error: a class and the provider's code, never the provider's text or our own.

    emails: how many e-mails of the row were taken, or may have been; None if none was, 0 if there was nobody to tell.
    wa_id: the number of the recipient as Meta writes it, if it says so.
    """

    outcome: Outcome
    provider_id: str | None = None
    error: str | None = None
    retry_seconds: float | None = None
    emails: int | None = None
    wa_id: str | None = field(default=None, repr=False)
