"""The list of all tickets as a technician sees it, and the page that asks for an address."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from messages.for_technicians import digits, known_as, short_name, status_name
from messages.page.layout import render_page
from messages.page.whose_turn import span
from messages.safe_text import cut, one_line
from messages.texts.catalogue import day, text, when
from state.model.desk import DeskList, DeskQuery, DeskRow, DeskTab, DraftRow
from state.model.language import Language
from state.model.technician import Technician
from state.model.ticket import TicketStatus

_MAX_SUMMARY: Final = 140  # UTF-16 units
_MAX_DRAFT: Final = 300  # UTF-16 units


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskViewer:
    """The technician who looks at the list, when and where. path: the list's; ticket_link: the address of a ticket's page by its code."""

    language: Language
    tz: ZoneInfo
    now: datetime
    path: str = field(repr=False)
    technician: Technician = field(repr=False)
    ticket_link: Callable[[str], str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A tab with its count, as it is written: "12", or "1000+"."""

    name: str
    href: str
    count: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A ticket in the list. about: who its customer is, who has it; since: how long it waits, and for whom; at: the moment."""

    code: str
    href: str
    status: str
    status_name: str
    summary: str = field(repr=False)
    customer: str = field(repr=False)
    assignee: str = field(repr=False)
    since: str
    at: str
    iso: str
    due: bool
    urgent: bool
    wants_human: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A report that was never confirmed."""

    customer: str = field(repr=False)
    phone: str = field(repr=False)
    words: str = field(repr=False)
    files: str
    since: str
    at: str
    iso: str


def desk_page(found: DeskList, query: DeskQuery, viewer: DeskViewer) -> str:
    """A whole HTML document: tabs, the search, and the rows of one tab or of the search."""
    say = partial(text, viewer.language)
    name = short_name(viewer.technician.name)
    values = {
        "path": viewer.path,
        "away": _absence(found, viewer),
        "tomorrow": (_today(viewer) + timedelta(days=1)).isoformat(),
        "hello": say("desk_hello", name=name) if name else viewer.technician.address,
        "tabs": [_tab(tab, found, query, viewer) for tab in DeskTab if _is_shown(tab, found, query)],
        "words": query.words,
        "rows": [_line(row, viewer) for row in found.rows],
        "drafts": [_draft(row, viewer) for row in found.drafts],
        "tab": query.tab.value,
        "empty": say("desk_empty_search" if query.words else f"desk_empty_{query.tab}"),
        "later": query.after is not None,
        "next": found.next,
        "is_drafts": query.tab is DeskTab.DRAFTS and not query.words,
    }
    return render_page("desk_page", viewer.language, say("desk_title"), values)


def _absence(found: DeskList, viewer: DeskViewer) -> str:
    """The day on which the technician is back, as it is said; empty if they are there."""
    return day(found.away_until, viewer.language, viewer.tz) if found.away_until else ""


def _today(viewer: DeskViewer) -> date:
    return viewer.now.astimezone(viewer.tz).date()


def ask_address_page(language: Language, key: str, path: str) -> str:
    """A page with the texts `{key}_title` and `{key}_body`, and a form for the address of a technician."""
    values = {"body": text(language, f"{key}_body"), "path": path}
    return render_page("ask_address", language, text(language, f"{key}_title"), values)


def _is_shown(tab: DeskTab, found: DeskList, query: DeskQuery) -> bool:
    """Drafts are rare: without any there is no tab."""
    return tab is not DeskTab.DRAFTS or tab is query.tab or bool(found.counts.get(tab))


def _tab(tab: DeskTab, found: DeskList, query: DeskQuery, viewer: DeskViewer) -> Tab:
    count = found.counts.get(tab, 0)
    return Tab(
        name=text(viewer.language, f"desk_tab_{tab}"),
        href=f"{viewer.path}?tab={tab}",
        count=f"{found.most}+" if count > found.most else str(count),
        current=tab is query.tab and not query.words,
    )


def _line(row: DeskRow, viewer: DeskViewer) -> Line:
    say = partial(text, viewer.language)
    waits = "customer" if row.status.asks else "us" if row.answer_due else "answered"
    if row.status is TicketStatus.CLOSED:
        waits = "closed"
    elif row.status is TicketStatus.RESOLVED:
        waits = "resolved"
    is_mine = row.assignee_address == viewer.technician.address.lower() and row.assignee_address is not None
    assignee = short_name(row.assignee or row.assignee_address)
    return Line(
        code=row.code,
        href=viewer.ticket_link(row.code),
        status=row.status.value,
        status_name=status_name(viewer.language, row.status),
        summary=cut(one_line(row.summary), _MAX_SUMMARY) or say("no_text"),
        customer=(known_as(row.customer, row.wa_id) or say("customer"))
        if row.has_customer
        else say("desk_no_customer"),
        assignee=say("desk_me") if is_mine else assignee or say("page_nobody"),
        since=say(f"desk_waits_{waits}", time=span(viewer.now - row.waits_since, viewer.language)),
        at=when(row.waits_since, viewer.language, viewer.tz),
        iso=row.waits_since.isoformat(timespec="seconds"),
        due=row.answer_due and row.status.active,
        urgent=row.urgent and row.status.active,
        wants_human=row.wants_human and row.status.active,
    )


def _draft(row: DraftRow, viewer: DeskViewer) -> DraftLine:
    say = partial(text, viewer.language)
    words = cut(one_line(row.text or ""), _MAX_DRAFT)
    return DraftLine(
        customer=known_as(row.customer, row.wa_id) or say("customer"),
        phone=digits(row.wa_id) if one_line(row.customer or "") else "",
        words=words or say("no_text"),
        files=say("desk_files", count=row.files) if row.files else "",
        since=say("desk_left", time=span(viewer.now - row.since, viewer.language)),
        at=when(row.since, viewer.language, viewer.tz),
        iso=row.since.isoformat(timespec="seconds"),
    )
