"""The services around the measured functions, each in a process of its own, and what those processes use."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import jwt
import psycopg
from psycopg.rows import dict_row

from bench.instance import Instance, Variant, link_packages, process_environment, processor_seconds
from bench.load_generator import closed_loop
from bench.machine import Machine
from bench.postgrest import installed_postgrest, serve_postgrest
from bench.workload import Visit
from emulator.child_process import Process, start_child, stop_child
from emulator.function import ROOT, settings
from emulator.meta.graph_api import Graph
from emulator.resend.resend_api import Resend
from emulator.supabase.postgres import SUPERUSER

_JWT_SECRET: Final = "a secret of the measurements, thirty-two bytes or more"  # noqa: S105
_POOL: Final = 20  # connections of PostgREST to Postgres
_GREETING_SCALE: Final = 0.2  # not measured
_LATER_SECONDS: Final = 2.3  # a reply may leave after its 200, and a read receipt 2 s after it
_DRAIN_SECONDS: Final = 60.0
_AN_HOUR_LATER: Final = """
update public.outbox set created_at = created_at - interval '1 hour' where created_at > now() - interval '1 hour'
"""
_PREPARE: Final = """
create table public.afternoon_tickets (
  id bigint generated always as identity primary key, code text not null, phone text not null,
  description text not null, created_at timestamptz not null default now());
grant all on public.afternoon_tickets to service_role;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """`data_api`: what serves Postgres to the functions; `pids`: the processes whose processor time is reported."""

    url: str
    database_url: str
    data_api: str
    folder: Path
    packages: Path
    pids: dict[str, int]
    machine: Machine = field(default_factory=Machine)

    def instance(self, variant: Variant) -> Instance:
        """To be entered with `with`."""
        log = self.folder / f"{variant.name.replace(', ', '-')}.log"
        return Instance(variant, self.packages, self.settings(), log, self.machine)

    def settings(self) -> dict[str, str]:
        """The environment variables with which a function finds the services."""
        return settings(self.url, "http://desk.example", Graph(), Resend())

    def run_python(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """In a process with the function's packages and settings. Raises RuntimeError with what it wrote if it fails."""
        environment = process_environment(self.packages, self.settings())
        command = [sys.executable, *arguments]
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)  # noqa: S603
        if ran.returncode:
            raise RuntimeError(ran.stderr)
        return ran

    def set_delays(self, **seconds: float) -> dict[str, int]:
        """Latency from now on, by service; the others have none. Returns how often each call was made since the last time."""
        return self._control("delays", seconds)

    def accepted(self) -> list[float]:
        """When Meta accepted each message since the last time this was asked, by the monotonic clock of this machine."""
        at: list[float] = self._control("accepted", {})["at"]
        return at

    @contextmanager
    def statuses(
        self, instances: Sequence[Instance], *, scale: float, messages: int, seconds: float
    ) -> Iterator[None]:
        """Meta reports the delivery of each message that it accepts meanwhile to any of the instances; all of it is over at the end.

        `scale`: of Meta's delays. A function that sends nothing gets what it would get if it answered so many messages of
        customers in so many seconds. Raises RuntimeError for the first call that is not answered 200.
        """
        unanswered = 0 if instances[0].variant.replies else messages
        ports = [instance.port for instance in instances]
        self._aim(ports=ports, scale=scale, messages=unanswered, seconds=seconds)
        yield
        time.sleep(_LATER_SECONDS)
        for instance in instances:
            instance.when_idle()
        self._aim(ports=[], scale=scale, messages=0, seconds=0)

    def pass_an_hour(self) -> None:
        """Let what was sent so far be too old for the caps on what is sent in an hour, which this load would exceed."""
        self.query(_AN_HOUR_LATER)
        self.query("vacuum analyze public.outbox")

    def pending_statuses(self) -> int:
        """How many statuses Meta is still going to report."""
        pending: int = self._control("pending", {})["pending"]
        return pending

    def greet(self, instances: Sequence[Instance], visits: Sequence[Visit], connections: int) -> None:
        """Every customer says hello, so that the instances know them; with all statuses of the answers."""
        greetings = [Visit(greeting=b"", messages=(visit.greeting,)) for visit in visits]
        with self.statuses(instances, scale=_GREETING_SCALE, messages=0, seconds=0):
            closed_loop([instance.port for instance in instances], greetings, connections)

    def _aim(self, **where: Any) -> None:
        if error := self._control("statuses", where).get("error"):
            raise RuntimeError(error)

    def _control(self, what: str, wanted: dict[str, Any]) -> dict[str, Any]:
        answer = httpx.post(
            f"{self.url}/control/{what}", json=wanted, timeout=_DRAIN_SECONDS, trust_env=False
        )
        found: dict[str, Any] = answer.json()
        return found

    def processor_seconds(self) -> dict[str, float]:
        """Processor time of each service so far."""
        return {name: processor_seconds(pid, alone=name != "postgres") for name, pid in self.pids.items()}

    def query(self, statement: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.database_url, row_factory=dict_row, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def fill(self, statements: Iterable[str]) -> None:
        """Add many consistent rows: no trigger looks at them, nor any foreign key."""
        with psycopg.connect(_as_superuser(self.database_url), autocommit=True) as connection:
            connection.execute("set session_replication_role = replica")
            for statement in (*statements, "vacuum analyze"):
                connection.execute(statement.encode())


@contextmanager
def start_environment(folder: Path) -> Iterator[Environment]:
    """All services are running; none is left at the end."""
    with ExitStack() as stack:
        emulator, where = _child(stack, "emulator", "supabase")
        database_url = where["database_url"]
        pids = {"postgres": _prepare(database_url)}
        if binary := installed_postgrest():
            dsn = database_url.replace("postgres@", "authenticator@")
            port, pids["data api"] = stack.enter_context(serve_postgrest(binary, dsn, _JWT_SECRET, _POOL))
            token = [jwt.encode({"role": "service_role"}, _JWT_SECRET, "HS256")]
        else:
            port, pids["data api"] = where["supabase_url"].rpartition(":")[2], emulator.pid
            token = []
        proxy, listening = _child(stack, "bench.latency_proxy", str(port), *token)
        yield Environment(
            url=f"http://127.0.0.1:{listening['port']}",
            database_url=database_url,
            data_api="PostgREST" if binary else "the emulator's Data API",
            folder=folder,
            packages=link_packages(folder / "site"),
            pids=pids | {"the latency proxy": proxy.pid},
        )


def _child(stack: ExitStack, module: str, *arguments: str) -> tuple[Process, dict[str, Any]]:
    """The process, and the JSON line it prints when it is ready. Raises RuntimeError if it ends instead."""
    process = start_child([sys.executable, "-m", module, *arguments], cwd=ROOT, output=subprocess.PIPE)
    stack.callback(stop_child, process)
    assert process.stdout is not None
    line = process.stdout.readline().decode()
    if not line.startswith("{"):
        raise RuntimeError(line + process.stdout.read().decode())
    return process, json.loads(line)


def _prepare(database_url: str) -> int:
    """Creates the baseline bot's table. Returns the process id of Postgres."""
    with psycopg.connect(_as_superuser(database_url), autocommit=True) as connection:
        connection.execute(_PREPARE)
        backend = connection.info.backend_pid
        return int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])


def _as_superuser(database_url: str) -> str:
    return database_url.replace("postgres@", f"{SUPERUSER}@")
