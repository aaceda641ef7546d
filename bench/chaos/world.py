"""The stand-ins of a run, with a door of its own for each instance, so that every call has a name on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from bench.chaos.plan import Plan
from bench.chaos.trouble import switch_on
from emulator.call_list import Ledger
from emulator.faults import Faults
from emulator.function import settings
from emulator.meta.errors import render_fault as graph_fault
from emulator.meta.graph_api import Graph
from emulator.resend.resend_api import Resend
from emulator.resend.resend_api import render_fault as resend_fault
from emulator.serving import serve_in_thread
from emulator.stand_in import front
from emulator.supabase.project import LocalSupabase

KEPT_CALLS = 1_000_000
SERVICES = ("rest", "graph", "resend")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One instance's way to its dependencies. `called` is set with each call: the moment to strike."""

    name: str
    apps: dict[str, ASGIApp]
    ledgers: dict[str, Ledger]
    called: threading.Event = field(default_factory=threading.Event)


class World:
    """Meta, Resend and Supabase at one address: /<instance>/rest/v1, /<instance>/graph and /<instance>/resend."""

    def __init__(self, plan: Plan, supabase: LocalSupabase) -> None:
        self.plan, self.supabase = plan, supabase
        self.graph, self.resend = Graph(), Resend()
        self.faults = {
            "rest": Faults(seed=plan.seed),
            "graph": Faults(graph_fault, seed=plan.seed),
            "resend": Faults(resend_fault, seed=plan.seed),
        }
        self.doors: dict[str, Door] = {}
        self.address = ""
        if not plan.echo:
            self.graph.switches.echo = ()

    def open_door(self, name: str) -> Door:
        apps: dict[str, ASGIApp] = {
            "rest": self.supabase.app,
            "graph": self.graph.app,
            "resend": self.resend.app,
        }
        ledgers = {service: Ledger(KEPT_CALLS) for service in SERVICES}
        doors = {
            service: front(app, ledger=ledgers[service], faults=self.faults[service])
            for service, app in apps.items()
        }
        self.doors[name] = Door(name=name, apps=doors, ledgers=ledgers)
        return self.doors[name]

    def environment(self, name: str) -> dict[str, str]:
        """What the instance of this name is told."""
        return settings(f"{self.address}/{name}", "http://desk.example", self.graph, self.resend)

    def start_trouble(self) -> None:
        for service, faults in self.faults.items():
            switch_on(faults, service, self.plan.faults)

    def end_trouble(self) -> None:
        for faults in self.faults.values():
            faults.clear()

    @contextmanager
    def served(self) -> Iterator[None]:
        with serve_in_thread(self) as self.address:
            yield
        self.graph.close()

    # Not a Starlette app: its middleware would stand between a door and the connection that the door may cut.
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.supabase.app(scope, receive, send)
            return
        _, name, service, path = scope["path"].split("/", 3)
        door = self.doors[name]
        door.called.set()
        path = f"/rest/{path}" if service == "rest" else f"/{path}"
        await door.apps[service]({**scope, "path": path, "raw_path": path.encode()}, receive, send)
