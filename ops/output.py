"""Output of commands: lines and tables for people, one JSON document for scripts, times in words."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

T = TypeVar("T")

_PIPE_WIDTH: Final = 10_000  # columns: a table that goes to a pipe is not wrapped


def wants_json(context: typer.Context) -> bool:
    """Return True if --json was given: then stdout gets one JSON document and nothing else."""
    return bool(context.obj.as_json)


def show(context: typer.Context, data: Any, lines: Iterable[str]) -> None:
    """Print a command's result: `data` with --json, else `lines`, which are computed only then."""
    if wants_json(context):
        print(json.dumps(data, ensure_ascii=False, indent=2, default=str))
        return
    for line in lines:
        print(context.obj.settings.as_typed(line))


def show_newest(
    context: typer.Context, found: list[T], limit: int, lines: Callable[[list[T]], Iterable[str]], none: str
) -> None:
    """Print the first `limit` of `found`; one more in it says that there are more. none: printed when it is empty."""
    shown = found[:limit]

    def text() -> Iterator[str]:
        yield from lines(shown) if shown else [none]
        if len(found) > limit:
            yield f"These are the newest {limit}. To see more: --limit {limit * 2}"

    show(context, shown, text())


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Aligned columns of plain text; long cells wrap on a terminal only."""
    shown = Table(*columns, box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for row in rows:
        # Text: what customers wrote is never read as markup.
        shown.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    with console.capture() as captured:
        console.print(shown)
    return captured.get().removesuffix("\n")


def plural(count: int, noun: str) -> str:
    """ "1 file", "2 files"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def megabytes(count: int) -> str:
    """ "0.2 MB" of so many bytes, as STORED_MEGABYTES counts them."""
    return f"{count / 1024**2:.1f} MB"


def now() -> datetime:
    return datetime.now(UTC)


def local(at: datetime, zone: ZoneInfo) -> str:
    """ "2026-11-23 05:17"."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def duration(seconds: float) -> str:
    """ "2 h 10 min": the two largest units, rounded down; below a minute "40 s"."""
    minutes, left = divmod(max(int(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = [(days, "d"), (hours, "h")] if days else [(hours, "h"), (minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in units if count) or f"{left} s"


def local_time(text: str | None, zone: ZoneInfo) -> str:
    """The same of a time as the database writes it; "" when there is none."""
    return local(datetime.fromisoformat(text), zone) if text else ""


def age(text: str) -> str:
    """Of a time as the database writes it: "2 h 10 min"."""
    return between(datetime.fromisoformat(text), now())


def between(start: datetime, end: datetime) -> str:
    return duration((end - start).total_seconds())
