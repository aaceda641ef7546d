"""`python -m ops report`: how the desk is doing, in the numbers that a team lead asks for."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated, Final

import typer

from ops.cli import settings_of
from ops.data_api import DataApi, Row
from ops.output import age, duration, now, show, table
from state.store.rows import parse

_BAR: Final = 24
_SPANS: Final = ("first_answer_median", "first_answer_p90", "resolution_median", "resolution_p90")


def report(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days to show, with today.")] = 30,
) -> None:
    """Tickets per day, answer and resolution times per month, open tickets by age, and satisfaction."""
    api = DataApi(settings_of(context))
    found = api.call("report", lambda data: _figures(data, days), days=days)
    show(context, found, _lines(**found))


def seconds_of(interval: str | None) -> float | None:
    """The seconds of an interval as Postgres writes it: "1 day 02:10:00.5". Raises ValueError."""
    return None if interval is None else parse(timedelta, interval).total_seconds()


def bar(value: int, largest: int) -> str:
    """Up to 24 blocks, and at least one for any value above 0."""
    return "█" * max(round(_BAR * value / largest), 1) if value else ""


def _figures(data: dict[str, list[Row]], days: int) -> dict[str, list[Row]]:
    """With every day, and with months in seconds, for scripts."""
    return data | {
        "days": _days(data["days"], now().date(), days),
        "months": [_month(row) for row in data["months"]],
    }


def _days(rows: Sequence[Row], today: date, count: int) -> list[Row]:
    """One row for each day, newest first, also for a day without tickets."""
    found = {row["day"]: row for row in rows}
    wanted = [str(today - timedelta(days=back)) for back in range(count)]
    return [found.get(day) or {"day": day, "opened": 0, "done": 0, "reopened": 0} for day in wanted]


def _month(row: Row) -> Row:
    others = {name: value for name, value in row.items() if name not in _SPANS}
    return others | {f"{name}_seconds": seconds_of(row[name]) for name in _SPANS}


def _lines(days: list[Row], months: list[Row], open: list[Row], ratings: list[Row]) -> Iterator[str]:
    if not months:
        yield "There are no tickets yet."
        return
    yield "Tickets per day (UTC): opened, of these done by now, and reopened"
    largest = max(row["opened"] for row in days)
    cells = (
        (row["day"], row["opened"], bar(row["opened"], largest), row["done"], row["reopened"]) for row in days
    )
    yield table(("day", "opened", "", "done", "reopened"), cells)
    yield "\nBy month of opening: within what time half of them, and 9 of 10, were answered and resolved"
    columns = ("month", "opened", "answer: half", "9 of 10", "resolved: half", "9 of 10", "reopened", "rated")
    yield table(columns, map(_month_cells, months))
    yield "\nOpen now"
    yield table(("for", "tickets", "not taken", "oldest"), map(_open_cells, open))
    yield "\nSatisfaction, all tickets"
    yield from _ratings({row["rating"]: row["tickets"] for row in ratings})


def _ratings(counts: dict[int, int]) -> Iterator[str]:
    total = sum(counts.values())
    if not total:
        yield "  nobody has rated yet"
        return
    largest = max(counts.values())
    rows = ((n, counts.get(n, 0), bar(counts.get(n, 0), largest)) for n in range(5, 0, -1))
    yield table(("rating", "tickets", ""), rows)
    yield f"  on average {sum(n * count for n, count in counts.items()) / total:.2f}, of {total}"


def _month_cells(row: Row) -> tuple[object, ...]:
    spans = (row[f"{name}_seconds"] for name in _SPANS)
    rated = f"{row['satisfaction']:.2f} ({row['ratings']})" if row["ratings"] else "-"
    times = ["-" if seconds is None else duration(seconds) for seconds in spans]
    return (row["month"][:7], row["opened"], *times, row["reopened"], rated)


def _open_cells(row: Row) -> tuple[object, ...]:
    return (row["age"], row["tickets"], row["untaken"], age(row["oldest"]) if row["oldest"] else "-")
