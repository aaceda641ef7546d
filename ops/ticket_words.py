"""A ticket as an operator reads it: states, people and all that happened, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from messages.safe_text import clean, one_line
from ops.when import shown, since
from state.model.language import Language
from state.model.message import Attachment, Sender
from state.model.ticket import Actor, EventKind, TicketEvent, TicketRecord, TicketStatus

_STATUS: Final = {
    TicketStatus.OPEN: "open",
    TicketStatus.IN_PROGRESS: "in progress",
    TicketStatus.WAITING_CUSTOMER: "waiting for the customer",
    TicketStatus.RESOLVED: "resolved",
    TicketStatus.CLOSED: "closed",
}
_LANGUAGE: Final = {Language.ES: "Spanish", Language.EN: "English", Language.PT: "Portuguese"}
_ACTOR: Final = {Actor.CUSTOMER: "the customer", Actor.TECHNICIAN: "a technician", Actor.SYSTEM: "Mostrador"}
_DID: Final = {
    EventKind.CREATED: "reported it",
    EventKind.NOTE: "added",
    EventKind.HUMAN: "asked for a person",
    EventKind.ANSWER: "wrote",
    EventKind.RATING: "rated it",
    EventKind.ERASED: "asked to be erased",
}
_PRESSED: Final = {
    "take": "took it",
    "ask": "asked",
    "answer": "answered",
    "resolve": "resolved it",
    "close": "closed it",
    "reopen": "reopened it",
    "fixed": "said that it is fixed",
}
_TOLD: Final = {
    "message": "told the customer in WhatsApp",
    "template": "told the customer in WhatsApp, by the approved template",
    "failed": "could not tell the customer",
}


def status_words(status: str) -> str:
    return _STATUS[TicketStatus(status)]


def heading(ticket: TicketRecord) -> str:
    """ "TK-7F3K-9QX2: in progress, taken by Bea"."""
    taken = f", taken by {one_line(ticket.assignee)}" if ticket.assignee else ""
    return f"{ticket.code}: {status_words(ticket.status)}{taken}"


def sheet(ticket: TicketRecord, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    """The lines of `tickets show`."""
    yield heading(ticket)
    yield f"  {one_line(ticket.summary)}"
    yield ""
    yield from _facts(ticket, zone, now)
    for event in ticket.events:
        yield ""
        yield f"{shown(event.at, zone)}  {event_words(event)}"
        yield from _quoted(event)


def event_words(event: TicketEvent) -> str:
    """ "Bea resolved it (in progress -> resolved)"."""
    who = one_line(event.author or "") or _ACTOR[event.actor]
    if event.kind is EventKind.NOTIFIED:
        return f"{who} {_TOLD.get(event.text or '', 'told the customer')}"
    done = _PRESSED.get(event.action or "") or _DID.get(event.kind, "changed its state")
    if event.kind is EventKind.RATING:
        return f"{who} {done}: {one_line(event.text or '')} of 5"
    change = (
        f" ({status_words(event.was)} -> {status_words(event.became)})" if event.was and event.became else ""
    )
    return f"{who} {done}{change}"


def _facts(ticket: TicketRecord, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    yield f"  customer  {_person(ticket.customer)}, writes in {_LANGUAGE[ticket.language]}"
    yield f"  opened    {shown(ticket.created_at, zone)}, {since(ticket.created_at, now)} ago"
    yield f"  changed   {shown(ticket.updated_at, zone)}, {since(ticket.updated_at, now)} ago"
    if ticket.wants_human:
        yield "  wishes    to speak with a person"
    if ticket.rating:
        yield f"  rating    {ticket.rating} of 5"
    if ticket.waiting:
        yield f"  unsent    {ticket.waiting}: see python -m ops outbox list"
    yield f"  next      {', '.join(ticket.actions)}"


def _person(customer: Sender | None) -> str:
    if customer is None:
        return "erased"
    name = one_line(customer.name or "") or "no name"
    return f"{name}, " + (f"+{customer.wa_id}" if customer.wa_id else "without a number (has a username)")


def _quoted(event: TicketEvent) -> Iterator[str]:
    if event.text and event.kind not in {EventKind.NOTIFIED, EventKind.RATING}:
        yield from (f"    {part}" for part in clean(event.text).splitlines())
    for stored in event.files:
        yield f"    [{_file(stored.file)}]"


def _file(file: Attachment) -> str:
    place = f"{file.latitude}, {file.longitude}" if file.latitude is not None else None
    parts = (file.kind, file.filename, file.mime_type, place, file.place, file.caption)
    return ", ".join(one_line(str(part)) for part in parts if part)
