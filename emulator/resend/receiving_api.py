"""The part of Resend's API that gives out received e-mails: https://resend.com/docs/api-reference/emails/list-received-emails"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulator.call_log import BoundedList
from emulator.resend.downloads import Downloads
from emulator.resend.email_rules import ResendError
from emulator.resend.lists import listed
from emulator.resend.received_mail import ReceivedEmail, ReceivedPart

_FORMATS = {"data_uri", "cid"}


class ReceivingApi:
    """admit: raises ResendError for a call that may not read; clock: unix seconds. `mails`: what was received, oldest first."""

    def __init__(self, admit: Callable[[Request], None], clock: Callable[[], float]) -> None:
        self._admit = admit
        self.mails: BoundedList[ReceivedEmail] = BoundedList()
        self._downloads = Downloads(clock)

    def routes(self) -> list[Route]:
        """To stand before /emails/{id}."""
        return [
            Route("/emails/receiving", self._list),
            Route("/emails/receiving/{email_id}", self._get),
            Route("/emails/receiving/{email_id}/attachments", self._attachments),
            Route("/emails/receiving/{email_id}/attachments/{attachment_id}", self._attachment),
            Route("/downloads/{token}", self._downloads.serve),
        ]

    async def _list(self, request: Request) -> Response:
        self._admit(request)
        newest_first = [mail.listed() for mail in reversed(self.mails.all())]
        return JSONResponse(listed(newest_first, request.query_params))

    async def _get(self, request: Request) -> Response:
        self._admit(request)
        html_format = request.query_params.get("html_format", "data_uri")
        if html_format not in _FORMATS:
            raise ResendError(422, "validation_error", "The `html_format` must be `data_uri` or `cid`.")
        mail = self._mail(request)
        raw = self._downloads.offer(mail.raw, "message/rfc822", request)
        return JSONResponse({**mail.as_json(html_format), "raw": raw})

    async def _attachments(self, request: Request) -> Response:
        self._admit(request)
        parts = self._mail(request).parts
        page = listed([{"id": part.id} for part in parts], request.query_params)
        asked = {each["id"] for each in page["data"]}
        page["data"] = [self._with_url(part, request) for part in parts if part.id in asked]
        return JSONResponse(page)

    async def _attachment(self, request: Request) -> Response:
        self._admit(request)
        wanted = request.path_params["attachment_id"]
        part = next((part for part in self._mail(request).parts if part.id == wanted), None)
        if part is None:
            raise ResendError(404, "not_found", "Attachment not found")
        return JSONResponse({"object": "attachment", **self._with_url(part, request)})

    def _mail(self, request: Request) -> ReceivedEmail:
        wanted = request.path_params["email_id"]
        mail = next((mail for mail in self.mails.all() if mail.id == wanted), None)
        if mail is None:
            raise ResendError(404, "not_found", "Email not found")
        return mail

    def _with_url(self, part: ReceivedPart, request: Request) -> dict[str, object]:
        url = self._downloads.offer(part.content, part.content_type, request)
        return {**part.as_json(), "size": len(part.content), **url}
