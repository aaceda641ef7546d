"""Somebody answers one of our e-mails on the page: it is composed as a mail program would, and received as Resend would."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import formataddr, parseaddr
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from emulator import Json
from emulator.resend.composed_reply import COMPOSERS, AttachedFile, Program, Reply, out_of_office
from emulator.resend.email_rules import Address, MimeType, SentEmail
from emulator.resend.mail_delivery import MailDelivery
from emulator.resend.resend_api import PASSED, Resend
from emulator.site.request_body import Body, Line, Refused
from handlers.settings import Settings
from state.model.received_mail import Authentication

STRANGER = "stranger@example.org"
# The server that brings it may send for its own domain, which is not that of the From header.
_FORGED = Authentication(spf="pass", dkim="none", dmarc="fail")


class Sender(StrEnum):
    """Who answers: the technician to whom the e-mail went, somebody else, somebody who says to be the technician, or a notice of absence."""

    TECHNICIAN = "technician"
    STRANGER = "stranger"
    FORGED = "forged"
    OUT_OF_OFFICE = "out_of_office"


class ReplyFile(Body):
    name: Line
    content_type: MimeType
    content: Annotated[bytes, Field(min_length=1)]

    def attached(self) -> AttachedFile:
        return AttachedFile(name=self.name, content_type=self.content_type, content=self.content)


class ReplyRequest(Body):
    """mail: the id of the e-mail that is answered."""

    mail: Line
    text: str
    sender: Sender = Sender.TECHNICIAN
    program: Program = Program.GMAIL
    cc: Address | None = None
    file: ReplyFile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedReplies:
    """settings: those of the function."""

    settings: Settings
    resend: Resend
    delivery: MailDelivery

    async def reply(self, request: ReplyRequest) -> Json:
        """Returns what the function has answered to the webhook; status 0: nothing. Raises Refused."""
        mail = self._answerable(request.mail)
        message = _composer(request)(self._reply(request, mail))
        match request.sender:
            case Sender.FORGED:
                received = self.resend.receive(message, _FORGED, sender=STRANGER)
            case Sender.OUT_OF_OFFICE:
                received = self.resend.receive(message, PASSED, sender="")
            case _:
                received = self.resend.receive(message)
        call = await self.delivery.deliver(received.mail)
        return {"id": received.mail.id, "status": call.status, "answer": call.answer}

    def _answerable(self, mail_id: str) -> SentEmail:
        mail = next((mail for mail in self.resend.messages if mail.id == mail_id), None)
        domain = self.settings.answer_domain
        if mail is None or not domain or not any(_domain(each) == domain for each in mail.reply_to):
            raise Refused("this e-mail cannot be answered", 409)
        return mail

    def _reply(self, request: ReplyRequest, mail: SentEmail) -> Reply:
        return Reply(
            answered=mail,
            sender=STRANGER if request.sender is Sender.STRANGER else self._technician(mail),
            text=request.text.replace("\r\n", "\n"),
            at=datetime.now(self.settings.support_timezone),
            language=self.settings.default_language,
            cc=request.cc or "",
            file=request.file.attached() if request.file else None,
        )

    def _technician(self, mail: SentEmail) -> str:
        address = parseaddr(mail.to[0])[1]
        known = (each for each in self.settings.technicians if each.address.lower() == address.lower())
        name = next((each.name for each in known), "")
        return formataddr((name, address), "utf-8") if name.isascii() else f'"{name}" <{address}>'


def _composer(request: ReplyRequest) -> Callable[[Reply], EmailMessage]:
    return out_of_office if request.sender is Sender.OUT_OF_OFFICE else COMPOSERS[request.program]


def _domain(address: str) -> str:
    return parseaddr(address)[1].rpartition("@")[2].lower()
