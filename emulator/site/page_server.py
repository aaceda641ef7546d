"""What the page is served from and asks for: its files, its stream, and everything a person can do on it."""

from __future__ import annotations

import json
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, Final

import anyio.to_thread
import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from emulator.meta.graph_api import Graph
from emulator.meta.webhook_delivery import WebhookDelivery
from emulator.meta.wire import Json
from emulator.site.breakage import Breakage, read_seconds
from emulator.site.event_stream import Stream
from emulator.site.people import People
from emulator.site.phone_input import Acts
from emulator.site.play import Actor, Line, NothingSaid
from emulator.site.request_fields import Refused, read_choice, read_object
from emulator.site.sections import Sections
from emulator.site.static_files import HEADERS, mail_page, page_file, sent_file

MAX_BYTES: Final = 25 * 1024 * 1024
_SWEEP_SECONDS = 60.0


class TooLong(Exception):
    """More than anybody sends from a phone."""


@dataclass(slots=True, kw_only=True)
class PageServer:
    """`sweep_url` is for whoever has started a sweep to fill in."""

    sections: Sections
    stream: Stream
    breakage: Breakage
    graph: Graph
    customers: WebhookDelivery
    actor: Actor
    sweep_url: str = ""

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self._index),
                Route("/page/{name}", self._static),
                Route("/emulator/events", self._events),
                Route("/emulator/file/{media_id}", self._file),
                Route("/emulator/mail/{mail_id}", self._mail),
                Route("/emulator/say", self._say, methods=["POST"]),
                Route("/emulator/act", self._act, methods=["POST"]),
                Route("/emulator/people", self._add_person, methods=["POST"]),
                Route("/emulator/switch", self._switch, methods=["POST"]),
                Route("/emulator/function", self._function, methods=["POST"]),
                Route("/emulator/reset_faults", self._reset_faults, methods=["POST"]),
            ],
            exception_handlers={Refused: _refused, NothingSaid: _refused, TooLong: _too_long},
        )

    @property
    def _people(self) -> People:
        return self.sections.chat.people

    # --- reading ----------------------------------------------------------------------------------------------------

    async def _index(self, _: Request) -> Response:
        return page_file("index.html")

    async def _static(self, request: Request) -> Response:
        return page_file(request.path_params["name"])

    async def _events(self, _: Request) -> Response:
        return StreamingResponse(self.stream.events(), media_type="text/event-stream", headers=HEADERS)

    async def _file(self, request: Request) -> Response:
        return sent_file(self.graph.media.get(request.path_params["media_id"]))

    async def _mail(self, request: Request) -> Response:
        return mail_page(self.sections.mail(request.path_params["mail_id"]))

    # --- acting -----------------------------------------------------------------------------------------------------

    async def _act(self, request: Request) -> Response:
        asked = read_object(await _read(request))
        customer = self._people.get(asked.get("person")).as_customer()
        message = Acts(self.graph, self.sections.chat).message(customer, asked)
        self.customers.deliver(customer.webhook(message))
        return JSONResponse({"ok": True, "id": message["id"]})

    async def _add_person(self, request: Request) -> Response:
        return JSONResponse({"ok": True, "key": self._people.add(await _read(request)).key})

    async def _switch(self, request: Request) -> Response:
        asked = await _read(request)
        await self._new_day(await anyio.to_thread.run_sync(self.breakage.switch, asked))
        return JSONResponse({"ok": True})

    async def _reset_faults(self, request: Request) -> Response:
        read_object(await _read(request))
        await self._new_day(await anyio.to_thread.run_sync(self.breakage.reset))
        return JSONResponse({"ok": True})

    async def _function(self, request: Request) -> Response:
        asked = read_object(await _read(request), "do", "seconds")
        match read_choice(asked, "do", "kill_between", "freeze", "cold_start", "sweep"):
            case "freeze":
                self.breakage.arm("freeze", read_seconds(asked))
            case "cold_start":
                for instance in self.breakage.instances.all():
                    instance.restart()
            case "sweep":
                return JSONResponse({"ok": True, **await self._sweep()})
            case what:
                self.breakage.arm(what)
        return JSONResponse({"ok": True})

    async def _say(self, request: Request) -> Response:
        line = Line.from_json(await _read(request))
        try:
            return JSONResponse(await anyio.to_thread.run_sync(self.actor.say, line))
        except CancelledError:
            raise Refused("everything has ended before this was delivered") from None

    async def _sweep(self) -> Json:
        async with httpx.AsyncClient(timeout=_SWEEP_SECONDS, trust_env=False) as client:
            try:
                answer = await client.post(f"{self.sweep_url}/")
            except httpx.HTTPError as error:
                raise Refused(f"the sweep could not be called: {type(error).__name__}") from None
        if answer.status_code != 200:
            raise Refused(f"the sweep answered {answer.status_code}")
        return {"outcomes": answer.json()["outcomes"]}

    async def _new_day(self, services: set[str]) -> None:
        """A quota comes back with the day: the rest that the desk gave this channel is over, too."""
        for service in services:
            await self.sections.tables.end_rest({"graph": "whatsapp", "resend": "email"}[service])


async def _read(request: Request) -> Any:
    """The JSON of a request. Raises Refused, TooLong."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            raise TooLong
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("send JSON") from None


async def _refused(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


async def _too_long(_: Request, __: Exception) -> Response:
    return JSONResponse({"error": f"more than {MAX_BYTES // 2**20} MB"}, 413, {"connection": "close"})
