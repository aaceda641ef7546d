"""Requests to Resend, and the result of each of its answers."""

import dataclasses
from typing import Any

import pytest
import resend
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.http import Http
from channels.resend_email import Resend, email_request
from channels.whatsapp_media import Media
from emulator.resend.resend_api import Resend as Standin
from emulator.serving import serve_in_thread
from state.model.outbox_row import Email, Outcome

NOWHERE = Media("http://127.0.0.1:1", "v25.0", "1", "EAAx", Http())
MAIL = Email(subject="TK-4QSG-G2E7 · impresora", html="<p>ñ</p>", text="ñ")

SENDER = "Soporte <soporte@example.com>"


def body(**changes: object) -> dict[str, Any]:
    made = email_request(
        MAIL, SENDER, "a@example.com", ["a@example.com", "b@example.com"], "TK-4QSG-G2E7", "mail/x"
    )
    return {**made, **changes}


@pytest.fixture
def channel(resend_standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Resend:
    monkeypatch.setattr(resend, "api_url", resend_standin.url)
    return Resend(resend_standin.api_key, NOWHERE, Http())


def test_the_request() -> None:
    assert body() == {
        "from": "Soporte <soporte@example.com>",
        "to": ["a@example.com"],
        "subject": "TK-4QSG-G2E7 · impresora",
        "html": "<p>ñ</p>",
        "text": "ñ",
        "reply_to": ["a@example.com", "b@example.com"],
        "headers": {
            "Message-ID": "<TK-4QSG-G2E7.b9ca0668971d8f736947@example.com>",
            "In-Reply-To": "<TK-4QSG-G2E7@example.com>",
            "References": "<TK-4QSG-G2E7@example.com>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
        "tags": [{"name": "ticket", "value": "TK-4QSG-G2E7"}],
    }


@pytest.mark.parametrize(
    ("sender", "about", "shown"),
    [
        (SENDER, "Ana Pérez", '"Ana Pérez (Soporte)" <soporte@example.com>'),
        ("soporte@example.com", "Ana Pérez", '"Ana Pérez" <soporte@example.com>'),
        ('"Acme, Soporte" <soporte@example.com>', "Ana", '"Ana (Acme, Soporte)" <soporte@example.com>'),
        (SENDER, 'Ana "x" <a@evil.example>\\', '"Ana x aevil.example (Soporte)" <soporte@example.com>'),
        (SENDER, "", SENDER),
    ],
)
def test_the_customer_is_in_the_sender_s_name(sender: str, about: str, shown: str, channel: Resend) -> None:
    mail = dataclasses.replace(MAIL, about=about)
    made = email_request(mail, sender, "a@example.com", ["a@example.com"], "TK-4QSG-G2E7", "mail/x")
    assert made["from"] == shown
    assert channel.send(made, "mail/x").outcome is Outcome.SENT


def test_one_thread_for_a_ticket_and_nobody_s_number_in_it() -> None:
    """A wamid carries the customer's number; whoever answers writes to the technicians."""

    def headers(key: str) -> dict[str, str]:
        made: dict[str, str] = email_request(
            MAIL, SENDER, "a@example.com", ["a@example.com"], "TK-4QSG-G2E7", key
        )["headers"]
        return made

    first, second = headers("mail/TK-4QSG-G2E7/opened"), headers("mail/wamid.NTQ5MTE1NTU1MDEyMw")
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert first["Message-ID"] != second["Message-ID"]
    assert first == headers("mail/TK-4QSG-G2E7/opened")
    assert "NTQ5" not in str(second)


def test_it_arrives_under_its_key(channel: Resend, resend_standin: Standin) -> None:
    result = channel.send(body(), "mail/x")
    (mail,) = resend_standin.messages
    assert (result.outcome, result.provider_id, mail.key) == (Outcome.SENT, mail.id, "mail/x")
    assert (mail.subject, mail.html, mail.text) == (MAIL.subject, MAIL.html, MAIL.text)


def test_again_is_the_same_mail(channel: Resend, resend_standin: Standin) -> None:
    first, again = channel.send(body(), "mail/x"), channel.send(body(), "mail/x")
    assert first == again
    assert len(resend_standin.messages) == 1


def test_the_same_key_with_other_bytes_was_sent_before(channel: Resend, resend_standin: Standin) -> None:
    channel.send(body(), "mail/x")
    result = channel.send(body(text="other"), "mail/x")
    assert (result.outcome, result.error) == (Outcome.SENT, "resend 409 invalid_idempotent_request")
    assert len(resend_standin.messages) == 1


def test_a_wrong_key_pauses(resend_standin: Standin, channel: Resend) -> None:
    assert Resend("re_wrong", NOWHERE, Http()).send(body(), "mail/x").outcome is Outcome.PAUSED


# Not Resend's own: status, body, media type.
FOREIGN = [
    *(
        (status, "<html>a proxy</html>", "text/html")
        for status in (200, 301, 307, 400, 401, 403, 404, 422, 500, 502)
    ),
    *((status, "", "") for status in (200, 204, 400, 403)),
    *(
        (status, '{"error": "blocked"}', "application/json")
        for status in (200, 307, 400, 401, 403, 404, 422, 503)
    ),
    *(
        (200, body, "application/json")
        for body in ("{}", "[]", "null", "1", '{"id": null}', '{"id": ""}', '{"id": 7}')
    ),
    (200, '{"id": "1"', "application/json"),
    (200, '{"id": "1"}', "text/plain"),
    (202, '{"id": "1"}', "application/json"),
    (307, '{"id": "1"}', "application/json"),
    (400, '{"statusCode": 200, "name": "x", "message": ""}', "application/json"),
    (403, '{"name": ["x"]}', "application/json"),
    (403, '{"name": "invalid_api_key", "statusCode": 403}', "text/html"),
]


@pytest.mark.parametrize(("status", "answer", "media_type"), FOREIGN)
def test_what_is_not_resends_own_answer_is_unclear(
    channel: Resend, resend_standin: Standin, status: int, answer: str, media_type: str
) -> None:
    resend_standin.faults.foreign(status, answer, media_type)
    result = channel.send(body(), "mail/x")
    assert (result.outcome, result.provider_id) == (Outcome.UNKNOWN, None)
    assert result.error == f"resend unclear {status}"


@pytest.mark.parametrize("answer", ["<html>slow down</html>", '{"name": []}', "null", ""])
def test_too_many_is_too_many_whoever_says_so(channel: Resend, resend_standin: Standin, answer: str) -> None:
    resend_standin.faults.foreign(429, answer, "application/json")
    result = channel.send(body(), "mail/x")
    assert (result.outcome, result.retry_seconds) == (Outcome.LIMITED, 2.0)


def test_too_large_is_too_large_whoever_says_so(channel: Resend, resend_standin: Standin) -> None:
    """The request without the files follows."""
    resend_standin.faults.foreign(413)
    assert channel.send(body(), "mail/x").outcome is Outcome.DEAD


def test_one_mail_after_the_other_on_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = []

    async def take(request: Request) -> Response:
        assert request.client
        ports.append(request.client.port)
        return Response(b'{"id":"1"}', media_type="application/json")

    with serve_in_thread(Starlette(routes=[Route("/emails", take, methods=["POST"])])) as url:
        monkeypatch.setattr(resend, "api_url", url)
        channel = Resend("re_key", NOWHERE, Http())
        assert {channel.send(body(), f"mail/{number}").outcome for number in range(3)} == {Outcome.SENT}
    assert (len(ports), len(set(ports))) == (3, 1)


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resend, "api_url", "http://127.0.0.1:9")
    assert Resend("re_key", NOWHERE, Http()).send(body(), "mail/x").outcome is Outcome.UNKNOWN
