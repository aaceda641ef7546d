"""The e-mail that tells the technicians of a ticket, as HTML and as text, with all that a customer wrote made harmless."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from messages.catalogue import text, when
from messages.measure import clean, cut, one_line
from messages.rendering import render
from state.events import Attachment, AttachmentKind
from state.language import Language
from state.outbox import Mail

_SUBJECT: Final = (
    100  # UTF-16 units of the subject beside the code: what mail programs show of it, and a little more
)
_NAME: Final = 80
_FILE: Final = 200  # a file's name, its caption, a place
# Gmail hides what lies beyond 102 KB, and the button is the last thing; escaped, a character can take 5 bytes.
_DESCRIPTION: Final = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMail:
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
class _Line:
    """One attachment as the e-mail lists it. `place`: a map, when the attachment is a location."""

    kind: str
    about: str
    place: str = ""


def ticket_mail(ticket: TicketMail) -> Mail:
    """The e-mail for a new ticket. The same ticket gives the same bytes."""
    return _mail(ticket, "mail_new", _summary(ticket))


def human_mail(ticket: TicketMail) -> Mail:
    """The e-mail for a ticket that is there already and whose owner now asks for a person.

    `description` is what they said when they asked; it may be empty.
    """
    asks = text(ticket.desk_language, "mail_wants_human")
    return _mail(replace(ticket, wants_human=True), "mail_human", f"{asks} · {_summary(ticket)}")


def _mail(ticket: TicketMail, headline: str, about: str) -> Mail:
    say = partial(text, ticket.desk_language)
    description = clean(ticket.description).strip()
    shown = cut(description, _DESCRIPTION)
    facts = {
        "say": say,
        "lang": ticket.desk_language.value,
        "headline": say(headline),
        "code": one_line(ticket.code),
        "summary": _summary(ticket),
        "wants_human": ticket.wants_human,
        "rows": _rows(ticket),
        "lines": shown.splitlines(),
        "longer": shown != description,
        "files": [_line(file, ticket.desk_language) for file in ticket.files],
        "link": ticket.link,
    }
    return Mail(
        # The code first: mail programs cut the end.
        subject=f"[{facts['code']}] {cut(about, _SUBJECT)}",
        html=render("ticket.html", facts),
        text=render("ticket.txt", facts),
    )


def _summary(ticket: TicketMail) -> str:
    """The summary as one line, so that it cannot end the subject's header nor turn it round."""
    instead = "mail_wants_human" if ticket.wants_human else "no_words"
    return one_line(ticket.summary) or text(ticket.desk_language, instead)


def _rows(ticket: TicketMail) -> list[tuple[str, str]]:
    say = partial(text, ticket.desk_language)
    phone = "".join(c for c in ticket.customer_phone or "" if c in "0123456789")
    return [
        (say("mail_customer"), cut(one_line(ticket.customer_name or ""), _NAME) or say("mail_no_name")),
        (say("mail_phone"), f"+{phone}" if phone else say("mail_no_phone")),
        (say("mail_language"), say(f"spoken_{ticket.language}")),
        (say("mail_when"), when(ticket.at, ticket.desk_language, ticket.tz)),
    ]


def _line(file: Attachment, language: Language) -> _Line:
    about = [cut(one_line(part), _FILE) for part in (file.filename, file.caption, file.place) if part]
    place = ""
    if file.kind is AttachmentKind.LOCATION and file.latitude is not None and file.longitude is not None:
        latitude, longitude = f"{file.latitude:.6f}", f"{file.longitude:.6f}"
        about.append(f"{latitude}, {longitude}")
        place = f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}"
    return _Line(
        kind=text(language, f"kind_{file.kind}"),
        about=" · ".join(part for part in about if part),
        place=place,
    )
