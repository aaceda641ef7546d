"""The technicians' list of tickets: its tabs, its rows, and one page of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from state.model.ticket import TicketStatus, TicketSummary


class DeskTab(StrEnum):
    """A part of the list; `desk_places` in supabase/schemas/83_desk.sql says which tickets it has, and in which order.

    DRAFTS: reports that their customers never confirmed, and that are no tickets.
    """

    UNTAKEN = "untaken"
    MINE = "mine"
    OUR_TURN = "our_turn"
    WAITING = "waiting"
    RESOLVED = "resolved"
    ALL = "all"
    DRAFTS = "drafts"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRow(TicketSummary):
    """A ticket in the list. assignee: None for nobody; waits_since: as `keep_waiting` in supabase/schemas/83_desk.sql keeps it.

    answer_due: its customer has written since our last word; has_customer: False when the person was erased.
    """

    status: TicketStatus
    urgent: bool
    answer_due: bool
    waits_since: datetime
    created_at: datetime
    has_customer: bool
    customer: str | None = field(default=None, repr=False)
    wa_id: str | None = field(default=None, repr=False)
    assignee: str | None = field(default=None, repr=False)
    assignee_address: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """A report that was never confirmed. since: when it was begun; text: the beginning of it; files: how many came with it."""

    since: datetime
    files: int
    text: str | None = field(default=None, repr=False)
    customer: str | None = field(default=None, repr=False)
    wa_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskList:
    """A page of the list. counts: the tickets of each tab, up to `most` + 1; next: where the next page begins, if there is one.

    away_until: of the technician who looks at it; None if they are there.
    """

    counts: dict[DeskTab, int]
    most: int
    rows: tuple[DeskRow, ...] = ()
    drafts: tuple[DraftRow, ...] = ()
    next: str | None = None
    away_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLead:
    """Where the list leads. code: of a ticket; None if there is none."""

    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskQuery:
    """What is shown of the list. words: what is searched for in all tickets, empty for the tab; after: where the page begins."""

    tab: DeskTab
    words: str = field(default="", repr=False)
    codes: tuple[str, ...] = ()
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLinkRecord:
    """What a link to the list is made of. recipient: the address of its technician; epoch: as in `DeskAccess`."""

    recipient: str = field(repr=False)
    epoch: int
    written_at: datetime
