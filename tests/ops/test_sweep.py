"""`python -m ops sweep`: one sweep for any cron, and a database that rings each minute."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from emulator.supabase.database import drop_database
from emulator.supabase.postgres import SUPERUSER, Postgres
from handlers.sweep import _MAX_SECONDS
from ops.commands.sweep import JOB, SECRET
from tests.support.database import clone_database, close_kept_connections
from tests.support.ops import Operator

# What Supabase's extensions have of what is called, with the same names of arguments. pg_cron runs no job here.
EXTENSIONS = """
create schema cron; create schema net; create schema vault;
create table cron.job (jobid bigint generated always as identity primary key, jobname text unique, schedule text, command text);
create function cron.schedule(job_name text, schedule text, command text) returns bigint language sql as
  'insert into cron.job (jobname, schedule, command) values ($1, $2, $3)
   on conflict (jobname) do update set schedule = excluded.schedule, command = excluded.command returning jobid';
create function cron.unschedule(job_id bigint) returns boolean language sql as
  'with gone as (delete from cron.job where jobid = $1 returning 1) select exists (select from gone)';
create table net.called (url text, body jsonb, headers jsonb, timeout_milliseconds integer);
create function net.http_post(url text, body jsonb default '{}', params jsonb default '{}',
    headers jsonb default '{"Content-Type": "application/json"}', timeout_milliseconds integer default 5000)
  returns bigint language sql as 'insert into net.called values ($1, $2, $4, $5); select 1::bigint';
create table vault.secrets (id uuid primary key default gen_random_uuid(), name text unique, secret text);
create view vault.decrypted_secrets as select id, name, secret as decrypted_secret from vault.secrets;
create function vault.create_secret(new_secret text, new_name text default null, new_description text default '')
  returns uuid language sql as 'insert into vault.secrets (name, secret) values ($2, $1) returning id';
create function vault.update_secret(secret_id uuid, new_secret text default null, new_name text default null)
  returns void language sql as 'update vault.secrets set secret = $2 where id = $1';
grant all on schema cron, net, vault to postgres;
grant all on all tables in schema cron, net, vault to postgres;
"""


@pytest.fixture
def ringing(postgres: Postgres, template_database: str) -> Iterator[str]:
    """A database that can ring, as hosted Supabase's can."""
    clone_database(postgres, template_database, "ringing")
    with psycopg.connect(postgres.dsn("ringing", SUPERUSER), autocommit=True) as connection:
        connection.execute(EXTENSIONS.encode())
    yield postgres.dsn("ringing")
    close_kept_connections(postgres.dsn("ringing"))
    drop_database(postgres, "ringing")


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(statement.encode()).fetchall()


class TestRun:
    def test_sweeps_once(self, operator: Operator) -> None:
        result = operator.run("sweep", "run")
        assert (result.code, result.out) == (0, "✓ swept: nothing was waiting\n")
        assert operator.json("sweep", "run")["outcomes"] == {}

    def test_waits_for_a_long_one_and_knows_when_another_is_under_way(
        self, operator: Operator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        patience: list[float | None] = []

        def under_way(*_: str, timeout: httpx.Timeout) -> httpx.Response:
            patience.append(timeout.read)
            return httpx.Response(202, json={"outcomes": {}, "purged": {}, "under_way": True})

        monkeypatch.setattr("ops.commands.sweep.call", under_way)
        result = operator.run("sweep", "run")
        assert (result.code, result.out) == (0, "✓ one is under way there already\n")
        assert all(seconds and seconds > _MAX_SECONDS + 20 for seconds in patience)

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"SWEEP_TOKEN": "another-token-of-16"}, "answers 401: the desk there has another SWEEP_TOKEN"),
            ({"SWEEP_TOKEN": None}, "SWEEP_TOKEN is missing"),
            ({"PUBLIC_URL": None}, "PUBLIC_URL is missing"),
            ({"PUBLIC_URL": "http://127.0.0.1:1"}, "nobody answers there"),
        ],
    )
    def test_says_why_it_could_not(
        self, operator: Operator, changed: dict[str, str | None], why: str
    ) -> None:
        result = operator.run("sweep", "run", **changed)
        assert result.code == 1
        assert why in result.err
        assert "another-token" not in result.everything

    def test_at_an_address_of_something_else(self, operator: Operator) -> None:
        result = operator.run("sweep", "run", PUBLIC_URL=operator.graph.url)
        assert result.code == 1
        assert "/sweep answers 4" in result.err


class TestSchedule:
    def test_lets_the_database_ring_each_minute(self, operator: Operator, ringing: str) -> None:
        result = operator.run("sweep", "schedule", SUPABASE_DB_URL=ringing)
        assert result.code == 0, result.err
        assert f"calls {operator.url}/sweep each minute (job {JOB})" in result.out
        ((name, schedule, command),) = rows(ringing, "select jobname, schedule, command from cron.job")
        assert (name, schedule) == (JOB, "* * * * *")
        assert operator.settings["SWEEP_TOKEN"] not in str(command)
        rows(ringing, str(command))
        ((url, headers),) = rows(ringing, "select url, headers from net.called")
        assert url == f"{operator.url}/sweep"
        assert headers["Authorization"] == f"Bearer {operator.settings['SWEEP_TOKEN']}"  # type: ignore[index]

    def test_again_with_another_token_and_address(self, operator: Operator, ringing: str) -> None:
        operator.run("sweep", "schedule", SUPABASE_DB_URL=ringing)
        changed = {"SWEEP_TOKEN": "another-token-of-16", "PUBLIC_URL": "https://o'desk.example"}
        assert operator.run("sweep", "schedule", SUPABASE_DB_URL=ringing, **changed).code == 0
        assert rows(ringing, "select name, secret from vault.secrets") == [(SECRET, "another-token-of-16")]
        ((command,),) = rows(ringing, "select command from cron.job")
        assert "https://o''desk.example/sweep" in str(command)

    def test_until_it_is_removed(self, operator: Operator, ringing: str) -> None:
        operator.run("sweep", "schedule", SUPABASE_DB_URL=ringing)
        result = operator.run("sweep", "schedule", "--remove", SUPABASE_DB_URL=ringing)
        assert (result.code, "rings no more" in result.out) == (0, True)
        assert rows(ringing, "select 1 from cron.job union all select 1 from vault.secrets") == []
        again = operator.run("sweep", "schedule", "--remove", SUPABASE_DB_URL=ringing)
        assert (again.code, "did not ring" in again.out) == (0, True)

    def test_where_it_cannot(self, operator: Operator) -> None:
        """A Postgres of one's own without the extensions."""
        result = operator.run("sweep", "schedule")
        assert result.code == 1
        assert "pg_cron, pg_net, supabase_vault are not available" in result.err
        assert "SWEEP_EVERY_SECONDS=60" in result.err
        assert operator.run("sweep", "schedule", "--remove").code == 0

    def test_by_who_may_not(self, operator: Operator, ringing: str, postgres: Postgres) -> None:
        with psycopg.connect(postgres.dsn("ringing", SUPERUSER), autocommit=True) as connection:
            connection.execute(
                b"revoke all on schema vault from postgres; revoke all on all tables in schema vault from postgres"
            )
        result = operator.run("sweep", "schedule", SUPABASE_DB_URL=ringing)
        assert result.code == 1
        assert "this user may not do that" in result.err
        assert operator.settings["SWEEP_TOKEN"] not in result.everything

    def test_says_what_is_missing(self, operator: Operator) -> None:
        result = operator.run("sweep", "schedule", SUPABASE_DB_URL=None, SWEEP_TOKEN=None)
        assert "SUPABASE_DB_URL, SWEEP_TOKEN are missing" in result.err
