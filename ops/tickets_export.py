"""`tickets export`: every ticket with its times, page by page, as CSV that no spreadsheet runs, or as JSON."""

from __future__ import annotations

import csv
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, TextIO, cast

import typer

from messages.safe_text import clean
from ops.calls import Database, connected
from ops.errors import OpsError
from ops.settings import settings_of
from ops.show import notice, wants_json
from ops.when import zone_of

_COLUMNS: Final = (
    "code", "status", "summary", "language", "wants_human", "assignee", "rating", "created_at", "updated_at",
    "answered_at", "resolved_at", "reopened", "events", "files",
)  # fmt: skip
_PAGE: Final = 500
# OWASP: what a spreadsheet takes for the beginning of a formula, also after spaces and in its wide forms.
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
        Path | None, typer.Option(help="A file, readable by you alone, in place of stdout.", metavar="FILE")
    ] = None,
) -> None:
    """Every ticket with its times, rating and counts, oldest first; without names and numbers of customers."""
    settings = settings_of(context)
    form = form or (Format.JSON if wants_json(context) else Format.CSV)
    begins = since.replace(tzinfo=zone_of(settings)).isoformat() if since else None
    with connected(settings) as database, _target(output, form) as target:
        count = _WRITERS[form](target, _tickets(database, begins))
    if output:
        notice(f"✓ {count} {'ticket' if count == 1 else 'tickets'} in {output}")


def safe(value: object) -> object:
    """A cell that stays text: a quote before what would be a formula. Numbers and times are what they are."""
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _tickets(database: Database, begins: str | None) -> Iterator[dict[str, Any]]:
    last = 0
    while page := database.call("export_tickets", _page, since=begins, after=last, limit=_PAGE):
        yield from page
        last = page[-1]["id"]
        if len(page) < _PAGE:
            return


def _page(data: Any) -> list[dict[str, Any]]:
    return [{"id": entry["id"], **{name: entry[name] for name in _COLUMNS}} for entry in data]


def _write_csv(target: TextIO, found: Iterator[dict[str, Any]]) -> int:
    writer, count = csv.writer(target), 0
    writer.writerow(_COLUMNS)
    for ticket in found:
        writer.writerow([safe(ticket[name]) for name in _COLUMNS])
        count += 1
    return count


def _write_json(target: TextIO, found: Iterator[dict[str, Any]]) -> int:
    """One array with a ticket a line, so that it can be read whole and looked at in pieces."""
    count = 0
    target.write("[")
    for ticket in found:
        shown = {name: ticket[name] for name in _COLUMNS}
        target.write((",\n " if count else "\n ") + json.dumps(shown, ensure_ascii=False))
        count += 1
    target.write("\n]\n")
    return count


_WRITERS: Final[dict[Format, Callable[[TextIO, Iterator[dict[str, Any]]], int]]] = {
    Format.CSV: _write_csv,
    Format.JSON: _write_json,
}


@contextmanager
def _target(output: Path | None, form: Format) -> Iterator[TextIO]:
    """stdout, or the file when it is whole: what was there stays until then."""
    if output is None:
        yield sys.stdout
        return
    encoding = (
        "utf-8-sig" if form is Format.CSV else "utf-8"
    )  # without the mark Excel does not believe in UTF-8
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=output.parent, prefix=f".{output.name}.", delete=False, encoding=encoding, newline=""
        ) as file:
            name = Path(file.name)
            try:
                yield cast(TextIO, file.file)
                file.close()
                name.replace(output)
            except BaseException:
                name.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise OpsError(f"{output} cannot be written: {error.strerror}") from None
