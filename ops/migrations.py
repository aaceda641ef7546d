"""Applies `supabase/migrations` as the Supabase CLI does, records them where it does, and refuses to lose data."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from ops.errors import OpsError, OtherSchema
from ops.postgres import connect, limit_locks
from ops.privileges import FILE as PRIVILEGES
from ops.privileges import compare_privileges, lay_privileges
from ops.roles import make_roles, missing_roles, set_password
from ops.sql_text import losses, same_sql, split_statements

FOLDER: Final = Path(__file__).parents[1] / "supabase" / "migrations"
SCHEMAS: Final = FOLDER.parent / "schemas"
FILE_NAME: Final = re.compile(r"(\d+)_(.*)\.sql")
LOCK: Final = 7_221_146_300  # an advisory lock: the same for everybody who migrates this schema
LEDGER: Final = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text not null primary key, statements text[], name text
);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    version: str
    name: str
    text: str

    @property
    def file(self) -> str:
        return f"{self.version}_{self.name}.sql"

    @property
    def losses(self) -> list[str]:
        """Its statements that delete data: drop table, drop column, ..."""
        return losses(split_statements(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The versions that were new, and what laying the grants again changed; None if the project has no file of them.

    roles: those that the server lacked.
    """

    versions: list[str]
    privileges: list[str] | None
    roles: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `apply_migrations` would do. privileges: not known before the migrations and the roles are there."""

    pending: list[Migration]
    privileges: list[str] | None
    roles: list[str]


def read_migrations(folder: Path) -> list[Migration]:
    """In the order of their versions, as text: the CLI's names are timestamps. Other files are ignored."""
    matches = ((path, FILE_NAME.fullmatch(path.name)) for path in folder.iterdir())
    found = [
        Migration(version=match[1], name=match[2], text=path.read_text(encoding="utf-8"))
        for path, match in matches
        if match
    ]
    return sorted(found, key=lambda migration: migration.version)


def apply_migrations(
    dsn: str, folder: Path = FOLDER, *, allow_destructive: bool = False, authenticator_password: str = ""
) -> Applied:
    """Apply what is new, each file in one transaction, and then lay the grants again: `schemas/95_privileges.sql`.

    On a server that is not hosted Supabase's it first makes the roles. Raises OpsError, also when a new file would
    delete data and may not; then nothing is applied. A database without tables has nothing to lose.
    """
    with connect(dsn) as connection:
        _lock(connection)
        new = _new(connection, read_migrations(folder))
        _refuse_unrecorded(connection, new, read_migrations(folder))
        if not (allow_destructive or _empty(connection)):
            _refuse_losses(new)
        roles = make_roles(connection)
        if authenticator_password:
            set_password(connection, authenticator_password)
        connection.execute(LEDGER)
        for migration in new:
            _apply(connection, migration)
        privileges = _privileges(connection, folder, lay_privileges)
    return Applied(versions=[migration.version for migration in new], privileges=privileges, roles=roles)


def plan_migrations(dsn: str, folder: Path = FOLDER) -> Plan:
    """What `apply_migrations` would do now. Changes nothing. Raises OpsError."""
    with connect(dsn) as connection:
        pending, roles = _new(connection, read_migrations(folder)), missing_roles(connection)
        # The grants name the roles, and tables that a pending migration may have yet to make.
        privileges = None if pending or roles else _privileges(connection, folder, compare_privileges)
    return Plan(pending=pending, privileges=privileges, roles=roles)


def pending_migrations(dsn: str, folder: Path = FOLDER) -> list[Migration]:
    """The migrations that `apply_migrations` would apply, in order. Raises OpsError."""
    with connect(dsn) as connection:
        return _new(connection, read_migrations(folder))


def changed_privileges(dsn: str, folder: Path = FOLDER) -> list[str] | None:
    """The grants of an up-to-date database that `apply_migrations` would change: "anon has select on tickets", ...

    Changes nothing. Raises OpsError.
    """
    with connect(dsn) as connection:
        return _privileges(connection, folder, compare_privileges)


def _lock(connection: psycopg.Connection) -> None:
    """Until the connection ends: of two runs at once, the second waits."""
    try:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
    except psycopg.errors.LockNotAvailable:
        raise OpsError(
            "another migration of this database is running. Wait for it to end, then try again"
        ) from None


def _new(connection: psycopg.Connection, known: list[Migration]) -> list[Migration]:
    done = _applied(connection)
    _refuse_disagreement(set(done), [migration.version for migration in known])
    _refuse_edited(done, known)
    return [migration for migration in known if migration.version not in done]


def _applied(connection: psycopg.Connection) -> dict[str, list[str] | None]:
    """The statements of each version; None if whoever applied it did not record them."""
    ledger = connection.execute("select to_regclass('supabase_migrations.schema_migrations')").fetchone()
    if ledger == (None,):
        return {}
    return dict(
        connection.execute("select version, statements from supabase_migrations.schema_migrations").fetchall()
    )


def _empty(connection: psycopg.Connection) -> bool:
    found = connection.execute("select exists (select from pg_tables where schemaname = 'public')").fetchone()
    return found == (False,)


def _refuse_unrecorded(connection: psycopg.Connection, new: list[Migration], known: list[Migration]) -> None:
    """The desk's tables are there, and nothing says by which migrations: as after a backup of the schema public alone."""
    there = connection.execute("select to_regclass('public.customers') is not null").fetchone()
    if new and len(new) == len(known) and there == (True,):
        raise OpsError(
            "the tables are there, but not the record of the migrations that made them (schema supabase_migrations). "
            "Was the schema public restored alone? Restore its data into an empty database after `migrate`: docs/operations.md"
        )


def _refuse_losses(new: list[Migration]) -> None:
    if losing := [f"{each.file} ({', '.join(each.losses)})" for each in new if each.losses]:
        raise OpsError(
            f"would delete data: {'; '.join(losing)}. Nothing was applied. If that is intended, make a backup "
            "and run it again with --allow-destructive"
        )


def _refuse_disagreement(done: set[str], known: list[str]) -> None:
    missing = sorted(done.difference(known))
    if missing and known and done.issuperset(known) and missing[0] > max(known):
        raise OtherSchema(
            f"this checkout is older than the database, to which a newer one has applied: {', '.join(missing)}",
            "Get that version (git pull), and run it again",
        )
    if missing:
        raise OtherSchema(
            f"applied to this database but not in the folder: {', '.join(missing)}",
            "Put the files back, or start with a new database",
        )
    late = [version for version in known if version not in done and version < max(done, default="")]
    if late:
        raise OtherSchema(
            f"older than what was already applied: {', '.join(late)}", "Give them a later version"
        )


def _refuse_edited(done: dict[str, list[str] | None], known: list[Migration]) -> None:
    applied = [(each, done.get(each.version)) for each in known]
    edited = [
        each.file
        for each, recorded in applied
        if recorded and not same_sql(recorded, split_statements(each.text))
    ]
    if edited:
        raise OtherSchema(
            f"edited after it was applied to this database: {', '.join(edited)}",
            "Put back what was applied and write a new migration, or start with a new database",
        )


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute(migration.text.encode())
            connection.execute(
                "insert into supabase_migrations.schema_migrations (version, statements, name) values (%s, %s, %s)",
                [migration.version, list(split_statements(migration.text)), migration.name],
            )
    except psycopg.errors.LockNotAvailable:
        raise OpsError(
            f"{migration.file}: somebody else has locked a table that it needs. Nothing of it was applied; "
            "try again when there is less traffic"
        ) from None
    except psycopg.errors.InsufficientPrivilege:
        raise  # the user is the wrong one, not the file: see `connect`
    except psycopg.Error as error:
        raise OpsError(f"{migration.file}: {error}".strip()) from error
    connection.execute("reset all")  # a `set` in one file must not affect the next
    limit_locks(connection)


def _privileges(
    connection: psycopg.Connection, folder: Path, run: Callable[[psycopg.Connection, Path], list[str]]
) -> list[str] | None:
    file = folder.parent / SCHEMAS.name / PRIVILEGES
    if not file.exists():
        return None
    try:
        return run(connection, file)
    except psycopg.errors.InsufficientPrivilege:
        raise
    except psycopg.Error as error:
        raise OpsError(f"{file.name}: {error}".strip()) from error
