"""Leads to a ticket's files: to an address at Supabase Storage that is good for a minute, so that no file passes through here."""

import re
from typing import Final

from flask import Response

from channels.whatsapp_media import ENDINGS, safe_type
from handlers.responses import HEADERS
from state.model.message import Attachment
from state.model.ticket import StoredFile
from state.store.files import FileStorage

# Shown in the browser; everything else is downloaded, whatever it contains.
_IN_PLACE: Final = ("image/", "audio/", "video/")
# Extensions that are kept: files that people send to a help desk and that no system executes when opened.
_HARMLESS: Final = frozenset(
    "3gp avi bmp csv doc docx gif heic json log mov ods odt ppt pptx rtf txt xls xlsx xml zip".split()
)
_ENDING: Final = re.compile(r"\.([A-Za-z0-9]{1,5})\s*$", re.ASCII)


class TicketFiles:
    """The files of tickets, for technicians. Made without a connection."""

    def __init__(self, storage: FileStorage) -> None:
        self._storage = storage

    def redirect(self, file: StoredFile, name: str) -> Response:
        """Lead to a file that is stored. name: without an extension. Raises NoSuchFile, StoreUnavailable.

        Storage gives it the MIME type with which it was stored: one of ENDINGS, or none that a browser would show.
        """
        kind = safe_type(file.mime_type)
        saved_as = None if kind.startswith(_IN_PLACE) else f"{name}.{ENDINGS.get(kind) or _ending(file)}"
        link = self._storage.link(file.object or "", saved_as)
        return Response(status=302, headers={**HEADERS, "Location": link})


def _ending(file: Attachment) -> str:
    found = _ENDING.search(file.filename or "")
    ending = found[1].lower() if found else ""
    return ending if ending in _HARMLESS else "bin"
