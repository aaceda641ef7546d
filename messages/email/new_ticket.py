"""The e-mail that tells the technicians of a new ticket, and what all their e-mails have in common: nothing in them is a customer's to turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from messages.jinja_templates import render
from messages.safe_text import clean, cut, one_line, utf16_length
from messages.texts.catalogue import text, when
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind
from state.model.outbox_row import Email
from state.model.ticket import TicketStatus

_SUBJECT: Final = 120  # UTF-16 units: what mail programs show of it, and a little more
_NAME: Final = 80
_FILE: Final = 200  # a file's name, its caption, a place
# Gmail hides what lies beyond 102 KB, and the button is the last thing; escaped, a character can take 5 bytes.
_DESCRIPTION: Final = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """What the technicians are told. `language` is the customer's, `desk_language` and `tz` are the technicians'.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One attachment as an e-mail lists it. `place`: a map, when the attachment is a location."""

    kind: str
    about: str
    place: str = ""


def new_ticket_email(ticket: NewTicket) -> Email:
    """The e-mail for a new ticket. The same ticket gives the same bytes."""
    desk = ticket.desk_language
    say = partial(text, desk)
    description = clean(ticket.description).strip()
    shown = cut(description, _DESCRIPTION)
    summary = summary_line(ticket.summary, desk, wants_human=ticket.wants_human)
    facts = {
        "wants_human": ticket.wants_human,
        "rows": [
            *person_rows(ticket.customer_name, ticket.customer_phone, desk),
            (say("mail_language"), say(f"spoken_{ticket.language}")),
            (say("mail_when"), when(ticket.at, desk, ticket.tz)),
        ],
        "lines": shown.splitlines(),
        "longer": shown != description,
        "files": file_lines(ticket.files, desk),
    }
    subject = subject_line(ticket.code, TicketStatus.OPEN, summary, desk, wants_human=ticket.wants_human)
    return mail("ticket", desk, say("mail_new"), ticket.code, summary, ticket.link, subject, facts)


def mail(
    template: str,
    desk: Language,
    headline: str,
    code: str,
    summary: str,
    link: str,
    subject: str,
    facts: dict[str, Any],
) -> Email:
    """`template` as HTML and as text, in the frame that all e-mails have."""
    frame = {
        "say": partial(text, desk),
        "lang": desk.value,
        "headline": headline,
        "code": one_line(code),
        "summary": summary,
        "link": link,
    }
    return Email(
        subject=subject,
        html=render(f"{template}.html", frame | facts),
        text=render(f"{template}.txt", frame | facts),
    )


def subject_line(
    code: str, status: TicketStatus, summary: str, desk: Language, *, wants_human: bool = False
) -> str:
    """`[TK-7F3K-9QX2] [En curso] No prende`: the code first, as mail programs cut the end."""
    state = text(desk, f"mail_status_{status}")
    wish = f" · {text(desk, 'mail_person')}" if wants_human else ""
    marks = f"[{one_line(code)}] [{state}{wish}] "
    return marks + cut(summary, _SUBJECT - utf16_length(marks))


def summary_line(summary: str, desk: Language, *, wants_human: bool) -> str:
    """The summary as one line, so that it cannot end the subject's header nor turn it round."""
    return one_line(summary) or text(desk, "mail_wants_human" if wants_human else "no_words")


def person_rows(name: str | None, phone: str | None, desk: Language) -> list[tuple[str, str]]:
    """Who it is, with labels."""
    digits = "".join(c for c in phone or "" if c in "0123456789")
    return [
        (text(desk, "mail_customer"), cut(one_line(name or ""), _NAME) or text(desk, "mail_no_name")),
        (text(desk, "mail_phone"), f"+{digits}" if digits else text(desk, "mail_no_phone")),
    ]


def file_lines(files: Sequence[Attachment], desk: Language) -> list[FileLine]:
    """What came with it, as a list."""
    return [_line(file, desk) for file in files]


def _line(file: Attachment, language: Language) -> FileLine:
    about = [cut(one_line(part), _FILE) for part in (file.filename, file.caption, file.place) if part]
    place = ""
    if file.kind is AttachmentKind.LOCATION and file.latitude is not None and file.longitude is not None:
        latitude, longitude = f"{file.latitude:.6f}", f"{file.longitude:.6f}"
        about.append(f"{latitude}, {longitude}")
        place = f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}"
    return FileLine(
        kind=text(language, f"kind_{file.kind}"),
        about=" · ".join(part for part in about if part),
        place=place,
    )
