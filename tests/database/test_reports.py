"""The reports for the team lead, on tickets with known times."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.builders import Tables, code, tables_of

JANUARY = datetime(2026, 1, 5, 10, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 10, 23, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def tables(database: str) -> Iterator[Tables]:
    with tables_of(database) as tables:
        tables.do("set time zone 'UTC'")
        tables.do("alter table tickets disable trigger user")
        tables.do("alter table ticket_events disable trigger user")
        yield tables
        tables.do("alter table tickets enable trigger user")
        tables.do("alter table ticket_events enable trigger user")


def ticket(tables: Tables, number: int, at: datetime | str, status: str = "open", **what: Any) -> int:
    made: int = tables.value(
        "insert into tickets (code, wamid, summary, description, language, status, created_at, rating, assignee) "
        "values (%s, %s, '', '', 'es', %s, %s, %s, %s) returning id",
        code(number),
        str(number),
        status,
        at,
        what.get("rating"),
        what.get("assignee"),
    )
    event(tables, made, at, kind="created", actor="customer", body="no prende")
    return made


def event(tables: Tables, ticket: int, at: datetime | str, **what: Any) -> None:
    given = {"kind": "status", "actor": "technician", "body": None, "was": None, "became": None} | what
    tables.do(
        "insert into ticket_events (ticket_id, created_at, kind, actor, body, from_status, to_status) "
        "values (%s, %s, %s, %s, %s, %s, %s)",
        ticket,
        at,
        given["kind"],
        given["actor"],
        given["body"],
        given["was"],
        given["became"],
    )


@pytest.fixture
def january(tables: Tables) -> Tables:
    """Ten tickets: taken at once, answered after 1 to 10 hours, resolved after 2 to 20; two of them came back."""
    ratings = {1: 5, 2: 4, 3: 4}
    for n in range(1, 11):
        made = ticket(tables, n, JANUARY, "resolved", rating=ratings.get(n))
        event(tables, made, JANUARY + timedelta(minutes=1), was="open", became="in_progress")
        event(tables, made, JANUARY + n * HOUR, kind="answer", body="prueba otro cable")
        event(tables, made, JANUARY + 2 * n * HOUR, was="in_progress", became="resolved")
        if n > 8:
            event(tables, made, JANUARY + 30 * HOUR, actor="customer", was="resolved", became="open")
            event(tables, made, JANUARY + 40 * HOUR, was="open", became="resolved", body="ahora sí")
    ticket(tables, 11, JANUARY + HOUR)  # nobody has looked at it
    return tables


class TestTimes:
    def test_taking_a_ticket_is_no_answer(self, january: Tables) -> None:
        row = january.one("select * from ticket_times where code = %s", code(3))
        assert row["answered_at"] - JANUARY == 3 * HOUR
        assert row["resolved_at"] - JANUARY == 6 * HOUR
        assert (row["reopened"], row["rating"]) == (0, 4)

    def test_the_first_time_counts(self, january: Tables) -> None:
        row = january.one("select * from ticket_times where code = %s", code(10))
        assert (row["resolved_at"] - JANUARY, row["reopened"]) == (20 * HOUR, 1)

    def test_resolved_without_a_word_is_an_answer(self, tables: Tables) -> None:
        made = ticket(tables, 1, JANUARY, "resolved")
        event(tables, made, JANUARY + HOUR, was="open", became="resolved")
        assert tables.value("select answered_at - created_at from ticket_times") == HOUR

    def test_closed_by_its_owner_is_done_but_not_answered(self, tables: Tables) -> None:
        made = ticket(tables, 1, JANUARY, "closed")
        event(tables, made, JANUARY + HOUR, actor="customer", was="open", became="closed")
        row = tables.one("select * from ticket_times")
        assert (row["answered_at"], row["resolved_at"] - JANUARY) == (None, HOUR)

    def test_given_back_is_not_reopened(self, tables: Tables) -> None:
        event(tables, ticket(tables, 1, JANUARY), JANUARY + HOUR, was="in_progress", became="open")
        assert tables.value("select reopened from ticket_times") == 0


class TestMonths:
    def test_medians_and_ninetieths(self, january: Tables) -> None:
        (row,) = january.all("select * from report_months")
        assert row == {
            "month": date(2026, 1, 1),
            "opened": 11,
            "first_answer_median": 5.5 * HOUR,
            "first_answer_p90": 9.1 * HOUR,
            "resolution_median": 11 * HOUR,
            "resolution_p90": 18.2 * HOUR,
            "reopened": 2,
            "ratings": 3,
            "satisfaction": Decimal("4.33"),
        }

    def test_the_latest_first_and_empty_where_nothing_is_known(self, january: Tables) -> None:
        ticket(january, 20, FEBRUARY)
        february, _ = january.all("select * from report_months")
        assert (february["month"], february["opened"], february["ratings"]) == (date(2026, 2, 1), 1, 0)
        assert february["first_answer_median"] is february["satisfaction"] is None


class TestDays:
    def test_opened_done_and_back(self, january: Tables) -> None:
        ticket(january, 20, FEBRUARY)
        assert january.all("select * from report_days") == [
            {"day": date(2026, 2, 10), "opened": 1, "done": 0, "reopened": 0},
            {"day": date(2026, 1, 5), "opened": 11, "done": 10, "reopened": 2},
        ]

    def test_begin_where_the_session_s_time_zone_says(self, tables: Tables) -> None:
        ticket(tables, 20, FEBRUARY)
        tables.do("set time zone 'Asia/Tokyo'")
        assert tables.value("select day from report_days") == date(2026, 2, 11)


class TestOpen:
    def test_by_age(self, tables: Tables) -> None:
        ages = ["1 h", "23 h", "1 day", "2 days", "3 days", "6 days", "7 days", "400 days"]
        for number, age in enumerate(ages, start=1):
            made = ticket(
                tables,
                number,
                datetime.now(UTC),
                "in_progress" if number == 2 else "open",
                assignee="Marta" if number == 2 else None,
            )
            tables.do("update tickets set created_at = now() - %s::interval where id = %s", age, made)
        ticket(tables, 90, JANUARY, "resolved")
        ticket(tables, 91, JANUARY, "closed")
        found = tables.all("select age, tickets, untaken from report_open")
        assert [tuple(row.values()) for row in found] == [
            ("less than a day", 2, 1),
            ("1 to 3 days", 2, 2),
            ("3 to 7 days", 2, 2),
            ("more than 7 days", 2, 2),
        ]

    def test_says_the_oldest(self, january: Tables) -> None:
        row = january.one("select * from report_open where oldest is not null")
        assert (row["tickets"], row["oldest"]) == (1, JANUARY + HOUR)

    def test_with_nothing_open_every_age_is_there(self, tables: Tables) -> None:
        assert [row["tickets"] for row in tables.all("select * from report_open")] == [0, 0, 0, 0]


def test_ratings_every_number_of_stars(january: Tables) -> None:
    found = january.all("select * from report_ratings")
    assert {row["rating"]: row["tickets"] for row in found} == {5: 1, 4: 2, 3: 0, 2: 0, 1: 0}
    assert [row["rating"] for row in found] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "view", ["ticket_times", "report_days", "report_months", "report_open", "report_ratings"]
)
@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_are_not_for_everybody(tables: Tables, view: str, role: str) -> None:
    allowed = "select has_table_privilege(%s, %s, 'select')"
    assert tables.value(allowed, role, f"public.{view}") is False
