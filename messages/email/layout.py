"""The parts that all e-mails about a ticket share: frame, subject, customer, files.

Gmail cuts off what is beyond 102 KB of an e-mail, and the button comes last. So whatever people write is cut to a number of UTF-16
units, each of which takes at most 5 bytes (`&#34;`), and of things that repeat only so many are shown; `tests/unit/messages/email`
measures the largest e-mails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from messages.for_technicians import MAX_NAME, digits, file_words, map_link, status_name
from messages.jinja_templates import render
from messages.safe_text import cut, one_line, utf16_length
from messages.texts.catalogue import text
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind, Sender
from state.model.outbox_row import Email
from state.model.ticket import TicketStatus

MAX_FILES: Final = 10  # listed in one e-mail
_MAX_SUMMARY: Final = 200  # UTF-16 units
_MAX_SUBJECT: Final = 120  # UTF-16 units: a little more than mail programs show


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The top of an e-mail. summary: one line; link: the signed link to the ticket's page."""

    code: str
    status: TicketStatus
    summary: str = field(repr=False)
    wants_human: bool = False
    customer: Sender | None
    link: str = field(repr=False)


def ticket_email(
    desk: Language,
    headline: str,
    header: Header,
    rows: Sequence[tuple[str, str]],
    entries: Sequence[Mapping[str, object]],
    note: str,
) -> Email:
    """The e-mail as HTML and as text. headline: a key of the texts; rows: the rows below the customer's name and phone.

    entries: the results of `entry`; note: the last line, or empty.
    """
    say = partial(text, desk)
    values = {
        "say": say,
        "lang": desk.value,
        "headline": say(headline),
        "code": one_line(header.code),
        "summary": header.summary,
        "wants_human": header.wants_human,
        "rows": [*_person_rows(header.customer, desk), *rows],
        "link": header.link,
        "entries": entries,
        "note": note,
    }
    return Email(
        subject=_subject(header, desk),
        html=render("email/ticket.html", values),
        text=render("email/ticket.txt", values),
    )


def summary_line(summary: str, desk: Language, *, wants_human: bool) -> str:
    """The summary as one line, safe for the subject header, or a substitute for an empty one."""
    return cut(one_line(summary), _MAX_SUMMARY) or text(desk, "wants_human" if wants_human else "no_text")


def entry(
    title: str, desk: Language, *, at: str = "", words: str = "", files: Sequence[Attachment] = ()
) -> dict[str, object]:
    """An entry of an e-mail: what the customer wrote, quoted line by line, with its files."""
    lines, listed = words.splitlines(), [_file_line(file, desk) for file in files]
    return {"title": title, "at": at, "lines": lines, "files": listed}


def _subject(header: Header, desk: Language) -> str:
    """`[TK-7F3K-9QX2] [En curso] No prende`: the code first, as mail programs cut the end."""
    human = f" · {text(desk, 'email_subject_human')}" if header.wants_human else ""
    marks = f"[{one_line(header.code)}] [{status_name(desk, header.status)}{human}] "
    return marks + cut(header.summary, _MAX_SUBJECT - utf16_length(marks))


def _person_rows(person: Sender | None, desk: Language) -> list[tuple[str, str]]:
    name = cut(one_line((person and person.name) or ""), MAX_NAME)
    phone = digits(person.wa_id if person else None)
    return [
        (text(desk, "customer"), name or text(desk, "email_no_name")),
        (text(desk, "email_phone"), f"+{phone}" if phone else text(desk, "email_no_phone")),
    ]


def _file_line(file: Attachment, desk: Language) -> dict[str, str]:
    """A line about a file: its kind, the words about it and, for a location, a link to a map."""
    about, place = file_words(file), ""
    if file.kind is AttachmentKind.LOCATION and file.latitude is not None and file.longitude is not None:
        about.append(f"{file.latitude:.6f}, {file.longitude:.6f}")
        place = map_link(file.latitude, file.longitude)
    return {"kind": text(desk, f"kind_{file.kind}"), "about": " · ".join(about), "place": place}
