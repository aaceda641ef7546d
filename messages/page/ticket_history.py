"""The history of a ticket on its page: for each event who, when, what, and its files."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from messages.for_technicians import (
    author_name,
    file_kind,
    file_words,
    lost_file,
    map_link,
    short_name,
    stars,
    status_name,
    why_failed,
    why_undelivered,
)
from messages.safe_text import clean, one_line
from messages.texts.catalogue import text, when
from state.model.language import Language
from state.model.message import AttachmentKind
from state.model.technician import Technician
from state.model.ticket import (
    Actor,
    DeliveryState,
    EventKind,
    Mark,
    StoredFile,
    TechnicianAction,
    TicketEvent,
    TicketRecord,
    TicketStatus,
)

_ACTIONS: Final = {*TechnicianAction, "fixed"}
# The line says it all.
_TEXT_IN_LINE: Final = {
    EventKind.RATING,
    EventKind.UNDELIVERED,
    EventKind.EMAIL_FAILED,
    EventKind.CATEGORY,
    EventKind.MERGED,
}


class FileView(StrEnum):
    """The ways to show an attachment on the page. The text of each is `page_file_...`. PENDING: it is being stored. From GONE on: as
    `WhyMissing`."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOWNLOAD = "download"
    MAP = "map"
    PENDING = "pending"
    GONE = "gone"
    TOO_LARGE = "too_large"
    DIFFERENT = "different"
    NO_ROOM = "no_room"
    REMOVED = "removed"
    FAILED = "failed"

    @property
    def is_there(self) -> bool:
        """True if it can be opened now."""
        return self in {FileView.IMAGE, FileView.AUDIO, FileView.VIDEO, FileView.DOWNLOAD, FileView.MAP}


_PLAYABLE: Final = (
    ("image/", FileView.IMAGE),
    ("audio/", FileView.AUDIO),
    ("video/mp4", FileView.VIDEO),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The viewer's language and time zone, and the time of viewing. path: the page's address.

    technician: who views it; technicians: all of the setting. seen_event: later events are marked as new (None: no event is).
    before: the page shows the events before this one, and no form. done: the event that they have just brought about. desk: whether
    they have the list's cookie, and so can open others from here; page_of: the address that leads to another one's page, by its code.
    """

    language: Language
    tz: ZoneInfo
    now: datetime
    path: str = field(repr=False)
    technician: Technician | None = None
    technicians: tuple[Technician, ...] = ()
    seen_event: int | None = None
    before: int | None = None
    done: int | None = None
    desk: bool = False
    page_of: Callable[[str], str] = field(default=lambda _: "", repr=False)

    def link_to(self, code: str) -> str:
        """The address of another ticket's page. Empty for who has only the link of this one, which opens no other."""
        return self.page_of(code) if self.desk else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """An attachment. kind: its name in the viewer's language; href: its address; about: the customer's own words.

    told, lost: as in `Entry`, of a technician's; heard: what a machine heard in a voice note.
    """

    kind: str
    view: FileView
    href: str
    label: str
    about: str = field(repr=False)
    told: str = ""
    lost: bool = False
    heard: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event. css_class: its place and look; line: who did what; words: the author's text, verbatim.

    told: where it is on its way to the customer; lost: it did not reach them; href: the address of the page of another ticket that it
    is about.
    """

    css_class: str
    line: str = field(repr=False)
    words: str = field(default="", repr=False)
    stars: str = ""
    at: str
    iso: str
    files: tuple[ShownFile, ...] = ()
    new: bool = False
    first_new: bool = False
    href: str = field(default="", repr=False)
    told: str = ""
    lost: bool = False


def history(ticket: TicketRecord, viewer: Viewer) -> list[Entry]:
    """The events of the record, oldest first. What was sent stands with what it tells of."""
    shown = [event for event in ticket.events if event.kind is not EventKind.NOTIFIED]
    new = [event.id for event in shown if _is_new(event, viewer)]
    return [_entry(ticket, event, viewer, new) for event in shown]


def customer_name(ticket: TicketRecord, language: Language) -> str:
    """The customer's name on the page: their own name, or "Customer"."""
    return short_name(ticket.customer.name if ticket.customer else None) or text(language, "customer")


def _is_new(event: TicketEvent, viewer: Viewer) -> bool:
    seen = viewer.seen_event
    return seen is not None and event.id > seen and not event.kind.of_delivery


def _entry(ticket: TicketRecord, event: TicketEvent, viewer: Viewer, new: list[int]) -> Entry:
    rates = event.kind is EventKind.RATING
    words = "" if event.kind in _TEXT_IN_LINE else clean(event.text or "").strip()
    other = _other_ticket(ticket, event)
    return Entry(
        css_class=_css_class(event, has_content=bool(words or event.files)),
        line=event_line(ticket, event, viewer.language),
        words=words,
        stars=stars(int(event.text or 0)) if rates else "",
        at=when(event.at, viewer.language, viewer.tz),
        iso=event.at.isoformat(timespec="seconds"),
        files=tuple(_file(file, viewer, words) for file in event.files),
        new=event.id in new,
        first_new=event.id == min(new, default=0),
        href=viewer.link_to(other) if other else "",
        told=delivery_text(event, viewer.language),
        lost=event.delivery is not None and event.delivery.state is DeliveryState.FAILED,
    )


def _other_ticket(ticket: TicketRecord, event: TicketEvent) -> str | None:
    """The code of the other ticket that the event is about."""
    if event.kind is EventKind.MERGED:
        return event.text
    return ticket.merged_into if event.action == TechnicianAction.MERGE else None


def _css_class(event: TicketEvent, *, has_content: bool) -> str:
    if event.kind in {EventKind.UNDELIVERED, EventKind.EMAIL_FAILED}:
        return "undelivered"
    if not has_content:
        return "line"
    if event.kind is EventKind.INTERNAL:
        return "bubble internal"
    return "bubble" if event.actor is Actor.CUSTOMER else "bubble ours"


def event_line(ticket: TicketRecord, event: TicketEvent, language: Language) -> str:
    """A line that says who did what."""
    return text(
        language,
        f"page_event_{_what(event)}",
        who=_who(ticket, event, language),
        was=_status(event.from_status, language),
        became=_status(event.to_status, language),
        to=short_name(event.assignee) or text(language, "page_nobody"),
        rating=one_line(event.text or ""),
        category=one_line(event.text or ""),
        other=_other_ticket(ticket, event) or text(language, "page_another_ticket"),
        why=why_undelivered(event.text, language),
        failure=why_failed(event.text, language),
        file=lost_file(ticket.events, event.object or "") or text(language, "page_a_file"),
    )


def delivery_text(event: TicketEvent, language: Language) -> str:
    """Where the message about this event is: "✓✓ Read". Empty if there is none, or it was sent too long ago to be known."""
    if event.delivery is None:
        return ""
    state = text(language, f"page_told_{event.delivery.state}")
    gone = event.delivery.state in {DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ}
    if gone and event.delivery.template and event.text and event.kind is not EventKind.CREATED:
        return text(language, "page_told_as_template", state=state)
    return state


def _status(status: TicketStatus | None, language: Language) -> str:
    return status_name(language, status) if status else "?"


def _who(ticket: TicketRecord, event: TicketEvent, language: Language) -> str:
    if event.actor is Actor.CUSTOMER:
        return customer_name(ticket, language)
    return author_name(event, language)


def _what(event: TicketEvent) -> str:
    """The end of a key `page_event_...`."""
    if event.deleted:
        return "deleted"
    if event.kind is EventKind.CREATED and event.actor is Actor.TECHNICIAN:
        return "created_for"
    if event.kind is EventKind.UNDELIVERED and event.object:
        return "undelivered_file"
    if event.kind is EventKind.NOTE and event.files and not event.text:
        return "sent"
    if event.kind is EventKind.STATUS and event.action not in _ACTIONS:
        # A reply of the customer changes the status of a waiting ticket. Other changes without an action were made by hand.
        return "reply" if event.actor is Actor.CUSTOMER else "by_hand"
    if event.kind is EventKind.URGENT:
        return event.action if event.action == Mark.NOT_URGENT else Mark.URGENT
    if event.kind is EventKind.CATEGORY and not event.text:
        return "no_category"
    if event.kind in {EventKind.STATUS, EventKind.ANSWER, EventKind.ASSIGNED}:
        return event.action if event.action and event.action in _ACTIONS else "answer"
    return event.kind


def _file(file: StoredFile, viewer: Viewer, words: str) -> ShownFile:
    view = _view(file)
    kind = file_kind(file, viewer.language)
    href = f"{viewer.path}files/{file.id}"
    if view is FileView.MAP:
        href = map_link(file.latitude or 0.0, file.longitude or 0.0)
    return ShownFile(
        kind=kind,
        view=view,
        href=href,
        label=text(viewer.language, f"page_file_{view}", kind=kind),
        about=" · ".join(part for part in file_words(file) if part not in words),  # nothing twice
        told=text(viewer.language, f"page_told_{file.delivery.state}") if file.delivery else "",
        lost=file.delivery is not None and file.delivery.state is DeliveryState.FAILED,
        heard=clean(file.transcript or "").strip(),
    )


def _view(file: StoredFile) -> FileView:
    if file.kind is AttachmentKind.LOCATION:
        return FileView.MAP
    if file.missing:
        return FileView(file.missing)
    if not file.stored:
        return FileView.PENDING
    mime = (file.mime_type or "").lower()
    return next((view for beginning, view in _PLAYABLE if mime.startswith(beginning)), FileView.DOWNLOAD)
