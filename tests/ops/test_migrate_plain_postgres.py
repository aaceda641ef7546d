"""`python -m ops migrate` on a Postgres that is not Supabase's: it makes the roles that the schema counts on, and says so."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

from emulator.supabase.database import create_database, drop_database, execute_on
from emulator.supabase.postgres import SUPERUSER, Postgres
from ops.privileges import _GRANTS
from ops.roles import ROLES
from tests.support.ops import OpsResult, run_ops
from tests.support.plain_postgres import DESK

ALL = "anon, authenticated, service_role, authenticator"
PASSWORD = "a-password/with%odd:letters"
_ATTRIBUTES = """
select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconfig,
       array(select r.rolname::text from pg_auth_members m join pg_roles r on r.oid = m.roleid
              where m.member = pg_roles.oid and r.rolname = any (%s) order by r.rolname)
  from pg_roles where rolname = any (%s) order by rolname
"""


def migrate(url: str, *words: str, password: str = "") -> OpsResult:
    return run_ops("migrate", *words, SUPABASE_DB_URL=url, AUTHENTICATOR_PASSWORD=password)


def rows(url: str, query: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode(), values).fetchall()


def attributes(url: str) -> list[tuple[object, ...]]:
    return rows(url, _ATTRIBUTES, list(ROLES), list(ROLES))


def roles_there(url: str) -> list[tuple[object, ...]]:
    return rows(url, "select rolname from pg_roles where rolname = any (%s) order by 1", list(ROLES))


def grants(url: str) -> set[tuple[object, ...]]:
    """Of everybody but the owner, whose name differs."""
    return {grant for grant in rows(url, _GRANTS) if grant[0] in {"public", *ROLES}}


@contextmanager
def user(server: Postgres, name: str, attributes: str, *, owns: bool = True) -> Iterator[str]:
    """The URL of DESK as a new user, who may own it."""
    execute_on(server, "create role {} login", name)
    with psycopg.connect(server.dsn("postgres", SUPERUSER), autocommit=True) as connection:
        connection.execute(f"alter role {name} {attributes}".encode())
        if owns:
            connection.execute(f"alter database {DESK} owner to {name}".encode())
    yield server.dsn(DESK, name)
    drop_database(server, DESK)
    with psycopg.connect(server.dsn("postgres", SUPERUSER), autocommit=True) as connection:
        connection.execute(f"drop role if exists {', '.join(ROLES)}".encode())
    execute_on(server, "drop role {}", name)


class TestRoles:
    def test_all_are_made_and_everything_else_is_as_on_supabase(self, plain: str, database: str) -> None:
        result = migrate(plain)
        assert (result.code, f"roles: {ALL} made" in result.out) == (0, True)
        assert attributes(plain) == attributes(database)
        assert grants(plain) == grants(database)

    def test_again_nothing_is_made(self, plain: str) -> None:
        migrate(plain)
        again = migrate(plain)
        assert (again.code, "nothing to do" in again.out, "roles" in again.out) == (0, True, False)

    def test_a_dry_run_says_it_and_makes_nothing(self, plain: str) -> None:
        assert f"roles: {ALL} to make" in migrate(plain, "--dry-run").out
        assert roles_there(plain) == []
        found = json.loads(migrate(plain, "--dry-run", "--json").out)
        assert (found["roles"], found["privileges"]) == (list(ROLES), None)

    def test_for_programs(self, plain: str) -> None:
        assert json.loads(migrate(plain, "--json").out)["roles"] == list(ROLES)
        assert json.loads(migrate(plain, "--json").out)["roles"] == []

    def test_only_the_missing_ones_are_made_and_the_others_stay_as_they_are(self, plain: str) -> None:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute("create role anon nologin noinherit connection limit 7")
        assert "roles: authenticated, service_role, authenticator made" in migrate(plain).out
        assert rows(plain, "select rolconnlimit, rolconfig from pg_roles where rolname = 'anon'") == [
            (7, None)
        ]

    def test_another_database_of_the_server_finds_them(self, plain: str, plain_server: Postgres) -> None:
        migrate(plain)
        execute_on(plain_server, "create database {}", "second")
        second = plain_server.dsn("second", SUPERUSER)
        try:
            result = migrate(second)
            assert (result.code, "roles" in result.out) == (0, False)
            assert grants(second) == grants(plain)
        finally:
            drop_database(plain_server, "second")

    def test_after_a_restore_without_roles_nothing_is_pending_and_the_grants_come_back(
        self, plain: str, plain_server: Postgres
    ) -> None:
        migrate(plain)
        before = grants(plain)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"drop owned by {ALL}".encode())
            connection.execute(f"drop role {ALL}".encode())
        found = json.loads(migrate(plain, "--dry-run", "--json").out)
        assert found == {"pending": [], "privileges": None, "roles": list(ROLES)}
        assert migrate(plain).code == 0
        assert grants(plain) == before

    def test_a_hosted_project_is_left_alone(self, postgres: Postgres) -> None:
        create_database(postgres, "ops_hosted")
        try:
            hosted = postgres.dsn("ops_hosted")
            before = attributes(hosted)
            assert json.loads(migrate(hosted, "--dry-run", "--json").out)["roles"] == []
            assert json.loads(migrate(hosted, "--json").out)["roles"] == []
            assert attributes(hosted) == before
        finally:
            drop_database(postgres, "ops_hosted")


class TestPassword:
    """Of authenticator, as whom PostgREST logs in."""

    @pytest.fixture
    def by_password(self, plain_server: Postgres) -> Iterator[None]:
        """Only who knows the password comes in as authenticator, and the server logs every statement."""
        rules = plain_server.data / "pg_hba.conf"
        usual = rules.read_text()
        rules.write_text(f"host all authenticator 127.0.0.1/32 scram-sha-256\n{usual}")
        with psycopg.connect(plain_server.dsn("postgres", SUPERUSER), autocommit=True) as connection:
            connection.execute("alter system set log_statement = 'all'")
            connection.execute("select pg_reload_conf()")
            yield
            rules.write_text(usual)
            connection.execute("alter system reset log_statement")
            connection.execute("select pg_reload_conf()")

    def test_is_set_when_it_is_told(self, plain: str, plain_server: Postgres, by_password: None) -> None:
        result = migrate(plain, password=PASSWORD)
        assert "password of authenticator: set" in result.out
        address = make_conninfo(plain, user="authenticator", password=PASSWORD)
        with psycopg.connect(address) as connection:
            connection.execute("set role service_role")
            assert connection.info.transaction_status is TransactionStatus.INTRANS

    def test_is_nowhere_to_be_read(self, plain: str, plain_server: Postgres, by_password: None) -> None:
        result = migrate(plain, password=PASSWORD)
        again = migrate(plain, "--json", password=PASSWORD)
        log = plain_server.log.read_text()
        assert "alter role" in log.lower()
        for text in (result.everything, again.everything, log):
            assert PASSWORD not in text

    def test_a_new_one_replaces_the_old(self, plain: str, plain_server: Postgres, by_password: None) -> None:
        migrate(plain, password="the-old-one")
        migrate(plain, password=PASSWORD)
        with psycopg.connect(make_conninfo(plain, user="authenticator", password=PASSWORD)):
            pass
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(make_conninfo(plain, user="authenticator", password="the-old-one"))

    def test_without_it_there_is_none(self, plain: str) -> None:
        assert "password" not in migrate(plain).out
        assert rows(plain, "select rolpassword from pg_authid where rolname = 'authenticator'") == [(None,)]

    def test_that_of_a_hosted_project_is_supabase_s(self, database: str) -> None:
        result = migrate(database, password=PASSWORD)
        assert result.code == 1
        assert "postgres may not give authenticator a password" in result.err
        assert "leave AUTHENTICATOR_PASSWORD out" in result.err
        assert PASSWORD not in result.everything


class TestWhoMayDoIt:
    @pytest.mark.parametrize("may", ["nocreaterole", "createrole"])
    def test_who_may_not_make_them_is_told_what_is_needed(
        self, plain: str, plain_server: Postgres, may: str
    ) -> None:
        with user(plain_server, "weak", may) as url:
            result = migrate(url)
            assert result.code == 1
            assert f"lacks the roles {ALL}, and weak may not make them" in result.err
            assert "CREATEROLE and BYPASSRLS" in result.err
            assert roles_there(plain) == []

    def test_a_superuser_is_not_needed(self, plain: str, plain_server: Postgres) -> None:
        with user(plain_server, "strong", "createrole bypassrls") as url:
            result = migrate(url, password=PASSWORD)
            assert (result.err, result.code) == ("", 0)

    def test_once_they_are_there_the_owner_of_the_database_is_enough(
        self, plain: str, plain_server: Postgres
    ) -> None:
        with user(plain_server, "owner", "nocreaterole") as url:
            with psycopg.connect(plain, autocommit=True) as connection:
                for role in ROLES:
                    connection.execute(f"create role {role} noinherit bypassrls".encode())
            assert migrate(url).code == 0

    def test_who_may_not_change_the_database_is_told_so(self, plain: str, plain_server: Postgres) -> None:
        migrate(plain)
        with user(plain_server, "guest", "nocreaterole", owns=False) as url:
            for words in ((), ("--dry-run",)):
                result = migrate(url, *words)
                assert result.code == 1
                assert "guest may not change this database (permission denied for schema" in result.err
                assert "SUPABASE_DB_URL must name the user that owns it" in result.err
                assert result.err.count("\n") == 1
