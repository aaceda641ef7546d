"""The list of tickets as a page: what each row says, and that nothing in it is read as HTML."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from messages.page.desk_page import DeskViewer, ask_address_page, desk_page
from state.model.desk import DeskList, DeskQuery, DeskRow, DeskTab, DraftRow
from state.model.language import Language
from state.model.technician import Technician
from state.model.ticket import TicketStatus

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
VIEWER = DeskViewer(
    language=Language.EN,
    tz=ZoneInfo("UTC"),
    now=NOW,
    path="/desk/",
    technician=Technician(address="marta@example.com", name="Marta"),
    ticket_link=lambda code: f"/t/{code}/",
)
ROW = DeskRow(
    code="TK-7F3K-9QX2",
    summary="no prende",
    status=TicketStatus.OPEN,
    urgent=False,
    answer_due=True,
    waits_since=NOW - timedelta(hours=3, minutes=20),
    created_at=NOW,
    has_customer=True,
    customer="Ana",
    wa_id="5491155550101",
)
COUNTS = dict.fromkeys(DeskTab, 0)


def shown(*rows: DeskRow, tab: DeskTab = DeskTab.ALL, viewer: DeskViewer = VIEWER, **more: object) -> str:
    found = replace(DeskList(counts=COUNTS, most=1000, rows=rows), **more)  # type: ignore[arg-type]
    return desk_page(found, DeskQuery(tab=tab), viewer)


def test_a_row_leads_to_its_ticket_and_says_who_waits_since_when() -> None:
    html = shown(ROW)
    assert 'href="/t/TK-7F3K-9QX2/"' in html
    for each in ("no prende", "Ana", "Nobody yet", "Waiting for us for 3 h", "2026-11-22T08:40:00+00:00"):
        assert each in html


@pytest.mark.parametrize(
    ("status", "answer_due", "said"),
    [
        (TicketStatus.OPEN, True, "Waiting for us for 3 h"),
        (TicketStatus.IN_PROGRESS, False, "We answered 3 h ago"),
        (TicketStatus.WAITING_CUSTOMER, False, "Waiting for the customer for 3 h"),
        (TicketStatus.RESOLVED, False, "Resolved 3 h ago"),
        (TicketStatus.CLOSED, False, "Closed 3 h ago"),
    ],
)
def test_for_whom_it_waits(status: TicketStatus, answer_due: bool, said: str) -> None:
    assert said in shown(replace(ROW, status=status, answer_due=answer_due))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "less than a minute"), (60, "1 min"), (3599, "59 min"), (7200, "2 h"), (90000, "1 day")],
)
def test_for_how_long(seconds: int, said: str) -> None:
    assert f"Waiting for us for {said}" in shown(replace(ROW, waits_since=NOW - timedelta(seconds=seconds)))


def test_who_has_it() -> None:
    assert "You" in shown(replace(ROW, assignee="Marta", assignee_address="marta@example.com"))
    assert "Luis" in shown(replace(ROW, assignee="Luis", assignee_address="luis@example.com"))
    assert "luis@example.com" in shown(replace(ROW, assignee_address="luis@example.com"))


def test_marks_of_what_is_still_open() -> None:
    marked = replace(ROW, urgent=True, wants_human=True)
    assert "Urgent" in shown(marked)
    assert "Wants a person" in shown(marked)
    closed = shown(replace(marked, status=TicketStatus.CLOSED))
    assert "Urgent" not in closed
    assert "Wants a person" not in closed


def test_who_has_no_name_or_is_not_there() -> None:
    assert "+5491155550101" in shown(replace(ROW, customer=None))
    assert "Customer" in shown(replace(ROW, customer=None, wa_id=None))
    assert "Customer no longer here" in shown(replace(ROW, customer=None, wa_id=None, has_customer=False))


def test_counts_and_the_tab_of_drafts_only_if_there_are_some() -> None:
    html = shown(counts=COUNTS | {DeskTab.MINE: 7, DeskTab.ALL: 1001})
    assert '<span class="count">7</span>' in html
    assert '<span class="count">1000+</span>' in html
    assert "Not confirmed" not in html
    assert "Not confirmed" in shown(counts=COUNTS | {DeskTab.DRAFTS: 1})


def test_a_draft() -> None:
    draft = DraftRow(since=NOW - timedelta(days=2), files=1, text="no anda", customer="Ana", wa_id="549115")
    html = shown(tab=DeskTab.DRAFTS, drafts=(draft,))
    for each in ("no anda", "Ana", "+549115", "Files: 1", "Left like this 2 days ago"):
        assert each in html


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("tab", DeskTab)
def test_an_empty_tab_has_a_kind_word(language: Language, tab: DeskTab) -> None:
    assert '<p class="card empty">' in shown(tab=tab, viewer=replace(VIEWER, language=language))


def test_customers_words_are_only_words() -> None:
    hostile = "<script>alert(1)</script>\"' {code}"
    html = shown(replace(ROW, summary=hostile, customer=hostile, assignee=hostile))
    assert "<script" not in html
    html = desk_page(
        DeskList(counts=COUNTS, most=1000, next="0-1"), DeskQuery(tab=DeskTab.ALL, words=hostile), VIEWER
    )
    assert "<script" not in html
    assert "alert(1)&lt;/script&gt;&#34;" in html


@pytest.mark.parametrize("language", Language)
def test_a_page_that_asks_for_an_address(language: Language) -> None:
    html = ask_address_page(language, "desk_ask", "/desk/")
    assert 'name="address"' in html
    assert 'action="/desk/"' in html
