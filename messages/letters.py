"""What a letter about a ticket says: to its owner as a bubble or the line of a template, to the technicians as an e-mail."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from messages.catalogue import text
from state.language import Language
from state.outbox import Bubble, Mail
from state.records import TicketRecord


def notice_bubble(ticket: TicketRecord, tz: ZoneInfo) -> Bubble:
    """All that a technician did, in one bubble, with the buttons that go with the state it left."""
    del tz
    return Bubble(body=notice_line(ticket))


def notice_line(ticket: TicketRecord) -> str:
    """The same in the one line of a template."""
    said = next((event.text for event in reversed(ticket.events) if event.text), None)
    return said or text(ticket.language, f"status_{ticket.status}")


def news_mail(ticket: TicketRecord, desk: Language, tz: ZoneInfo, link: str) -> Mail:
    """What the customer did since the last e-mail."""
    del desk, tz
    words = "\n".join(event.text for event in ticket.events if event.text)
    return Mail(subject=f"[{ticket.code}]", html=words, text=f"{words}\n{link}")


def link_mail(ticket: TicketRecord, desk: Language, tz: ZoneInfo, link: str) -> Mail:
    """A fresh link to the ticket's page."""
    del desk, tz
    return Mail(subject=f"[{ticket.code}]", html=link, text=link)
