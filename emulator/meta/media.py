"""The media files that customers sent, and the addresses at which each can be downloaded for five minutes."""

import hashlib
import itertools
import secrets
from dataclasses import dataclass

from emulator import Json

URL_SECONDS = 5 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    media_id: str
    content: bytes
    mime_type: str
    filename: str | None = None


class MediaStore:
    def __init__(self) -> None:
        self._ids = itertools.count(1003383421387001)
        self._media: dict[str, Media] = {}
        self._urls: dict[str, tuple[Media, float]] = {}

    def put(self, content: bytes, mime_type: str, filename: str | None = None) -> str:
        """The id of the new file."""
        media_id = str(next(self._ids))
        media = Media(media_id=media_id, content=content, mime_type=mime_type, filename=filename)
        self._media[media_id] = media
        return media_id

    def get(self, media_id: str) -> Media | None:
        return self._media.get(media_id)

    def keep(self, media: Media) -> None:
        """Restore a file of an earlier run under its old id."""
        self._media[media.media_id] = media
        if media.media_id.isdigit():
            self._ids = itertools.count(max(int(media.media_id) + 1, next(self._ids)))

    def describe(self, media_id: str, base: str, now: float) -> Json | None:
        """Meta's answer for the id, with a new URL below `base`; None if there is no such id."""
        media = self._media.get(media_id)
        if media is None:
            return None
        url_hash = secrets.token_urlsafe(12)
        self._urls[url_hash] = (media, now + URL_SECONDS)
        return {
            "messaging_product": "whatsapp",
            "url": f"{base}/whatsapp_business/attachments/?mid={media_id}&hash={url_hash}",
            "mime_type": media.mime_type,
            "sha256": hashlib.sha256(media.content).hexdigest(),
            "file_size": len(media.content),
            "id": media_id,
        }

    def fetch(self, url_hash: str, now: float) -> Media | None:
        """None if the URL was never given out or is older than five minutes."""
        media, until = self._urls.get(url_hash, (None, 0.0))
        return media if now < until else None
