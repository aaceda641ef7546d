"""supabase/schemas says what the database is, and supabase/migrations makes it: both give the same."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from emulator.supabase.database import create_database, drop_database
from emulator.supabase.postgres import Postgres
from ops.migrations import FOLDER, SCHEMAS
from tests.support.catalogue import Catalogue, catalogue, difference
from tests.support.database import grant_by_default

NAMES = ("supabase/schemas", "supabase/migrations")
HINT = "\nUntil the first release `make baseline` writes the migrations; from then on add one (CONTRIBUTING.md).\n"
MakeDatabase = Callable[[Path], Catalogue]


def apply_files(dsn: str, folder: Path) -> None:
    """Each in a session of its own, as the Supabase CLI applies migrations: nobody lays the grants again after them."""
    for path in sorted(folder.glob("*.sql")):
        with psycopg.connect(dsn) as connection:
            connection.execute(path.read_bytes())


@pytest.fixture(scope="module", params=["a new project", "an older project"])
def make(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[MakeDatabase]:
    """Makes a database of the files in a folder: of a project with today's default grants, or from before 2026-10-30."""

    def made(folder: Path) -> Catalogue:
        drop_database(postgres, "schema_files")
        create_database(postgres, "schema_files")
        if request.param == "an older project":
            grant_by_default(postgres, "schema_files")
        apply_files(postgres.dsn("schema_files"), folder)
        with psycopg.connect(postgres.dsn("schema_files")) as connection:
            return catalogue(connection)

    yield made
    drop_database(postgres, "schema_files")


def test_both_give_the_same_database(make: MakeDatabase) -> None:
    different = difference(make(SCHEMAS), make(FOLDER), names=NAMES)
    assert not different, HINT + different


class TestNoticed:
    """The comparison can fail: each difference is named, and nothing else."""

    def test_a_schema_file_that_the_migrations_do_not_follow(
        self, make: MakeDatabase, tmp_path: Path
    ) -> None:
        index = "create index tickets_open on public.tickets (created_at) where status not in ('resolved', 'closed');"
        for path in SCHEMAS.glob("*.sql"):
            (tmp_path / path.name).write_text(path.read_text("utf-8").replace(index, ""), "utf-8")
        (line,) = difference(make(tmp_path), make(FOLDER), names=NAMES).splitlines()
        assert line.startswith(
            "only in supabase/migrations: index tickets_open: CREATE INDEX tickets_open ON public"
        )

    def test_a_migration_that_leaves_a_sequence_open(self, make: MakeDatabase, tmp_path: Path) -> None:
        """An identity column has one; Supabase's defaults open it, and the grants of the baseline came before it."""
        table = "create table public.notes (id bigint generated always as identity);\n"
        for name, path in {"schemas": SCHEMAS, "migrations": FOLDER}.items():
            shutil.copytree(path, tmp_path / name)
        (tmp_path / "schemas" / "15_notes.sql").write_text(table)
        closed = "revoke all on public.notes from public, anon, authenticated, service_role;"
        (tmp_path / "migrations" / "20991231000000_notes.sql").write_text(table + closed)
        found = difference(
            make(tmp_path / "schemas"), make(tmp_path / "migrations"), names=NAMES
        ).splitlines()
        open_to = [line.partition(" on notes_id_seq: ")[0] for line in found]
        roles = ("anon", "authenticated", "service_role")
        assert open_to == [f"only in supabase/migrations: privileges of {role}" for role in roles]

    @pytest.mark.parametrize(
        ("statement", "noticed"),
        [
            ("drop index public.tickets_open", "only in one: index tickets_open"),
            ("create index more on public.tickets (rating)", "only in other: index more"),
            ("alter table public.tickets add more text", "only in other: column tickets.more"),
            ("alter table public.tickets alter summary drop not null", "not the same: column tickets.summary"),
            ("alter table public.tickets alter status drop default", "not the same: column tickets.status"),
            ("alter table public.tickets alter wamid type varchar(200)", "not the same: column tickets.wamid"),
            ("alter table public.tickets drop constraint tickets_rating_fits", "only in one: constraint tickets_rating_fits of tickets"),
            ("alter table public.tickets disable row level security", "not the same: table tickets"),
            ("alter table public.conversations reset (fillfactor)", "not the same: table conversations"),
            ("alter view public.report_days set (security_invoker = false)", "not the same: view report_days"),
            ("create policy p on public.tickets using (true)", "only in other: policy p on tickets"),
            ("drop trigger {trigger} on public.tickets", "only in one: trigger {trigger} on tickets"),
            ("alter table public.tickets disable trigger {trigger}", "not the same: trigger {trigger} on tickets"),
            ("alter sequence public.tickets_id_seq cache 5", "not the same: sequence tickets_id_seq"),
            ("comment on table public.tickets is 'Another.'", "not the same: comment on public.tickets"),
            ("comment on function public.erase_person is null", "only in one: comment on public.erase_person(bigint)"),
            ("comment on column public.tickets.code is 'A code.'", "only in other: comment on public.tickets.code"),
            ("create or replace function public.max_tickets_per_hour() returns integer language sql immutable as 'select 7'", "not the same: function max_tickets_per_hour()"),
            ("alter function public.erase_person security definer", "not the same: function erase_person(bigint)"),
            ("revoke execute on function public.erase_person from service_role", "only in one: privileges of service_role on erase_person(bigint)"),
            ("grant execute on function public.erase_person to public", "only in other: privileges of public on erase_person(bigint)"),
            ("revoke delete on public.tickets from service_role", "not the same: privileges of service_role on tickets"),
            ("grant select (name) on public.customers to authenticated", "only in other: privileges of authenticated on customers.name"),
            ("grant usage on public.tickets_id_seq to anon", "only in other: privileges of anon on tickets_id_seq"),
            ("grant create on schema public to anon", "not the same: privileges of anon on the schema"),
            ("create type public.mood as enum ('good')", "only in other: type mood"),
            ("create statistics public.both on status, language from public.tickets", "only in other: statistics both"),
        ],
    )  # fmt: skip
    def test_in_the_database(
        self, postgres: Postgres, template_database: str, statement: str, noticed: str
    ) -> None:
        with psycopg.connect(postgres.dsn(template_database)) as connection:
            one = catalogue(connection)
            trigger = next(
                name.split()[1] for name in one if name.startswith("trigger ") and name.endswith(" tickets")
            )
            connection.execute(statement.format(trigger=trigger).encode())
            different = difference(one, catalogue(connection), names=("one", "other"))
            connection.rollback()
        named = [line for line in different.splitlines() if not line.startswith("    ")]
        (line,) = (line for line in named if "of postgres on" not in line)  # the owner of what is new
        assert line.startswith(noticed.format(trigger=trigger))
