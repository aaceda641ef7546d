"""Fixtures for Postgres and the Data API: one of each for a process, with empty tables for each test."""

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from emulator.serving import serve_in_thread
from emulator.supabase.database import create_database, execute_on, set_cap
from emulator.supabase.postgres import SUPERUSER, Postgres
from emulator.supabase.project import (
    DATABASE,
    SUPABASE_PUBLISHABLE_KEY,
    SUPABASE_SECRET_KEY,
    local_storage,
    supabase_app,
)
from emulator.supabase.storage_api import Storage
from ops.migrations import apply_migrations

SHARED = "shared"
POOL = 5  # each connection plans every statement for itself
CopyFolder = Callable[[Path], Path]
_kept: dict[str, psycopg.Connection[dict[str, Any]]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class SupabaseLocal:
    """What a Supabase client needs. The keys are for the roles `service_role` and `anon`."""

    url: str
    secret_key: str
    publishable_key: str
    database_url: str
    storage: Storage


@pytest.fixture(scope="session")
def migrated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stopped Postgres with our schema and no rows. Made once for all processes of a run."""
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, unfinished = run / "migrated", run / "migrated.unfinished"
    with (run / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            with Postgres(unfinished, durable=False) as server:
                create_database(server, DATABASE)
                apply_migrations(server.dsn(DATABASE), allow_destructive=True)
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def copy_folder(migrated_folder: Path) -> CopyFolder:
    """Copies the migrated folder, which is ten times faster than creating one."""

    def copy(folder: Path) -> Path:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # -p keeps the owner, which Postgres requires.
        subprocess.run(["cp", "-Rp", migrated_folder, folder], check=True)
        return folder

    return copy


@pytest.fixture(scope="session")
def postgres(copy_folder: CopyFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with Postgres(copy_folder(tmp_path_factory.mktemp("postgres") / "database"), durable=False) as server:
        yield server
        while _kept:
            _kept.popitem()[1].close()


@pytest.fixture(scope="session")
def template_database(postgres: Postgres) -> str:
    """A database with our migrations and no rows, for `clone_database`; nobody is connected to it."""
    return DATABASE


@pytest.fixture(scope="session")
def shared_database(postgres: Postgres, template_database: str) -> str:
    clone_database(postgres, template_database, SHARED)
    return SHARED


@pytest.fixture(scope="session")
def shared_storage(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """What both `served_data_api` and `guarded_supabase` keep files in."""
    return local_storage(tmp_path_factory.mktemp("storage"))


@pytest.fixture
def empty_storage(shared_storage: Storage) -> Storage:
    """Without objects, and nothing counted."""
    shared_storage.clear()
    return shared_storage


@pytest.fixture(scope="session")
def served_data_api(postgres: Postgres, shared_database: str, shared_storage: Storage) -> Iterator[str]:
    """The URL of the Data API over the shared database, and of Storage."""
    app = supabase_app(postgres.dsn(shared_database, "authenticator"), shared_storage, pool_size=POOL)
    with serve_in_thread(app) as url:
        yield url


@pytest.fixture
def database(postgres: Postgres, shared_database: str) -> str:
    """The URL of a database with our schema and empty tables, as their owner `postgres`."""
    dsn = postgres.dsn(shared_database)
    delete_rows(dsn)
    return dsn


@pytest.fixture
def supabase_local(database: str, served_data_api: str, empty_storage: Storage) -> SupabaseLocal:
    return SupabaseLocal(
        url=served_data_api,
        secret_key=SUPABASE_SECRET_KEY,
        publishable_key=SUPABASE_PUBLISHABLE_KEY,
        database_url=database,
        storage=empty_storage,
    )


def clone_database(server: Postgres, template: str, name: str) -> None:
    """Copy `template`, which must have no connections. A file copy: 15-200 ms."""
    execute_on(server, "create database {} template {}", name, template)
    # Settings and owner of the database are not copied with the files.
    execute_on(server, "alter database {} owner to postgres", name)
    execute_on(server, 'alter database {} set search_path to "$user", public, extensions', name)


def grant_by_default(server: Postgres, name: str) -> None:
    """From now on the database grants what is new to Supabase's three roles, as hosted projects did before 2026-10-30."""
    with psycopg.connect(server.dsn(name)) as connection:
        for things in ("tables", "functions", "sequences"):
            connection.execute(
                f"alter default privileges in schema public grant all on {things} to anon, authenticated, service_role".encode()
            )


def kept_connection(dsn: str) -> psycopg.Connection[dict[str, Any]]:
    """One autocommit connection for each URL, kept open: connecting takes longer than most statements.

    Unless a test was interrupted in the middle of one: then a new one, for the tests after it.
    """
    connection = _kept.get(dsn)
    if connection is None or connection.closed or _is_interrupted(connection):
        connection = _kept[dsn] = psycopg.connect(dsn, autocommit=True, row_factory=dict_row)
    return connection


def _is_interrupted(connection: psycopg.Connection[dict[str, Any]]) -> bool:
    """A statement was begun, and no thread waits for its end."""
    return not connection.lock.locked() and connection.info.transaction_status is TransactionStatus.ACTIVE


def fetch(
    connection: psycopg.Connection[dict[str, Any]], statement: str, *values: object
) -> list[dict[str, Any]]:
    """The rows of a statement, if it has any.

    A statement that can return several rows needs an order; the report views have one.
    """
    cursor = connection.execute(statement.encode(), values)
    rows = cursor.fetchall() if cursor.description else []
    unordered = not any(words in statement for words in ("order by", "from report_", " pg_"))
    assert len(rows) < 2 or not unordered, "the query returns several rows without an order"
    return rows


def close_kept_connections(dsn: str) -> None:
    """Call this before a database is dropped."""
    for key in (dsn, make_conninfo(dsn, user=SUPERUSER)):
        if connection := _kept.pop(key, None):
            connection.close()


def delete_rows(dsn: str) -> None:
    """Empty every table of `public` and restart its sequences.

    Not with TRUNCATE: that gives a table new files, and every connection then plans all its statements again.
    """
    connection = kept_connection(make_conninfo(dsn, user=SUPERUSER))
    tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    with connection.transaction():
        connection.execute("set local session_replication_role = replica")  # no triggers, no foreign keys
        for table in tables:
            connection.execute(sql.SQL("delete from {}").format(sql.Identifier("public", table["tablename"])))
        connection.execute(
            "select setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) "
            "from pg_sequences where schemaname = 'public' and last_value is not null"
        )


@contextmanager
def impatient(dsn: str, *functions: str) -> Iterator[None]:
    """These functions wait only 100 ms for a lock while the block lasts."""
    with psycopg.connect(dsn) as connection:
        for name in functions:
            setting = f"select setting from pg_proc, unnest(proconfig) as setting where proname = '{name}' and setting ~ '^lock_timeout'"
            assert connection.execute(setting.encode()).fetchall() == [("lock_timeout=2s",)]
    _set_lock_timeout(dsn, functions, "100ms")
    try:
        yield
    finally:
        _set_lock_timeout(dsn, functions, "2s")


def _set_lock_timeout(dsn: str, functions: Iterable[str], timeout: str) -> None:
    with psycopg.connect(dsn) as connection:
        for name in functions:
            connection.execute(
                sql.SQL("alter function {} set lock_timeout = {}").format(
                    sql.Identifier("public", name), timeout
                )
            )


@contextmanager
def capped(dsn: str, cap: str, most: int) -> Iterator[None]:
    """Lower this limit while the block lasts."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(f"select public.{cap}()".encode()).fetchone()
    assert row is not None
    set_cap(dsn, cap, most)
    try:
        yield
    finally:
        set_cap(dsn, cap, row[0])
