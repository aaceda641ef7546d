"""`python -m ops tickets export`: every ticket with its times, as JSON, or as CSV without formulas."""

import csv
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import typer

from messages.safe_text import clean
from ops.cli import settings_of
from ops.data_api import DataApi, Row
from ops.output import plural, wants_json
from ops.private_file import private_file

_COLUMNS: Final = (
    "code", "status", "summary", "language", "wants_human", "assignee", "rating", "created_at", "updated_at",
    "answered_at", "resolved_at", "reopened", "events", "files",
)  # fmt: skip
_PAGE: Final = 500
# OWASP: what a spreadsheet treats as the start of a formula, also after spaces and in full-width characters.
_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\n]")


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"


def export(
    context: typer.Context,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Only tickets opened on this day or later.", metavar="YYYY-MM-DD"
        ),
    ] = None,
    form: Annotated[Format | None, typer.Option("--format", help="Default: csv.", show_default=False)] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Write to this file, which only you can read, instead of stdout.", metavar="FILE"),
    ] = None,
) -> None:
    """Export every ticket with its times, rating and counts, oldest first; without names and numbers of customers."""
    settings = settings_of(context)
    form = form or (Format.JSON if wants_json(context) else Format.CSV)
    start = since.replace(tzinfo=settings.zone).isoformat() if since else None
    with _target(output, form) as target:
        found = list(_tickets(DataApi(settings), start))
        (_write_csv if form is Format.CSV else _write_json)(target, found)
    if output:
        print(f"✓ {plural(len(found), 'ticket')} in {output}", file=sys.stderr)


def safe(value: object) -> object:
    """A cell that stays text: a quote before what would be a formula. Numbers stay as they are."""
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _tickets(api: DataApi, start: str | None) -> Iterator[Row]:
    last = 0
    while page := api.call("export_tickets", _page, since=start, after=last, limit=_PAGE):
        yield from (ticket for _, ticket in page)
        last = page[-1][0]


def _page(data: Any) -> list[tuple[int, Row]]:
    """Each with its id, which is not exported."""
    return [(entry["id"], {name: entry[name] for name in _COLUMNS}) for entry in data]


def _write_csv(target: TextIO, found: list[Row]) -> None:
    writer = csv.DictWriter(target, _COLUMNS)
    writer.writeheader()
    writer.writerows({name: safe(value) for name, value in ticket.items()} for ticket in found)


def _write_json(target: TextIO, found: list[Row]) -> None:
    """One array with a ticket on each line."""
    target.write(
        "[\n" + ",\n".join(f" {json.dumps(ticket, ensure_ascii=False)}" for ticket in found) + "\n]\n"
    )


@contextmanager
def _target(output: Path | None, form: Format) -> Iterator[TextIO]:
    """stdout, or the file, which is replaced only when it is complete."""
    if output is None:
        yield sys.stdout
        return
    encoding = "utf-8-sig" if form is Format.CSV else "utf-8"  # Excel needs the mark to read UTF-8
    with private_file(output) as new, new.open("w", encoding=encoding, newline="") as file:
        yield file
