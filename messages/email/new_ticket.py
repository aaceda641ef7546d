"""The e-mail that tells the technicians of a new ticket."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from messages.email.layout import Header, file_lines, summary_line, ticket_email
from messages.safe_text import clean, cut
from messages.texts.catalogue import LANGUAGE_NAMES, text, when
from state.model.language import Language
from state.model.message import Attachment
from state.model.outbox_row import Email
from state.model.ticket import TicketStatus

# UTF-16 units. Gmail hides what lies beyond 102 KB, and the button is the last thing; escaped, a character can take 5 bytes.
_MAX_DESCRIPTION: Final = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """What the e-mail says. `language` is the customer's, `desk_language` and `tz` are the technicians'.

    customer_phone: digits, or None for somebody who shows a user name instead; at: when the customer wrote it;
    link: the ticket's page, signed.
    """

    code: str
    summary: str = field(repr=False)
    description: str = field(repr=False)
    files: tuple[Attachment, ...] = ()
    customer_name: str | None = field(default=None, repr=False)
    customer_phone: str | None = field(default=None, repr=False)
    language: Language
    wants_human: bool = False
    at: datetime
    link: str = field(repr=False)
    desk_language: Language
    tz: ZoneInfo


def new_ticket_email(ticket: NewTicket) -> Email:
    """The e-mail for a new ticket. The same ticket gives the same bytes."""
    desk = ticket.desk_language
    description = clean(ticket.description).strip()
    shown = cut(description, _MAX_DESCRIPTION)
    header = Header(
        code=ticket.code,
        status=TicketStatus.OPEN,
        summary=summary_line(ticket.summary, desk, wants_human=ticket.wants_human),
        wants_human=ticket.wants_human,
        customer_name=ticket.customer_name,
        customer_phone=ticket.customer_phone,
        link=ticket.link,
    )
    rows = [
        (text(desk, "language"), LANGUAGE_NAMES[ticket.language][desk]),
        (text(desk, "email_date"), when(ticket.at, desk, ticket.tz)),
    ]
    values = {
        "lines": shown.splitlines(),
        "longer": shown != description,
        "files": file_lines(ticket.files, desk),
    }
    return ticket_email("new_ticket", desk, "email_new_ticket", header, rows=rows, values=values)
