"""The tests notice each missing part of the protocol: without it, its scenario fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from channels.http import Http, HttpxClient
from emulator.call_log import CallLog
from emulator.faults import Faults
from emulator.serving import serve_in_thread
from emulator.stand_in import instrument
from emulator.supabase.database import create_database, drop_database
from emulator.supabase.postgres import Postgres
from emulator.supabase.project import SUPABASE_SECRET_KEY, supabase_app
from ops.migrations import apply_migrations
from state.store.client import Store
from tests.support.builders import Desk, tables_of
from tests.support.database import clone_database, close_kept_connections
from tests.support.function import Supabase, World
from tests.support.protocol.mutants import (
    MUTANTS,
    SCENARIOS,
    Mutant,
    PatchOutdated,
    Python,
    Sql,
    migrations_with,
    mutate,
)
from tests.support.protocol.scenarios import Scenario, Stage

SCRATCH = "mutated"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bare_database(postgres: Postgres) -> str:
    """The name of a database with no migration, for `clone_database`."""
    create_database(postgres, "bare_for_mutants")
    return "bare_for_mutants"


@contextmanager
def stage_over(world: World) -> Iterator[Stage]:
    store = Store(world.supabase.url, SUPABASE_SECRET_KEY, HttpxClient(Http()))
    with tables_of(world.database_url) as tables:
        yield Stage(world=world, desk=Desk(store, tables))
    store.close()


@contextmanager
def mutated(world: World, mutant: Mutant, postgres: Postgres, bare: str, folder: Path) -> Iterator[World]:
    """The same world, over a database of its own with these migrations."""
    migrations_with(mutant.sql, folder)
    clone_database(postgres, bare, SCRATCH)
    try:
        apply_migrations(postgres.dsn(SCRATCH), folder)
        storage = world.supabase.storage
        app = supabase_app(postgres.dsn(SCRATCH, "authenticator"), storage)
        call_log, faults = CallLog(), Faults()
        with serve_in_thread(instrument(app, call_log=call_log, faults=faults)) as url:
            supabase = Supabase(url=url, storage=storage, call_log=call_log, faults=faults)
            changed = replace(world, supabase=supabase, database_url=postgres.dsn(SCRATCH))
            yield changed
            changed.close()
    finally:
        close_kept_connections(postgres.dsn(SCRATCH))
        drop_database(postgres, SCRATCH)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_holds(world: World, scenario: Scenario) -> None:
    with stage_over(world) as stage:
        scenario(stage)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_is_caught(
    world: World, postgres: Postgres, bare_database: str, tmp_path: Path, mutant: Mutant
) -> None:
    for patch in mutant.python:
        mutate(patch, world.monkeypatch)
    with (
        mutated(world, mutant, postgres, bare_database, tmp_path) as changed,
        stage_over(changed) as stage,
        pytest.raises(AssertionError) as caught,
    ):
        mutant.caught_by(stage)
    # It is the promise that is broken, not something on the way to it.
    assert caught.traceback[-1].name == mutant.caught_by.__name__


class TestOutdated:
    """A mutant whose text is gone is no mutant any more, and says so."""

    def test_sql(self, tmp_path: Path) -> None:
        with pytest.raises(PatchOutdated, match="0 times"):
            migrations_with([Sql(old="no such text", new="")], tmp_path)

    def test_python(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(PatchOutdated, match="_lease_suffices"):
            mutate(
                Python(where="handlers.outbox_sender:_lease_suffices", old="no such text", new=""),
                monkeypatch,
            )
