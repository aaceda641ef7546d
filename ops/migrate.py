"""`python -m ops migrate`: the database gets the schema that this code expects."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import psycopg
import typer

from ops.errors import OpsError
from ops.migrations import FOLDER, Migration, apply_migrations, losses_of, pending_migrations
from ops.postgres import place
from ops.settings import settings_of
from ops.show import document, line, wants_json


def migrate(
    context: typer.Context,
    database_url: Annotated[
        str | None,
        typer.Option(
            help="Address of the database with its password; default: SUPABASE_DB_URL.",
            metavar="URL",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be applied.")] = False,
    allow_destructive: Annotated[
        bool, typer.Option("--allow-destructive", help="Apply also what throws data away.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="Where the migrations are.", show_default=False)] = FOLDER,
) -> None:
    """Apply supabase/migrations, each file once and whole. Can be run again at any time."""
    settings = settings_of(context)
    url = database_url or settings.get("SUPABASE_DB_URL")
    if not url:
        settings.need("SUPABASE_DB_URL")
    try:
        if dry_run:
            _tell_plan(context, url, pending_migrations(url, folder))
        else:
            _tell_done(context, url, apply_migrations(url, folder, allow_destructive=allow_destructive))
    except psycopg.Error as error:
        raise OpsError(f"{place(url)}: {str(error).strip() or type(error).__name__}") from None


def _tell_plan(context: typer.Context, url: str, new: list[Migration]) -> None:
    if wants_json(context):
        document(
            {
                "pending": [
                    {"version": each.version, "name": each.name, "loses": losses_of(each)} for each in new
                ]
            }
        )
        return
    line(f"{place(url)}: {_counted(len(new))} to apply" if new else f"{place(url)}: up to date")
    for each in new:
        lost = ", ".join(losses_of(each))
        line(f"  {each.file}" + (f"   throws data away: {lost} (needs --allow-destructive)" if lost else ""))


def _tell_done(context: typer.Context, url: str, applied: list[str]) -> None:
    if wants_json(context):
        document({"applied": applied})
        return
    if not applied:
        line(f"✓ {place(url)}: up to date, nothing to do")
        return
    line(f"✓ {place(url)}: {_counted(len(applied))} applied")
    for version in applied:
        line(f"  {version}")


def _counted(number: int) -> str:
    return "1 migration" if number == 1 else f"{number} migrations"
