"""Serves the page: its files, its event stream, and everything a person can do on it."""

from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import anyio.to_thread
import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from emulator import Json
from emulator.meta.graph_api import Graph
from emulator.meta.webhook_delivery import WebhookDelivery
from emulator.site.customer_actions import ActionRequest, Phone
from emulator.site.customer_list import NewCustomer, key_of
from emulator.site.fault_switches import FunctionAction, FunctionRequest, Switches
from emulator.site.mailed_replies import MailedReplies, ReplyRequest
from emulator.site.request_body import Body, Refused
from emulator.site.say_request import SayHandler, SayRequest
from emulator.site.sections import Sections
from emulator.site.security import file_response, guard, mail_response
from emulator.site.technicians_desk import ListRequest, TechniciansDesk

PAGE: Final = Path(__file__).with_name("page")
MAX_BYTES: Final = 25 * 1024 * 1024
_SWEEP_SECONDS = 60.0
T = TypeVar("T", bound=Body)


@dataclass(slots=True, kw_only=True)
class PageServer:
    """`sweep_url` is set when the sweep has started."""

    sections: Sections
    desk: TechniciansDesk
    graph: Graph
    customers: WebhookDelivery
    say: SayHandler
    replies: MailedReplies
    sweep_url: str = ""

    def app(self) -> ASGIApp:
        app = Starlette(
            routes=[
                Route("/", self._index),
                Mount("/page", StaticFiles(directory=PAGE)),
                Route("/emulator/desk", self._desk),
                Route("/emulator/events", self._events),
                Route("/emulator/file/{media_id}", self._file),
                Route("/emulator/mail/{mail_id}", self._mail),
                _post("say", SayRequest, self._say),
                _post("actions", ActionRequest, self._act),
                _post("reply", ReplyRequest, self.replies.reply),
                _post("customers", NewCustomer, self._add_customer),
                _post("switches", Switches, self._switch),
                _post("function", FunctionRequest, self._function),
                _post("reset_faults", Body, self._reset_faults),
                Route("/emulator/list", self._list, methods=["POST"]),
            ],
            exception_handlers={Refused: _refused},
        )
        return guard(app)

    # --- what the page loads ----------------------------------------------------------------------------------------

    async def _index(self, _: Request) -> Response:
        return FileResponse(PAGE / "index.html")

    async def _desk(self, _: Request) -> Response:
        return JSONResponse(self.desk.as_json())

    async def _events(self, _: Request) -> Response:
        return StreamingResponse(self.sections.events(), media_type="text/event-stream")

    async def _file(self, request: Request) -> Response:
        media = self.graph.media.get(request.path_params["media_id"])
        if media is None:
            raise HTTPException(404)
        return file_response(media)

    async def _mail(self, request: Request) -> Response:
        mail = self.sections.mail(request.path_params["mail_id"])
        if mail is None:
            raise HTTPException(404)
        return mail_response(mail)

    # --- what the page posts ----------------------------------------------------------------------------------------

    def _refuse_with_real_whatsapp(self) -> None:
        """Nobody plays the customer, or breaks anything for one, while there are real ones."""
        if self.desk.whatsapp is not None:
            raise Refused(f"With real WhatsApp, write to {self.desk.whatsapp['number']} from a phone", 409)

    async def _say(self, request: SayRequest) -> Json:
        self._refuse_with_real_whatsapp()
        try:
            return await anyio.to_thread.run_sync(self.say.say, request)
        except CancelledError:
            raise Refused("the emulator was stopped before this was delivered") from None

    async def _act(self, request: ActionRequest) -> Json:
        self._refuse_with_real_whatsapp()
        action, chat = request.root, self.sections.chat
        customer = chat.customers.get(action.customer)
        message = action.message(Phone(customer, self.graph, chat))
        self.customers.deliver(customer.webhook(message))
        return {"id": message["id"]}

    async def _add_customer(self, new: NewCustomer) -> Json:
        self._refuse_with_real_whatsapp()
        return {"key": key_of(self.sections.chat.customers.add(new))}

    async def _list(self, request: Request) -> Response:
        # Cookies know no ports: the one that the function has set on this host comes here, too.
        asked = ListRequest.read(await _body(request))
        return JSONResponse({"address": await self.desk.list_address(asked, request.cookies)})

    async def _switch(self, change: Switches) -> Json:
        self._refuse_with_real_whatsapp()
        return await self._end_pauses(await anyio.to_thread.run_sync(self.sections.switches.change, change))

    async def _reset_faults(self, _: Body) -> Json:
        return await self._end_pauses(await anyio.to_thread.run_sync(self.sections.switches.reset))

    async def _function(self, request: FunctionRequest) -> Json:
        if request.do is not FunctionAction.SWEEP:
            self._refuse_with_real_whatsapp()
        match request.do:
            case FunctionAction.FREEZE | FunctionAction.KILL_BETWEEN:
                self.sections.switches.arm(request.do, request.seconds)
            case FunctionAction.COLD_START:
                for instance in self.sections.switches.instances.all():
                    instance.restart()
            case FunctionAction.SWEEP:
                return await self._sweep()
        return {}

    async def _sweep(self) -> Json:
        async with httpx.AsyncClient(timeout=_SWEEP_SECONDS, trust_env=False) as client:
            try:
                answer = await client.post(f"{self.sweep_url}/")
            except httpx.HTTPError as error:
                message = f"the sweep could not be called: {type(error).__name__}"
                raise Refused(message, key="error.no_sweep") from None
        if answer.status_code != 200:
            raise Refused(f"the sweep answered {answer.status_code}", key="error.no_sweep")
        return {"outcomes": answer.json()["outcomes"]}

    async def _end_pauses(self, services: set[str]) -> Json:
        """A restored quota also ends the pause that the desk has given this channel."""
        for service in services:
            await self.sections.database.end_pause({"graph": "whatsapp", "resend": "email"}[service])
        return {}


def _post(name: str, model: type[T], handle: Callable[[T], Awaitable[Json]]) -> Route:
    """A route under /emulator whose body is a `model`."""

    async def endpoint(request: Request) -> Response:
        return JSONResponse(await handle(model.read(await _body(request))))

    return Route(f"/emulator/{name}", endpoint, methods=["POST"])


async def _body(request: Request) -> bytes:
    """Raises Refused beyond MAX_BYTES."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            raise Refused(f"more than {MAX_BYTES // 2**20} MB", 413)
    return bytes(body)


async def _refused(_: Request, error: Exception) -> Response:
    key = getattr(error, "key", "")
    return JSONResponse({"error": str(error), **({"key": key} if key else {})}, getattr(error, "status", 400))
