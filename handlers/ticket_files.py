"""Serves a ticket's files to technicians with its link: fetched from Meta, never stored."""

import re
from typing import Final

from flask import Request, Response

from channels.whatsapp_media import ENDINGS, Media
from handlers.responses import HEADERS
from state.model.message import Attachment
from state.model.ticket import StoredFile, TicketEvent, TicketRecord

MAX_BYTES: Final = 10 * 1024 * 1024
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


def find_file(ticket: TicketRecord, number: int) -> tuple[int, TicketEvent, StoredFile] | None:
    """Find a file of this ticket by its id. Returns its position (from 1), its event and the file."""
    files = [(event, file) for event in ticket.events for file in event.files]
    for place, (event, file) in enumerate(files, start=1):
        if file.id == number and file.media_id:
            return place, event, file
    return None


def file_answer(request: Request, media: Media, file: Attachment, name: str) -> Response:
    """Respond with a file's content, under its own MIME type if we know that type. Raises MediaError.

    name: without an extension. Range requests are supported, because Safari plays no audio or video without them.
    """
    content = media.fetch(file.media_id or "", file.sha256, MAX_BYTES)
    said = (file.mime_type or "").partition(";")[0].strip().lower()
    kind = said if said in ENDINGS else _UNKNOWN
    disposition = "inline" if kind.startswith(_IN_PLACE) else "attachment"
    answer = Response(content, content_type=kind, headers=HEADERS)
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["Content-Disposition"] = (
        f'{disposition}; filename="{name}.{ENDINGS.get(said) or _ending(file)}"'
    )
    answer.make_conditional(request.environ, accept_ranges=True, complete_length=len(content))
    return answer


def _ending(file: Attachment) -> str:
    found = _ENDING.search(file.filename or "")
    ending = found[1].lower() if found else ""
    return ending if ending in _HARMLESS else "bin"
