"""`python -m ops report`: how the desk is doing, in the numbers that a team lead asks for."""

from collections.abc import Iterator
from typing import Annotated, Final

import typer

from ops.cli import settings_of
from ops.data_api import DataApi, Row
from ops.output import age, duration, megabytes, plural, show, table

_BAR: Final = 24
_SPANS: Final = ("first_answer_median", "first_answer_p90", "resolution_median", "resolution_p90")


def report(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days to show, with today.")] = 30,
) -> None:
    """Tickets per day, answer and resolution times per month, open tickets by age, satisfaction, and stored files."""
    settings = settings_of(context)
    api = DataApi(settings)
    found = api.call("report", _sections, days=days)
    files = api.call("stored_files", _files)
    lines = [*_lines(**found), *_files_lines(files, settings.get("STORED_MEGABYTES"))]
    show(context, {**found, "files": files}, lines)


def _sections(data: Row) -> Row:
    return {name: data[name] for name in ("days", "months", "open", "ratings")}


def bar(value: int, largest: int) -> str:
    """Up to 24 blocks, and at least one for any value above 0."""
    return "█" * max(round(_BAR * value / largest), 1) if value else ""


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


def _files(data: Row) -> Row:
    return {name: data[name] for name in ("files", "bytes", "removed", "no_room")}


def _files_lines(files: Row, most: str) -> Iterator[str]:
    """Nothing if there was never a file."""
    if any(files.values()):
        yield "\nFiles of tickets, all that are kept now"
        yield f"  {plural(files['files'], 'file')}, {megabytes(files['bytes'])} of {most} MB (STORED_MEGABYTES)"
        yield f"  removed to make room: {files['removed']}; not stored for lack of room: {files['no_room']}"


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
