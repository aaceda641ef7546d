"""`python -m emulator supabase` prints one line when it is ready, and leaves nothing behind after either signal."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from emulator.serving import free_port
from emulator.supabase.postgres import Postgres
from emulator.supabase.project import DATABASE, TICKET_FILES
from tests.support.database import CopyFolder
from tests.support.paths import ROOT

SIGNALS = [signal.SIGINT, signal.SIGTERM]

Command = subprocess.Popen[str]


@contextmanager
def supabase(temporary: Path, *options: str) -> Iterator[Command]:
    """The command as a user starts it, with its temporary files in a folder of the test."""
    with subprocess.Popen(
        [sys.executable, "-m", "emulator", "supabase", *options],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: Command) -> dict[str, str]:
    assert process.stdout is not None
    line: dict[str, str] = json.loads(process.stdout.readline())
    return line


def end(process: Command, signum: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
    """Its exit code, and what else it wrote."""
    process.send_signal(signum)
    rest, errors = process.communicate(timeout=30)
    return process.returncode, rest, errors


def port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def nothing_is_left(where: dict[str, str], temporary: Path) -> bool:
    """Neither a port nor a file."""
    free = [is_free(port_of(where[name])) for name in ("supabase_url", "database_url")]
    return all(free) and list(temporary.iterdir()) == []


def test_the_printed_line_is_enough_for_a_client_and_nothing_is_left_behind(tmp_path: Path) -> None:
    port = free_port()
    with supabase(tmp_path, "--port", str(port)) as process:
        where = said(process)
        assert where.keys() == {"supabase_url", "supabase_secret_key", "database_url"}
        assert port_of(where["supabase_url"]) == port
        with psycopg.connect(where["database_url"], autocommit=True) as connection:
            connection.execute(
                "create function public.hello() returns text language sql as $$ select 'hello' $$"
            )
        headers = {"apikey": where["supabase_secret_key"]}
        answer = httpx.post(f"{where['supabase_url']}/rest/v1/rpc/hello", headers=headers, json={})
        assert (answer.status_code, answer.json()) == (200, "hello")
        bucket = httpx.get(
            f"{where['supabase_url']}/storage/v1/bucket/{TICKET_FILES}", headers=headers
        ).json()
        assert (bucket["id"], bucket["public"]) == ("ticket-files", False)
        assert end(process, signal.SIGTERM) == (0, "", "")
    assert nothing_is_left(where, tmp_path)


@pytest.fixture(scope="module")
def data(copy_folder: CopyFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an earlier run."""
    return copy_folder(tmp_path_factory.mktemp("data") / "database").parent


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def wait_for(pattern: str, folder: Path, process: Command) -> None:
    while not any(folder.glob(pattern)):
        assert process.poll() is None
        time.sleep(0.005)


@pytest.mark.slow
@pytest.mark.parametrize("signum", SIGNALS)
@pytest.mark.parametrize("made", ["*/lock", "*/data.new/global"])
def test_stopped_while_it_creates_the_database(tmp_path: Path, signum: signal.Signals, made: str) -> None:
    """Once it has locked its folder, and while initdb is running."""
    with supabase(tmp_path) as process:
        wait_for(made, tmp_path, process)
        code, _, errors = end(process, signum)
    assert (code, errors) == (0, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("signum", SIGNALS)
def test_stopped_while_postgres_starts(temporary: Path, data: Path, signum: signal.Signals) -> None:
    with supabase(temporary, "--data", str(data)) as process:
        wait_for("database/data/postmaster.pid", data, process)
        code, _, errors = end(process, signum)
    assert (code, errors) == (0, "")
    assert list(temporary.iterdir()) == []
    assert not list(data.glob("database/data/postmaster.pid"))


@pytest.mark.slow
def test_data_is_kept_in_the_given_folder(temporary: Path, data: Path) -> None:
    with (
        supabase(temporary, "--data", str(data)) as process,
        psycopg.connect((where := said(process))["database_url"]) as first,
    ):
        first.execute("create table public.kept as select 1 as x")
        first.commit()
        first.close()
        assert end(process, signal.SIGINT) == (0, "", "")
    assert nothing_is_left(where, temporary)
    with (
        supabase(temporary, "--data", str(data)) as process,
        psycopg.connect((where := said(process))["database_url"]) as again,
    ):
        assert again.execute("select x from public.kept").fetchone() == (1,)
        again.close()
        assert stopped_with_a_call_on_its_way(process, where) == 0


def stopped_with_a_call_on_its_way(process: Command, where: dict[str, str]) -> int:
    with socket.create_connection(("127.0.0.1", port_of(where["supabase_url"]))) as half:
        half.sendall(b"POST /rest/v1/rpc/hello HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        time.sleep(0.2)
        return end(process)[0]


def test_postgres_ends_when_the_command_is_killed(temporary: Path, data: Path) -> None:
    with supabase(temporary, "--data", str(data)) as process:
        where = said(process)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while not is_free(port_of(where["database_url"])) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert is_free(port_of(where["database_url"]))


def test_a_taken_port_is_reported(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with supabase(tmp_path, "--port", port) as process:
            _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (1, f"port {port} on 127.0.0.1: Address already in use\n")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "update supabase_migrations.schema_migrations set version = '20261101000000'",
            "applied to this database but not in the folder: 20261101000000",
        ),
        (
            "update supabase_migrations.schema_migrations set statements[1] = 'create table public.customers ()'",
            "edited after it was applied to this database: 20261130000000_baseline.sql",
        ),
    ],
)
def test_the_kept_database_of_another_version_is_one_line(
    tmp_path: Path, copy_folder: CopyFolder, statement: str, reason: str
) -> None:
    """Which folder to delete, and what is lost with it."""
    kept = copy_folder(tmp_path / "kept" / "database")
    with Postgres(kept, durable=False) as server, psycopg.connect(server.dsn(DATABASE)) as connection:
        connection.execute(statement.encode())
    with supabase(tmp_path, "--data", str(kept.parent)) as process:
        out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert errors == (
        f"{kept} holds the database of another version of Mostrador ({reason}). Delete that folder to start with an empty "
        "database (its customers and tickets are lost), or rename it to keep them for that version\n"
    )
