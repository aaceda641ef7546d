"""What happened to a ticket, as the page tells it: who, when, what, and the files that came along."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from messages.safe_text import clean, cut, one_line
from messages.texts.catalogue import text, when
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind
from state.model.ticket import (
    Actor,
    EventKind,
    StoredFile,
    TechnicianAction,
    TicketEvent,
    TicketRecord,
    TicketStatus,
)

KEPT: Final = timedelta(days=7)  # Meta keeps what was sent to us that long
MAX_NAME: Final = 80
_ABOUT: Final = 200  # a file's name, its caption, a place
_STARS: Final = 5
_ACTIONS: Final = {*TechnicianAction, "fixed"}
_SHOWN: Final = (("image/", "image"), ("audio/", "audio"), ("video/mp4", "video"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads it: in which language and time zone, when, and after which event they look for news (None: no news)."""

    language: Language
    tz: ZoneInfo
    now: datetime
    path: str = field(repr=False)
    news_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """An attachment. show: image, audio, video, link, map or gone; href: where it is had; about: the customer's own words."""

    kind: str
    show: str
    href: str
    label: str
    about: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event. side: its place and look (classes of the style sheet); line: who and what; words: theirs, verbatim."""

    side: str
    line: str = field(repr=False)
    words: str = field(default="", repr=False)
    stars: str = ""
    at: str
    iso: str
    files: tuple[ShownFile, ...] = ()
    new: bool = False
    first_new: bool = False


def history(ticket: TicketRecord, reader: Reader) -> list[Entry]:
    """Every event, oldest first."""
    fresh = [event.id for event in ticket.events if _is_news(event, reader)]
    return [_entry(ticket, event, reader, fresh) for event in ticket.events]


def customer_name(ticket: TicketRecord, language: Language) -> str:
    """What the page calls the customer."""
    name = one_line((ticket.customer and ticket.customer.name) or "")
    return cut(name, MAX_NAME) or text(language, "page_customer")


def _is_news(event: TicketEvent, reader: Reader) -> bool:
    known = reader.news_after
    return known is not None and event.id > known and event.kind is not EventKind.NOTIFIED


def _entry(ticket: TicketRecord, event: TicketEvent, reader: Reader, fresh: list[int]) -> Entry:
    rates = event.kind is EventKind.RATING
    words = "" if rates or event.kind is EventKind.NOTIFIED else clean(event.text or "").strip()
    return Entry(
        side=_side(event, has_content=bool(words or event.files)),
        line=_line(ticket, event, reader.language),
        words=words,
        stars=_stars(event.text) if rates else "",
        at=when(event.at, reader.language, reader.tz),
        iso=event.at.isoformat(timespec="seconds"),
        files=tuple(_file(stored, event, reader, words) for stored in event.files),
        new=event.id in fresh,
        first_new=event.id == min(fresh, default=0),
    )


def _side(event: TicketEvent, *, has_content: bool) -> str:
    if event.kind is EventKind.NOTIFIED:
        return "notified failed" if event.text == "failed" else "notified"
    if not has_content:
        return "line"
    return "bubble" if event.actor is Actor.CUSTOMER else "bubble ours"


def _line(ticket: TicketRecord, event: TicketEvent, language: Language) -> str:
    if event.kind is EventKind.NOTIFIED:
        form = event.text if event.text in {"message", "template", "failed"} else "message"
        return text(language, f"page_notified_{form}")
    return text(
        language,
        f"page_event_{_what(event)}",
        who=_who(ticket, event, language),
        was=_status(event.was, language),
        became=_status(event.became, language),
        rating=one_line(event.text or ""),
    )


def _status(status: TicketStatus | None, language: Language) -> str:
    return text(language, f"mail_status_{status}") if status else "?"


def _who(ticket: TicketRecord, event: TicketEvent, language: Language) -> str:
    if event.actor is Actor.CUSTOMER:
        return customer_name(ticket, language)
    return cut(one_line(event.author or ""), MAX_NAME) or text(language, "page_somebody")


def _what(event: TicketEvent) -> str:
    """The end of a key `page_event_...`."""
    if event.kind is EventKind.NOTE and event.files and not event.text:
        return "sent"
    if event.kind is EventKind.STATUS and event.action not in _ACTIONS:
        # Their answer moves a ticket that waits for it; any other change without a button was made in the tables.
        return "returned" if event.actor is Actor.CUSTOMER else "hand"
    if event.kind in {EventKind.STATUS, EventKind.ANSWER}:
        return event.action if event.action and event.action in _ACTIONS else "answer"
    return event.kind


def _stars(rating: str | None) -> str:
    given = min(int(rating), _STARS) if rating and rating.isdecimal() else 0
    return "★" * given + "☆" * (_STARS - given) if given else ""


def _file(stored: StoredFile, event: TicketEvent, reader: Reader, words: str) -> ShownFile:
    file = stored.file
    show = _show(file, event, reader)
    kind = text(reader.language, f"kind_{file.kind}")
    about = [cut(one_line(part), _ABOUT) for part in (file.filename, file.caption, file.place) if part]
    return ShownFile(
        kind=kind,
        show=show,
        href=_map(file) if show == "map" else f"{reader.path}files/{stored.id}",
        label=text(reader.language, f"page_file_{show}", kind=kind),
        about=" · ".join(part for part in about if part and part not in words),  # said once is enough
    )


def _show(file: Attachment, event: TicketEvent, reader: Reader) -> str:
    if file.kind is AttachmentKind.LOCATION:
        return "map"
    if reader.now - event.at > KEPT:
        return "gone"
    mime = (file.mime_type or "").lower()
    return next((show for beginning, show in _SHOWN if mime.startswith(beginning)), "link")


def _map(file: Attachment) -> str:
    place = f"{file.latitude or 0.0:.6f}", f"{file.longitude or 0.0:.6f}"
    return f"https://www.openstreetmap.org/?mlat={place[0]}&mlon={place[1]}"
