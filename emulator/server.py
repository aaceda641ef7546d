"""All stand-ins behind one address: Meta under /graph, Resend under /resend, Supabase under /rest/v1, and the customer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from emulator.actor import Actor, Line, NothingSaid
from emulator.delivery import Delivery
from emulator.faults import Faults
from emulator.front import front
from emulator.graph import Graph
from emulator.ledger import Ledger
from emulator.resend import Resend
from emulator.supabase import LocalSupabase


class StandIns:
    """Meta, Resend and Supabase as they run beside the function. `app` is what to serve, once Supabase has started."""

    def __init__(self, supabase: LocalSupabase) -> None:
        self.supabase = supabase
        self.supabase_ledger, self.supabase_faults = Ledger(), Faults()
        self.graph, self.resend = Graph(), Resend()
        self.customers = Delivery(None, self.graph.app_secret, noted=self.graph.note_payload)

    def deliver_to(self, webhook_url: str) -> None:
        """From now on what customers write, and what becomes of our messages, is posted there."""
        self.customers.url = self.graph.delivery.url = webhook_url

    def app(self) -> Starlette:
        data_api = self.supabase.app

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            async with data_api.router.lifespan_context(data_api):
                yield

        return Starlette(
            routes=[
                Route("/emulator/say", self._say, methods=["POST"]),
                Mount("/graph", self.graph.app),
                Mount("/resend", self.resend.app),
                Mount("/", front(data_api, ledger=self.supabase_ledger, faults=self.supabase_faults)),
            ],
            lifespan=lifespan,
        )

    def close(self) -> None:
        self.customers.close()
        self.graph.close()

    async def _say(self, request: Request) -> Response:
        actor = Actor(self.graph, self.resend, self.customers, self.supabase.database_url)
        try:
            line = Line.from_json(await request.json())
            heard = await anyio.to_thread.run_sync(actor.say, line)
        except NothingSaid as problem:
            return JSONResponse({"error": str(problem)}, status_code=400)
        return JSONResponse(heard)
