"""What the image of Postgres runs in the new database of compose.yaml: psql takes it, and `ops migrate` goes on from there."""

import os
import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from emulator.supabase.postgres import SUPERUSER, Postgres
from emulator.supabase.postgres_binaries import bin_dir, installed_package
from tests.support.ops import run_ops
from tests.support.paths import ROOT

FILES = ("supabase/roles.sql", "hosts/storage.sql")
PASSWORD = "of-storage"


@pytest.fixture
def initialised(plain: str) -> Iterator[str]:
    psql = str(bin_dir(installed_package()) / "psql")
    for file in FILES:
        command = [psql, "-v", "ON_ERROR_STOP=1", "--no-psqlrc", "-f", str(ROOT / file), plain]
        subprocess.run(command, check=True, env={**os.environ, "STORAGE_PASSWORD": PASSWORD})
    yield plain
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("drop owned by supabase_storage_admin")
        connection.execute("drop role supabase_storage_admin")


def test_migrate_finds_the_roles(initialised: str) -> None:
    result = run_ops("migrate", SUPABASE_DB_URL=initialised, AUTHENTICATOR_PASSWORD="of-postgrest")
    assert (result.code, "roles" in result.out) == (0, False)


def test_storage_s_user_has_its_schema_and_nothing_of_the_desk_s(
    initialised: str, plain_server: Postgres
) -> None:
    run_ops("migrate", SUPABASE_DB_URL=initialised)
    with psycopg.connect(plain_server.dsn("desk", "supabase_storage_admin"), autocommit=True) as storage:
        storage.execute("create table storage.buckets (id text)")
        storage.execute("set role service_role")
        storage.execute("reset role")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            storage.execute("select * from public.customers")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            storage.execute("create table public.mine (id int)")


def test_its_password_is_that_of_the_environment(initialised: str, plain_server: Postgres) -> None:
    with psycopg.connect(plain_server.dsn("desk", SUPERUSER)) as connection:
        found = connection.execute(
            "select rolpassword like 'SCRAM-SHA-256$%%' from pg_authid where rolname = 'supabase_storage_admin'"
        ).fetchone()
        assert found == (True,)
