"""`python -m ops migrate`: updates the database to the schema that this version expects."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from ops.cli import settings_of
from ops.errors import OpsError
from ops.migrations import FOLDER, Migration, apply_migrations, pending_migrations
from ops.output import plural, show
from ops.postgres import place


def migrate(
    context: typer.Context,
    database_url: Annotated[
        str,
        typer.Option(
            help="The database's address with its password; default: SUPABASE_DB_URL.", metavar="URL"
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be applied.")] = False,
    allow_destructive: Annotated[
        bool, typer.Option("--allow-destructive", help="Also apply migrations that delete data.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="Where the migrations are.", show_default=False)] = FOLDER,
) -> None:
    """Apply supabase/migrations, each file once and in one transaction. Can be run again at any time."""
    settings = settings_of(context)
    url = database_url or settings.get("SUPABASE_DB_URL")
    if not url:
        settings.need("SUPABASE_DB_URL")
    try:
        if dry_run:
            pending = pending_migrations(url, folder)
            show(context, {"pending": [_json(each) for each in pending]}, _plan(url, pending))
        else:
            applied = apply_migrations(url, folder, allow_destructive=allow_destructive)
            show(context, {"applied": applied}, _done(url, applied))
    except psycopg.Error as error:
        raise OpsError(f"{place(url)}: {str(error).strip() or type(error).__name__}") from None


def _json(migration: Migration) -> dict[str, object]:
    return {"version": migration.version, "name": migration.name, "loses": migration.losses}


def _plan(url: str, pending: list[Migration]) -> Iterator[str]:
    yield f"{place(url)}: " + (f"{plural(len(pending), 'migration')} to apply" if pending else "up to date")
    for each in pending:
        lost = ", ".join(each.losses)
        yield f"  {each.file}" + (f"   deletes data: {lost} (needs --allow-destructive)" if lost else "")


def _done(url: str, applied: list[str]) -> Iterator[str]:
    count = f"{plural(len(applied), 'migration')} applied" if applied else "up to date, nothing to do"
    yield f"✓ {place(url)}: {count}"
    yield from (f"  {version}" for version in applied)
