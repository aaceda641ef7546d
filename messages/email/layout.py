"""The parts that all e-mails about a ticket share: frame, subject, customer, files.

Gmail cuts off what is beyond 102 KB of an e-mail, and the button comes last. So whatever people write is cut to a number of UTF-16
units, each of which takes at most 5 bytes (`&#34;`), and of things that repeat only so many are shown; `tests/unit/messages/email`
measures the largest e-mails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Final

from messages.for_technicians import digits, file_words, known_as, map_link
from messages.jinja_templates import render
from messages.safe_text import cut, one_line, utf16_length
from messages.texts.catalogue import text
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind, Sender
from state.model.outbox_row import Email

MAX_FILES: Final = 10  # listed in one e-mail
# Nobody sees it. It stands above what the list of a mailbox shows, which is above the cut line and may be a note among technicians.
HIDDEN_CUT: Final = "\u2063\u2062\u2063"
_MAX_SUMMARY: Final = 200  # UTF-16 units
_MAX_SUBJECT: Final = 160  # UTF-16 units: more than mail programs show, with a long name before the summary
_MAX_PREHEADER: Final = 140  # UTF-16 units: what mail programs show at most
_PHONE_LINE: Final = 36  # UTF-16 units of a line on a phone
_MAX_LINES_BEFORE_BUTTON: Final = 10  # of a phone: then the button is still on the first screen


class Readers(StrEnum):
    """Who reads what is answered to an e-mail. COLLEAGUES: in their mailboxes; TEAM: as an internal note of the ticket."""

    COLLEAGUES = "colleagues"
    CUSTOMER = "customer"
    TEAM = "team"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The top of an e-mail. summary: one line; link: the signed link to the ticket's page.

    readers: of an answer to it; is_closed: nothing can be said to the customer just now.
    """

    code: str
    summary: str = field(repr=False)
    wants_human: bool = False
    customer: Sender | None
    link: str = field(repr=False)
    readers: Readers = Readers.COLLEAGUES
    is_closed: bool = False

    @property
    def comes_to_us(self) -> bool:
        return self.readers is not Readers.COLLEAGUES


def ticket_email(
    desk: Language,
    headline: str,
    header: Header,
    rows: Sequence[tuple[str, str]],
    entries: Sequence[Mapping[str, Any]],
    note: str,
) -> Email:
    """The e-mail as HTML and as text: what is new, the button, and then what is known of the ticket.

    headline: a key of the texts; rows: the rows below the customer's phone; entries: the results of `entry`; note: the last line, or
    empty. The button stands on the first screen of a phone: before the words if they are long.
    """
    say = partial(text, desk)
    name = person_name(header.customer, desk)
    lines = [line for each in entries for line in each["lines"]]
    values = {
        "say": say,
        "lang": desk.value,
        "headline": say(headline),
        "preheader": (HIDDEN_CUT if header.comes_to_us else "")
        + _preheader(say(headline), header, lines, desk),
        "code": one_line(header.code),
        "customer": name,
        "wants_human": header.wants_human,
        "rows": [_phone_row(header.customer, desk), *rows],
        "link": header.link,
        "entries": entries,
        "cut_line": say("email_cut_line") if header.comes_to_us else "",
        "who_reads": _who_reads(header, desk),
        "footer": say(_footer(header)),
        "button_first": sum(map(_shown_lines, lines)) > _MAX_LINES_BEFORE_BUTTON,
        "note": note,
    }
    return Email(
        subject=_subject(header, name),
        html=render("email/ticket.html", values),
        text=render("email/ticket.txt", values),
        about=name if header.customer else "",
    )


def _who_reads(header: Header, desk: Language) -> str:
    """Who reads an answer to the e-mail."""
    if not header.comes_to_us:
        return ""
    key = "email_answer_closed" if header.is_closed else "email_answer"
    if header.readers is Readers.TEAM:
        key = "email_answer_team"
    return text(desk, key, name=name_in_sentence(header.customer, desk))


def _footer(header: Header) -> str:
    if header.comes_to_us:
        return "email_footer_answers"
    return "email_footer" if header.customer else "email_footer_erased"


def cut_lines() -> tuple[str, ...]:
    """The line above which an answer to an e-mail is new, in each language: the desk's may have changed since."""
    return tuple(text(language, "email_cut_line") for language in Language)


def _shown_lines(line: str) -> int:
    return 1 + utf16_length(line) // _PHONE_LINE


def _preheader(headline: str, header: Header, lines: Sequence[str], desk: Language) -> str:
    """What the list of a mailbox shows after the subject: what happened, and the first words."""
    asks = f"🙋 {text(desk, 'wants_human')}" if header.wants_human else headline
    return cut(" · ".join([asks, *filter(None, [one_line(" ".join(lines[:3]))])]), _MAX_PREHEADER)


def summary_line(summary: str, desk: Language, *, wants_human: bool) -> str:
    """The summary as one line, safe for the subject header, or a substitute for an empty one."""
    return cut(one_line(summary), _MAX_SUMMARY) or text(desk, "wants_human" if wants_human else "no_text")


def entry(
    title: str, desk: Language, *, at: str = "", words: str = "", files: Sequence[Attachment] = ()
) -> dict[str, Any]:
    """An entry of an e-mail: what the customer wrote, quoted line by line, with its files."""
    lines, listed = words.splitlines(), [_file_line(file, desk) for file in files]
    return {"title": title, "at": at, "lines": lines, "files": listed}


def _subject(header: Header, name: str) -> str:
    """`[TK-7F3K-9QX2] Ana Pérez: No prende`: the code first, as mail programs cut the end.

    The same for all e-mails about a ticket, as Gmail makes a new conversation of another subject.
    """
    marks = f"[{one_line(header.code)}] {name}: "
    return marks + cut(header.summary, _MAX_SUBJECT - utf16_length(marks))


def person_name(person: Sender | None, desk: Language) -> str:
    """The customer's name, else their number, else words for that: a title, or a field."""
    return _known(person) or text(desk, "email_no_name")


def name_in_sentence(person: Sender | None, desk: Language) -> str:
    """The customer's name, else their number, else "the customer": "Your reply is on its way to ..."."""
    return _known(person) or text(desk, "email_your_customer")


def _known(person: Sender | None) -> str:
    return known_as(person.name, person.wa_id) if person else ""


def _phone_row(person: Sender | None, desk: Language) -> tuple[str, str]:
    phone = digits(person.wa_id if person else None)
    return text(desk, "email_phone"), f"+{phone}" if phone else text(desk, "email_no_phone")


def _file_line(file: Attachment, desk: Language) -> dict[str, str]:
    """A line about a file: its kind, the words about it and, for a location, a link to a map."""
    about, place = file_words(file), ""
    if file.kind is AttachmentKind.LOCATION and file.latitude is not None and file.longitude is not None:
        about.append(f"{file.latitude:.6f}, {file.longitude:.6f}")
        place = map_link(file.latitude, file.longitude)
    return {"kind": text(desk, f"kind_{file.kind}"), "about": " · ".join(about), "place": place}
