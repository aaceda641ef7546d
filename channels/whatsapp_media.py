"""Files that customers sent, fetched from Meta: by id, within 7 days, with our token and to Meta's hosts only."""

import base64
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError, LocationValueError

from channels.http import Http, parse_address

_TIMEOUT: Final = Timeout(connect=2.0, read=3.0)
_MAX_SECONDS: Final = 5.0  # per download: a slow file must not delay its mail
_CHUNK: Final = 256 * 1024
# File types that are safe to open; we choose the file name. Other files are only listed, and stay with Meta.
ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
}
# The hosts from which Meta serves files. Our token is sent to no other, whatever URL a response contains.
_META_HOSTS: Final = (".fbsbx.com", ".facebook.com", ".fbcdn.net", ".whatsapp.net")


class MediaError(Exception):
    """The file cannot be fetched: gone, too large, not what was sent, or Meta did not answer. The message contains no URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A file that is being downloaded. size: bytes, as Meta says. close: ends the download, also before its end.

    chunks: its content, of which two chunks are in memory. Raises MediaError, before the last one, unless all of it is what was
    sent: another file never arrives whole.
    """

    size: int
    chunks: Iterator[bytes]
    close: Callable[[], None]


class Media:
    """Meta's media, for one number. Made without a connection; safe to use from many threads."""

    def __init__(self, api_url: str, version: str, token: str, http: Http) -> None:
        self._http = http
        self._api = _origin(api_url)
        self._url = f"{api_url}/{version}"
        self._headers = {"Authorization": f"Bearer {token}"}

    def fetch(self, media_id: str, sha256: str | None, max_bytes: int) -> bytes:
        """Download a file of at most `max_bytes` and check it against the webhook's sha256 (base64). Raises MediaError."""
        with closing(self.open(media_id, sha256, max_bytes, _MAX_SECONDS)) as file:
            return b"".join(file.chunks)

    def open(self, media_id: str, sha256: str | None, max_bytes: int, max_seconds: float) -> MediaFile:
        """Begin to download a file of at most `max_bytes`. sha256: the webhook's (base64). Raises MediaError."""
        try:
            described = self._describe(media_id)
            answer = self._http.open("GET", described["url"], headers=self._headers, timeout=_TIMEOUT)
        except HTTPError as error:
            raise MediaError(type(error).__name__) from None
        try:
            size = _size(answer, described, max_bytes)
        except MediaError:
            answer.close()
            raise
        until = time.monotonic() + max_seconds
        return MediaFile(size=size, chunks=_chunks(answer, size, sha256, until), close=answer.close)

    def _describe(self, media_id: str) -> dict[str, Any]:
        """What Meta says about a file. Its `url` expires after five minutes, so it is never kept."""
        if not (media_id.isascii() and media_id.isdecimal()):
            raise MediaError("not an id of Meta's")
        answer = self._http.request("GET", f"{self._url}/{media_id}", headers=self._headers, timeout=_TIMEOUT)
        described = answer.json()
        if not isinstance(described, dict) or not isinstance(described.get("url"), str):
            raise MediaError(f"http {answer.status}")
        if not self._is_metas(described["url"]):
            raise MediaError("an address that is not Meta's")
        return described

    def _is_metas(self, address: str) -> bool:
        try:
            origin = scheme, host, port = _origin(address)
        except LocationValueError:
            return False
        return origin == self._api or ((scheme, port) == ("https", 443) and f".{host}".endswith(_META_HOSTS))


def _origin(address: str) -> tuple[str | None, str | None, int | None]:
    """Scheme, host and port of a URL. Raises LocationValueError."""
    url = parse_address(address)
    return url.scheme, url.host, url.port or {"https": 443}.get(url.scheme or "")


def _size(answer: BaseHTTPResponse, described: dict[str, Any], max_bytes: int) -> int:
    """The number of bytes that follow. Raises MediaError."""
    if answer.status != 200:
        raise MediaError(f"http {answer.status}")
    said = str(answer.headers.get("Content-Length", described.get("file_size")))
    if not (said.isascii() and said.isdecimal()):
        raise MediaError("without a length")
    if len(said) > len(str(max_bytes)) or int(said) > max_bytes:
        raise MediaError("too large")
    return int(said)


def _chunks(answer: BaseHTTPResponse, size: int, sha256: str | None, until: float) -> Iterator[bytes]:
    digest, read, held = hashlib.sha256(), 0, b""
    try:
        for chunk in answer.stream(_CHUNK, decode_content=False):
            read += len(chunk)
            digest.update(chunk)
            if read > size:
                raise MediaError("longer than Meta said")
            if time.monotonic() > until:
                raise MediaError("too slow")
            if held:
                yield held
            held = chunk
    except HTTPError as error:
        raise MediaError(type(error).__name__) from None
    if read < size or (sha256 and base64.b64encode(digest.digest()).decode() != sha256):
        raise MediaError("another file than was sent")
    yield held
