"""Somebody answers an e-mail on the page: Resend receives it as from their mail program, and tells the function."""

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import resend

from emulator import Json
from emulator.function import mailed_answers, settings, technicians
from emulator.meta.graph_api import Graph
from emulator.resend.email_rules import SentEmail
from emulator.resend.mail_delivery import MailDelivery
from emulator.resend.received_mail import ReceivedEmail
from emulator.resend.resend_api import Resend
from emulator.site.mailed_replies import MailedReplies, ReplyRequest
from emulator.site.request_body import Refused
from handlers.settings import Settings
from state.model.received_mail import Authentication
from tests.support.standins import Hook

ADDRESS = "tk7f3k9qx2-0123456789ab-c-0123456789abcdef0123@answers.example.com"
PASSED = Authentication(spf="pass", dkim="pass", dmarc="pass")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Marta's, with one e-mail in it."""

    standin: Resend
    hook: Hook
    replies: MailedReplies
    mail: SentEmail

    def reply(self, text: str = "Ya está listo.", **how: Any) -> Json:
        request = ReplyRequest.read(json.dumps({"mail": self.mail.id, "text": text, **how}).encode())
        return asyncio.run(self.replies.reply(request))

    @property
    def received(self) -> ReceivedEmail:
        """The only one."""
        (mail,) = self.standin.receiving.mails.all()
        return mail


Make = Callable[..., Mailbox]


@pytest.fixture
def make(graph: Graph, resend_standin: Resend, hook: Hook) -> Make:
    def make(
        reply_to: str = ADDRESS, to: str = "marta@example.com", function: str = "", **changed: str
    ) -> Mailbox:
        environment = settings("http://127.0.0.1:1", "http://127.0.0.1:2", graph, resend_standin)
        settled = Settings.from_environment({**environment, **technicians(), **mailed_answers(), **changed})
        delivery = MailDelivery(
            function or f"{hook.url}/", resend_standin.received_event, retry_delays=(0.0, 0.0)
        )
        replies = MailedReplies(settings=settled, resend=resend_standin, delivery=delivery)
        request = {
            "from": "Mostrador <a@example.com>",
            "to": [to],
            "subject": "TK-7F3K-9QX2",
            "text": "No enciende",
        }
        mail = SentEmail.model_validate({**request, "reply_to": [reply_to]}).model_copy(
            update={"id": "e1", "at": 1.0}
        )
        resend_standin.restore(mail, b"")
        return Mailbox(resend_standin, hook, replies, mail)

    return make


@pytest.fixture
def mailbox(make: Make) -> Mailbox:
    return make()


def test_the_function_is_told_with_a_signature(mailbox: Mailbox) -> None:
    said = mailbox.reply()
    (post,) = mailbox.hook.posts.all()
    assert said == {"id": mailbox.received.id, "status": 200, "answer": ""}
    assert post.json["data"]["email_id"] == mailbox.received.id
    (call,) = mailbox.replies.delivery.call_log.all()
    assert (call.request, call.status) == (post.json, 200)


@pytest.mark.parametrize(
    ("program", "sign"),
    [("gmail", "gmail_quote"), ("outlook", "WordSection1"), ("iphone", 'blockquote type="cite"')],
)
def test_the_technician_answers_with_their_program(mailbox: Mailbox, program: str, sign: str) -> None:
    mailbox.reply("Ya está.\r\nPase.", program=program)
    mail = mailbox.received
    assert mail.sender == "Marta Ruiz <marta@example.com>"
    assert mail.envelope.authentication == PASSED
    assert mail.envelope.received_for == (ADDRESS,)
    assert (mail.text or "").startswith("Ya está.\nPase.\n\n")
    assert "No enciende" in (mail.text or "")
    assert sign in (mail.html or "")


def test_a_stranger_answers_from_their_own_domain(mailbox: Mailbox) -> None:
    mailbox.reply(sender="stranger")
    assert mailbox.received.sender == "stranger@example.org"
    assert mailbox.received.envelope.authentication == PASSED


def test_somebody_poses_as_the_technician(mailbox: Mailbox) -> None:
    mailbox.reply(sender="forged")
    assert mailbox.received.sender == "Marta Ruiz <marta@example.com>"
    said = mailbox.received.envelope.authentication
    assert said is not None
    assert said.dmarc == "fail"
    assert b"Return-Path: <stranger@example.org>" in mailbox.received.raw


def test_an_absence_notice_is_automatic(mailbox: Mailbox) -> None:
    mailbox.reply("Vuelvo el lunes.", sender="out_of_office", program="outlook")
    assert mailbox.received.message["auto-submitted"] == "auto-replied"
    assert mailbox.received.text == "Vuelvo el lunes.\n"
    assert mailbox.received.raw.startswith(b"Return-Path: <>")


def test_a_copy_and_a_file_go_along(mailbox: Mailbox) -> None:
    content = base64.b64encode(b"%PDF-1.7").decode()
    file = {"name": "factura ñ.pdf", "content_type": "application/pdf", "content": content}
    mailbox.reply(cc="eva@example.com", file=file)
    assert mailbox.received.metadata()["cc"] == ["eva@example.com"]
    (part,) = mailbox.received.parts
    assert (part.filename, part.content) == ("factura ñ.pdf", b"%PDF-1.7")


def test_a_mailbox_without_a_name_answers_as_its_address(make: Make) -> None:
    mailbox = make(to="luisa@example.com")
    mailbox.reply()
    assert mailbox.received.sender == "luisa@example.com"


def test_a_name_of_any_letters_arrives(make: Make) -> None:
    mailbox = make(SUPPORT_EMAIL_TO='"Núñez, José" <marta@example.com>')
    mailbox.reply()
    assert mailbox.received.sender == '"Núñez, José" <marta@example.com>'


def test_nothing_may_be_typed(mailbox: Mailbox) -> None:
    mailbox.reply("")
    assert mailbox.received.text is not None


@pytest.mark.parametrize("answers", [[503], [401, 500]])
def test_what_is_not_accepted_is_delivered_again(mailbox: Mailbox, answers: list[int]) -> None:
    first, *_ = answers
    mailbox.hook.answers += answers

    async def reply() -> Json:
        request = ReplyRequest(mail="e1", text="Ya está.")
        said = await mailbox.replies.reply(request)
        while len(mailbox.replies.delivery.call_log.all()) <= len(answers):
            await asyncio.sleep(0.01)
        return said

    assert asyncio.run(asyncio.wait_for(reply(), 10))["status"] == first
    tries = mailbox.replies.delivery.call_log.all()
    assert tries[-1].status == 200
    assert len({json.dumps(each.request) for each in tries}) == 1


def test_it_says_that_the_function_did_not_answer(make: Make) -> None:
    mailbox = make(function="http://127.0.0.1:1/mail")
    assert mailbox.reply() == {"id": mailbox.received.id, "status": 0, "answer": "ConnectError"}


@pytest.mark.parametrize(
    ("made", "mail"),
    [
        ({}, "none"),
        ({"reply_to": "soporte@example.com"}, "e1"),
        ({"INBOUND_EMAIL_DOMAIN": ""}, "e1"),
        ({"RESEND_WEBHOOK_SECRET": ""}, "e1"),
    ],
)
def test_an_email_that_asks_for_no_answer_cannot_be_answered(make: Make, made: Any, mail: str) -> None:
    mailbox = make(**made)
    with pytest.raises(Refused, match="cannot be answered"):
        mailbox.reply(mail=mail)
    assert mailbox.standin.receiving.mails.all() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": "boss"},
        {"program": "pine"},
        {"cc": "eva"},
        {"cc": "eva@example.com\nBcc: x@example.com"},
        {"file": {"name": "a", "content_type": "pdf", "content": "AAAA"}},
        {"text": None},
    ],
)
def test_an_impossible_reply_is_refused(mailbox: Mailbox, wrong: Json) -> None:
    with pytest.raises(Refused):
        mailbox.reply(**wrong)


def test_resend_s_own_client_fetches_it(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resend, "api_url", mailbox.standin.url)
    monkeypatch.setattr(resend, "api_key", mailbox.standin.api_key)
    found = resend.Emails.Receiving.get(str(mailbox.reply()["id"]))
    assert (found["text"] or "").startswith("Ya está listo.")
