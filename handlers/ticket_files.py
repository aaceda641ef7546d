"""Serves a ticket's files to technicians with its link: streamed from Meta, never stored.

A file passes through in chunks, so that many people on slow lines take little memory. Each takes a thread for as long as it
takes: only so many at once, so that there are threads for webhooks.
"""

import errno
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import chain
from threading import BoundedSemaphore
from typing import Final

from flask import Request, Response

from channels.whatsapp_media import ENDINGS, Media, MediaError
from handlers.responses import HEADERS
from state.model.message import Attachment

_MAX_BYTES: Final = 10 * 1024 * 1024
_MAX_SECONDS: Final = 300.0  # for one file; a platform may allow less (serverless.yml: 60)
_MAX_AT_ONCE: Final = 24
_UNKNOWN: Final = "application/octet-stream"
# A sandboxed page has no origin, so nothing in a file can act on our site.
_POLICY: Final = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
# Shown in the browser; everything else is downloaded. Browsers show no PDF in a sandbox.
_IN_PLACE: Final = ("image/", "audio/", "video/")
# Extensions that are kept: files that people send to a help desk and that no system executes when opened.
_HARMLESS: Final = frozenset(
    "3gp avi bmp csv doc docx gif heic json log mov ods odt ppt pptx rtf txt xls xlsx xml zip".split()
)
_ENDING: Final = re.compile(r"\.([A-Za-z0-9]{1,5})\s*$", re.ASCII)


class TooManyFiles(Exception):
    """As many files as we serve at once are being served."""


class TicketFiles:
    """Serves files of customers. Made without a connection."""

    def __init__(self, media: Media, most: int = _MAX_AT_ONCE) -> None:
        self._media = media
        self._free = BoundedSemaphore(most)

    def answer(
        self, request: Request, file: Attachment, name: str, broke: Callable[[MediaError], object]
    ) -> Response:
        """Respond with a file's content, under its own MIME type if we know that type. Raises MediaError, TooManyFiles.

        name: without an extension; broke: called if the download breaks off later. Range requests are supported, because Safari
        plays no audio or video without them; what comes before the range is skipped while it is read.
        """
        with ExitStack() as opened:
            if not self._free.acquire(blocking=False):
                raise TooManyFiles
            opened.callback(self._free.release)
            source = self._media.open(file.media_id or "", file.sha256, _MAX_BYTES, _MAX_SECONDS)
            opened.enter_context(closing(source))
            # Now, so that a small file that is not what was sent gets a page that says so.
            content = chain([next(source.chunks)], _or_break_off(source.chunks, broke))
            answer = Response(content, headers=HEADERS)
            answer.headers.update(_headers(file, name))
            answer.content_length = source.size
            answer.make_conditional(request.environ, accept_ranges=True, complete_length=source.size)
            answer.call_on_close(opened.pop_all().close)
            return answer


def _or_break_off(chunks: Iterator[bytes], broke: Callable[[MediaError], object]) -> Iterator[bytes]:
    """The chunks; if they end too early, the connection is closed, and the browser knows that something is missing."""
    try:
        yield from chunks
    except MediaError as error:
        broke(error)
        # Which gunicorn closes without a traceback.
        raise ConnectionResetError(errno.ECONNRESET, str(error)) from None


def _headers(file: Attachment, name: str) -> dict[str, str]:
    said = (file.mime_type or "").partition(";")[0].strip().lower()
    kind = said if said in ENDINGS else _UNKNOWN
    disposition = "inline" if kind.startswith(_IN_PLACE) else "attachment"
    return {
        "Content-Type": kind,
        "Content-Security-Policy": _POLICY,
        "Content-Disposition": f'{disposition}; filename="{name}.{ENDINGS.get(said) or _ending(file)}"',
    }


def _ending(file: Attachment) -> str:
    found = _ENDING.search(file.filename or "")
    ending = found[1].lower() if found else ""
    return ending if ending in _HARMLESS else "bin"
