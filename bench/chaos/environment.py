"""The emulated services of a run, with an address for each instance, so that every call is recorded under its caller."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from bench.chaos.scenario import Scenario
from emulator.call_log import CallLog
from emulator.faults import Faults
from emulator.function import settings
from emulator.meta.errors import render_fault as graph_fault
from emulator.meta.graph_api import Graph
from emulator.resend.resend_api import Resend
from emulator.resend.resend_api import render_fault as resend_fault
from emulator.serving import serve_in_thread
from emulator.stand_in import instrument
from emulator.supabase.project import LocalSupabase

MAX_CALLS = 1_000_000
SERVICES = ("rest", "graph", "resend")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One instance's way to the services. `called` is set at each call: the moment to kill or freeze it."""

    apps: dict[str, ASGIApp]
    calls: dict[str, CallLog]
    called: threading.Event = field(default_factory=threading.Event)


class Environment:
    """Meta, Resend and Supabase at one address: /<instance>/rest/v1, /<instance>/graph and /<instance>/resend."""

    def __init__(self, scenario: Scenario, supabase: LocalSupabase) -> None:
        self.supabase, self.graph, self.resend = supabase, Graph(), Resend()
        self.address = ""
        self.faults = {
            "rest": Faults(seed=scenario.seed),
            "graph": Faults(graph_fault, seed=scenario.seed),
            "resend": Faults(resend_fault, seed=scenario.seed),
        }
        self._apps: dict[str, ASGIApp] = {
            "rest": supabase.app,
            "graph": self.graph.app,
            "resend": self.resend.app,
        }
        self._endpoints: dict[str, Endpoint] = {}
        if not scenario.statuses:
            self.graph.switches.statuses = ()

    def add_endpoint(self, name: str) -> Endpoint:
        calls = {service: CallLog(MAX_CALLS) for service in SERVICES}
        apps = {
            service: instrument(app, call_log=calls[service], faults=self.faults[service])
            for service, app in self._apps.items()
        }
        self._endpoints[name] = Endpoint(apps=apps, calls=calls)
        return self._endpoints[name]

    def calls(self) -> dict[str, CallLog]:
        """The recorded calls by "<instance>-<service>"."""
        return {
            f"{name}-{service}": calls
            for name, endpoint in self._endpoints.items()
            for service, calls in endpoint.calls.items()
        }

    def settings(self, name: str) -> dict[str, str]:
        """The environment variables of the instance of this name."""
        return settings(f"{self.address}/{name}", "http://desk.example", self.graph, self.resend)

    @contextmanager
    def serve(self) -> Iterator[None]:
        with serve_in_thread(self) as self.address:
            yield
        self.graph.close()

    # Not a Starlette app: its middleware would stand between a fault and the connection that it may cut.
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.supabase.app(scope, receive, send)
            return
        _, name, service, path = scope["path"].split("/", 3)
        endpoint = self._endpoints[name]
        endpoint.called.set()
        path = f"/rest/{path}" if service == "rest" else f"/{path}"
        await endpoint.apps[service]({**scope, "path": path, "raw_path": path.encode()}, receive, send)
