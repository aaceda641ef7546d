"""What leaves: bubbles and e-mails as plain data, the outbox rows that carry them, and what can become of a try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

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


class Kind(StrEnum):
    """Which channel a row leaves by."""

    WHATSAPP = "whatsapp"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOutboxRow:
    """A row to put into the outbox.

    body: the exact request, rendered once, or the form of a letter (see NotificationKind); fallback: the template message for a closed window;
    repeat: after an unclear try it is sent again even when the customer has had a newer reply.
    """

    dedup_key: str
    kind: Kind
    body: str = field(repr=False)
    fallback: str | None = field(default=None, repr=False)
    repeat: bool = True
    ticket: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A row that is leased to us. `lease_seconds` count from `asked`: before the call that brought it was made.

    Not from when its answer came: an instance that is frozen while it waits reads the answer late.
    facts: of a letter, what it tells (a `TicketRecord`, or a `Digest`); its words are written when it leaves, and `body` is
    its form.
    """

    id: int
    dedup_key: str
    lane: str
    kind: Kind
    body: str = field(repr=False)
    attempts: int
    lease_seconds: float
    asked: Moment
    wamid: str | None = None
    facts: Mapping[str, Any] | None = field(default=None, repr=False)

    @classmethod
    def from_json(cls, data: Mapping[str, Any], asked: Moment) -> OutboxRow:
        """The row as `lease_lanes` in the migrations gives it. Raises KeyError or ValueError where the two disagree."""
        return cls(
            id=data["id"],
            dedup_key=data["dedup_key"],
            lane=data["lane"],
            kind=Kind(data["kind"]),
            body=data["body"],
            attempts=data["attempts"],
            lease_seconds=float(data["lease_seconds"]),
            asked=asked,
            wamid=data.get("wamid"),
            facts=data.get("facts"),
        )


class NotificationKind(StrEnum):
    """The forms of a letter, which stand in a row's body in place of a request.

    NOTICE: what a technician did, to the customer, in free text. TEMPLATE: the same outside the 24 hours. NEWS: what the
    customer did, to the technicians. HUMAN: the same when they ask for a person. LINK: a fresh link to the ticket's page, to
    the technicians. DIGEST: what there was no e-mail of its own for, to the technicians.
    """

    NOTICE = "notice"
    TEMPLATE = "template"
    UPDATE = "update"
    HUMAN = "human"
    LINK = "link"
    DIGEST = "digest"


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
