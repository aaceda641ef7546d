"""What can reach us from Meta, as plain data: messages, statuses, changes of identity, and what is not understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AttachmentKind(StrEnum):
    """What can come with a ticket. A voice note is not just any audio: it is somebody speaking to us."""

    IMAGE = "image"
    VOICE = "voice"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    LOCATION = "location"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who wrote: at least one of the two aliases is there.

    user_id: Meta's BSUID ("MX.4f9a..."); wa_id: the phone number, digits only. Neither may reach a log.
    """

    user_id: str | None = field(default=None, repr=False)
    wa_id: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """What groups the messages of one sender within one call, and names them in the LRU."""
        return f"u:{self.user_id}" if self.user_id else f"w:{self.wa_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words the customer typed."""

    body: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A reply button, a list row or a template's quick reply: the id is what we once sent."""

    id: str
    title: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file or a place. Files stay at Meta under `media_id` for 7 days; `filename` is the customer's, never a path."""

    kind: AttachmentKind
    media_id: str | None = None
    mime_type: str | None = None
    sha256: str | None = None
    filename: str | None = field(default=None, repr=False)
    caption: str | None = field(default=None, repr=False)
    latitude: float | None = field(default=None, repr=False)
    longitude: float | None = field(default=None, repr=False)
    place: str | None = field(default=None, repr=False)


class Unhandled(StrEnum):
    """What we cannot use and say so, in one friendly line."""

    STICKER = "sticker"
    EDIT = "edit"
    POLL = "poll"
    CONTACT = "contact"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """A message that is certainly from a person, and that we cannot use."""

    what: Unhandled


Content = Text | Press | Attachment | Unsupported


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of one customer. `at` is Meta's timestamp (whole seconds, UTC), never our clock.

    raw: the item as it came, kept for a person to see should the turn fail for a reason of its own.
    """

    wamid: str
    sender: Sender
    at: datetime
    content: Content
    raw: object = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What became of a message of ours. `status`: sent, delivered, read, played, failed, or one still to be invented."""

    provider_id: str
    status: str
    dedup_key: str | None = None
    error_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChange:
    """A person's BSUID or number is another one now."""

    previous_user_id: str | None = field(default=None, repr=False)
    user_id: str | None = field(default=None, repr=False)
    previous_wa_id: str | None = field(default=None, repr=False)
    wa_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison:
    """A signed item that does not have the shape Meta documents: kept for a person to see."""

    key: str
    payload: str = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Something that asks nothing of us. `reason` is for the log."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUpdate:
    """Meta tells of the account, the number or a template: for the operator to see in the log.

    field: Meta's name of it; news: Meta's word for what happened (REJECTED, YELLOW, ...); about: which template, if one.
    """

    field: str
    news: str
    about: str | None = None


Event = Message | Status | IdentityChange | AccountUpdate | Poison | Ignored
