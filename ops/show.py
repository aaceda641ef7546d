"""What a command prints: lines and tables for people, one JSON document for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any, Final

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

_UNLIMITED: Final = 10_000  # columns, for what reads a pipe


def wants_json(context: typer.Context) -> bool:
    """Whether --json was given: then the command prints one document and nothing else on stdout."""
    wanted: bool = context.find_root().obj.as_json
    return wanted


def document(value: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def line(text: str = "") -> None:
    """A line as it is: what customers wrote is never read as markup."""
    print(text)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Aligned columns; long cells wrap on a screen, and nowhere else. Cells are plain text."""
    shown = Table(*columns, box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for row in rows:
        shown.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else _UNLIMITED).print(shown)


def complain(text: str) -> None:
    """An error, on stderr."""
    print(f"✗ {text}", file=sys.stderr)


def notice(text: str) -> None:
    """A word about what was done, on stderr: stdout, or the file, holds the data."""
    print(text, file=sys.stderr)
