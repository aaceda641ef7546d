"""One process is a whole desk: it sweeps by itself, in each worker that the server forks, and beside other processes."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from emulator.function import Function, settings
from emulator.meta.customer import Customer
from emulator.meta.graph_api import Graph
from emulator.meta.webhook_payload import encode, sign
from emulator.resend.resend_api import Resend
from handlers.log import Log
from handlers.sweep_clock import SweepClock
from tests.support.function import PUBLIC_URL, Supabase, World, eventually

BEA = Customer(name="Bea", wa_id="5491155559901", user_id="AR.oneprocess", username=None)


class Sweeps:
    """In place of a sweep: counts, and fails if it is to."""

    def __init__(self) -> None:
        self.count = 0
        self.fails = False

    def run(self) -> None:
        self.count += 1
        if self.fails:
            raise RuntimeError("a bug")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.sweep_clock._FIRST_SECONDS", 0.0)


@pytest.mark.usefixtures("at_once")
class TestClock:
    @pytest.fixture
    def sweeps(self) -> Sweeps:
        return Sweeps()

    def clock(self, sweeps: Sweeps, lines: list[str] | None = None) -> SweepClock:
        written = [] if lines is None else lines
        return SweepClock(sweep=sweeps, every=0, log=Log("key", written.append))  # type: ignore[arg-type]

    def test_runs_once_however_often_it_is_started(self, sweeps: Sweeps) -> None:
        clock = self.clock(sweeps)
        before = threading.active_count()
        for _ in range(10):
            clock.start()
        assert threading.active_count() == before + 1
        eventually(lambda: sweeps.count > 3)

    def test_goes_on_after_an_error(self, sweeps: Sweeps) -> None:
        lines: list[str] = []
        sweeps.fails = True
        self.clock(sweeps, lines).start()
        eventually(lambda: sweeps.count > 3)
        assert '"sweep_failed"' in lines[0]
        assert '"ERROR"' in lines[0]

    def test_runs_in_a_child_and_not_in_its_parent(self, sweeps: Sweeps) -> None:
        self.clock(sweeps).start_in_children()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:  # the child says when it has swept, whatever its parent's locks were
            deadline = time.monotonic() + 30
            while not sweeps.count and time.monotonic() < deadline:
                time.sleep(0.01)
            os.write(writing, b"swept" if sweeps.count else b"none")
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            assert pipe.read() == b"swept"
        os.waitpid(child, 0)
        assert sweeps.count == 0


@pytest.fixture
def process(
    guarded_supabase: Supabase, served_graph: Graph, served_resend: Resend, tmp_path: Path, world: World
) -> Iterator[Function]:
    """functions-framework's gunicorn with two workers, and nothing else: no scheduler calls a sweep."""
    environment = settings("", PUBLIC_URL, served_graph, served_resend) | {
        "SUPABASE_URL": guarded_supabase.url,
        "GRAPH_API_URL": served_graph.url,
        "RESEND_API_URL": served_resend.url,
        "SWEEP_EVERY_SECONDS": "10",
        "WORKERS": "2",
        "THREADS": "8",
    }
    function = Function("webhook", environment, tmp_path / "webhook.log")
    yield function
    function.stop()


def test_what_an_instance_left_behind_is_sent_without_a_call(world: World, process: Function) -> None:
    """Both workers sweep, and one sends it."""
    world.rows(
        "insert into outbox (dedup_key, lane, channel, body) values ('wa/left', 'wa:1', 'whatsapp', %s)",
        '{"messaging_product":"whatsapp","to":"5491155559901","type":"text","text":{"body":"hola"}}',
    )
    process.start()
    eventually(lambda: len(world.column("select at from heartbeats")) == 1)
    eventually(lambda: world.outbox() == [("whatsapp", "sent", 1)])
    eventually(lambda: process.log.read_text().count('"event": "sweep"') >= 2)
    assert [sent.text for sent in world.graph.messages] == ["hola"]


@pytest.mark.slow
def test_workers_that_were_killed_are_replaced_by_ones_that_sweep(world: World, process: Function) -> None:
    process.start()
    eventually(lambda: len(world.column("select at from heartbeats")) == 1)
    assert process.process is not None
    server = process.process.pid
    killed = workers(server)
    for worker in killed:
        os.kill(worker, signal.SIGKILL)
    eventually(lambda: len(workers(server)) == 2 and not set(killed) & set(workers(server)))
    world.rows("delete from heartbeats")
    eventually(lambda: len(world.column("select at from heartbeats")) == 1)


def workers(server: int) -> list[int]:
    """The processes that the server has forked."""
    return [int(child) for child in Path(f"/proc/{server}/task/{server}/children").read_text().split()]


def test_and_it_answers_meanwhile_and_ends_in_time(world: World, process: Function) -> None:
    process.start()
    world.graph.users.learn_payload(payload := BEA.webhook(BEA.text("hola")))
    body = encode(payload)
    headers = {"x-hub-signature-256": sign(body, world.graph.app_secret)}
    assert httpx.post(f"{process.url}/", content=body, headers=headers, timeout=30).status_code == 200
    eventually(lambda: len(world.column("select at from heartbeats")) == 1)
    assert process.process is not None
    process.process.terminate()
    process.process.wait(timeout=20)
    assert "Traceback" not in process.log.read_text()
