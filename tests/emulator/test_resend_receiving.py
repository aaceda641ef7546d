"""Resend's stand-in receives e-mails: its webhook tells of them, and whoever may read can fetch what was in them."""

import json
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import httpx
import pytest
import resend

from emulator import Json
from emulator.resend.mail_folder import ReceivedFolder
from emulator.resend.received_mail import ReceivedEmail
from emulator.resend.resend_api import Resend
from state.model.received_mail import Authentication

TO = "tk7f3k9qx2-0123456789ab-c-0123456789abcdef0123@answers.example.com"
PICTURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def client(resend_standin: Resend, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """With a full-access key; Resend's own client has it, too."""
    monkeypatch.setattr(resend, "api_url", resend_standin.url)
    monkeypatch.setattr(resend, "api_key", resend_standin.api_key)
    # What the function gives it takes nothing but what the function asks for.
    monkeypatch.setattr(resend, "default_http_client", resend.RequestsClient())
    resend_standin.switches.rate_limit = False
    headers = {"authorization": f"Bearer {resend_standin.api_key}"}
    with httpx.Client(base_url=resend_standin.url, headers=headers, trust_env=False, verify=False) as client:
        yield client


def answer(**headers: str) -> EmailMessage:
    """Marta's answer, with these headers instead."""
    message = EmailMessage()
    written = {
        "From": "Marta Ruiz <marta@example.com>",
        "To": f"Mostrador <{TO}>",
        "Subject": "Re: TK-7F3K-9QX2: no enciende ñ",
        "Message-ID": "<CAF0@mail.gmail.com>",
    }
    for name, value in (written | headers).items():
        message[name] = value
    message.set_content("Ya está listo.\n")
    return message


def with_files() -> EmailMessage:
    """With HTML that shows a picture, and an invoice."""
    message = answer()
    message.add_alternative('<p>Ya está listo.</p><img src="cid:p1@mail">', subtype="html")
    html = message.get_payload(1)
    assert isinstance(html, EmailMessage)
    html.add_related(PICTURE, "image", "png", cid="<p1@mail>")
    message.add_attachment(b"%PDF-1.7", "application", "pdf", filename="factura ñ.pdf")
    return message


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["name"]


def fetched(client: httpx.Client, mail: ReceivedEmail, query: str = "") -> Json:
    response = client.get(f"/emails/receiving/{mail.id}{query}")
    assert response.status_code == 200
    found: Json = response.json()
    return found


class TestTheWebhook:
    def test_it_tells_everything_but_the_body(self, resend_standin: Resend) -> None:
        mail, body, _ = resend_standin.receive(answer(Cc="Luis Paz <luis@example.com>"))
        event = json.loads(body)
        created = event["data"].pop("created_at")
        assert event == {
            "type": "email.received",
            "created_at": created,
            "data": {
                "email_id": mail.id,
                "from": "Marta Ruiz <marta@example.com>",
                "to": [f"Mostrador <{TO}>"],
                "cc": ["Luis Paz <luis@example.com>"],
                "bcc": [],
                "received_for": [TO],
                "message_id": "<CAF0@mail.gmail.com>",
                "subject": "Re: TK-7F3K-9QX2: no enciende ñ",
                "attachments": [],
            },
        }

    def test_it_names_the_attachments(self, resend_standin: Resend) -> None:
        mail, body, _ = resend_standin.receive(with_files())
        picture, invoice = json.loads(body)["data"]["attachments"]
        assert picture == {
            "id": mail.parts[0].id,
            "filename": None,
            "content_type": "image/png",
            "content_id": "p1@mail",
            "content_disposition": "inline",
        }
        assert (invoice["filename"], invoice["content_id"], invoice["content_disposition"]) == (
            "factura ñ.pdf",
            None,
            "attachment",
        )

    def test_it_is_signed(self, resend_standin: Resend) -> None:
        _, body, headers = resend_standin.receive(answer())
        assert verified(body, headers, resend_standin)["type"] == "email.received"

    def test_it_is_delivered_again_as_the_same_event(self, resend_standin: Resend) -> None:
        mail, body, headers = resend_standin.receive(answer())
        again, signed = resend_standin.received_event(mail)
        assert (again, signed["svix-id"]) == (body, headers["svix-id"])
        assert verified(again, signed, resend_standin)

    def test_the_same_email_may_be_another_event(self, resend_standin: Resend) -> None:
        mail, body, headers = resend_standin.receive(answer())
        again, signed = resend_standin.received_event(mail, "msg_other")
        assert (again, signed["svix-id"]) == (body, "msg_other")
        assert headers["svix-id"] != "msg_other"

    def test_an_email_may_arrive_twice(self, resend_standin: Resend) -> None:
        first, second = resend_standin.receive(answer()), resend_standin.receive(answer())
        assert first.mail.message_id == second.mail.message_id
        assert first.mail.id != second.mail.id
        assert first.headers["svix-id"] != second.headers["svix-id"]


class TestTheEmail:
    def test_it_has_the_text_and_the_headers(self, client: httpx.Client, resend_standin: Resend) -> None:
        mail = resend_standin.receive(answer(**{"Auto-Submitted": "auto-replied"})).mail
        found: Any = resend.Emails.Receiving.get(mail.id)
        assert (found["object"], found["id"], found["from"]) == ("email", mail.id, mail.sender)
        assert (found["text"], found["html"], found["attachments"]) == ("Ya está listo.\n", None, [])
        assert found["headers"]["auto-submitted"] == "auto-replied"
        assert found["headers"]["return-path"] == "<marta@example.com>"
        assert found["subject"] == found["headers"]["subject"] == "Re: TK-7F3K-9QX2: no enciende ñ"

    def test_a_header_that_occurs_twice_is_a_list(self, client: httpx.Client, resend_standin: Resend) -> None:
        received = b"Received: from a.example\r\n" + answer().as_bytes()
        headers = fetched(client, resend_standin.receive(received).mail)["headers"]
        assert [each.partition(" (")[0] for each in headers["received"]] == [
            "from mail.example.com",
            "from a.example",
        ]

    def test_pictures_are_in_the_html_unless_they_are_asked_for(
        self, client: httpx.Client, resend_standin: Resend
    ) -> None:
        mail = resend_standin.receive(with_files()).mail
        shown, plain = fetched(client, mail), fetched(client, mail, "?html_format=cid")
        assert shown["html_format"] == "data_uri"
        assert '<img src="data:image/png;base64,iVBORw0KGgo=">' in shown["html"]
        assert plain["html_format"] == "cid"
        assert '<img src="cid:p1@mail">' in plain["html"]
        assert [each["size"] for each in plain["attachments"]] == [len(PICTURE), 8]
        response = client.get(f"/emails/receiving/{mail.id}?html_format=svg")
        assert refusal(response) == (422, "validation_error")

    @pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-8", "no-such"])
    def test_the_text_is_decoded(self, client: httpx.Client, resend_standin: Resend, charset: str) -> None:
        encoded = "ñ".encode("utf-8" if charset == "no-such" else charset)
        raw = f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + encoded
        assert fetched(client, resend_standin.receive(raw).mail)["text"] == "ñ"

    def test_a_text_around_a_picture_is_one(self, client: httpx.Client, resend_standin: Resend) -> None:
        message = answer()
        message.add_attachment(PICTURE, "image", "png", disposition="inline", filename="IMG_1.png")
        message.attach(text := EmailMessage())
        text.set_content("Sigue acá.\n")
        found = fetched(client, resend_standin.receive(message).mail)
        assert found["text"] == "Ya está listo.\n\nSigue acá.\n"
        assert [each["filename"] for each in found["attachments"]] == ["IMG_1.png"]

    def test_a_forwarded_email_is_an_attachment(self, client: httpx.Client, resend_standin: Resend) -> None:
        message = answer()
        message.add_attachment(with_files())
        found = fetched(client, resend_standin.receive(message).mail)
        assert [each["content_type"] for each in found["attachments"]] == ["message/rfc822"]
        assert found["text"] == "Ya está listo.\n"

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\n",
            b"From: \xff\nTo: undisclosed:;\nMessage-ID: <[>\nSubject: =?x?q?\xfe?=\n\n\xff",
            b"From: a@[\nTo: <<>>,,@,\nMessage-ID: <a@[b>\nContent-Type: ;\nContent-Disposition: =\n\n",
            b"Content-Type: multipart/mixed; boundary=x\n\nno part",
            b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Transfer-Encoding: base64\nContent-Type: a/b\n\n!\n",
        ],
    )
    def test_an_email_that_is_none_is_received_too(
        self, client: httpx.Client, resend_standin: Resend, raw: bytes
    ) -> None:
        mail, body, _ = resend_standin.receive(raw)
        assert json.loads(body)["data"]["email_id"] == fetched(client, mail)["id"]


class TestWhoSentIt:
    def test_what_was_found_out_is_told(self, client: httpx.Client, resend_standin: Resend) -> None:
        found = fetched(client, resend_standin.receive(answer()).mail)
        assert found["authentication"] == {"spf": "pass", "dkim": "pass", "dmarc": "pass"}
        assert found["headers"]["authentication-results"] == (
            "amazonses.com; spf=pass (spfCheck: pass for domain of example.com) client-ip=203.0.113.9; "
            "envelope-from=marta@example.com; helo=mail.example.com; dkim=pass header.i=@example.com; "
            "dmarc=pass header.from=example.com;"
        )
        assert found["headers"]["received-spf"].startswith("pass (")

    def test_it_may_have_come_another_way(self, client: httpx.Client, resend_standin: Resend) -> None:
        said = Authentication(spf="pass", dkim="pass", dmarc="none")
        mail = resend_standin.receive(
            answer(), said, sender="b@list.example", dkim_domain="list.example"
        ).mail
        headers = fetched(client, mail)["headers"]
        assert headers["return-path"] == "<b@list.example>"
        for part in (
            "envelope-from=b@list.example;",
            "header.i=@list.example;",
            "dmarc=none header.from=example.com;",
        ):
            assert part in headers["authentication-results"]

    def test_the_receiver_may_say_nothing(self, client: httpx.Client, resend_standin: Resend) -> None:
        forged = "amazonses.com; dmarc=pass header.from=example.com;"
        found = fetched(
            client, resend_standin.receive(answer(**{"Authentication-Results": forged}), None).mail
        )
        assert found["authentication"] is None
        assert found["headers"]["authentication-results"] == forged

    def test_what_the_receiver_found_stands_above_what_the_sender_wrote(
        self, client: httpx.Client, resend_standin: Resend
    ) -> None:
        forged = "amazonses.com; dmarc=pass header.from=example.com;"
        message = answer(**{"Authentication-Results": forged})
        mail = resend_standin.receive(message, Authentication(spf="fail", dkim="none", dmarc="fail")).mail
        ours, theirs = fetched(client, mail)["headers"]["authentication-results"]
        assert "dmarc=fail" in ours
        assert "dkim=none;" in ours
        assert theirs == forged


class TestDownloads:
    def test_the_original_can_be_downloaded_without_a_key(
        self, client: httpx.Client, resend_standin: Resend
    ) -> None:
        message = with_files()
        content = download(fetched(client, resend_standin.receive(message).mail)["raw"])
        assert content.startswith(b"Return-Path: <marta@example.com>\r\nReceived: from ")
        assert content.endswith(message.as_bytes(policy=SMTP))

    def test_attachments_can_be_downloaded(self, client: httpx.Client, resend_standin: Resend) -> None:
        mail = resend_standin.receive(with_files()).mail
        picture, invoice = resend.Emails.Receiving.Attachments.list(mail.id)["data"]
        assert (download(picture), download(invoice)) == (PICTURE, b"%PDF-1.7")
        assert invoice["size"] == 8
        alone = resend.Emails.Receiving.Attachments.get(mail.id, invoice["id"])
        assert (alone["object"], alone["filename"], download(alone)) == (
            "attachment",
            "factura ñ.pdf",
            b"%PDF-1.7",
        )

    def test_an_address_is_good_for_an_hour(self, client: httpx.Client, resend_standin: Resend) -> None:
        now = 1_796_000_000.0
        resend_standin.clock = lambda: now
        offer = fetched(client, resend_standin.receive(answer()).mail)["raw"]
        assert offer["expires_at"] == "2026-11-30T01:53:20.000Z"
        resend_standin.clock = lambda: now + 3599
        assert download(offer)
        resend_standin.clock = lambda: now + 3600
        assert httpx.get(offer["download_url"], trust_env=False, verify=False).status_code == 403

    def test_nobody_guesses_an_address(self, client: httpx.Client) -> None:
        assert client.get("/downloads/none").status_code == 403


class TestTheList:
    def test_the_newest_is_first_and_has_no_body(self, client: httpx.Client, resend_standin: Resend) -> None:
        mails = [resend_standin.receive(answer(Subject=f"{number}")).mail for number in range(3)]
        found = resend.Emails.Receiving.list({"limit": 2})
        assert ([each["id"] for each in found["data"]], found["has_more"]) == (
            [mails[2].id, mails[1].id],
            True,
        )
        assert not {"text", "html", "headers", "raw"} & found["data"][0].keys()
        rest = resend.Emails.Receiving.list({"after": found["data"][1]["id"]})
        assert [each["subject"] for each in rest["data"]] == ["0"]


@pytest.mark.parametrize("path", ["", "/{id}", "/{id}/attachments", "/{id}/attachments/{part}"])
class TestEveryCall:
    def test_a_sending_only_key_is_refused(
        self, client: httpx.Client, resend_standin: Resend, path: str
    ) -> None:
        resend_standin.switches.sending_only = True
        assert refusal(call(client, resend_standin, path)) == (401, "restricted_api_key")

    def test_no_key_is_refused(self, client: httpx.Client, resend_standin: Resend, path: str) -> None:
        del client.headers["authorization"]
        assert refusal(call(client, resend_standin, path)) == (401, "missing_api_key")

    def test_the_rate_is_limited(self, client: httpx.Client, resend_standin: Resend, path: str) -> None:
        resend_standin.switches.rate_limit = True
        resend_standin.clock = lambda: 1_796_000_000.0
        assert {client.get("/domains").status_code for _ in range(10)} == {200}
        assert refusal(call(client, resend_standin, path)) == (429, "rate_limit_exceeded")


@pytest.mark.parametrize("path", ["/none", "/none/attachments", "/none/attachments/none"])
def test_an_unknown_email_is_not_found(client: httpx.Client, path: str) -> None:
    assert refusal(client.get(f"/emails/receiving{path}")) == (404, "not_found")


def test_an_unknown_attachment_is_not_found(client: httpx.Client, resend_standin: Resend) -> None:
    mail = resend_standin.receive(answer()).mail
    assert refusal(client.get(f"/emails/receiving/{mail.id}/attachments/none")) == (404, "not_found")


def test_what_is_received_counts_with_what_is_sent(client: httpx.Client, resend_standin: Resend) -> None:
    """A hundred junk mails silence the free plan for a day."""
    resend_standin.switches.daily_limit = 3
    mail = {"from": "a@example.com", "to": ["b@example.com", "c@example.com"], "subject": "s", "text": "t"}
    assert client.post("/emails", json=mail).status_code == 200
    resend_standin.receive(answer())
    daily = resend.Usage.get()["emails"]["daily"]
    assert (daily["used"], daily["sent"], daily["received"], daily["limit"]) == (3, 2, 1, 3)
    assert refusal(client.post("/emails", json=mail)) == (429, "daily_quota_exceeded")


def test_an_email_of_an_earlier_run_can_still_be_fetched(
    client: httpx.Client, resend_standin: Resend, tmp_path: Path
) -> None:
    resend_standin.on_received = ReceivedFolder(tmp_path).save
    try:
        before = resend_standin.receive(with_files()).mail
        silent = resend_standin.receive(answer(), None).mail
    finally:
        resend_standin.on_received = lambda _: None
    known = [fetched(client, mail)["attachments"] for mail in (before, silent)]
    resend_standin.reset()
    for mail in ReceivedFolder(tmp_path).load():
        resend_standin.receiving.mails.add(mail)
    assert [fetched(client, mail)["attachments"] for mail in (before, silent)] == known
    assert [mail.envelope for mail in resend_standin.receiving.mails.all()] == [
        before.envelope,
        silent.envelope,
    ]


def call(client: httpx.Client, standin: Resend, path: str) -> httpx.Response:
    """About an e-mail that exists."""
    mail = standin.receive(with_files()).mail
    return client.get(f"/emails/receiving{path.format(id=mail.id, part=mail.parts[0].id)}")


def download(offer: Any) -> bytes:
    response = httpx.get(offer["download_url"], trust_env=False, verify=False)
    assert response.status_code == 200
    return response.content


def verified(body: bytes, headers: dict[str, str], standin: Resend) -> Any:
    return resend.Webhooks.verify(
        {
            "payload": body.decode(),
            "headers": {name: headers[f"svix-{name}"] for name in ("id", "timestamp", "signature")},  # type: ignore[typeddict-item]
            "webhook_secret": standin.webhook_secret,
        }
    )
