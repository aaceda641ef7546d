"""What leaves: bubbles and e-mails as plain data, the outbox rows that carry them, and what can become of a try."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from state.model.clock import Moment


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
class Email:
    """One e-mail, rendered: subject without control characters, HTML and text."""

    subject: str = field(repr=False)
    html: str = field(repr=False)
    text: str = field(repr=False)


class Channel(StrEnum):
    """What a row is sent by."""

    WHATSAPP = "whatsapp"
    EMAIL = "email"


class NotificationKind(StrEnum):
    """What a notification is. It is rendered when it is sent, so a row's body holds its kind in place of a request.

    To the customer, of what a technician did: MESSAGE in free text, TEMPLATE outside the 24 hours. To the technicians:
    UPDATE of what the customer did, HUMAN when they ask for a person, LINK with a fresh link to the ticket's page, DIGEST of
    what had no e-mail of its own.
    """

    MESSAGE = "message"
    TEMPLATE = "template"
    UPDATE = "update"
    HUMAN = "human"
    LINK = "link"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOutboxRow:
    """A row to put into the outbox.

    body: the exact request, rendered once, or a NotificationKind; fallback: the template message for a closed window;
    repeat: after an unclear try it is sent again even when the customer has had a newer reply.
    """

    dedup_key: str
    channel: Channel
    body: str = field(repr=False)
    fallback: str | None = field(default=None, repr=False)
    repeat: bool = True
    ticket: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A row that is leased to us, as `lease_lanes` in the migrations gives it.

    record: what a notification is rendered from when it is sent, the JSON of a `TicketRecord` or a `Digest`; lease: the token
    that it is leased under; asked_at: when it was asked for, from which `lease_seconds` count. Not when the answer came: an
    instance that is frozen while it waits reads the answer late. Unset, the lease is over.
    """

    id: int
    dedup_key: str
    lane: str
    channel: Channel
    body: str = field(repr=False)
    attempts: int
    lease_seconds: float
    wamid: str | None = None
    record: dict[str, Any] | None = field(default=None, repr=False)
    lease: str = field(default="", repr=False)
    asked_at: Moment = (0.0, 0.0)

    @property
    def notification(self) -> NotificationKind | None:
        """Which notification is to be rendered. None: the body is the request."""
        return NotificationKind(self.body) if self.body in _NOTIFICATION_KINDS else None


_NOTIFICATION_KINDS: Final = frozenset(NotificationKind)


class Outcome(StrEnum):
    """What became of one try.

    SENT: the provider has it. RETRY: it certainly has not; later. UNKNOWN: it may have. WINDOW: outside the 24 hours, only
    the template may go. PAUSED: the whole account is refused; the channel rests and no try is counted. RELEASED: not even
    tried. DEAD: it never will; for a person to see.
    """

    SENT = "sent"
    RETRY = "retry"
    UNKNOWN = "unknown"
    WINDOW = "window"
    PAUSED = "paused"
    RELEASED = "released"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One try and what it showed. `error` names the class and the provider's code, never a text of theirs or ours."""

    outcome: Outcome
    provider_id: str | None = None
    error: str | None = None
    retry_seconds: float | None = None
