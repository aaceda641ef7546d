"""`python -m emulator supabase`: one line when it is ready, a clean end on either signal, nothing left behind."""

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

from emulator.postgres import free_port
from tests.support.paths import ROOT

SIGNALS = [signal.SIGINT, signal.SIGTERM]

Command = subprocess.Popen[str]


@contextmanager
def supabase(temporary: Path, *options: str) -> Iterator[Command]:
    """The command as a user starts it, its temporary files in a folder of the test."""
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


def test_the_line_is_all_that_a_client_needs(tmp_path: Path) -> None:
    with supabase(tmp_path) as process:
        where = said(process)
        assert where.keys() == {"supabase_url", "supabase_secret_key", "database_url"}
        with psycopg.connect(where["database_url"], autocommit=True) as connection:
            connection.execute(
                "create function public.hello() returns text language sql as $$ select 'hello' $$"
            )
        headers = {"apikey": where["supabase_secret_key"]}
        answer = httpx.post(f"{where['supabase_url']}/rest/v1/rpc/hello", headers=headers, json={})
        assert (answer.status_code, answer.json()) == (200, "hello")
        assert end(process) == (0, "", "")


def test_the_port_is_the_one_asked_for(tmp_path: Path) -> None:
    port = free_port()
    with supabase(tmp_path, "--port", str(port)) as process:
        assert port_of(said(process)["supabase_url"]) == port
        end(process)


@pytest.mark.parametrize("signum", SIGNALS)
def test_stopped_it_leaves_neither_ports_nor_files(tmp_path: Path, signum: signal.Signals) -> None:
    with supabase(tmp_path) as process:
        where = said(process)
        assert end(process, signum) == (0, "", "")
    assert is_free(port_of(where["supabase_url"]))
    assert is_free(port_of(where["database_url"]))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("signum", SIGNALS)
@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.6])
def test_stopped_while_it_starts(tmp_path: Path, signum: signal.Signals, seconds: float) -> None:
    with supabase(tmp_path) as process:
        while not any(tmp_path.iterdir()):  # until then Python is only importing
            time.sleep(0.01)
        time.sleep(seconds)
        code, _, errors = end(process, signum)
    assert (code, errors) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_stopped_with_a_call_on_its_way(tmp_path: Path) -> None:
    with supabase(tmp_path) as process:
        where = said(process)
        with socket.create_connection(("127.0.0.1", port_of(where["supabase_url"]))) as half:
            half.sendall(b"POST /rest/v1/rpc/hello HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            time.sleep(0.2)
            assert end(process)[0] == 0


def test_data_stays_in_the_folder_that_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "kept"
    with (
        supabase(tmp_path, "--data", str(folder)) as process,
        psycopg.connect(said(process)["database_url"]) as first,
    ):
        first.execute("create table public.kept as select 1 as x")
        first.commit()
        first.close()
        end(process)
    with (
        supabase(tmp_path, "--data", str(folder)) as process,
        psycopg.connect(said(process)["database_url"]) as again,
    ):
        assert again.execute("select x from public.kept").fetchone() == (1,)
        again.close()
        end(process)


def test_killed_it_takes_postgres_along(tmp_path: Path) -> None:
    with supabase(tmp_path) as process:
        where = said(process)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while not is_free(port_of(where["database_url"])) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert is_free(port_of(where["database_url"]))


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with supabase(tmp_path, "--port", port) as process:
            _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (1, f"port {port} on 127.0.0.1: Address already in use\n")
