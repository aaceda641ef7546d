"""The e-mails about an existing ticket: what the customer did or who has it, what did not reach them, and a fresh link to its page."""

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from messages.email.layout import MAX_FILES, Header, Readers, entry, summary_line, ticket_email
from messages.for_technicians import (
    author_name,
    lost_file,
    names_of,
    short_name,
    stars,
    status_name,
    why_failed,
    why_undelivered,
)
from messages.safe_text import clean, cut, fair_shares, utf16_length
from messages.texts.catalogue import text, when
from state.model.language import Language
from state.model.outbox_row import Email
from state.model.ticket import Actor, EventKind, StoredFile, TicketEvent, TicketRecord, TicketStatus

_MAX_WORDS: Final = 6_000  # UTF-16 units of the whole text
_MAX_EVENTS: Final = 30

# What technicians are told of what no customer did.
_NEWS: Final = {EventKind.INTERNAL, EventKind.ASSIGNED, EventKind.EMAIL_FAILED}
_TEXT_IN_TITLE: Final = {EventKind.RATING, EventKind.EMAIL_FAILED}
# The headlines, the most important first: the action or the kind of an event, and the headline's key.
_HEADLINES: Final = (
    ("reopen", "email_reopened"),
    ("human", "email_human"),
    ("fixed", "email_fixed"),
    ("close", "email_closed"),
    ("rating", "email_rated"),
    ("email_failed", "email_instead"),  # read by all: "to you" and "your ticket" would be wrong
    ("hand_over", "email_handed_over"),
    ("take", "email_taken_over"),
)


def ticket_update_email(
    ticket: TicketRecord, desk: Language, tz: ZoneInfo, link: str, *, readers: Readers = Readers.COLLEAGUES
) -> Email:
    """The e-mail about what the customer did since the last one, and what technicians noted for each other, in order; or who has it now.

    The same events give the same bytes, whatever has happened to the ticket since.
    """
    did = [event for event in ticket.events if _is_news(event) and _what(event)]
    shown, kinds = did[:_MAX_EVENTS], {_what(event) for event in did}
    update = "email_internal" if kinds == {EventKind.INTERNAL.value} else "email_update"
    headline = next((key for what, key in _HEADLINES if what in kinds), update)
    said = [clean(event.text or "").strip() if event.kind not in _TEXT_IN_TITLE else "" for event in shown]
    room = fair_shares([utf16_length(words) for words in said], _MAX_WORDS)
    cuts = [cut(words, share) if words else "" for words, share in zip(said, room, strict=True)]
    files = _first_files(shown)
    instead = EventKind.EMAIL_FAILED in kinds
    entries = [event_entry(*each, desk, tz, instead=instead) for each in zip(shown, cuts, files, strict=True)]
    note = ""
    if shown != did:
        note = text(desk, "email_more_events", count=len(did) - len(shown))
    elif cuts != said or files != [event.files for event in shown]:
        note = text(desk, "email_more_in_ticket")
    asks_beside = "human" in kinds and headline != "email_human"  # else the headline says it
    return about_ticket_email(
        ticket, desk, link, headline, entries, note, wants_human=asks_beside, readers=readers
    )


def undelivered_email(
    ticket: TicketRecord, desk: Language, tz: ZoneInfo, link: str, *, readers: Readers = Readers.COLLEAGUES
) -> Email:
    """The e-mail to a technician whose words, or a file of theirs, did not reach the customer: which, and why.

    If that one reached nobody, another goes to all: it says whose they are, not "your".
    """
    lost = next((event for event in ticket.events if event.kind is EventKind.UNDELIVERED), None)
    if lost and lost.object:
        return _undelivered_file_email(ticket, desk, tz, link, lost, lost.object, readers=readers)
    written = [event for event in ticket.events if event.actor is Actor.TECHNICIAN and event.text]
    said = [clean(event.text or "").strip() for event in written]
    room = fair_shares([utf16_length(words) for words in said], _MAX_WORDS)
    entries = [
        entry(
            text(desk, "email_event_undelivered", who=author_name(event, desk)),
            desk,
            at=when(event.at, desk, tz),
            words=cut(words, share),
        )
        for event, words, share in zip(written, said, room, strict=True)
    ]
    failures = _failures(ticket, desk, tz)
    headline = "email_undelivered_instead" if failures else "email_undelivered"
    why = text(desk, "email_undelivered_why", why=why_undelivered(lost.text if lost else None, desk))
    return about_ticket_email(
        ticket, desk, link, headline, [*entries, *failures], why, wants_human=False, readers=readers
    )


def _undelivered_file_email(
    ticket: TicketRecord,
    desk: Language,
    tz: ZoneInfo,
    link: str,
    lost: TicketEvent,
    path: str,
    *,
    readers: Readers,
) -> Email:
    """Only the file: the words before it have a message of their own."""
    name = lost_file(ticket.events, path) or text(desk, "page_a_file")
    sent = next((event for event in ticket.events if event.actor is Actor.TECHNICIAN), lost)
    who = text(desk, "email_event_undelivered_file", who=author_name(sent, desk))
    entries = [entry(who, desk, at=when(sent.at, desk, tz), words=names_of([name]))]
    failures = _failures(ticket, desk, tz)
    headline = "email_undelivered_file_instead" if failures else "email_undelivered_file"
    why = text(desk, "email_undelivered_file_why", why=why_undelivered(lost.text, desk))
    return about_ticket_email(
        ticket, desk, link, headline, [*entries, *failures], why, wants_human=False, readers=readers
    )


def _failures(ticket: TicketRecord, desk: Language, tz: ZoneInfo) -> list[dict[str, object]]:
    """Whom the e-mail that this one stands for did not reach."""
    failed = (event for event in ticket.events if event.kind is EventKind.EMAIL_FAILED)
    return [event_entry(event, "", (), desk, tz, instead=True) for event in failed]


def fresh_link_email(
    ticket: TicketRecord, desk: Language, link: str, *, readers: Readers = Readers.COLLEAGUES
) -> Email:
    """The e-mail with a fresh link to the ticket's page, for somebody who had an expired one."""
    why = text(desk, "email_fresh_link_why")
    return about_ticket_email(
        ticket, desk, link, "email_fresh_link", [], why, wants_human=False, readers=readers
    )


def about_ticket_email(
    ticket: TicketRecord,
    desk: Language,
    link: str,
    headline: str,
    entries: Sequence[Mapping[str, object]],
    note: str,
    *,
    wants_human: bool,
    readers: Readers,
) -> Email:
    """An e-mail about a ticket as it is. headline, entries, note: as in `ticket_email`."""
    status = ticket.status_then or ticket.status
    header = Header(
        code=ticket.code,
        summary=summary_line(ticket.summary, desk, wants_human=ticket.wants_human),
        wants_human=wants_human,
        customer=ticket.customer,
        link=link,
        readers=readers,
        is_closed=status is TicketStatus.CLOSED,
    )
    rows = [
        (text(desk, "email_status"), status_name(desk, status)),
        (text(desk, "email_about"), header.summary),
    ]
    return ticket_email(desk, headline, header, rows, entries, note)


def _what(event: TicketEvent) -> str | None:
    """The kind of the event, or its action. None for a mere consequence: a reply moves a waiting ticket."""
    return event.action if event.kind in {EventKind.STATUS, EventKind.ASSIGNED} else event.kind.value


def _is_news(event: TicketEvent) -> bool:
    return event.actor is Actor.CUSTOMER or event.kind in _NEWS


def _first_files(events: Sequence[TicketEvent]) -> list[tuple[StoredFile, ...]]:
    """Of each event its files, as long as there is room for more in the e-mail."""
    left, found = MAX_FILES, []
    for event in events:
        found.append(event.files[:left])
        left -= len(found[-1])
    return found


def event_entry(
    event: TicketEvent,
    words: str,
    files: tuple[StoredFile, ...],
    desk: Language,
    tz: ZoneInfo,
    *,
    instead: bool,
) -> dict[str, object]:
    """instead: the e-mail stands for one that did not reach the one it was for, and is read by all."""
    rating = int(event.text or 0) if event.kind is EventKind.RATING else 0
    what = "deleted" if event.deleted else _what(event)
    if instead and what == "hand_over":
        what = "hand_over_instead"  # "to you" would be wrong
    who = author_name(event, desk)
    failure = why_failed(event.text, desk)
    to = short_name(event.assignee) or text(desk, "page_nobody")
    title = text(
        desk, f"email_event_{what}", rating=rating, stars=stars(rating), who=who, to=to, failure=failure
    )
    return entry(title, desk, at=when(event.at, desk, tz), words=words, files=files)
