"""Everything around the functions that are measured, each part in a process of its own, and what those parts have used."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import jwt
import psycopg
from psycopg.rows import dict_row

from bench.instance import Instance, Kind, processor
from bench.postgrest import installed_postgrest, serve_postgrest
from emulator.child import Process, start_child, stop_child
from emulator.function import ROOT, settings
from emulator.meta.graph_api import Graph
from emulator.resend.resend_api import Resend
from emulator.supabase.postgres import SUPERUSER

_JWT_SECRET: Final = "a secret of the measurements, thirty-two bytes or more"  # noqa: S105
_POOL: Final = 20  # connections of PostgREST to Postgres
_PREPARE: Final = """
alter database mostrador set track_functions = 'pl';
create table public.afternoon_tickets (
  id bigint generated always as identity primary key, code text not null, phone text not null,
  description text not null, created_at timestamptz not null default now());
grant all on public.afternoon_tickets to service_role;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`data_api` names what stands before Postgres; `pids` are the processes whose time is told beside the functions'."""

    url: str
    database_url: str
    data_api: str
    site: Path
    logs: Path
    pids: dict[str, int]

    def instance(self, kind: Kind, **own: str) -> Instance:
        """One of these functions, to be entered."""
        return Instance(
            kind, self.site, self.settings() | own, self.logs / f"{kind.name.replace(', ', '-')}.log"
        )

    def settings(self) -> dict[str, str]:
        """The environment in which a function finds all this."""
        return settings(self.url, "http://desk.example", Graph(), Resend())

    def set(self, **far: float) -> dict[str, int]:
        """From now on the services are so many seconds away; says how often each was called until now."""
        answer = httpx.post(f"{self.url}/control", json=far, trust_env=False)
        calls: dict[str, int] = answer.json()
        return calls

    def processor(self) -> dict[str, float]:
        """Seconds of processor time of each part so far."""
        return {name: processor(pid, alone=name != "postgres") for name, pid in self.pids.items()}

    def rows(self, statement: str) -> list[dict[str, Any]]:
        """What the database says, or does."""
        with psycopg.connect(self.database_url, row_factory=dict_row, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@contextmanager
def surroundings(folder: Path, site: Path) -> Iterator[Surroundings]:
    """All of it running; nothing is left at the end."""
    with ExitStack() as stack:
        emulated = _child(stack, "emulator", "supabase")
        where = json.loads(_first_line(emulated))
        database_url = where["database_url"]
        pids = {"postgres": _prepare(database_url)}
        if binary := installed_postgrest():
            dsn = database_url.replace("postgres@", "authenticator@")
            running = stack.enter_context(serve_postgrest(binary, dsn, _JWT_SECRET, _POOL))
            pids["data api"] = running.pid
            token = jwt.encode({"role": "service_role"}, _JWT_SECRET, "HS256")
            gate = _child(stack, "bench.gate", str(running.port), token)
        else:
            pids["data api"] = emulated.pid
            gate = _child(stack, "bench.gate", where["supabase_url"].rpartition(":")[2])
        port = json.loads(_first_line(gate))["port"]
        yield Surroundings(
            url=f"http://127.0.0.1:{port}",
            database_url=database_url,
            data_api="PostgREST" if binary else "the emulator's Data API",
            site=site,
            logs=folder,
            pids=pids | {"gate": gate.pid},
        )


def _child(stack: ExitStack, module: str, *arguments: str) -> Process:
    process = start_child([sys.executable, "-m", module, *arguments], cwd=ROOT, output=subprocess.PIPE)
    stack.callback(stop_child, process)
    return process


def _first_line(process: Process) -> str:
    """What a child says when it is ready. Raises RuntimeError if it ends instead."""
    assert process.stdout is not None
    line = process.stdout.readline().decode()
    if not line.startswith("{"):
        raise RuntimeError(line + process.stdout.read().decode())
    return line


def _prepare(database_url: str) -> int:
    """What the measurements need in the database. Returns the process id of Postgres."""
    with psycopg.connect(database_url.replace("postgres@", f"{SUPERUSER}@"), autocommit=True) as connection:
        for statement in filter(str.strip, _PREPARE.split(";\n")):
            connection.execute(statement.encode())
        backend = connection.info.backend_pid
        return int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
