"""The stand-in for Meta's Graph API: accepts messages by Meta's rules and reports delivery statuses by webhook."""

import itertools
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulator import Json
from emulator.meta.account import ACCESS_TOKEN, APP_SECRET, Account
from emulator.meta.errors import GraphError, render_fault, unknown_object
from emulator.meta.management_api import ManagementApi, read_document, select_fields
from emulator.meta.media import Media, MediaStore, fits
from emulator.meta.media_upload import read_upload
from emulator.meta.message_rules import check_message, media_ids
from emulator.meta.recipient_rules import MetaSwitches, RecipientRules
from emulator.meta.sent_message import SentMessage, accepted, status_webhook
from emulator.meta.users import Users, read_recipient
from emulator.meta.webhook_delivery import WebhookDelivery
from emulator.meta.webhook_payload import BUSINESS, new_wamid
from emulator.multipart import discard
from emulator.stand_in import StandIn, base_url

FREE_SERVICE_MESSAGES = 1000


class Graph(ManagementApi, StandIn[SentMessage]):
    """`delivery` posts the statuses, once its `url` is set.

    `on_sent` is called with each accepted message, `on_read` with the wamid of each read receipt and whether it shows
    a typing indicator.
    """

    access_token, app_secret, business = ACCESS_TOKEN, APP_SECRET, BUSINESS
    phone_number_id = BUSINESS.phone_number_id

    def __init__(self) -> None:
        self.delivery = WebhookDelivery(None, APP_SECRET)
        self.on_sent: Callable[[SentMessage], None] = lambda _: None
        self.on_read: Callable[[str, bool], None] = lambda _wamid, _typing: None
        routes = [
            *self.management_routes(),
            Route("/whatsapp_business/attachments/", self._download),
            Route("/{version}/{object_id}", self._describe),
            Route("/{version}/{object_id}", self._delete, methods=["DELETE"]),
            Route("/{version}/{object_id}/media", self._upload, methods=["POST"]),
            Route("/{version}/{object_id}/messages", self._messages, methods=["POST"]),
        ]
        super().__init__(routes, render_fault)

    def note_inbound(self, identity: str, at: float | None = None) -> None:
        """This phone or BSUID wrote, which opens the service window."""
        self.users.wrote(identity, self.clock() if at is None else at)

    def reset(self) -> None:
        super().reset()
        self.delivery.url = None
        self.delivery.reset()
        self.users, self.account = Users(), Account()
        self.media = MediaStore(lambda: self.clock())
        self.switches = MetaSwitches()
        self._rules = RecipientRules(self.switches, self.users, self.account.templates, lambda: self.clock())
        self._service_messages = itertools.count(1)

    async def _messages(self, request: Request) -> Response:
        self.authorize(request)
        if request.path_params["object_id"] != self.phone_number_id:
            raise unknown_object(request.path_params["object_id"], "POST")
        if not self.account.is_registered:
            raise GraphError(code=133010)
        message = await read_document(request)
        if "status" in message:
            return self._mark_read(message)
        request.scope["marks"] += _marks(message)
        return JSONResponse(accepted(self._accept(message)))

    async def _describe(self, request: Request) -> Response:
        self.authorize(request)
        object_id = request.path_params["object_id"]
        owner = request.query_params.get("phone_number_id", self.phone_number_id)
        if object_id == self.phone_number_id:
            return JSONResponse(select_fields(self.account.number(), request))
        media = self.media.describe(object_id, base_url(request))
        if media is None or owner != self.phone_number_id:
            raise unknown_object(object_id, "GET")
        return JSONResponse(media)

    async def _download(self, request: Request) -> Response:
        self.authorize(request)
        media = self.media.fetch(request.query_params.get("hash", ""))
        if media is None:
            return Response(status_code=404)
        return Response(media.content, media_type=media.mime_type)

    async def _upload(self, request: Request) -> Response:
        body = request.stream()
        try:
            self.authorize(request)
            if request.path_params["object_id"] != self.phone_number_id:
                raise unknown_object(request.path_params["object_id"], "POST")
            uploaded = await read_upload(request.headers.get("content-type", ""), body)
        finally:
            await discard(body)
        media_id = self.media.upload(
            uploaded.content, uploaded.mime_type, uploaded.filename, self.phone_number_id
        )
        return JSONResponse({"id": media_id})

    async def _delete(self, request: Request) -> Response:
        """Of an uploaded file."""
        self.authorize(request)
        media = self.media.find(request.path_params["object_id"])
        if media is None or media.phone_number_id is None:
            raise unknown_object(request.path_params["object_id"], "DELETE")
        self.media.forget(media.media_id)
        return JSONResponse({"success": True})

    def _mark_read(self, message: Json) -> Response:
        if message.get("messaging_product") != "whatsapp" or message["status"] != "read":
            raise GraphError(code=100, details="Param status must be one of {READ}.")
        if message.get("typing_indicator", {"type": "text"}) != {"type": "text"}:
            raise GraphError(code=100, details="Param typing_indicator[type] must be one of {TEXT}.")
        self._rules.check_known(message.get("message_id"))
        self.on_read(message["message_id"], "typing_indicator" in message)
        return JSONResponse({"success": True})

    def _accept(self, message: Json) -> SentMessage:
        check_message(message)
        recipient = read_recipient(message)
        if message.get("type") == "reaction":
            self._rules.check_known(message["reaction"]["message_id"])
        files = [(kind, self._uploaded(where, media_id)) for where, kind, media_id in media_ids(message)]
        self._rules.check(recipient)
        failing = self._rules.later_failure(message, recipient)
        if not all(fits(kind, media) for kind, media in files):
            failing = failing or 131053
        sent = SentMessage(
            wamid=new_wamid(),
            at=self.clock(),
            recipient=recipient,
            person=self.users.find(recipient.identity),
            document=message,
            failing=failing,
            mime_type=next((media.mime_type for kind, media in files if kind == message["type"]), None),
            free=message.get("type") != "template" and next(self._service_messages) <= FREE_SERVICE_MESSAGES,
        )
        self.users.remember_message(sent.wamid)
        self._accepted.add(sent)
        self.on_sent(sent)
        self._report(sent)
        return sent

    def _uploaded(self, where: str, media_id: str) -> Media:
        """Raises GraphError unless this number has uploaded it within 30 days."""
        media = self.media.find(media_id)
        if media is None or media.phone_number_id != self.phone_number_id:
            title = f"(#100) Param {where}['id'] is not a valid whatsapp business account media attachment ID"
            raise GraphError(code=100, title=title)
        return media

    def _report(self, sent: SentMessage) -> None:
        """Post the delivery statuses that are switched on."""
        if sent.recipient.lost or self.delivery.url is None:
            return
        names = ("failed",) if sent.failing else ("sent", "delivered", "read")
        for step, name in enumerate((name for name in names if name in self.switches.statuses), 1):
            payload = status_webhook(sent, name, self.clock())
            self.delivery.deliver(payload, after=step * self.switches.status_seconds)


def _marks(message: Json) -> list[str]:
    """What Meta accepts and a test may want to see."""
    to, both = str(message.get("to", "")), bool(message.get("to")) and bool(message.get("recipient"))
    without_plus = to.isdigit()  # Meta may then put the country code of the business before it
    return ["to and recipient"] * both + ["to without +"] * without_plus
