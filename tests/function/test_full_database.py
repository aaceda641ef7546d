"""The database is full, or read-only: what Supabase refuses is answered 503, Meta delivers it again, and nothing is lost."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from emulator.supabase.postgres import SUPERUSER, Postgres
from ops.checks.supabase_project import check_supabase
from ops.operator_settings import OperatorSettings
from tests.support.database import close_kept_connections
from tests.support.function import ANA, Service, World, eventually, settle
from tests.support.ops import Operator, run_ops


@contextmanager
def full_disk(dsn: str, sqlstate: str) -> Iterator[None]:
    """Nothing can be inserted while the block lasts."""
    refuse = (
        "create function refuse() returns trigger language plpgsql as "
        f"$$ begin raise exception using errcode = '{sqlstate}'; end $$; "
        "create trigger refuse before insert on inbound for each row execute function refuse()"
    )
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(refuse.encode())
        try:
            yield
        finally:
            connection.execute("drop function refuse cascade")


@contextmanager
def read_only_mode(postgres: Postgres, name: str) -> Iterator[None]:
    """As Supabase does beyond 95 % of the disk: what connects from now on only reads, unless it says otherwise."""

    def switch(to: str) -> None:
        with psycopg.connect(postgres.dsn("postgres", SUPERUSER), autocommit=True) as connection:
            connection.execute(f"alter database {name} {to}".encode())
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and usename = 'authenticator'",
                [name],
            )

    switch("set default_transaction_read_only = on")
    try:
        yield
    finally:
        switch("reset default_transaction_read_only")
        close_kept_connections(postgres.dsn(name))


@pytest.mark.parametrize("sqlstate", ["53100", "25006"], ids=["disk full", "read only"])
def test_meta_delivers_again_and_nothing_is_lost(world: World, service: Service, sqlstate: str) -> None:
    message = ANA.text("mi impresora no imprime y se traba")
    with full_disk(world.database_url, sqlstate):
        answers = [service.post(ANA.webhook(message)).status_code for _ in range(3)]
        assert answers == [503] * 3
        assert world.log("store_unavailable")[-1]["error"] == f"commit_turn: {sqlstate}"
    assert service.post(ANA.webhook(message)).status_code == 200
    settle()
    assert len(world.bubbles()) == 1
    assert world.column("select wamid from inbound where outcome = 'done'") == [message["id"]]


def test_in_supabases_read_only_mode_the_desk_still_writes(
    world: World, service: Service, postgres: Postgres, shared_database: str
) -> None:
    """The Data API begins each transaction as one that writes; so does PostgREST 12."""
    with read_only_mode(postgres, shared_database):
        message = ANA.text("hola")
        eventually(lambda: service.post(ANA.webhook(message)).status_code == 200)
        settle()
    assert len(world.bubbles()) == 1


@pytest.mark.parametrize("address", [True, False], ids=["with its address", "with the key alone"])
def test_the_doctor_says_so(
    operator: Operator, postgres: Postgres, shared_database: str, address: bool
) -> None:
    def database() -> tuple[str, str]:
        given = operator.settings if address else operator.settings | {"SUPABASE_DB_URL": ""}
        found = check_supabase(OperatorSettings(values=given, source="the test"))
        return next(((each.state, each.text) for each in found if each.check == "database"), ("", ""))

    assert database()[0] == "right"
    with read_only_mode(postgres, shared_database):
        eventually(lambda: "read-only mode" in database()[1])  # once the old connections are gone
        state, text = database()
    assert (state, "docs/operations.md" in text) == ("wrong", True)


@pytest.mark.parametrize("command", ["migrate", "restored"])
def test_so_does_a_command_that_writes(
    world: World, service: Service, postgres: Postgres, shared_database: str, command: str
) -> None:
    service.say("hola")
    settle()
    with read_only_mode(postgres, shared_database):
        result = run_ops(command, stdin="restored\n", SUPABASE_DB_URL=world.database_url)
    said = result.err.splitlines()[-1]
    assert (result.code, "the database is read-only" in said) == (1, True)
