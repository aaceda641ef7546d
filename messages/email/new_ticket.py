"""The e-mails about new tickets: one for each or, if there are too many within an hour, digests."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from messages.email.layout import MAX_FILES, Header, Readers, entry, summary_line, ticket_email
from messages.for_technicians import author_name, ticket_rows
from messages.jinja_templates import render
from messages.safe_text import clean, cut, one_line
from messages.texts.catalogue import text, when
from state.model.language import Language
from state.model.outbox_row import Email
from state.model.ticket import Digest, DigestLine, TicketRecord

# UTF-16 units
_MAX_DESCRIPTION: Final = 8_000
_MAX_DIGEST_SUMMARY: Final = 80


def new_ticket_email(
    ticket: TicketRecord, desk: Language, tz: ZoneInfo, link: str, *, readers: Readers = Readers.COLLEAGUES
) -> Email:
    """The e-mail for a ticket as it was opened: of its events only that one. The same ticket gives the same bytes.

    desk, tz: the technicians' language and time zone; link: the ticket's page, signed; readers: as in Header.
    """
    description = clean(ticket.description).strip()
    shown = cut(description, _MAX_DESCRIPTION)
    header = Header(
        code=ticket.code,
        summary=summary_line(ticket.summary, desk, wants_human=ticket.wants_human),
        wants_human=ticket.wants_human,
        customer=ticket.customer,
        link=link,
        readers=readers,
    )
    opening = ticket.opening
    rows = [*ticket_rows(ticket, desk), (text(desk, "email_date"), when(ticket.created_at, desk, tz))]
    if opening:
        who = author_name(opening, desk)
        rows.insert(0, (text(desk, "email_opened_by"), text(desk, "email_opened_for", who=who)))
    entries = []
    if shown:
        key = "email_description_for" if opening else "email_description"
        entries.append(entry(text(desk, key), desk, words=shown))
    files = [stored for event in ticket.events for stored in event.files]
    if files:
        entries.append(entry(text(desk, "email_attachments"), desk, files=files[:MAX_FILES]))
    note = text(desk, "email_text_continues") if shown != description else ""
    if len(files) > MAX_FILES:
        note = text(desk, "email_more_in_ticket")
    return ticket_email(desk, "email_new_ticket", header, rows, entries, note)


def digest_email(digest: Digest, desk: Language, links: Sequence[str]) -> Email:
    """The digest: one line for each ticket, with the link to its page. The same digest gives the same bytes."""
    say = partial(text, desk)
    lines = [_as_one_line(ticket, desk) for ticket in digest.tickets]
    values = {"say": say, "lang": desk.value, "tickets": list(zip(lines, links, strict=True))}
    return Email(
        subject=say("email_digest_subject", count=len(lines)),
        html=render("email/digest.html", values),
        text=render("email/digest.txt", values),
    )


def _as_one_line(ticket: DigestLine, desk: Language) -> DigestLine:
    summary = cut(one_line(ticket.summary), _MAX_DIGEST_SUMMARY) or text(desk, "no_text")
    return replace(ticket, code=one_line(ticket.code), summary=summary)
