"""A Postgres as anybody installs one: a superuser, and none of the roles of a Supabase project."""

from collections.abc import Iterator

import pytest

from emulator.supabase.database import drop_database, execute_on
from emulator.supabase.postgres import SUPERUSER, Postgres

DESK = "desk"


@pytest.fixture(scope="module")
def plain_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with Postgres(tmp_path_factory.mktemp("plain") / "database", durable=False) as server:
        yield server


@pytest.fixture
def plain(plain_server: Postgres) -> Iterator[str]:
    """The URL of an empty database of such a server, as its superuser. What a test makes, roles too, is gone after it."""
    execute_on(plain_server, "create database {}", DESK)
    yield plain_server.dsn(DESK, SUPERUSER)
    drop_database(plain_server, DESK)
    for role in ("authenticator", "anon", "authenticated", "service_role"):
        execute_on(plain_server, "drop role if exists {}", role)
