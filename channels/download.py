"""A file that is downloaded in chunks, of known length and checked: from Meta, from Supabase Storage, or from Resend."""

import base64
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError

from channels.http import Http

_TIMEOUT: Final = Timeout(connect=2.0, read=3.0)
_CHUNK: Final = 256 * 1024


class MediaError(Exception):
    """The file cannot be fetched: gone, too large, not what was sent, or nobody answered. The message contains no URL."""


class MediaGone(MediaError):
    """There is no such file any more, or our token may not see it."""


class MediaTooLarge(MediaError):
    """It has more bytes than the caller takes."""


class MediaDiffers(MediaError):
    """It is not what was sent: it is longer than it was said to be, or another by its sha256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that is being downloaded. size: bytes, as the server says. close: ends the download, also before its end.

    chunks: its content, of which two chunks are in memory. Raises MediaError, before the last one, unless all of it is what was
    sent: another file never arrives whole.
    """

    size: int
    chunks: Iterator[bytes]
    close: Callable[[], None]


def download(
    http: Http,
    url: str,
    headers: Mapping[str, str],
    *,
    size: object = None,
    sha256: str | None,
    max_bytes: int,
    max_seconds: float,
) -> Download:
    """Begin to download a file of at most `max_bytes`. Raises MediaError.

    size: in bytes, where the answer does not say; sha256: in base64, as in Meta's webhook, or in hex.
    """
    try:
        answer = http.open("GET", url, headers=headers, timeout=_TIMEOUT)
    except HTTPError as error:
        raise MediaError(type(error).__name__) from None
    try:
        length = _size(answer, size, max_bytes)
    except MediaError:
        answer.close()
        raise
    until = time.monotonic() + max_seconds
    return Download(size=length, chunks=_chunks(answer, length, sha256, until), close=answer.close)


def _size(answer: BaseHTTPResponse, size: object, max_bytes: int) -> int:
    """The number of bytes that follow. Raises MediaError."""
    if answer.status != 200:
        raise (MediaGone if answer.status == 404 else MediaError)(f"http {answer.status}")
    said = str(answer.headers.get("Content-Length", size))
    if not (said.isascii() and said.isdecimal()):
        raise MediaError("without a length")
    if len(said) > len(str(max_bytes)) or int(said) > max_bytes:
        raise MediaTooLarge("too large")
    return int(said)


def _chunks(answer: BaseHTTPResponse, size: int, sha256: str | None, until: float) -> Iterator[bytes]:
    digest, read, held = hashlib.sha256(), 0, b""
    try:
        # What has arrived, not a whole chunk: of a file that trickles in that would take hours, and nobody would look at the clock.
        while chunk := answer.read1(_CHUNK, decode_content=False):
            read += len(chunk)
            digest.update(chunk)
            if read > size:
                raise MediaDiffers("longer than it was said to be")
            if time.monotonic() > until:
                raise MediaError("too slow")
            if held:
                yield held
            held = chunk
    except HTTPError as error:
        raise MediaError(type(error).__name__) from None
    if read < size:
        raise MediaError("broke off")
    if sha256 and sha256 not in {base64.b64encode(digest.digest()).decode(), digest.hexdigest()}:
        raise MediaDiffers("another file than was sent")
    yield held
