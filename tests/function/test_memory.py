"""The memory of a real process while many large files are stored, and while many people send large bodies on lines that stand still."""

import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from emulator.function import Function, settings
from emulator.meta.webhook_payload import encode, sign
from tests.support.function import ANA, PUBLIC_URL, World, eventually

CALLERS = 60
LARGE = bytes(10 * 1024 * 1024)


@pytest.fixture
def function(world: World, tmp_path: Path) -> Iterator[Function]:
    environment = settings("", PUBLIC_URL, world.graph, world.resend) | {
        "SUPABASE_URL": world.supabase.url,
        "GRAPH_API_URL": world.graph.url,
        "RESEND_API_URL": world.resend.url,
        "THREADS": "64",
    }
    made = Function("webhook", environment, tmp_path / "function.log")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def sweep(world: World, tmp_path: Path) -> Iterator[Function]:
    environment = settings("", PUBLIC_URL, world.graph, world.resend) | {
        "SUPABASE_URL": world.supabase.url,
        "GRAPH_API_URL": world.graph.url,
        "STORED_MEGABYTES": "10000",
        "THREADS": "2",
    }
    made = Function("sweep", environment, tmp_path / "function.log")
    made.start()
    yield made
    made.stop()


def megabytes(function: Function) -> float:
    """The memory of the process and its worker."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pgid=,rss="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split() for line in listed.splitlines())
    return sum(int(rss) for pgid, rss in rows if int(pgid) == function.pid) / 1024


def call(function: Function, head: str) -> socket.socket:
    """A call of somebody who receives little."""
    caller = socket.socket()
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    caller.settimeout(60)
    caller.connect(("127.0.0.1", function.port))
    caller.sendall(f"{head}\r\nHost: x\r\n".encode())
    return caller


def answers(callers: list[socket.socket]) -> list[bytes]:
    """The status of each, in order. Nothing more is read."""
    return sorted(caller.recv(12)[9:12] for caller in callers)


def works(function: Function, world: World) -> bool:
    """Whether a message of a customer is taken."""
    body = encode(ANA.webhook(ANA.text("hola")))
    headers = {"x-hub-signature-256": sign(body, world.graph.app_secret)}
    return httpx.post(function.url, content=body, headers=headers, timeout=60).status_code == 200


def test_sixty_files_of_ten_megabytes_are_stored(world: World, sweep: Function) -> None:
    """They pass through in chunks, however many are on their way at once."""
    media_id = world.graph.media.put(LARGE, "video/mp4")
    world.rows(
        "with t as (insert into tickets (code, wamid, summary, description, language) "
        "values ('TK-0000-0001', 'w', 'x', 'x', 'es') returning id) "
        "insert into attachments (ticket_id, kind, media_id, mime_type, object) "
        "select id, 'video', %s, 'video/mp4', 'TK-0000-0001/' || n from t, generate_series(1, %s) n",
        media_id,
        CALLERS,
    )
    before = most = megabytes(sweep)
    with ThreadPoolExecutor() as pool:
        called = pool.submit(httpx.post, sweep.url, timeout=120)
        while not called.done():
            most = max(most, megabytes(sweep))
            time.sleep(0.05)
    assert called.result().status_code == 200
    stored = sum(world.supabase.storage.uploads.values())
    print(f"{stored} files: {before:.0f} MB + {most - before:.0f} MB")
    assert stored > CALLERS // 2
    assert most - before < 60


def test_sixty_long_bodies_that_never_end(world: World, function: Function) -> None:
    """Not signed by anybody: of most of them nothing is read."""
    assert works(function, world)
    before, most = megabytes(function), 3 * 1024 * 1024
    with ExitStack() as stack:
        callers = [stack.enter_context(call(function, "POST / HTTP/1.1")) for _ in range(CALLERS)]
        for caller in callers:
            caller.sendall(f"Content-Length: {most}\r\n\r\n".encode())
        eventually(lambda: len(_answered(callers)) == CALLERS - 8)
        held = [caller for caller in callers if caller not in _answered(callers)]
        for caller in held:
            caller.sendall(bytes(most - 1))
        grown = megabytes(function) - before
        assert works(function, world)
    print(f"{CALLERS} bodies: {before:.0f} MB + {grown:.0f} MB")
    assert grown < 100


def _answered(callers: list[socket.socket]) -> list[socket.socket]:
    found = []
    for caller in callers:
        caller.setblocking(False)
        try:
            found += [caller] if caller.recv(12, socket.MSG_PEEK) else []
        except BlockingIOError:
            pass
        finally:
            caller.settimeout(60)
    return found
