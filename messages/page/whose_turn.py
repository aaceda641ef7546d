"""The line at the top of a ticket's page: whose turn it is, and since when."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final

from messages.for_technicians import assignee_of
from messages.page.ticket_history import Viewer
from messages.texts.catalogue import text
from state.model.language import Language
from state.model.technician import Technician
from state.model.ticket import Actor, EventKind, TicketEvent, TicketRecord, TicketStatus

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_WORDS_OF_CUSTOMER: Final = {EventKind.CREATED, EventKind.NOTE, EventKind.HUMAN, EventKind.CORRECTION}
_WORDS_OF_TECHNICIAN: Final = {EventKind.STATUS, EventKind.ANSWER}
_ENDED: Final = {TicketStatus.RESOLVED, TicketStatus.CLOSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoseTurn:
    """css_class: its look: "ours" if somebody waits for us. merged_into: the code of the ticket to go on in."""

    css_class: str
    line: str = field(repr=False)
    merged_into: str | None = None


def whose_turn(ticket: TicketRecord, viewer: Viewer, name: str) -> WhoseTurn:
    """Whose turn it is in a ticket. name: that of a viewer who shares a mailbox, as they have given it; else empty."""
    say = partial(text, viewer.language)
    waits = _unanswered(ticket)
    if ticket.status is TicketStatus.CLOSED:
        return _closed(ticket, viewer)
    if ticket.customer is None:
        return WhoseTurn(css_class="rest", line=say("page_turn_nobody"))
    if waits and ticket.status is not TicketStatus.WAITING_CUSTOMER:
        who = assignee_of(ticket, viewer.technicians)
        known = viewer.technician is not None and bool(viewer.technician.name)
        yours = has_it(ticket, viewer.technician) if known else who == name
        key = "untaken" if not who else "yours" if yours else "theirs"
        line = say(f"page_turn_{key}", who=who, span=span(viewer.now - waits.at, viewer.language))
        return WhoseTurn(css_class="ours", line=line)
    key = {TicketStatus.WAITING_CUSTOMER: "customer", TicketStatus.RESOLVED: "confirm"}.get(
        ticket.status, "answered"
    )
    return WhoseTurn(css_class="theirs", line=say(f"page_turn_{key}", span=_since_ours(ticket, viewer)))


def has_it(ticket: TicketRecord, technician: Technician | None) -> bool:
    """True if this technician has the ticket. Of a shared mailbox it may be a colleague."""
    return bool(technician and technician.name and technician.address.lower() == ticket.assignee_address)


def span(time: timedelta, language: Language) -> str:
    """A length of time in one unit: "5 min", "2 h", "1 día"."""
    if time < _MINUTE:
        return text(language, "span_now")
    if time < _HOUR:
        return text(language, "span_minutes", count=time // _MINUTE)
    if time < _DAY:
        return text(language, "span_hours", count=time // _HOUR)
    days = time // _DAY
    return text(language, "span_day" if days == 1 else "span_days", count=days)


def _closed(ticket: TicketRecord, viewer: Viewer) -> WhoseTurn:
    if ticket.merged_into:
        line = text(viewer.language, "page_turn_merged", other=ticket.merged_into)
        return WhoseTurn(css_class="rest", line=line, merged_into=ticket.merged_into)
    closed = [event.at for event in ticket.events if event.to_status is TicketStatus.CLOSED]
    since = max(closed, default=ticket.updated_at)
    line = text(viewer.language, "page_turn_closed", span=span(viewer.now - since, viewer.language))
    return WhoseTurn(css_class="rest", line=line)


def _unanswered(ticket: TicketRecord) -> TicketEvent | None:
    """The first event that no technician has answered since, as far as the page shows."""
    first: TicketEvent | None = None
    for event in ticket.events:
        if _is_for_us(event):
            first = first or event
        elif _answers(event):
            first = None
    return first


def _is_for_us(event: TicketEvent) -> bool:
    """True if the customer has said something, or the ticket was opened for them, or was opened again without a word to them."""
    if event.actor is Actor.CUSTOMER:
        return event.kind in _WORDS_OF_CUSTOMER or event.to_status is TicketStatus.OPEN
    reopened = event.from_status in _ENDED and event.to_status is TicketStatus.OPEN
    return event.kind is EventKind.CREATED or (reopened and not event.text)


def _answers(event: TicketEvent) -> bool:
    """True if a technician has said something, or has ended it. Taking a ticket answers nobody."""
    ended = event.to_status in {TicketStatus.WAITING_CUSTOMER, *_ENDED}
    return (
        event.kind in _WORDS_OF_TECHNICIAN and event.actor is Actor.TECHNICIAN and (bool(event.text) or ended)
    )


def _since_ours(ticket: TicketRecord, viewer: Viewer) -> str:
    answered = [event.at for event in ticket.events if _answers(event)]
    return span(viewer.now - max(answered, default=ticket.updated_at), viewer.language)
