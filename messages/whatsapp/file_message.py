"""A file that a technician sends to a ticket's owner."""

from typing import Final

from messages.for_technicians import short_name
from messages.safe_text import cut, one_line
from state.model.message import AttachmentKind
from state.model.outbox_row import FileMessage
from state.model.ticket import StoredFile, TicketRecord

_MAX_NAME: Final = 200  # UTF-16 units


def file_message(ticket: TicketRecord, file: StoredFile, media_id: str) -> FileMessage:
    """The photo or the document, and under it whose it is: the ticket's code, so that it can be told from others and quoted."""
    author = next((event.author for event in ticket.events if file in event.files), None)
    caption = " · ".join(part for part in (ticket.code, short_name(author)) if part)
    name = "" if file.kind is AttachmentKind.IMAGE else cut(one_line(file.filename or ""), _MAX_NAME)
    return FileMessage(media_id=media_id, caption=caption, filename=name)
