"""The real Postgres and the Data API as fixtures: one of each for all tests, with empty tables for each test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest

from emulator.data_api import data_api
from emulator.database import clone_database, create_database, empty_tables, set_cap
from emulator.keys import SUPABASE_PUBLISHABLE_KEY, SUPABASE_ROLES, SUPABASE_SECRET_KEY
from emulator.postgres import Postgres
from emulator.serving import serve_in_thread
from ops.migrations import apply_migrations

pytest_plugins = ["tests.support.postgrest"]  # for its line at the end of a run

TEMPLATE = "migrated"
SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupabaseLocal:
    """What a client of Supabase is told. The keys are of roles `service_role` and `anon`."""

    url: str
    secret_key: str
    publishable_key: str
    database_url: str


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with Postgres(tmp_path_factory.mktemp("postgres"), durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def template_database(postgres: Postgres) -> str:
    """The name of a database with our migrations and no rows, for `clone_database`. Nobody stays connected to it."""
    create_database(postgres, TEMPLATE)
    apply_migrations(postgres.dsn(TEMPLATE), allow_destructive=True)
    return TEMPLATE


@pytest.fixture(scope="session")
def shared_database(postgres: Postgres, template_database: str) -> str:
    clone_database(postgres, template_database, SHARED)
    return SHARED


@pytest.fixture(scope="session")
def served_data_api(postgres: Postgres, shared_database: str) -> Iterator[str]:
    """The URL of the Data API over the shared database."""
    app = data_api(postgres.dsn(shared_database, "authenticator"), keys=SUPABASE_ROLES)
    with serve_in_thread(app) as url:
        yield url


@pytest.fixture
def database(postgres: Postgres, shared_database: str) -> str:
    """The address of a database with our schema and empty tables; it logs in as `postgres`, who owns them."""
    dsn = postgres.dsn(shared_database)
    empty_tables(dsn)
    return dsn


@pytest.fixture
def supabase_local(database: str, served_data_api: str) -> SupabaseLocal:
    return SupabaseLocal(
        url=served_data_api,
        secret_key=SUPABASE_SECRET_KEY,
        publishable_key=SUPABASE_PUBLISHABLE_KEY,
        database_url=database,
    )


@contextmanager
def capped(dsn: str, cap: str, most: int) -> Iterator[None]:
    """While the block lasts, this cap of the desk is lower than it is in life."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(f"select public.{cap}()".encode()).fetchone()
    assert row is not None
    set_cap(dsn, cap, most)
    try:
        yield
    finally:
        set_cap(dsn, cap, row[0])
