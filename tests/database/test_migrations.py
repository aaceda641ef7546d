"""Migrations: each is applied once, in order, entirely or not at all; and a new database equals a hosted project."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from emulator.supabase.database import create_database, drop_database
from emulator.supabase.postgres import SUPERUSER, Postgres
from ops.errors import OpsError, OtherSchema
from ops.migrations import FOLDER, apply_migrations, pending_migrations, read_migrations
from ops.sql_text import same_sql, split_statements
from tests.support.database import clone_database, close_kept_connections, delete_rows, grant_by_default

FIRST = "create table public.one (id int);\n"
SECOND = "create table public.two (id int);\ninsert into public.two values (2);\n"


def query(dsn: str, statement: str) -> list[Any]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(statement.encode()).fetchall()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text(FIRST)
    (tmp_path / "0002_second_one.sql").write_text(SECOND)
    (tmp_path / "notes.md").write_text("not a migration")
    return tmp_path


@pytest.fixture
def fresh(postgres: Postgres) -> Iterator[str]:
    """A database as a hosted project is before its first migration."""
    drop_database(postgres, "fresh")
    create_database(postgres, "fresh")
    yield postgres.dsn("fresh")
    for name in ("fresh", "copy"):
        close_kept_connections(postgres.dsn(name))


def tables(dsn: str) -> list[str]:
    found = query(dsn, "select tablename from pg_tables where schemaname = 'public' order by 1")
    return [name for (name,) in found]


class TestApplying:
    def test_a_fresh_database_gets_them_all(self, fresh: str, folder: Path) -> None:
        assert apply_migrations(fresh, folder).versions == ["0001", "0002"]
        assert tables(fresh) == ["one", "two"]

    def test_the_record_is_the_one_of_the_supabase_cli(self, fresh: str, folder: Path) -> None:
        apply_migrations(fresh, folder)
        assert query(fresh, "select * from supabase_migrations.schema_migrations order by version") == [
            ("0001", ["create table public.one (id int)"], "first"),
            ("0002", ["create table public.two (id int)", "insert into public.two values (2)"], "second_one"),
        ]

    def test_again_does_nothing(self, fresh: str, folder: Path) -> None:
        apply_migrations(fresh, folder)
        assert apply_migrations(fresh, folder).versions == []
        assert query(fresh, "select id from public.two") == [(2,)]

    def test_later_only_the_new_ones(self, fresh: str, folder: Path) -> None:
        apply_migrations(fresh, folder)
        (folder / "0003_third.sql").write_text("alter table public.one add column more text")
        assert apply_migrations(fresh, folder).versions == ["0003"]

    def test_a_setting_of_one_is_not_the_next_one_s(self, fresh: str, folder: Path) -> None:
        (folder / "0001_first.sql").write_text("set search_path = '';" + FIRST)
        (folder / "0002_second_one.sql").write_text("create table unqualified (id int)")
        apply_migrations(fresh, folder)
        assert tables(fresh) == ["one", "unqualified"]


class TestRefusing:
    def test_one_that_fails_leaves_nothing_and_stops_the_rest(self, fresh: str, folder: Path) -> None:
        (folder / "0002_second_one.sql").write_text(SECOND + "select 1 / 0;")
        (folder / "0003_third.sql").write_text("create table public.three (id int)")
        with pytest.raises(OpsError, match=r"0002_second_one\.sql: division by zero"):
            apply_migrations(fresh, folder)
        assert tables(fresh) == ["one"]
        (folder / "0002_second_one.sql").write_text(SECOND)
        assert apply_migrations(fresh, folder).versions == ["0002", "0003"]

    def test_one_that_was_applied_and_is_gone(self, fresh: str, folder: Path) -> None:
        apply_migrations(fresh, folder)
        (folder / "0001_first.sql").unlink()
        with pytest.raises(OpsError, match="applied to this database but not in the folder: 0001"):
            apply_migrations(fresh, folder)

    def test_one_that_comes_too_late(self, fresh: str, folder: Path) -> None:
        (folder / "0001_first.sql").rename(folder / "0003_first.sql")
        apply_migrations(fresh, folder)
        (folder / "0001_late.sql").write_text("select 1")
        with pytest.raises(OpsError, match="older than what was already applied: 0001"):
            apply_migrations(fresh, folder)


class TestEdited:
    """A file that was edited after it was applied is noticed by the statements in the record."""

    def test_it_is_refused(self, fresh: str, folder: Path) -> None:
        apply_migrations(fresh, folder)
        (folder / "0001_first.sql").write_text("create table public.one (id bigint);\n")
        with pytest.raises(
            OtherSchema, match=r"edited after it was applied to this database: 0001_first\.sql\. Put back"
        ):
            apply_migrations(fresh, folder)
        with pytest.raises(OtherSchema, match="edited after it was applied"):
            pending_migrations(fresh, folder)

    def test_not_for_its_comments_and_its_layout(self, fresh: str, folder: Path) -> None:
        apply_migrations(fresh, folder)
        (folder / "0001_first.sql").write_text("-- The first; of two\ncreate table public.one (\n  id int);;")
        assert apply_migrations(fresh, folder).versions == []

    @pytest.mark.parametrize(
        "recorded",
        [
            "null",
            "'{}'",
            # The Supabase CLI has its own way to split a file.
            """array['create table public.two (id int);', '-- rows\ninsert into public.two values (2)', ';']""",
        ],
    )
    def test_one_that_others_have_recorded(self, fresh: str, folder: Path, recorded: str) -> None:
        apply_migrations(fresh, folder)
        with psycopg.connect(fresh) as connection:
            ledger = "supabase_migrations.schema_migrations"
            connection.execute(f"update {ledger} set statements = {recorded} where version = '0002'".encode())
        assert apply_migrations(fresh, folder).versions == []


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("", []),
        ("select 1", ["select 1"]),
        ("select 1;\n\n select 2 ;\n", ["select 1", "select 2"]),
        ("select ';'; select 'it''s;'", ["select ';'", "select 'it''s;'"]),
        (r"select e'\';'; select 2", [r"select e'\';'", "select 2"]),
        ('select ";"; select 2', ['select ";"', "select 2"]),
        ("-- a; b\nselect 1; select 2", ["-- a; b\nselect 1", "select 2"]),
        ("/* a; b */ select 1", ["/* a; b */ select 1"]),
        ("do $$ begin null; end $$; select 2", ["do $$ begin null; end $$", "select 2"]),
        ("do $a$ $$;$$ ; $a$; select 2", ["do $a$ $$;$$ ; $a$", "select 2"]),
        ("create function f() as 'a;b' language sql; select $1", ["create function f() as 'a;b' language sql", "select $1"]),
    ],
)  # fmt: skip
def test_a_file_is_split_where_its_statements_end(text: str, statements: list[str]) -> None:
    assert list(split_statements(text)) == statements


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("select 1", "select\n\t1 ;", True),
        ("select 1 -- one", "/* one */ select 1", True),
        ("select 1", "select 2", False),
        ("select 'a -- b'", "select 'a'", False),
        ("do $$ begin null; end $$; select 1", "do $$ begin null; end $$; select 1;", True),
        ("do $$ begin null; end $$", "do $$ begin end $$", False),
        ("do $$ begin end -- a\n $$", "do $$ begin end -- b\n $$", False),
    ],
)
def test_two_files_are_the_same(one: str, other: str, same: bool) -> None:
    assert same_sql(split_statements(one), split_statements(other)) is same


def test_the_versions_of_this_project_are_unique() -> None:
    versions = [migration.version for migration in read_migrations(FOLDER)]
    assert len(versions) == len(set(versions)) > 0


class TestFreshProject:
    """The test database has the default grants of a hosted project: a forgotten `revoke` or `grant` is noticed."""

    @pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
    def test_what_a_migration_makes_is_open_to(self, fresh: str, folder: Path, role: str) -> None:
        (folder / "0002_second_one.sql").write_text(
            "create function public.f() returns int language sql as 'select 1'; create sequence public.s"
        )
        apply_migrations(fresh, folder)
        privileges = f"""
            select has_table_privilege('{role}', 'public.one', 'select, insert, update, delete'),
                   has_table_privilege('{role}', 'public.one', 'truncate'),
                   has_sequence_privilege('{role}', 'public.s', 'usage, select'),
                   has_sequence_privilege('{role}', 'public.s', 'update'),
                   (select count(*) from aclexplode((select proacl from pg_proc where proname = 'f')) acl
                     where grantee = '{role}'::regrole)"""
        assert query(fresh, privileges) == [(False, True, False, True, 1)]

    @pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
    def test_before_2026_10_30_a_table_was_open_too(
        self, fresh: str, folder: Path, postgres: Postgres, role: str
    ) -> None:
        grant_by_default(postgres, "fresh")
        apply_migrations(fresh, folder)
        table = f"select has_table_privilege('{role}', 'public.one', 'select, insert, update, delete')"
        assert query(fresh, table) == [(True,)]

    def test_migrations_are_not_run_by_a_superuser(self, fresh: str) -> None:
        assert query(
            fresh, "select current_user::text, usesuper from pg_user where usename = current_user"
        ) == [("postgres", False)]

    def test_only_service_role_passes_row_level_security(self, fresh: str) -> None:
        roles = "select rolname::text from pg_roles where rolbypassrls and not rolsuper and rolname !~ '^pg_' order by 1"
        assert query(fresh, roles) == [("postgres",), ("service_role",)]

    def test_the_data_api_logs_in_as_a_role_that_may_nothing_itself(
        self, postgres: Postgres, fresh: str
    ) -> None:
        with psycopg.connect(postgres.dsn("fresh", "authenticator")) as connection:
            assert connection.execute("show statement_timeout").fetchone() == ("8s",)
            connection.execute("set role service_role")
            connection.execute("set role anon")

    def test_a_second_database_finds_the_roles_of_the_first(self, postgres: Postgres, fresh: str) -> None:
        create_database(postgres, "second")
        with pytest.raises(psycopg.errors.DuplicateDatabase):
            create_database(postgres, "second")
        drop_database(postgres, "second")


class TestCopies:
    def test_a_clone_is_the_same_and_its_own(self, postgres: Postgres, fresh: str, folder: Path) -> None:
        apply_migrations(fresh, folder)
        drop_database(postgres, "copy")
        clone_database(postgres, "fresh", "copy")
        copy = postgres.dsn("copy")
        assert apply_migrations(copy, folder).versions == []
        assert query(copy, "select id from public.two") == [(2,)]
        assert query(copy, "show search_path") == query(fresh, "show search_path")
        assert query(
            copy, "select pg_get_userbyid(datdba)::text from pg_database where datname = 'copy'"
        ) == [("postgres",)]
        delete_rows(copy)
        assert query(copy, "select id from public.two") == []
        assert query(fresh, "select id from public.two") == [(2,)]

    def test_emptied_tables_count_from_one(self, fresh: str) -> None:
        with psycopg.connect(fresh) as connection:
            connection.execute("create table public.a (id int generated always as identity primary key)")
            connection.execute("create table public.b (a int references public.a)")
        for _ in range(2):
            assert query(fresh, "insert into public.a default values returning id") == [(1,)]
            delete_rows(fresh)

    def test_nothing_to_empty(self, fresh: str) -> None:
        delete_rows(fresh)

    def test_the_superuser_is_not_the_owner(self, postgres: Postgres) -> None:
        assert "supabase_admin@" in postgres.dsn("fresh", SUPERUSER)
        assert "postgres@" in postgres.dsn("fresh")
