"""The media files that customers sent and that the desk uploaded, and the addresses at which each can be downloaded.

Types and sizes: Meta's page "Media". Meta forgets a file by itself, and `forget` makes it do so at once.
"""

import hashlib
import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from emulator import Json

_DAY = 24 * 60 * 60
_MB = 1024 * 1024
URL_SECONDS = 5 * 60
INCOMING_SECONDS = 7 * _DAY
UPLOAD_SECONDS = 30 * _DAY
MAX_INCOMING_BYTES = 100 * _MB

_OFFICE = "application/vnd.openxmlformats-officedocument"
# What may be uploaded, by the kind of message that shows it.
TYPES_OF: dict[str, frozenset[str]] = {
    "audio": frozenset(f"audio/{name}" for name in ("aac", "mp4", "mpeg", "amr", "ogg", "opus")),
    "document": frozenset(
        {
            "application/vnd.ms-powerpoint",
            "application/msword",
            f"{_OFFICE}.wordprocessingml.document",
            f"{_OFFICE}.presentationml.presentation",
            f"{_OFFICE}.spreadsheetml.sheet",
            "application/pdf",
            "text/plain",
            "application/vnd.ms-excel",
        }
    ),
    "image": frozenset({"image/jpeg", "image/png"}),
    "sticker": frozenset({"image/webp"}),
    "video": frozenset({"video/mp4", "video/3gpp"}),
}
MAX_BYTES_OF = {
    "audio": 16 * _MB,
    "document": 100 * _MB,
    "image": 5 * _MB,
    "sticker": 500 * 1024,
    "video": 16 * _MB,
}
# What a customer's WhatsApp sends as such; a document may be anything.
_INCOMING_TYPES = {
    "image": TYPES_OF["image"] | {"image/webp"},
    "sticker": TYPES_OF["sticker"],
    "video": TYPES_OF["video"],
}


def kind_of(mime_type: str) -> str | None:
    """The kind of message that shows a file of this type, or None: it cannot be uploaded."""
    return next((kind for kind, types in TYPES_OF.items() if mime_type in types), None)


def fits(kind: str, media: "Media") -> bool:
    """Whether a message of this kind can show the file; as a document it may be of any type."""
    return kind == "document" or media.mime_type in TYPES_OF[kind]


def check_incoming(kind: str, mime_type: str, size: int) -> None:
    """Raises ValueError for what a customer's WhatsApp would not send. `size` in bytes."""
    # A voice note is not checked: the page plays and records what the browser can.
    if kind in _INCOMING_TYPES and mime_type.partition(";")[0] not in _INCOMING_TYPES[kind]:
        raise ValueError(f"{mime_type} is not a type of {kind}")
    if size > MAX_INCOMING_BYTES:
        raise ValueError(f"a file has at most {MAX_INCOMING_BYTES // _MB} MB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """`expires_at` in unix seconds; `phone_number_id` is the business number that uploaded it (None: a customer)."""

    media_id: str
    content: bytes
    mime_type: str
    filename: str | None = None
    expires_at: float
    phone_number_id: str | None = None


class MediaStore:
    """`has_forgotten`: as long as it is set, Meta knows none of its files."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.has_forgotten = False
        self._clock = clock
        self._ids = itertools.count(1003383421387001)
        self._media: dict[str, Media] = {}
        self._urls: dict[str, tuple[str, float]] = {}
        self._forgotten: set[str] = set()

    def put(self, content: bytes, mime_type: str, filename: str | None = None) -> str:
        """The id of a new file that a customer sends."""
        media_id, until = str(next(self._ids)), self._clock() + INCOMING_SECONDS
        self._media[media_id] = Media(
            media_id=media_id, content=content, mime_type=mime_type, filename=filename, expires_at=until
        )
        return media_id

    def upload(self, content: bytes, mime_type: str, filename: str, phone_number_id: str) -> str:
        """The id of a new file that the business wants to send."""
        media_id, until = str(next(self._ids)), self._clock() + UPLOAD_SECONDS
        self._media[media_id] = Media(
            media_id=media_id,
            content=content,
            mime_type=mime_type,
            filename=filename,
            expires_at=until,
            phone_number_id=phone_number_id,
        )
        return media_id

    def get(self, media_id: str) -> Media | None:
        """Also what Meta has forgotten: the phones still have it."""
        return self._media.get(media_id)

    def find(self, media_id: str) -> Media | None:
        """None if Meta does not have it, or not any more."""
        media = self._media.get(media_id)
        gone = self.has_forgotten or media_id in self._forgotten
        return None if media is None or gone or media.expires_at <= self._clock() else media

    def forget(self, media_id: str) -> None:
        self._forgotten.add(media_id)

    def keep(self, media: Media) -> None:
        """Restore a file of an earlier run under its old id."""
        self._media[media.media_id] = media
        if media.media_id.isdigit():
            self._ids = itertools.count(max(int(media.media_id) + 1, next(self._ids)))

    def describe(self, media_id: str, base: str) -> Json | None:
        """Meta's answer for the id, with a new URL below `base`; None if there is no such id."""
        media = self.find(media_id)
        if media is None:
            return None
        url_hash = secrets.token_urlsafe(12)
        self._urls[url_hash] = (media_id, self._clock() + URL_SECONDS)
        return {
            "messaging_product": "whatsapp",
            "url": f"{base}/whatsapp_business/attachments/?mid={media_id}&hash={url_hash}",
            "mime_type": media.mime_type,
            "sha256": hashlib.sha256(media.content).hexdigest(),
            "file_size": len(media.content),
            "id": media_id,
        }

    def fetch(self, url_hash: str) -> Media | None:
        """None if the URL was never given out or is older than five minutes, or the file is gone."""
        media_id, until = self._urls.get(url_hash, ("", 0.0))
        return self.find(media_id) if self._clock() < until else None
