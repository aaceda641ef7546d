"""A ticket as text for an operator: its status, the people, and its events."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.cells import cell_len, set_cell_size

from messages.for_technicians import length, status_name
from messages.page.ticket_history import delivery_text, event_line
from messages.safe_text import clean, one_line
from messages.texts.catalogue import text
from ops.output import age, between, local
from state.model.language import LANGUAGE_NAMES, Language
from state.model.message import Sender
from state.model.ticket import EventKind, StoredFile, TicketEvent, TicketRecord, TicketStatus

_COLUMNS: Final = ("ticket", "state", "waits", "taken by", "customer", "problem")
_WIDTHS: Final = (12, 11, 6, 9, 12)  # of all but the last
_SHORT: Final = {TicketStatus.WAITING_CUSTOMER: "waiting"}
_TEXT_IN_LINE: Final = {EventKind.UNDELIVERED, EventKind.RATING, EventKind.CATEGORY, EventKind.MERGED}


def status_text(status: str) -> str:
    """ "waiting for the customer"."""
    return status_name(Language.EN, TicketStatus(status)).lower()


def heading(ticket: TicketRecord) -> str:
    """ "TK-7F3K-9QX2: in progress, taken by Bea"."""
    assignee = one_line(ticket.assignee or ticket.assignee_address or "")
    taken = f", taken by {assignee}" if assignee else ""
    return f"{ticket.code}: {status_text(ticket.status)}{taken}"


def ticket_lines(entries: Sequence[Mapping[str, Any]], width: int) -> Iterator[str]:
    """A line for each ticket of `tickets list`, within so many columns, of which at least 80 are needed. The end of what is longer is cut off."""
    widths = (*_WIDTHS, max(width - sum(_WIDTHS) - 2 * len(_WIDTHS), 1))
    for cells in (_COLUMNS, *map(_cells, entries)):
        fitted = [_fitted(cell, room) for cell, room in zip(cells, widths, strict=True)]
        yield "  ".join(fitted).rstrip()


def _cells(entry: Mapping[str, Any]) -> tuple[str, ...]:
    marks = ("urgent",) * entry["urgent"] + ("asked for a person",) * entry["wants_human"]
    return (
        entry["code"],
        _SHORT.get(entry["status"]) or status_text(entry["status"]),
        " ".join(age(entry["waits_since"]).split()[:2]),  # the largest unit
        one_line(entry["assignee"] or entry["assignee_address"] or "-"),
        one_line(entry["customer"] or "-"),
        "".join(f"[{mark}] " for mark in marks) + one_line(entry["summary"]),
    )


def _fitted(text: str, room: int) -> str:
    return set_cell_size(
        text if cell_len(text) <= room else set_cell_size(text, room - 1).rstrip() + "…", room
    )


def full_text(ticket: TicketRecord, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    """The lines of `tickets show`."""
    yield heading(ticket)
    yield f"  {one_line(ticket.summary)}"
    yield ""
    yield f"  customer  {_person(ticket.customer)}, writes in {LANGUAGE_NAMES[ticket.language][Language.EN]}"
    yield f"  opened    {local(ticket.created_at, zone)}, {between(ticket.created_at, now)} ago"
    yield f"  changed   {local(ticket.updated_at, zone)}, {between(ticket.updated_at, now)} ago"
    if ticket.wants_human:
        yield "  wants     to speak with a person"
    if ticket.urgent:
        yield "  urgent    yes"
    if ticket.category:
        yield f"  category  {one_line(ticket.category)}"
    if ticket.merged_into:
        yield f"  goes on   in {ticket.merged_into}"
    if ticket.rating:
        yield f"  rating    {ticket.rating} of 5"
    if ticket.waiting:
        yield f"  unsent    {ticket.waiting}: see python -m ops outbox list"
    yield f"  next      {', '.join(ticket.actions)}"
    for event in ticket.events:
        if event.kind is EventKind.NOTIFIED:  # shown with what it tells of
            continue
        if ticket.earlier is not None and event.id == ticket.earlier:
            yield ""
            yield "  ... earlier events: on the ticket's page"
        yield ""
        yield f"{local(event.at, zone)}  {event_text(ticket, event)}"
        if event.text and event.kind not in _TEXT_IN_LINE:
            yield from (f"    {line}" for line in clean(event.text).splitlines())
        for file in event.files:
            yield f"    [{_file(file)}]"
            if file.transcript:
                yield f"    {text(Language.EN, 'page_transcript')}: {one_line(file.transcript)}"
        if told := delivery_text(event, Language.EN):
            yield f"    {told}"


def event_text(ticket: TicketRecord, event: TicketEvent) -> str:
    """The event as on the ticket's page, with the change of status: "Bea took the ticket (open -> in progress)"."""
    line = event_line(ticket, event, Language.EN)
    if event.action and event.from_status and event.to_status:
        return f"{line} ({status_text(event.from_status)} -> {status_text(event.to_status)})"
    return line


def _person(customer: Sender | None) -> str:
    if customer is None:
        return "erased"
    number = f"+{customer.wa_id}" if customer.wa_id else "without a number (has a username)"
    return f"{one_line(customer.name or '') or 'no name'}, {number}"


def _file(file: StoredFile) -> str:
    """Its kind, what was said about it, and why it is not there."""
    long = length(file.seconds) if file.seconds is not None else None
    missing = text(Language.EN, f"page_file_{file.missing}") if file.missing else None
    position = f"{file.latitude}, {file.longitude}" if file.latitude is not None else None
    parts = (file.kind, long, file.filename, file.mime_type, position, file.place, file.caption, missing)
    return ", ".join(one_line(str(part)) for part in parts if part)
