"""`python -m ops report`: how the desk is doing, in numbers that a team lead asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Final

import typer

from ops.calls import Row, connected
from ops.settings import settings_of
from ops.show import document, line, table, wants_json
from ops.when import moment, now, since, span

_MONTHS: Final = 12
_BAR: Final = 24
# Postgres's own style: "1 day 02:10:00.5", "-00:00:01".
_INTERVAL: Final = re.compile(r"(?:(-?\d+) days? ?)?(?:(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?))?")
_AGES: Final = ("less than a day", "1 to 3 days", "3 to 7 days", "more than 7 days")
_SPANS: Final = ("first_answer_median", "first_answer_p90", "resolution_median", "resolution_p90")


def report(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=366, help="So many days back, today included.")] = 30,
) -> None:
    """Tickets a day, times by month, what is open by age, reopened and satisfaction."""
    with connected(settings_of(context)) as database:
        today = now().date()
        report = {
            "days": _days(database.rows("report_days", dict, order="day", limit=days), today, days),
            "months": database.rows("report_months", _month, order="month", limit=_MONTHS),
            "open": sorted(database.rows("report_open", dict, order="age", limit=len(_AGES)), key=_age),
            "ratings": database.rows("report_ratings", dict, order="rating", limit=5),
        }
    if wants_json(context):
        document(report)
        return
    if not report["months"]:
        line("There are no tickets yet.")
        return
    _tell(report)


def seconds_of(interval: str | None) -> float | None:
    """Seconds of an interval as Postgres writes it. Raises ValueError."""
    if interval is None:
        return None
    if not (match := _INTERVAL.fullmatch(interval)) or not interval:
        raise ValueError(f"not an interval: {interval}")
    days, sign, hours, minutes, rest = match.groups(default="0")
    clock = int(hours) * 3600 + int(minutes) * 60 + float(rest)
    return int(days) * 86_400.0 + (-clock if sign == "-" else clock)


def _days(rows: Sequence[Row], today: date, count: int) -> list[Row]:
    """One row for each day, newest first; a day without tickets is one, too."""
    found = {row["day"]: row for row in rows}
    wanted = [str(today - timedelta(days=back)) for back in range(count)]
    return [found.get(day) or {"day": day, "opened": 0, "done": 0, "reopened": 0} for day in wanted]


def _month(row: Row) -> Row:
    """Spans in seconds: what Postgres writes for people is read by no program."""
    spans = {f"{name}_seconds": seconds_of(row[name]) for name in _SPANS}
    return {**{name: value for name, value in row.items() if name not in _SPANS}, **spans}


def _age(row: Row) -> int:
    return _AGES.index(row["age"]) if row["age"] in _AGES else len(_AGES)


def _tell(report: dict[str, list[Row]]) -> None:
    _tell_days(report["days"])
    line("\nBy the month of opening: in what time half of them, and 9 of 10, were answered and resolved")
    columns = ("month", "opened", "answer: half", "9 of 10", "resolved: half", "9 of 10", "reopened", "rated")
    table(columns, [_month_cells(row) for row in report["months"]])
    line("\nOpen now")
    table(("for", "tickets", "not taken", "oldest"), [_open_cells(row, now()) for row in report["open"]])
    _tell_ratings(report["ratings"])


def _tell_days(rows: list[Row]) -> None:
    line("Tickets a day (UTC), of them done by now, and reopened")
    most = max(row["opened"] for row in rows)
    table(
        ("day", "opened", "", "done", "reopened"),
        [(row["day"], row["opened"], bar(row["opened"], most), row["done"], row["reopened"]) for row in rows],
    )


def _tell_ratings(rows: list[Row]) -> None:
    counts = {row["rating"]: row["tickets"] for row in rows}
    total = sum(counts.values())
    line("\nSatisfaction, of all tickets")
    if not total:
        line("  nobody has rated yet")
        return
    most = max(counts.values())
    table(
        ("rating", "tickets", ""),
        [(n, counts.get(n, 0), bar(counts.get(n, 0), most)) for n in range(5, 0, -1)],
    )
    line(f"  on average {sum(n * count for n, count in counts.items()) / total:.2f}, of {total}")


def bar(value: int, most: int) -> str:
    """At most 24 blocks; whatever is more than nothing is seen."""
    return "█" * max(round(_BAR * value / most), 1) if value else ""


def _month_cells(row: Row) -> tuple[object, ...]:
    spans = ("-" if row[f"{name}_seconds"] is None else span(row[f"{name}_seconds"]) for name in _SPANS)
    rated = f"{row['satisfaction']:.2f} ({row['ratings']})" if row["ratings"] else "-"
    return (row["month"][:7], row["opened"], *spans, row["reopened"], rated)


def _open_cells(row: Row, at: datetime) -> tuple[object, ...]:
    oldest = moment(row["oldest"])
    return (row["age"], row["tickets"], row["untaken"], since(oldest, at) if oldest else "-")
