"""Applies `supabase/migrations` as the Supabase CLI does, records them where it does, and detects loss of data."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from ops.errors import OpsError
from ops.postgres import connect, limit_locks

FOLDER: Final = Path(__file__).parents[1] / "supabase" / "migrations"
FILE_NAME: Final = re.compile(r"(\d+)_(.*)\.sql")
LOCK: Final = 7_221_146_300  # an advisory lock: the same for everybody who migrates this schema
LEDGER: Final = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text not null primary key, statements text[], name text
);
"""

_COMMENT: Final = r"--[^\n]*|/\*.*?\*/"
_STRING: Final = r"\b[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'"
_BODY: Final = r"(?P<tag>\$\w*\$).*?(?P=tag)"
_STATEMENT_END: Final = re.compile(f'{_COMMENT}|{_BODY}|{_STRING}|"(?:[^"]|"")*"|(?P<end>;)', re.DOTALL)
_COMMENTS: Final = re.compile(_COMMENT, re.DOTALL)
_NOT_CODE: Final = re.compile(f"{_COMMENT}|{_STRING}|{_BODY}", re.DOTALL)
# A `do` block runs its body at once, so the body is code.
_NOT_CODE_IN_DO: Final = re.compile(f"{_COMMENT}|{_STRING}", re.DOTALL)
_DO: Final = re.compile(r"do\b", re.IGNORECASE)
_LOSSES: Final = {
    "drop table": re.compile(r"\bdrop\s+table\b"),
    "drop schema": re.compile(r"\bdrop\s+schema\b"),
    # The word "column" may be left out; constraints, defaults and the like hold no data.
    "drop column": re.compile(
        r"\balter\s+table\b.*\bdrop\s+(?!(?:constraint|default|not|expression|identity)\b)", re.DOTALL
    ),
    "truncate": re.compile(r"(?:^|;|\bbegin\b|\bthen\b|\bloop\b)\s*truncate\b"),
    "delete from": re.compile(r"\bdelete\s+from\b"),
}


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


def read_migrations(folder: Path) -> list[Migration]:
    """In the order of their versions, as text: the CLI's names are timestamps. Other files are ignored."""
    matches = ((path, FILE_NAME.fullmatch(path.name)) for path in folder.iterdir())
    found = [
        Migration(version=match[1], name=match[2], text=path.read_text(encoding="utf-8"))
        for path, match in matches
        if match
    ]
    return sorted(found, key=lambda migration: migration.version)


def apply_migrations(dsn: str, folder: Path = FOLDER, *, allow_destructive: bool = False) -> list[str]:
    """Apply what is new, each file in one transaction; returns the versions applied.

    Raises OpsError, also when a new file would delete data and may not; then nothing is applied. A database
    without tables has nothing to lose.
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
    """The migrations that `apply_migrations` would apply, in order. Raises OpsError."""
    with connect(dsn) as connection:
        return _new(connection, read_migrations(folder))


def split_statements(text: str) -> Iterator[str]:
    """The statements of a file without their semicolons. Only for the record: a file is run as a whole."""
    start = 0
    for match in _STATEMENT_END.finditer(text):
        if match["end"]:
            yield text[start : match.start()].strip()
            start = match.end()
    if rest := text[start:].strip():
        yield rest


def losses(statements: Iterable[str]) -> list[str]:
    """The _LOSSES that these statements cause when run. The body of a function is only text until it is called."""
    code = [_code(statement) for statement in statements]
    return [name for name, loss in _LOSSES.items() if any(loss.search(each) for each in code)]


def _code(statement: str) -> str:
    is_do = _DO.match(_COMMENTS.sub(" ", statement).strip())
    return " ".join((_NOT_CODE_IN_DO if is_do else _NOT_CODE).sub(" ", statement).lower().split())


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
    if losing := [f"{each.file} ({', '.join(each.losses)})" for each in new if each.losses]:
        raise OpsError(
            f"would delete data: {'; '.join(losing)}. Nothing was applied. If that is intended, make a backup "
            "and run it again with --allow-destructive"
        )


def _refuse_disagreement(done: set[str], known: list[str]) -> None:
    if missing := sorted(done.difference(known)):
        raise OpsError(
            f"applied to this database but not in the folder: {', '.join(missing)}. "
            "Put the files back, or start with a new database"
        )
    late = [version for version in known if version not in done and version < max(done, default="")]
    if late:
        raise OpsError(f"older than what was already applied: {', '.join(late)}. Give them a later version")


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
    except psycopg.Error as error:
        raise OpsError(f"{migration.file}: {error}".strip()) from error
    connection.execute("reset all")  # a `set` in one file must not affect the next
    limit_locks(connection)
