"""Apply `supabase/migrations` the way the Supabase CLI does, and remember it where the CLI looks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from ops.destructive import losses
from ops.errors import OpsError
from ops.postgres import connect, limit_locks

FOLDER = Path(__file__).parents[1] / "supabase" / "migrations"
FILE_NAME = re.compile(r"(\d+)_(.*)\.sql")

# What may hold a semicolon that ends no statement.
NOT_AN_END = re.compile(
    r"""--[^\n]*
      | /\*.*?\*/
      | (?P<tag>\$\w*\$).*?(?P=tag)
      | \b[eE]'(?:[^'\\]|''|\\.)*'
      | '(?:[^']|'')*'
      | "(?:[^"]|"")*"
      | (?P<end>;)
    """,
    re.VERBOSE | re.DOTALL,
)

LEDGER = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text not null primary key, statements text[], name text
);
"""


# One number for all who migrate this schema, whatever machine they sit at.
LOCK = 7_221_146_300


class MigrationError(OpsError):
    """The folder and the database disagree, or a migration failed and was rolled back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    version: str
    name: str
    text: str

    @property
    def file(self) -> str:
        return f"{self.version}_{self.name}.sql"


def read_migrations(folder: Path) -> list[Migration]:
    """In the order of their versions, as text: the CLI's names are timestamps. Other files are left alone."""
    matches = ((path, FILE_NAME.fullmatch(path.name)) for path in folder.iterdir())
    found = [
        Migration(version=match[1], name=match[2], text=path.read_text(encoding="utf-8"))
        for path, match in matches
        if match
    ]
    return sorted(found, key=lambda migration: migration.version)


def apply_migrations(dsn: str, folder: Path = FOLDER, *, allow_destructive: bool = False) -> list[str]:
    """Apply what is new, each file in one transaction; returns the versions applied.

    Raises MigrationError, also when a new file would throw data away and may not; then nothing is applied. A project
    without a table has nothing to lose.
    """
    with connect(dsn) as connection:
        _lock(connection)
        connection.execute(LEDGER)
        new = _new(connection, read_migrations(folder))
        if not (allow_destructive or _empty(connection)):
            _refuse_losses(new)
        for migration in new:
            _apply(connection, migration)
    return [migration.version for migration in new]


def pending_migrations(dsn: str, folder: Path = FOLDER) -> list[Migration]:
    """What `apply_migrations` would apply, in order; nothing is changed. Raises MigrationError."""
    with connect(dsn) as connection:
        return _new(connection, read_migrations(folder))


def losses_of(migration: Migration) -> list[str]:
    """What it would throw away: drop table, drop column, ..."""
    return losses(split_statements(migration.text))


def split_statements(text: str) -> Iterator[str]:
    """The statements of a file without their semicolons. Only for the record: a file is run as a whole."""
    start = 0
    for match in NOT_AN_END.finditer(text):
        if match["end"]:
            yield text[start : match.start()].strip()
            start = match.end()
    if rest := text[start:].strip():
        yield rest


def _lock(connection: psycopg.Connection) -> None:
    """Until the connection ends: two runs at once come one after the other."""
    try:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
    except psycopg.errors.LockNotAvailable:
        raise MigrationError(
            "another migration of this database is under way. Wait for it to end, then try again"
        ) from None


def _new(connection: psycopg.Connection, known: list[Migration]) -> list[Migration]:
    done = _applied(connection)
    _refuse_disagreement(done, [migration.version for migration in known])
    return [migration for migration in known if migration.version not in done]


def _applied(connection: psycopg.Connection) -> set[str]:
    ledger = connection.execute("select to_regclass('supabase_migrations.schema_migrations')").fetchone()
    if ledger == (None,):
        return set()
    rows = connection.execute("select version from supabase_migrations.schema_migrations").fetchall()
    return {version for (version,) in rows}


def _empty(connection: psycopg.Connection) -> bool:
    found = connection.execute("select exists (select from pg_tables where schemaname = 'public')").fetchone()
    return found == (False,)


def _refuse_losses(new: list[Migration]) -> None:
    lost = {each.file: losses_of(each) for each in new}
    if told := [f"{file} ({', '.join(what)})" for file, what in lost.items() if what]:
        raise MigrationError(
            f"would throw data away: {'; '.join(told)}. Nothing was applied. If that is meant, make a backup "
            "and run it again with --allow-destructive"
        )


def _refuse_disagreement(done: set[str], known: list[str]) -> None:
    if missing := sorted(done.difference(known)):
        raise MigrationError(
            f"applied to this database but not in the folder: {', '.join(missing)}. "
            "Put the files back, or start with a new database"
        )
    late = [version for version in known if version not in done and version < max(done, default="")]
    if late:
        raise MigrationError(
            f"older than what was already applied: {', '.join(late)}. Give them a later version"
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
        raise MigrationError(
            f"{migration.file}: somebody else holds a table that it needs. Nothing of it was applied; try again "
            "when less is going on"
        ) from None
    except psycopg.Error as error:
        raise MigrationError(f"{migration.file}: {error}".strip()) from error
    connection.execute("reset all")  # a `set` in one file is not the next one's business
    limit_locks(connection)
