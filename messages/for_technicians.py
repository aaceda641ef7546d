"""Parts that the e-mails and the ticket's page share: a ticket's status, a rating, a phone number, files and places."""

from collections.abc import Sequence
from typing import Final

from messages.safe_text import cut, one_line
from messages.texts.catalogue import text
from state.model.language import LANGUAGE_NAMES, Language
from state.model.message import Attachment
from state.model.operator import FailureKind
from state.model.technician import Technician
from state.model.ticket import StoredFile, Ticket, TicketEvent, TicketRecord, TicketStatus

MAX_NAME: Final = 80  # UTF-16 units of a person's name
_MAX_FILE_WORDS: Final = 200  # UTF-16 units of a file's name, its caption, a place
_STARS: Final = 5
# Why a message could not be delivered, by the error of its outbox row. The text of each is `undelivered_...`.
_UNDELIVERED: Final = {
    "meta 131026": "number",
    "meta 131047": "window",
    "window closed": "window",
    "number reassigned": "gone",
    "nobody to send it to": "gone",
    "the customer is gone": "gone",
    "dropped": "dropped",
    "restored": "restored",
    "never written": "never_written",
    "meta 131053": "file",
    "the file was deleted": "file_gone",
    "storage link: 404": "file_gone",
}


def status_name(language: Language, status: TicketStatus) -> str:
    """The status as a technician reads it: "Waiting for the customer", not "Waiting for you"."""
    waits = status is TicketStatus.WAITING_CUSTOMER
    return text(language, "status_waiting_customer_technician" if waits else f"status_{status}")


def ticket_rows(ticket: Ticket, language: Language) -> list[tuple[str, str]]:
    """The labelled fields of a ticket other than its text, for its e-mail and its page."""
    return [(text(language, "language"), LANGUAGE_NAMES[ticket.language][language])]


def short_name(name: str | None) -> str:
    """A person's name on one line, cut; empty if they have none."""
    return cut(one_line(name or ""), MAX_NAME)


def known_as(name: str | None, phone: str | None) -> str:
    """A customer's name, else their number; empty if neither is known."""
    return short_name(name) or (f"+{digits(phone)}" if digits(phone) else "")


def author_name(event: TicketEvent, language: Language) -> str:
    """The technician who did it, by name; or words for somebody of the team."""
    return short_name(event.author) or text(language, "page_unnamed_technician")


def assignee_of(ticket: TicketRecord, technicians: Sequence[Technician]) -> str:
    """The name of who has the ticket, or their address; empty if that is nobody, or somebody who is no technician any more."""
    name = short_name(ticket.assignee)
    if ticket.assignee_address is None:
        return name
    found = [each for each in technicians if each.address.lower() == ticket.assignee_address]
    return next((each.name or name or each.address for each in found), "")


def why_undelivered(error: str | None, language: Language) -> str:
    """Why a message could not be delivered, in words. error: of its outbox row."""
    return text(
        language, f"undelivered_{_UNDELIVERED.get(error or '', 'other')}", error=one_line(error or "?")
    )


def why_failed(kind: str | None, language: Language) -> str:
    """Why an e-mail did not reach a technician, in words. kind: a FailureKind."""
    return text(language, f"failure_{kind if kind in set(FailureKind) else FailureKind.FAILED}")


def stars(rating: int) -> str:
    """A rating from 1 to 5: "★★★★☆"."""
    return "★" * rating + "☆" * (_STARS - rating)


def digits(phone: str | None) -> str:
    """The digits of a phone number."""
    return "".join(c for c in phone or "" if c in "0123456789")


def file_kind(file: StoredFile, language: Language) -> str:
    """What a file is: "Voice note (0:42)". With its length once that is known: not for e-mails, whose every attempt is the same."""
    kind = text(language, f"kind_{file.kind}")
    if file.seconds is None:
        return kind
    return f"{kind} ({length(file.seconds)})"


def length(seconds: float) -> str:
    """Minutes and seconds: "0:42"."""
    return f"{round(seconds) // 60}:{round(seconds) % 60:02}"


def file_words(file: Attachment) -> list[str]:
    """The words about a file: its name, its caption, the name of a place."""
    parts = [
        cut(one_line(part), _MAX_FILE_WORDS) for part in (file.filename, file.caption, file.place) if part
    ]
    return [part for part in parts if part]


def names_of(filenames: Sequence[str]) -> str:
    """What an answer with files says that has no words: lists, e-mails and the template have to say something."""
    return f"📎 {', '.join(filenames)}"


def lost_file(events: Sequence[TicketEvent], path: str) -> str:
    """The name of the file at this path. Empty if none of these events has it."""
    files = (file for event in events for file in event.files)
    return next((one_line(file.filename or "") for file in files if file.object == path), "")


def map_link(latitude: float, longitude: float) -> str:
    """The place on OpenStreetMap."""
    return f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}"
