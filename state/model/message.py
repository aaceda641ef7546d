"""The events that Meta's webhook delivers: messages, delivery statuses, changes of identity, and unreadable items."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final


class AttachmentKind(StrEnum):
    """The kinds of attachment. VOICE is a recorded voice note, AUDIO any other sound file."""

    IMAGE = "image"
    VOICE = "voice"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    LOCATION = "location"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The sender of a message. At least one of the ids is set; neither may be logged.

    user_id: Meta's business-scoped user id ("MX.4f9a..."). wa_id: the phone number, digits only.
    """

    user_id: str | None = field(default=None, repr=False)
    wa_id: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """The same for all messages of one sender: the key of the conversation cache."""
        return f"u:{self.user_id}" if self.user_id else f"w:{self.wa_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A typed message."""

    body: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A pressed reply button, list row or quick reply of a template. id: the id of the button, as we sent it."""

    id: str
    title: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file or a location. Meta keeps files for 7 days. filename: as the customer named it, never to be used as a path."""

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
    """The kinds of message that we answer with "we cannot use this"."""

    STICKER = "sticker"
    EDIT = "edit"
    POLL = "poll"
    CONTACT = "contact"
    TOO_LARGE = "too_large"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """A message from a person that we cannot use, but for the words in it: the caption of a file that is too large."""

    what: Unhandled
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """A message was deleted for everybody. of: its id."""

    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A message, or the caption of a file, has other words now. of: its id. file: the file, which may be new to us.

    is_whole: it says all that the message says now. Not a caption without its file: if that comes only now, it is needed.
    """

    of: str
    body: str = field(repr=False)
    file: Attachment | None = None
    is_whole: bool = True


Content = Text | Press | Attachment | Unsupported | Deleted | Edited


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of one customer. `at` is Meta's timestamp (whole seconds, UTC), not our clock.

    quoted: the id of the message that it quotes, deletes or edits, ours or their own; None for a pressed button, which names
    its bubble, too.
    raw: the item as it came, to be stored as a poison message if its turn fails.
    """

    wamid: str
    sender: Sender
    at: datetime
    content: Content
    quoted: str | None = None
    raw: object = field(default=None, repr=False, compare=False)


class Proof(StrEnum):
    """What proves that a message left, from the least to the best: Meta's statuses, as supabase/schemas/40_outbox.sql knows them."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"

    def is_better_than(self, other: "Proof") -> bool:
        """By the order above: `>` would compare the strings."""
        ranks = list(Proof)
        return ranks.index(self) > ranks.index(other)


_PROOFS: Final = frozenset(Proof)
_PLAYED: Final = "played"  # a voice message was listened to
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The delivery status of a message that we sent. status: sent, delivered, read, played, failed, or a new one of Meta's."""

    provider_id: str
    status: str
    dedup_key: str | None = None
    error_code: int | None = None

    @property
    def proof(self) -> Proof | None:
        """None if it proves nothing."""
        if self.status == _PLAYED:
            return Proof.READ
        return Proof(self.status) if self.status in _PROOFS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChange:
    """A customer's user id or phone number has changed."""

    previous_user_id: str | None = field(default=None, repr=False)
    user_id: str | None = field(default=None, repr=False)
    previous_wa_id: str | None = field(default=None, repr=False)
    wa_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison:
    """A signed item that does not have the documented shape: stored for the operator to see."""

    key: str
    payload: str = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Something that needs no handling. reason: for the log; unexpected: the operator should look at it."""

    reason: str
    unexpected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUpdate:
    """A change of the account, the phone number or a template, for the operator.

    field: Meta's name of it. change: Meta's word for what happened (REJECTED, YELLOW, ...). about: which template, of which kind,
    until when, in one line without personal data. needs_operator: not good news, so somebody should look at it. template: its name and
    language, if it is about one. takes_back: what was bad before, about the same, is over. happened_at: None if Meta does not say it.
    """

    field: str
    change: str
    about: str | None = None
    needs_operator: bool = True
    template: str = ""
    takes_back: bool = False
    happened_at: datetime | None = None


Event = Message | Status | IdentityChange | AccountUpdate | Poison | Ignored
