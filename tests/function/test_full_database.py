"""The database is full, or read-only: what Supabase refuses is answered 503, Meta delivers it again, and nothing is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest

from emulator.serving import serve_in_thread
from emulator.supabase.database import drop_database, execute_on
from emulator.supabase.postgres import Postgres
from emulator.supabase.project import supabase_app
from ops.checks.supabase_project import check_supabase
from ops.operator_settings import OperatorSettings
from tests.support.builders import tables_of
from tests.support.database import POOL, clone_database, close_kept_connections
from tests.support.function import ANA, Service, World, settle
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOnlyProject:
    """A project that Supabase has put into read-only mode."""

    url: str
    dsn: str


@pytest.fixture
def read_only_project(postgres: Postgres, template_database: str, world: World) -> Iterator[ReadOnlyProject]:
    """As Supabase does beyond 95 % of the disk: what connects only reads, unless it says otherwise."""
    name = "read_only_project"
    clone_database(postgres, template_database, name)
    execute_on(postgres, "alter database {} set default_transaction_read_only = on", name)
    app = supabase_app(postgres.dsn(name, "authenticator"), world.supabase.storage, pool_size=POOL)
    with serve_in_thread(app) as url:
        yield ReadOnlyProject(url=url, dsn=postgres.dsn(name))
        world.close()
    close_kept_connections(postgres.dsn(name))
    drop_database(postgres, name)


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
    world: World, read_only_project: ReadOnlyProject
) -> None:
    """The Data API begins each transaction as one that writes; so does PostgREST 12."""
    service = world.start(SUPABASE_URL=read_only_project.url)
    service.say("hola")
    settle()
    assert len(world.bubbles()) == 1
    with tables_of(read_only_project.dsn) as tables:
        assert tables.value("select count(*) from inbound") == 1
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            tables.do("delete from inbound")


@pytest.mark.parametrize("address", [True, False], ids=["with its address", "with the key alone"])
def test_the_doctor_says_so(operator: Operator, read_only_project: ReadOnlyProject, address: bool) -> None:
    def database(settings: dict[str, str]) -> tuple[str, str]:
        found = check_supabase(OperatorSettings(values=settings, source="the test"))
        return next((each.state, each.text) for each in found if each.check == "database")

    assert database(operator.settings)[0] == "right"
    full = {
        "SUPABASE_URL": read_only_project.url,
        "SUPABASE_DB_URL": read_only_project.dsn if address else "",
    }
    state, text = database(operator.settings | full)
    assert (state, "read-only mode" in text, "docs/operations.md" in text) == ("wrong", True, True)


@pytest.mark.parametrize("command", ["migrate", "restored"])
def test_so_does_a_command_that_writes(
    world: World, read_only_project: ReadOnlyProject, command: str
) -> None:
    world.start(SUPABASE_URL=read_only_project.url).say("hola")
    settle()
    result = run_ops(command, stdin="restored\n", SUPABASE_DB_URL=read_only_project.dsn)
    said = result.err.splitlines()[-1]
    assert (result.code, "the database is read-only" in said) == (1, True)
