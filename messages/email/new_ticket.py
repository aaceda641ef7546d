"""The e-mail that tells the technicians of a new ticket."""

from typing import Final
from zoneinfo import ZoneInfo

from messages.email.layout import Header, file_lines, summary_line, ticket_email
from messages.for_technicians import ticket_rows
from messages.safe_text import clean, cut
from messages.texts.catalogue import text, when
from state.model.language import Language
from state.model.message import Message
from state.model.outbox_row import Email
from state.model.ticket import TicketStatus
from state.model.turn import OpenTicket

# UTF-16 units. Gmail hides what lies beyond 102 KB, and the button is the last thing; escaped, a character can take 5 bytes.
_MAX_DESCRIPTION: Final = 8_000


def new_ticket_email(ticket: OpenTicket, message: Message, desk: Language, tz: ZoneInfo, link: str) -> Email:
    """The e-mail for a ticket that `message` opened. The same ticket gives the same bytes.

    desk, tz: the technicians' language and time zone; link: the ticket's page, signed.
    """
    description = clean(ticket.description).strip()
    shown = cut(description, _MAX_DESCRIPTION)
    header = Header(
        code=ticket.code,
        status=TicketStatus.OPEN,
        summary=summary_line(ticket.summary, desk, wants_human=ticket.wants_human),
        wants_human=ticket.wants_human,
        customer=message.sender,
        link=link,
    )
    rows = [*ticket_rows(ticket, desk), (text(desk, "email_date"), when(message.at, desk, tz))]
    values = {
        "lines": shown.splitlines(),
        "longer": shown != description,
        "files": file_lines(ticket.files, desk),
    }
    return ticket_email("new_ticket", desk, "email_new_ticket", header, rows, values)
