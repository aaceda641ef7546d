"""The e-mails to the technicians about a ticket that is there already: what its owner did, and a fresh link to its page."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from messages.email.new_ticket import FileLine, file_lines, mail, person_rows, subject_line, summary_line
from messages.safe_text import clean, cut, fair_shares, utf16_length
from messages.texts.catalogue import text, when
from state.model.language import Language
from state.model.outbox_row import Email
from state.model.ticket import Actor, EventKind, TicketEvent, TicketRecord

# Gmail hides what lies beyond 102 KB; escaped, a character can take 5 bytes.
_WORDS: Final = 6_000  # UTF-16 units of all that was said
_MAX_EVENTS: Final = 30
_MAX_FILES: Final = 10

# What a mail is about, the weightiest first: the action or the kind of an event, and the headline.
_HEADLINES: Final = (
    ("reopen", "mail_reopened"),
    ("human", "mail_asks"),
    ("fixed", "mail_fixed"),
    ("close", "mail_closed"),
    ("rating", "mail_rated"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One thing that the customer did, as the e-mail shows it."""

    title: str
    at: str
    lines: list[str] = field(repr=False)
    files: list[FileLine] = field(repr=False)


def ticket_update_email(ticket: TicketRecord, desk: Language, tz: ZoneInfo, link: str) -> Email:
    """What the customer did since the last e-mail, in order, their words quoted line by line.

    The same events give the same bytes, whatever has happened to the ticket since.
    """
    did = [event for event in ticket.events if event.actor is Actor.CUSTOMER and _what(event)]
    shown, kinds = did[:_MAX_EVENTS], {_what(event) for event in did}
    headline = next((key for what, key in _HEADLINES if what in kinds), "mail_news")
    said = [clean(event.text or "").strip() if event.kind is not EventKind.RATING else "" for event in shown]
    room = fair_shares([utf16_length(words) for words in said], _WORDS)
    cuts = [cut(words, share) if words else "" for words, share in zip(said, room, strict=True)]
    files = sum(len(event.files) for event in shown)
    facts = {
        "wants_human": "human" in kinds,
        "entries": [_entry(event, words, desk, tz) for event, words in zip(shown, cuts, strict=True)],
        "longer": cuts != said or shown != did or files > _MAX_FILES,
    }
    return _mail("news", ticket, desk, link, text(desk, headline), facts)


def fresh_link_email(ticket: TicketRecord, desk: Language, tz: ZoneInfo, link: str) -> Email:
    """A fresh link to the ticket's page, for whoever had an expired one."""
    del tz
    return _mail("link", ticket, desk, link, text(desk, "mail_link_new"), {"wants_human": False})


def _mail(
    template: str,
    ticket: TicketRecord,
    desk: Language,
    link: str,
    headline: str,
    facts: dict[str, object],
) -> Email:
    status = ticket.then or ticket.status
    person = ticket.customer
    summary = summary_line(ticket.summary, desk, wants_human=ticket.wants_human)
    rows = [
        *person_rows(person.name if person else None, person.wa_id if person else None, desk),
        (text(desk, "mail_state"), text(desk, f"mail_status_{status}")),
    ]
    subject = subject_line(ticket.code, status, summary, desk, wants_human=bool(facts["wants_human"]))
    return mail(template, desk, headline, ticket.code, summary, link, subject, {"rows": rows, **facts})


def _what(event: TicketEvent) -> str | None:
    """note, human, rating, or what was pressed. None for what only follows from another thing: an answer taken up."""
    return event.action if event.kind is EventKind.STATUS else event.kind.value


def _entry(event: TicketEvent, words: str, desk: Language, tz: ZoneInfo) -> _Entry:
    say = partial(text, desk)
    rating = int(event.text or 0) if event.kind is EventKind.RATING else 0
    return _Entry(
        title=say(f"mail_did_{_what(event)}", **_stars(rating)),
        at=when(event.at, desk, tz),
        lines=words.splitlines(),
        files=file_lines([stored.file for stored in event.files[:_MAX_FILES]], desk),
    )


def _stars(rating: int) -> dict[str, object]:
    return {"rating": rating, "stars": "★" * rating + "☆" * (5 - rating)}
