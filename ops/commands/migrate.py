"""`python -m ops migrate`: updates the database to the schema and the grants that this version expects, and makes the bucket.

On a Postgres that is not hosted Supabase's it makes the roles, too.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ops.cli import settings_of
from ops.errors import OpsError
from ops.file_storage import bucket_text, make_bucket, missing_for_bucket
from ops.migrations import (
    FOLDER,
    Migration,
    apply_migrations,
    plan_migrations,
)
from ops.operator_settings import OperatorSettings
from ops.output import plural, show
from ops.postgres import place


def migrate(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be applied.")] = False,
    allow_destructive: Annotated[
        bool, typer.Option("--allow-destructive", help="Also apply migrations that delete data.")
    ] = False,
    folder: Annotated[
        Path, typer.Option(help="Where the migrations are.", show_default=False, exists=True, file_okay=False)
    ] = FOLDER,
) -> None:
    """Apply supabase/migrations, each file once and in one transaction, lay all grants again, and make the bucket for files.

    Can be run again at any time. On a Postgres of your own it first makes the roles that hosted Supabase has; the Data API's
    gets the password of AUTHENTICATOR_PASSWORD.
    """
    settings = settings_of(context)
    settings.need(
        "SUPABASE_DB_URL"
    )  # it has the password, so it is no argument: others on this machine see those
    url = settings.get("SUPABASE_DB_URL")
    if dry_run:
        _show_plan(context, url, folder)
    else:
        _apply(context, url, folder, allow_destructive=allow_destructive)


def _show_plan(context: typer.Context, url: str, folder: Path) -> None:
    plan = plan_migrations(url, folder)
    lines = [
        *_plan(url, plan.pending),
        *_roles(plan.roles, "to make"),
        *_privileges(plan.privileges, "to lay again"),
    ]
    found = {"pending": [_json(each) for each in plan.pending], "privileges": plan.privileges}
    show(context, found | {"roles": plan.roles}, lines)


def _apply(context: typer.Context, url: str, folder: Path, *, allow_destructive: bool) -> None:
    settings = settings_of(context)
    password = settings.get("AUTHENTICATOR_PASSWORD")
    applied = apply_migrations(
        url, folder, allow_destructive=allow_destructive, authenticator_password=password
    )
    made, said, problem = _bucket(settings)
    lines = [
        *_done(url, applied.versions),
        *_roles(applied.roles, "made"),
        *(["password of authenticator: set"] if password else []),
        *_privileges(applied.privileges, "laid again"),
        *said,
    ]
    done = {"applied": applied.versions, "privileges": applied.privileges, "bucket_made": made}
    show(context, done | {"roles": applied.roles, "password_set": bool(password)}, lines)
    if problem is not None:
        raise problem


def _bucket(settings: OperatorSettings) -> tuple[bool | None, list[str], OpsError | None]:
    """Whether it was made now, or None; what to say; the error with which the command ends, once it has said what is done."""
    if missing := missing_for_bucket(settings):
        verb = "are" if len(missing) > 1 else "is"
        return None, [f"bucket: not checked, because {' and '.join(missing)} {verb} missing"], None
    try:
        made = make_bucket(settings)
    except OpsError as error:
        return None, [], error
    return made, [bucket_text(made)], None


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


def _roles(missing: list[str], what: str) -> Iterator[str]:
    """Nothing where all are there, as on hosted Supabase."""
    if missing:
        yield f"roles: {', '.join(missing)} {what}"


def _privileges(changes: list[str] | None, what: str) -> Iterator[str]:
    """Nothing if the project has no file of privileges."""
    if changes is not None:
        yield f"privileges: {what}" if changes else "privileges: as they should be"
        yield from (f"  {change}" for change in changes)
