"""The stand-in for Meta's Graph API: takes messages by Meta's rules and reports back by webhook."""

import itertools
import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from emulator.bounded_list import Shelf
from emulator.call_list import Ledger
from emulator.faults import Faults
from emulator.meta.account import Account
from emulator.meta.admin import Admin, shown
from emulator.meta.customers import BUSINESS, Business, statuses
from emulator.meta.errors import GraphError, render_fault, unknown_object
from emulator.meta.media import MediaStore
from emulator.meta.message_rules import check_message
from emulator.meta.recipient_rules import Gate, Switches
from emulator.meta.sent_message import SentMessage, accepted, status, status_contacts
from emulator.meta.users import Book, read_recipient
from emulator.meta.webhook_delivery import WebhookDelivery
from emulator.meta.wire import Json, new_wamid
from emulator.stand_in import front

FREE_SERVICE_MESSAGES = 1000


class Graph:
    """`app` is what to serve; `url` is for whoever serves it to fill in. Secrets are made up, not Meta's.

    `sent` hears of each accepted message, `marked` of each read receipt and whether "typing..." came with it.
    """

    def __init__(
        self,
        *,
        access_token: str = "EAAstand-in",  # noqa: S107 - opens nothing but this stand-in
        app_secret: str = "0123456789abcdef0123456789abcdef",  # noqa: S107
        business: Business = BUSINESS,
        webhook_url: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.access_token, self.app_secret, self.business = access_token, app_secret, business
        self.url = ""
        self.clock = clock
        self.ledger, self.faults = Ledger(), Faults(render_fault)
        self.delivery = WebhookDelivery(webhook_url, app_secret)
        self.sent: Callable[[SentMessage], None] = lambda _: None
        self.marked: Callable[[str, bool], None] = lambda _wamid, _typing: None
        self._forget()
        self.app: ASGIApp = front(self._routes(), ledger=self.ledger, faults=self.faults)

    @property
    def phone_number_id(self) -> str:
        return self.business.phone_number_id

    @property
    def switches(self) -> Switches:
        return self._gate.switches

    @property
    def messages(self) -> list[SentMessage]:
        """Every message that was accepted, also those that will fail or get lost."""
        return self._sent.all()

    def wait(self, count: int, seconds: float = 10.0) -> list[SentMessage]:
        """All messages, once there are at least `count`; raises TimeoutError."""
        return self._sent.wait(count, seconds)

    def note_inbound(self, identity: str, at: float | None = None) -> None:
        """This phone or BSUID wrote: opens the 24 hours."""
        self.book.wrote(identity, self.clock() if at is None else at)

    def note_payload(self, payload: Json) -> None:
        """A webhook is about to be delivered: learns people, times and message ids from it."""
        self.book.note(payload)

    def put_media(self, content: bytes, mime_type: str, filename: str | None = None) -> str:
        return self.media.put(content, mime_type, filename).media_id

    def reset(self, *, clock: Callable[[], float] = time.time) -> None:
        """As new, but for the address it is served at."""
        self.clock = clock
        self.delivery.url = None
        self.delivery.reset()
        self.faults.clear()
        self.ledger.clear()
        self._forget()

    def close(self) -> None:
        self.delivery.close()

    def _forget(self) -> None:
        self.book, self.media = Book(), MediaStore()
        self.account = Account(
            access_token=self.access_token, app_secret=self.app_secret, business=self.business
        )
        self._gate = Gate(self.book, lambda: self.clock())
        self._sent: Shelf[SentMessage] = Shelf()
        self._service_messages = itertools.count(1)

    def _routes(self) -> Starlette:
        self._admin = Admin(lambda: self.account)
        routes = [
            *self._admin.routes(),
            Route("/whatsapp_business/attachments/", self._download, methods=["GET"]),
            Route("/{version}/{object_id}", self._describe, methods=["GET"]),
            Route("/{version}/{object_id}/messages", self._messages, methods=["POST"]),
        ]
        return Starlette(routes=routes, exception_handlers={GraphError: _answer_error})

    async def _messages(self, request: Request) -> Response:
        self._admin.authorize(request)
        if request.path_params["object_id"] != self.phone_number_id:
            raise unknown_object(request.path_params["object_id"], "POST")
        message = await _read_json(request)
        if "status" in message:
            return self._mark_read(message)
        request.scope["marks"] += _marks(message)
        return JSONResponse(accepted(self._take(message)))

    async def _describe(self, request: Request) -> Response:
        self._admin.authorize(request)
        object_id = request.path_params["object_id"]
        owner = request.query_params.get("phone_number_id", self.phone_number_id)
        if object_id == self.phone_number_id:
            return JSONResponse(shown(self.account.number(), request))
        media = self.media.describe(object_id, _own_address(request), self.clock())
        if media is None or owner != self.phone_number_id:
            raise unknown_object(object_id, "GET")
        return JSONResponse(media)

    async def _download(self, request: Request) -> Response:
        self._admin.authorize(request)
        media = self.media.fetch(request.query_params.get("hash", ""), self.clock())
        if media is None:
            return Response(status_code=404)
        return Response(media.content, media_type=media.mime_type)

    def _mark_read(self, message: Json) -> Response:
        if message.get("messaging_product") != "whatsapp" or message["status"] != "read":
            raise GraphError(code=100, details="Param status must be one of {READ}.")
        if message.get("typing_indicator", {"type": "text"}) != {"type": "text"}:
            raise GraphError(code=100, details="Param typing_indicator[type] must be one of {TEXT}.")
        self._gate.check_known(message.get("message_id"))
        self.marked(message["message_id"], "typing_indicator" in message)
        return JSONResponse({"success": True})

    def _take(self, message: Json) -> SentMessage:
        check_message(message)
        recipient = read_recipient(message)
        if message.get("type") == "reaction":
            self._gate.check_known(message["reaction"]["message_id"])
        self._gate.check(recipient)
        sent = SentMessage(
            wamid=new_wamid(),
            at=self.clock(),
            recipient=recipient,
            person=self.book.find(recipient.identity),
            document=message,
            failing=self._gate.failing(message, recipient),
            free=message.get("type") != "template" and next(self._service_messages) <= FREE_SERVICE_MESSAGES,
        )
        self.book.remember(sent.wamid)
        self._sent.add(sent)
        self.sent(sent)
        self._report(sent)
        return sent

    def _report(self, sent: SentMessage) -> None:
        if sent.recipient.lost or self.delivery.url is None:
            return
        names = ("failed",) if sent.failing else ("sent", "delivered", "read")
        for step, name in enumerate((name for name in names if name in self.switches.echo), 1):
            payload = statuses([status(sent, name, self.clock())], status_contacts(sent, name), self.business)
            self.delivery.deliver(payload, after=step * self.switches.echo_seconds)


def _marks(message: Json) -> list[str]:
    """What a test may want to see though Meta lets it pass."""
    to, both = str(message.get("to", "")), bool(message.get("to")) and bool(message.get("recipient"))
    without_plus = to.isdigit()  # Meta: its own country code may then be put before it
    return ["to and recipient"] * both + ["to without +"] * without_plus


def _own_address(request: Request) -> str:
    """Where this call found us: in `make run` below a path, which says who calls. Nobody takes a file from elsewhere."""
    caller = f"/from/{request.scope['caller']}" if "caller" in request.scope else ""
    return f"{request.url.scheme}://{request.url.netloc}{caller}{request.scope.get('root_path', '')}"


async def _read_json(request: Request) -> Json:
    try:
        document = await request.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise GraphError(code=100, details="The body is not a JSON object.")
    return document


async def _answer_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, GraphError):
        raise error
    return error.response()
