"""`python -m ops migrate`: applies the schema once, never two at a time, never deletes data unasked, and says what stops it."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from emulator.supabase.database import create_database, drop_database
from emulator.supabase.postgres import SUPERUSER, Postgres
from ops.errors import OpsError
from ops.migrations import FOLDER, LOCK, apply_migrations, read_migrations
from ops.output import plural
from ops.postgres import connect
from ops.sql_text import losses, split_statements
from tests.support.database import clone_database
from tests.support.ops import OpsResult, run_ops


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text("create table public.one (id int, name text);\n")
    (tmp_path / "0002_second.sql").write_text("insert into public.one values (1);\n")
    return tmp_path


@pytest.fixture(scope="module")
def new_project(postgres: Postgres) -> str:
    """The name of a database as a new project has it, to be copied: that is faster than to make one."""
    create_database(postgres, "ops_new")
    return "ops_new"


@pytest.fixture
def fresh(postgres: Postgres, new_project: str) -> str:
    drop_database(postgres, "ops_fresh")
    clone_database(postgres, new_project, "ops_fresh")
    return postgres.dsn("ops_fresh")


def migrate(url: str, *words: str, folder: Path = FOLDER) -> OpsResult:
    return run_ops("migrate", "--folder", str(folder), *words, SUPABASE_DB_URL=url)


def count(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("select count(*) from public.one").fetchone()
    assert row is not None
    return int(row[0])


def change(url: str, statements: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statements.encode())


def catalogue_rows(url: str) -> set[tuple[object, ...]]:
    """Each table and function with the transaction that wrote its row, which a `grant` does anew."""
    rows = (
        "select oid::bigint, xmin::text from pg_class union all select oid::bigint, xmin::text from pg_proc"
    )
    with psycopg.connect(url) as connection:
        return set(connection.execute(rows.encode()).fetchall())


class TestApplying:
    def test_a_new_project_gets_the_whole_schema(self, fresh: str) -> None:
        result = migrate(fresh)
        versions = [migration.version for migration in read_migrations(FOLDER)]
        assert result.code == 0
        assert f"{plural(len(versions), 'migration')} applied" in result.out
        assert all(version in result.out for version in versions)

    def test_again_there_is_nothing_to_do(self, fresh: str, folder: Path) -> None:
        migrate(fresh, folder=folder)
        result = migrate(fresh, folder=folder)
        assert (result.code, "nothing to do" in result.out) == (0, True)
        assert count(fresh) == 1

    def test_the_password_is_no_argument(self, fresh: str) -> None:
        """Others on this machine see those."""
        assert run_ops("migrate", "--database-url", fresh).code == 2

    def test_a_folder_that_is_not_there(self, fresh: str, folder: Path) -> None:
        assert migrate(fresh, folder=folder / "nothing").code == 2

    def test_for_programs(self, fresh: str, folder: Path) -> None:
        assert json.loads(migrate(fresh, "--json", folder=folder).out) == {
            "applied": ["0001", "0002"],
            "privileges": None,
            "bucket_made": None,
            "roles": [],
            "password_set": False,
        }
        again = json.loads(migrate(fresh, "--json", folder=folder).out)
        assert again["applied"] == []


class TestDryRun:
    def test_lists_what_would_be_applied_and_applies_nothing(self, fresh: str, folder: Path) -> None:
        result = migrate(fresh, "--dry-run", folder=folder)
        assert "2 migrations to apply\n  0001_first.sql\n  0002_second.sql\n" in result.out
        with pytest.raises(psycopg.errors.UndefinedTable):
            count(fresh)
        with psycopg.connect(fresh) as connection:
            assert connection.execute("select to_regnamespace('supabase_migrations')").fetchone() == (None,)

    def test_only_the_new_ones(self, fresh: str, folder: Path) -> None:
        migrate(fresh, folder=folder)
        (folder / "0003_third.sql").write_text("drop table public.one")
        result = migrate(fresh, "--dry-run", folder=folder)
        assert "1 migration to apply" in result.out
        assert "0003_third.sql   deletes data: drop table (needs --allow-destructive)" in result.out
        assert count(fresh) == 1

    def test_up_to_date(self, fresh: str, folder: Path) -> None:
        migrate(fresh, folder=folder)
        assert "up to date" in migrate(fresh, "--dry-run", folder=folder).out

    def test_for_programs(self, fresh: str, folder: Path) -> None:
        migrate(fresh, folder=folder)
        (folder / "0003_third.sql").write_text("truncate public.one")
        assert json.loads(migrate(fresh, "--dry-run", "--json", folder=folder).out) == {
            "pending": [{"version": "0003", "name": "third", "loses": ["truncate"]}],
            "privileges": None,
            "roles": [],
        }


class TestNeverDestructive:
    def test_nothing_is_applied_when_one_of_them_would_throw_data_away(
        self, fresh: str, folder: Path
    ) -> None:
        migrate(fresh, folder=folder)
        (folder / "0003_more.sql").write_text("alter table public.one add column more text")
        (folder / "0004_less.sql").write_text(
            "alter table public.one drop column name; delete from public.one"
        )
        result = migrate(fresh, folder=folder)
        assert result.code == 1
        assert "0004_less.sql (drop column, delete from)" in result.err
        assert "--allow-destructive" in result.err
        assert "0003_more.sql" in migrate(fresh, "--dry-run", folder=folder).out

    def test_unless_it_is_meant(self, fresh: str, folder: Path) -> None:
        migrate(fresh, folder=folder)
        (folder / "0003_less.sql").write_text("delete from public.one")
        assert migrate(fresh, "--allow-destructive", folder=folder).code == 0
        assert count(fresh) == 0

    def test_one_that_was_applied_is_not_judged_again(self, fresh: str, folder: Path) -> None:
        migrate(fresh, folder=folder)
        (folder / "0003_less.sql").write_text("delete from public.one")
        migrate(fresh, "--allow-destructive", folder=folder)
        (folder / "0004_more.sql").write_text("insert into public.one values (4)")
        assert migrate(fresh, folder=folder).code == 0

    @pytest.mark.parametrize(
        ("text", "lost"),
        [
            ("DROP TABLE public.a", ["drop table"]),
            ("drop  table\n if exists a", ["drop table"]),
            ("drop schema private cascade", ["drop schema"]),
            ("alter table a drop column b", ["drop column"]),
            ("alter table a add c int, drop b", ["drop column"]),
            ("truncate a", ["truncate"]),
            ("delete from a where b", ["delete from"]),
            ("with gone as (delete from a returning *) select 1", ["delete from"]),
            ("do $$ begin delete from a; end $$", ["delete from"]),
            ("do $$ begin truncate a; end $$", ["truncate"]),
            ("create table a (b int); drop table c", ["drop table"]),
            ("alter table a drop constraint c", []),
            ("alter table a alter column b drop not null, alter b drop default", []),
            ("drop function f(); drop index i; drop trigger t on a", []),
            ("create function f() returns void language sql as $$ delete from a $$", []),
            ("create function f() returns void language sql as 'truncate a'", []),
            ("do $$ begin execute 'select 1'; end $$", []),
            ("-- drop table a\nselect 1", []),
            ("/* truncate a; */ select 'delete from a'", []),
            ("grant select, delete, truncate on a to b; revoke delete on a from b", []),
            ("comment on table a is 'never drop table a'", []),
        ],
    )  # fmt: skip
    def test_what_counts_as_a_loss(self, text: str, lost: list[str]) -> None:
        assert losses(split_statements(text)) == lost

    def test_a_new_project_has_nothing_to_lose(self, fresh: str, folder: Path) -> None:
        (folder / "0003_less.sql").write_text("delete from public.one")
        assert migrate(fresh, folder=folder).code == 0


@pytest.fixture
def migrated(postgres: Postgres, template_database: str) -> str:
    drop_database(postgres, "ops_migrated")
    clone_database(postgres, template_database, "ops_migrated")
    return postgres.dsn("ops_migrated")


STUDIO = """
    grant select, update on public.tickets to anon;
    grant select (name) on public.customers to authenticated;
    grant usage on public.tickets_id_seq to anon;
    grant execute on function public.erase_person to public;
    revoke delete on public.outbox from service_role;
    revoke execute on function public.claim_outbox from service_role;
"""
LAID = [
    "anon lost select, update on tickets",
    "anon lost usage on tickets_id_seq",
    "authenticated lost select on customers.name",
    "public lost execute on erase_person()",
    "service_role got delete on outbox",
    "service_role got execute on claim_outbox()",
]


class TestPrivileges:
    """Each run lays the grants of supabase/schemas/95_privileges.sql again, whatever somebody did in Supabase Studio."""

    def test_what_somebody_changed_is_right_again(self, migrated: str) -> None:
        change(migrated, STUDIO)
        result = migrate(migrated)
        assert result.code == 0
        assert "\n".join(["privileges: laid again", *(f"  {line}" for line in LAID), ""]) in result.out
        assert "privileges: as they should be" in migrate(migrated).out

    def test_for_programs(self, migrated: str) -> None:
        change(migrated, STUDIO)
        assert json.loads(migrate(migrated, "--json").out)["privileges"] == LAID
        assert json.loads(migrate(migrated, "--json").out)["privileges"] == []

    def test_when_they_are_right_not_a_row_of_the_catalogue_is_written(self, migrated: str) -> None:
        before = catalogue_rows(migrated)
        migrate(migrated)
        assert catalogue_rows(migrated) == before
        change(migrated, STUDIO)
        migrate(migrated)
        assert catalogue_rows(migrated) != before

    def test_a_dry_run_says_it_and_changes_nothing(self, migrated: str) -> None:
        change(migrated, STUDIO)
        before = catalogue_rows(migrated)
        assert (
            "privileges: to lay again\n  anon has select, update on tickets\n"
            in migrate(migrated, "--dry-run").out
        )
        found = json.loads(migrate(migrated, "--dry-run", "--json").out)
        there = [line.replace(" lost ", " has ").replace(" got ", " lacks ") for line in LAID]
        assert found == {"pending": [], "privileges": there, "roles": []}
        assert catalogue_rows(migrated) == before

    def test_a_dry_run_does_not_know_the_grants_of_what_is_not_there_yet(self, fresh: str) -> None:
        assert json.loads(migrate(fresh, "--dry-run", "--json").out)["privileges"] is None

    def test_a_role_of_the_operator_s_own_keeps_its_grants(self, migrated: str) -> None:
        change(migrated, "create role ops_reader; grant select on public.report_days to ops_reader")
        try:
            assert "privileges: as they should be" in migrate(migrated).out
            with psycopg.connect(migrated) as connection:
                may = connection.execute("select has_table_privilege('ops_reader', 'report_days', 'select')")
                assert may.fetchone() == (True,)
        finally:
            change(migrated, "revoke select on public.report_days from ops_reader; drop role ops_reader")

    def test_all_of_it_or_nothing(self, fresh: str, tmp_path: Path) -> None:
        folder = tmp_path / "migrations"
        folder.mkdir()
        (folder / "0001_first.sql").write_text("create table public.one (id int)")
        (tmp_path / "schemas").mkdir()
        (tmp_path / "schemas" / "95_privileges.sql").write_text(
            "grant select on public.one to anon; grant select on public.two to anon"
        )
        result = migrate(fresh, folder=folder)
        assert (result.code, 'privileges.sql: relation "public.two" does not exist' in result.err) == (
            1,
            True,
        )
        with psycopg.connect(fresh) as connection:
            may = connection.execute("select has_table_privilege('anon', 'public.one', 'select')")
            assert may.fetchone() == (False,)


class TestTwoAtOnce:
    def test_one_waits_for_the_other(self, fresh: str, folder: Path) -> None:
        codes: list[list[str]] = []
        threads = [
            threading.Thread(target=lambda: codes.append(apply_migrations(fresh, folder).versions))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(codes) == [[], ["0001", "0002"]]
        assert count(fresh) == 1

    def test_one_that_goes_on_too_long_is_not_waited_for(
        self, fresh: str, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ops.postgres._LOCK_SECONDS", 0.2)
        with psycopg.connect(fresh) as other:
            other.execute("select pg_advisory_lock(%s)", [LOCK])
            with pytest.raises(OpsError, match="another migration of this database is running"):
                apply_migrations(fresh, folder)

    def test_a_table_in_use_is_not_waited_for_and_holds_nobody_up(
        self, fresh: str, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ops.postgres._LOCK_SECONDS", 0.2)
        migrate(fresh, folder=folder)
        (folder / "0003_more.sql").write_text("set search_path = ''")
        (folder / "0004_more.sql").write_text("alter table public.one add column more text")
        with psycopg.connect(fresh) as other:
            other.execute("select * from public.one")
            result = migrate(fresh, folder=folder)
        assert "0004_more.sql: somebody else has locked a table that it needs" in result.err
        assert json.loads(migrate(fresh, "--json", folder=folder).out)["applied"] == ["0004"]


@pytest.fixture
def locked(postgres: Postgres, new_project: str) -> Iterator[str]:
    """A database that asks for a password, as a hosted one does; its address has the right one."""
    drop_database(postgres, "ops_locked")
    clone_database(postgres, new_project, "ops_locked")
    rules = postgres.data / "pg_hba.conf"
    usual = rules.read_text()
    with psycopg.connect(postgres.dsn("postgres", SUPERUSER), autocommit=True) as connection:
        connection.execute("create role ops_guest login password 'right/one'")
        rules.write_text(f"host ops_locked ops_guest 127.0.0.1/32 scram-sha-256\n{usual}")
        connection.execute("select pg_reload_conf()")
        yield f"postgresql://ops_guest:right%2Fone@127.0.0.1:{postgres.port}/ops_locked"
        rules.write_text(usual)
        connection.execute("select pg_reload_conf()")
        drop_database(postgres, "ops_locked")
        connection.execute("drop role ops_guest")


class TestWhatStopsIt:
    def test_no_address(self) -> None:
        result = run_ops("migrate")
        assert result.code == 1
        assert result.err.startswith("✗ SUPABASE_DB_URL is missing")

    def test_a_wrong_password_is_told_and_never_shown(self, locked: str) -> None:
        with connect(locked):
            pass
        result = migrate(locked.replace("right", "wrong"))
        assert "the password is wrong" in result.err
        assert "wrong%2Fone" not in result.everything
        assert "wrong/one" not in result.everything

    def test_a_user_that_may_not_make_tables(self, locked: str) -> None:
        result = migrate(locked)
        assert "permission denied" in result.err
        assert "right" not in result.everything

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("postgresql://a:hidden@127.0.0.1:1/x", "127.0.0.1:1/x: nobody answers at this port"),
            ("postgresql://a:hidden@nowhere.invalid/x", "there is no such host"),
            ("postgres://a.b:hidden@aws-0-eu.pooler.supabase.com:6543/postgres", "use the session pooler"),
            ("postgres://a.b:hidden@db.abc.supabase.co:6543/postgres", "use the session pooler"),
            ("postgres://postgres:hid/den@db.abc.supabase.co:5432/postgres", "percent-encoded"),
            ("postgres://postgres:12#hidden@db.abc.supabase.co:5432/postgres", "percent-encoded"),
            ("postgres://postgres:12/hidden@db.abc.supabase.co:5432/postgres", "percent-encoded"),
            ("https://hidden.supabase.co", "not of the form postgresql://"),
            ("hidden", "not of the form postgresql://"),
        ],
    )
    def test_an_address_that_leads_nowhere(self, url: str, expected: str) -> None:
        result = migrate(url)
        assert result.code == 1
        assert expected.lower() in result.err.lower()
        assert "hidden" not in result.everything

    def test_a_file_that_is_wrong_is_named_and_leaves_nothing(self, fresh: str, folder: Path) -> None:
        (folder / "0003_wrong.sql").write_text("insert into public.one values (3); select 1 / 0")
        result = migrate(fresh, folder=folder)
        assert result.code == 1
        assert "0003_wrong.sql: division by zero" in result.err
        assert count(fresh) == 1

    def test_no_database_of_that_name(self, postgres: Postgres) -> None:
        with pytest.raises(OpsError, match="there is no such database"), connect(postgres.dsn("nowhere")):
            pass
