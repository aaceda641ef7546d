"""Received mails are read by their id, and what goes wrong says what it means for the row; files come from where Resend says."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
import resend
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from channels.download import MediaError, MediaGone, MediaTooLarge
from channels.http import Http
from channels.resend_email import Resend, plain_request
from channels.resend_receiving import ReceivedMails, ReceivingError
from channels.whatsapp_media import Media
from emulator.serving import serve_in_thread
from state.model.outbox_row import Email, Outcome
from state.model.received_mail import ReceivedFile, ReceivedMail

ID = "56761188-7520-42d8-8898-ff6fc54ce618"
KEY = "re_full_access"
MAIL = {
    "object": "email",
    "id": ID,
    "from": "marta@example.com",
    "subject": "Re: impresora",
    "text": "Ya está",
}
RAW = b"Return-Path: <marta@example.com>\r\nFrom: marta@example.com\r\n\r\nYa est\xc3\xa1\r\n"
FILE = ReceivedFile(id="file-1", filename="manual.pdf", content_type="application/pdf")

Answer = Callable[[Request], Response]


@dataclass
class Server:
    """Resend, with an answer for each path; all calls are kept."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[Request] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        self.calls.append(request)
        return self.answers[request.url.path](request)

    def says(self, path: str, content: Any, status: int = 200, **headers: str) -> None:
        self.answers[path] = lambda _: JSONResponse(content, status, headers=headers)

    def serves(self, path: str, content: bytes, status: int = 200) -> str:
        """Returns the address of this file."""
        self.answers[path] = lambda _: Response(content, status)
        return self.url + path

    def refuses(self, status: int, name: str, **headers: str) -> None:
        error = {"statusCode": status, "name": name, "message": "marta@example.com was refused"}
        self.says(f"/emails/receiving/{ID}", error, status, **headers)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    with serve_in_thread(
        Starlette(routes=[Route("/{path:path}", server.answer, methods=["GET", "POST"])])
    ) as url:
        server.url = url
        monkeypatch.setattr(resend, "api_url", url)
        yield server


@pytest.fixture
def mails(server: Server) -> ReceivedMails:
    return ReceivedMails(KEY, Http())


def mail(**changes: Any) -> ReceivedMail:
    return ReceivedMail(**{"id": ID, "sender": "marta@example.com", **changes})


class TestAMail:
    def test_is_read_by_its_id(self, server: Server, mails: ReceivedMails) -> None:
        server.says(f"/emails/receiving/{ID}", MAIL)
        found = mails.fetch(ID, 1)
        assert (found.id, found.sender, found.text) == (ID, "marta@example.com", "Ya está")
        (call,) = server.calls
        assert call.query_params["html_format"] == "cid"
        assert call.headers["authorization"] == f"Bearer {KEY}"

    def test_may_be_long(self, server: Server, mails: ReceivedMails) -> None:
        server.says(f"/emails/receiving/{ID}", {**MAIL, "text": "x" * 5_000_000})
        assert len(mails.fetch(ID, 1).text or "") == 5_000_000

    def test_too_long(self, server: Server, mails: ReceivedMails) -> None:
        server.says(f"/emails/receiving/{ID}", {**MAIL, "text": "x" * (8 * 1024 * 1024)})
        assert refused(mails) == (Outcome.DEAD, "resend 200 AnswerTooLong", None)

    def test_one_after_the_other_on_one_connection(self, server: Server, mails: ReceivedMails) -> None:
        server.says(f"/emails/receiving/{ID}", MAIL)
        for _ in range(3):
            mails.fetch(ID, 1)
        assert len({call.client.port for call in server.calls if call.client}) == 1

    @pytest.mark.parametrize("other", ["../domains", "1/attachments", "1?x=1", "", "ñ", "1\n", "a" * 101])
    def test_another_id_asks_for_nothing(self, server: Server, mails: ReceivedMails, other: str) -> None:
        with pytest.raises(ReceivingError) as raised:
            mails.fetch(other, 1)
        assert raised.value.result.outcome is Outcome.DEAD
        assert server.calls == []


def refused(mails: ReceivedMails, attempts: int = 1) -> tuple[Outcome, str | None, float | None]:
    with pytest.raises(ReceivingError) as raised:
        mails.fetch(ID, attempts)
    result = raised.value.result
    return result.outcome, result.error, result.retry_seconds


class TestARefusal:
    @pytest.mark.parametrize(
        ("status", "name", "outcome", "seconds"),
        [
            (401, "restricted_api_key", Outcome.PAUSED, 60),
            (401, "missing_api_key", Outcome.PAUSED, 60),
            (403, "invalid_api_key", Outcome.PAUSED, 60),
            (429, "rate_limit_exceeded", Outcome.LIMITED, 7),
            (429, "daily_quota_exceeded", Outcome.PAUSED, 3600),
            (429, "monthly_quota_exceeded", Outcome.PAUSED, 3600),
            (400, "validation_error", Outcome.DEAD, None),
            (422, "invalid_parameter", Outcome.DEAD, None),
            (405, "method_not_allowed", Outcome.DEAD, None),
            (409, "invalid_idempotent_request", Outcome.RETRY, None),
            (409, "resource_locked", Outcome.RETRY, None),
            (418, "something_new", Outcome.RETRY, None),
            (500, "application_error", Outcome.RETRY, None),
            (503, "service_unavailable", Outcome.RETRY, None),
        ],
    )
    def test_says_what_comes_next(
        self, server: Server, mails: ReceivedMails, status: int, name: str, outcome: Outcome, seconds: float
    ) -> None:
        server.refuses(status, name, **{"retry-after": "7"})
        assert refused(mails) == (outcome, f"resend {status} {name}", seconds)

    @pytest.mark.parametrize(
        ("attempts", "outcome"),
        [(1, Outcome.RETRY), (3, Outcome.RETRY), (4, Outcome.DEAD), (9, Outcome.DEAD)],
    )
    def test_a_mail_may_be_announced_before_it_can_be_read(
        self, server: Server, mails: ReceivedMails, attempts: int, outcome: Outcome
    ) -> None:
        server.refuses(404, "not_found")
        assert refused(mails, attempts) == (outcome, "resend 404 not_found", None)

    @pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 413, 422, 500, 502])
    @pytest.mark.parametrize("attempts", [1, 9])
    def test_a_proxy_s_word_decides_nothing(
        self, server: Server, mails: ReceivedMails, status: int, attempts: int
    ) -> None:
        server.answers[f"/emails/receiving/{ID}"] = lambda _: Response(
            b"" if status == 204 else b"<html>blocked</html>", status, media_type="text/html"
        )
        assert refused(mails, attempts) == (Outcome.RETRY, f"resend unclear {status}", None)

    def test_too_many_is_too_many_whoever_says_so(self, server: Server, mails: ReceivedMails) -> None:
        server.answers[f"/emails/receiving/{ID}"] = lambda _: Response(b"slow down", 429)
        assert refused(mails)[0] is Outcome.LIMITED

    def test_another_answer_of_resend_s(self, server: Server, mails: ReceivedMails) -> None:
        server.says(f"/emails/receiving/{ID}", {"object": "email", "id": ID})
        assert refused(mails) == (Outcome.DEAD, "resend 200 not a received mail", None)

    def test_half_an_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n"
        with once(head + b'{"id": "1", "from"') as url:
            monkeypatch.setattr(resend, "api_url", url)
            assert refused(ReceivedMails(KEY, Http()))[0] is Outcome.RETRY

    def test_nobody_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(resend, "api_url", "http://127.0.0.1:9")
        assert refused(ReceivedMails(KEY, Http()))[0] is Outcome.RETRY

    def test_tells_nothing_of_the_mail(self, server: Server, mails: ReceivedMails) -> None:
        server.refuses(422, "validation_error")
        with pytest.raises(ReceivingError) as raised:
            mails.fetch(ID, 1)
        assert "marta" not in str(raised.value) + repr(raised.value)


class once:  # noqa: N801 - a context manager
    """A server that answers one connection with these bytes, and closes it."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def __enter__(self) -> str:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(self._answer)


def test_sending_and_receiving_share_the_sdk(server: Server, mails: ReceivedMails) -> None:
    server.says(f"/emails/receiving/{ID}", MAIL)
    server.says("/emails", {"id": "sent"})
    sending = Resend(KEY, Media("http://127.0.0.1:1", "v25.0", "1", "EAAx", Http()), Http())
    request = plain_request(Email(subject="s", html="h", text="t"), "a@example.com", ["b@example.com"], "x")
    for _ in range(2):
        assert sending.send(request, "key").provider_id == "sent"
        assert mails.fetch(ID, 1).id == ID
    assert [call.method for call in server.calls] == ["POST", "GET"] * 2
    assert {call.headers["authorization"] for call in server.calls} == {f"Bearer {KEY}"}


def test_what_is_sent_has_an_answer_of_a_few_bytes(server: Server, mails: ReceivedMails) -> None:
    """The longer limit is for reading: a long answer to what is sent is no answer of Resend's."""
    server.says("/emails", {"id": "x" * 300_000})
    sending = Resend(KEY, Media("http://127.0.0.1:1", "v25.0", "1", "EAAx", Http()), Http())
    request = plain_request(Email(subject="s", html="h", text="t"), "a@example.com", ["b@example.com"], "x")
    assert sending.send(request, "key").outcome is Outcome.UNKNOWN


class TestTheOriginalHeaders:
    def test_come_in_order(self, server: Server, mails: ReceivedMails) -> None:
        url = server.serves("/raw", RAW)
        assert mails.original_headers(mail(raw_url=url)) == (
            ("return-path", "<marta@example.com>"),
            ("from", "marta@example.com"),
        )

    def test_are_asked_for_without_our_key(self, server: Server, mails: ReceivedMails) -> None:
        mails.original_headers(mail(raw_url=server.serves("/raw", RAW)))
        (call,) = server.calls
        assert "authorization" not in call.headers
        assert KEY not in str(call.headers)

    @pytest.mark.parametrize("status", [200, 206])
    def test_no_more_than_64_kb_are_read(self, server: Server, mails: ReceivedMails, status: int) -> None:
        """Of what goes on after that nothing is known, so the header that was cut is left out."""
        long = b"A: 1\r\n" + b"X: " + b"y" * 70_000 + b"\r\nZ: 1\r\n\r\n" + b"body" * 1_000_000
        url = server.serves("/raw", long if status == 200 else long[: 64 * 1024], status)
        assert mails.original_headers(mail(raw_url=url)) == (("a", "1"),)
        assert server.calls[0].headers["range"] == "bytes=0-65535"

    def test_a_long_mail_is_not_read_to_its_end(self, server: Server, mails: ReceivedMails) -> None:
        url = server.serves("/raw", RAW + b"x" * 5_000_000)
        assert len(mails.original_headers(mail(raw_url=url))) == 2

    def test_without_an_original_there_are_none(self, server: Server, mails: ReceivedMails) -> None:
        assert mails.original_headers(mail()) == ()

    def test_a_mail_of_headers_alone(self, server: Server, mails: ReceivedMails) -> None:
        url = server.serves("/raw", b"A: 1\r\nB: 2\r\n")
        assert mails.original_headers(mail(raw_url=url)) == (("a", "1"),)

    @pytest.mark.parametrize("status", [302, 403, 404, 416, 500])
    def test_another_time(self, server: Server, mails: ReceivedMails, status: int) -> None:
        """Also of an address that has expired: the mail, read again, has a new one."""
        url = server.serves("/raw", b"", status)
        assert original_refused(mails, url) == (Outcome.RETRY, "resend original HTTPError")

    def test_what_breaks_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with once(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nA: 1\r\nB: 2\r\n") as url:
            monkeypatch.setattr(resend, "api_url", url)
            assert original_refused(ReceivedMails(KEY, Http()), url)[0] is Outcome.RETRY

    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/raw",
            "http://169.254.169.254/",
            "file:///etc/passwd",
            "ftp://127.0.0.1/raw",
            "//127.0.0.1/raw",
            "raw",
            "",
            "https://user:word@example.com/raw",
            "https://",
        ],
    )
    def test_other_addresses_are_not_asked(self, server: Server, mails: ReceivedMails, url: str) -> None:
        assert original_refused(mails, url) == (
            Outcome.DEAD,
            "resend an address that is not Resend's",
        )

    def test_plain_http_is_for_the_stand_in_alone(
        self, server: Server, mails: ReceivedMails, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = server.serves("/raw", RAW)
        monkeypatch.setattr(resend, "api_url", "https://127.0.0.1")
        assert original_refused(mails, url)[0] is Outcome.DEAD
        assert server.calls == []


def original_refused(mails: ReceivedMails, url: str) -> tuple[Outcome, str | None]:
    with pytest.raises(ReceivingError) as raised:
        mails.original_headers(mail(raw_url=url))
    assert "127.0.0.1" not in str(raised.value)
    return raised.value.result.outcome, raised.value.result.error


class TestAFile:
    @pytest.fixture
    def content(self) -> bytes:
        return bytes(range(256)) * 4000

    def test_comes_in_pieces_and_without_our_key(
        self, server: Server, mails: ReceivedMails, content: bytes
    ) -> None:
        self.offer(server, server.serves("/file", content), len(content))
        with closing(mails.open(mail(), FILE, len(content), 60)) as file:
            assert file.size == len(content)
            pieces = list(file.chunks)
        assert b"".join(pieces) == content
        assert len(pieces) > 1
        assert "authorization" not in server.calls[-1].headers

    def test_too_large(self, server: Server, mails: ReceivedMails, content: bytes) -> None:
        self.offer(server, server.serves("/file", content), 10)
        with pytest.raises(MediaTooLarge):
            mails.open(mail(), FILE, len(content) - 1, 60)

    def test_gone(self, server: Server, mails: ReceivedMails) -> None:
        error = {"statusCode": 404, "name": "not_found", "message": ""}
        server.says(f"/emails/receiving/{ID}/attachments/file-1", error, 404)
        with pytest.raises(MediaGone):
            mails.open(mail(), FILE, 100, 60)

    def test_a_proxy_s_word_is_no_reason_to_give_up(self, server: Server, mails: ReceivedMails) -> None:
        path = f"/emails/receiving/{ID}/attachments/file-1"
        server.answers[path] = lambda _: Response(b"not here", 404)
        with pytest.raises(MediaError) as raised:
            mails.open(mail(), FILE, 100, 60)
        assert not isinstance(raised.value, MediaGone)

    @pytest.mark.parametrize("status", [422, 500])
    def test_a_refusal_of_a_file_is_none_of_the_mail(
        self, server: Server, mails: ReceivedMails, status: int
    ) -> None:
        error = {"statusCode": status, "name": "some_error", "message": ""}
        server.says(f"/emails/receiving/{ID}/attachments/file-1", error, status)
        with pytest.raises(MediaError, match=str(status)):
            mails.open(mail(), FILE, 100, 60)

    def test_no_more_time(self, server: Server, mails: ReceivedMails, content: bytes) -> None:
        self.offer(server, server.serves("/file", content), len(content))
        with (
            closing(mails.open(mail(), FILE, len(content), 0)) as file,
            pytest.raises(MediaError, match="slow"),
        ):
            list(file.chunks)

    def test_redirects_lead_nowhere(self, server: Server, mails: ReceivedMails) -> None:
        server.answers["/file"] = lambda _: RedirectResponse("/elsewhere")
        self.offer(server, server.url + "/file", 10)
        with pytest.raises(MediaError, match="http 307"):
            mails.open(mail(), FILE, 100, 60)

    @pytest.mark.parametrize("url", ["http://example.com/file", "file:///etc/passwd", None, 7, ""])
    def test_other_addresses_are_not_asked(self, server: Server, mails: ReceivedMails, url: object) -> None:
        self.offer(server, url, 10)
        with pytest.raises(MediaError, match="not Resend's"):
            mails.open(mail(), FILE, 100, 60)

    def test_a_refusal_of_the_account(self, server: Server, mails: ReceivedMails) -> None:
        error = {"statusCode": 401, "name": "restricted_api_key", "message": ""}
        server.says(f"/emails/receiving/{ID}/attachments/file-1", error, 401)
        with pytest.raises(ReceivingError) as raised:
            mails.open(mail(), FILE, 100, 60)
        assert raised.value.result.outcome is Outcome.PAUSED

    def test_another_id_asks_for_nothing(self, server: Server, mails: ReceivedMails) -> None:
        with pytest.raises(MediaError):
            mails.open(mail(), ReceivedFile(id="../../x"), 100, 60)
        assert server.calls == []

    @staticmethod
    def offer(server: Server, url: object, size: int) -> None:
        found = {"object": "attachment", "id": "file-1", "size": size, "download_url": url}
        server.says(f"/emails/receiving/{ID}/attachments/file-1", found)
