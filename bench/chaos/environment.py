"""The emulated services of a run, with a path for each instance, so that every call is recorded with its caller."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from bench.chaos.scenario import Scenario
from emulator.call_log import CallLog
from emulator.faults import Faults
from emulator.function import settings
from emulator.meta.graph_api import Graph
from emulator.resend.resend_api import Resend
from emulator.resend.switches import ANSWER_DOMAIN
from emulator.serving import serve_in_thread
from emulator.stand_in import instrument
from emulator.supabase import storage_errors
from emulator.supabase.project import LocalSupabase

MAX_CALLS = 1_000_000
SERVICES = ("rest", "storage", "graph", "resend")


class Environment:
    """Meta, Resend and Supabase at one address: /<instance>/rest/v1, /<instance>/storage/v1, /<instance>/graph and
    /<instance>/resend.

    `called` has an event for each instance, set at each of its calls: the moment to kill or freeze it.
    """

    def __init__(self, scenario: Scenario, supabase: LocalSupabase) -> None:
        self.supabase, self.graph, self.resend = supabase, Graph(), Resend()
        self.address = ""
        self.called: defaultdict[str, threading.Event] = defaultdict(threading.Event)
        self.calls = {service: CallLog(MAX_CALLS) for service in SERVICES}
        self.faults = {
            "rest": Faults(seed=scenario.seed),
            "storage": Faults(storage_errors.render_fault, seed=scenario.seed),
            "graph": Faults(self.graph.faults.render, seed=scenario.seed),
            "resend": Faults(self.resend.faults.render, seed=scenario.seed),
        }
        apps = (
            # Supabase's app serves /rest and /storage itself.
            ("rest", supabase.app, 1),
            ("storage", supabase.app, 1),
            ("graph", self.graph.app, 2),
            ("resend", self.resend.app, 2),
        )
        self._services = {
            name: instrument(_mount(app, segments), call_log=self.calls[name], faults=self.faults[name])
            for name, app, segments in apps
        }
        if not scenario.statuses:
            self.graph.switches.statuses = ()

    def settings(self, instance: str) -> dict[str, str]:
        """The environment variables of the instance of this name."""
        given = settings(f"{self.address}/{instance}", "http://desk.example", self.graph, self.resend)
        given["INBOUND_EMAIL_DOMAIN"] = ANSWER_DOMAIN
        return given | {"BUBBLES_A_DAY": "1000000"}  # the checker expects every reply

    @contextmanager
    def serve(self) -> Iterator[None]:
        with serve_in_thread(self) as self.address:
            yield
        self.graph.delivery.close()

    # Not a Starlette app: its middleware would stand between a fault and the connection that it may cut.
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.supabase.app(scope, receive, send)
            return
        _, instance, service, _ = scope["path"].split("/", 3)
        self.called[instance].set()
        await self._services[service](scope, receive, send)


def _mount(app: ASGIApp, segments: int) -> ASGIApp:
    """`app` without the first segments of the path, which stay in the record of the call."""

    async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
        *first, rest = scope["path"].split("/", segments + 1)
        given = {"path": f"/{rest}", "raw_path": f"/{rest}".encode(), "root_path": "/".join(first)}
        await app({**scope, **given}, receive, send)

    return mounted
