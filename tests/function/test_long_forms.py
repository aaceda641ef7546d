"""Long bodies for a ticket's page: who may send one, how long, how many at once, and what becomes of one that is not whole."""

import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from emulator.function import LINK_KEY, Function, settings
from handlers.signed_links import SignedLinks
from tests.support.function import PUBLIC_URL, Service, World, eventually, settle
from tests.support.links import MAILBOX
from tests.support.sample_files import PDF
from tests.support.technician import Technician

MEGABYTE = 1024 * 1024
MOST = 17 * MEGABYTE
LONG = 200_000  # longer than what everybody may send at once
BOUNDARY = "----boundary"
KIND = f"multipart/form-data; boundary={BOUNDARY}"
FIELDS = {"key": "k" * 20, "action": "answer", "text": "Va la factura.", "author": "Lucas"}
FOREIGN = {"Sec-Fetch-Site": "cross-site"}


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    named = f'; filename="{filename}"' if filename is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def form(*more: bytes, **fields: str) -> bytes:
    """A whole body."""
    written = [part(name, value.encode()) for name, value in {**FIELDS, **fields}.items()]
    return b"".join((*written, *more, f"--{BOUNDARY}--\r\n".encode()))


def invoice(size: int = LONG) -> bytes:
    return part("files", PDF.ljust(size, b"%"), "factura.pdf")


def form_of(size: int) -> bytes:
    """A body of so many bytes, with one file."""
    return form(invoice(size - len(form(invoice(len(PDF)))) + len(PDF)))


def events(world: World) -> int:
    (count,) = world.column("select count(*) from ticket_events where actor = 'technician'")
    return int(count)


class TestWho:
    """Before anything is read, and without a call of the database."""

    def post(self, service: Service, path: str, **headers: str) -> TestResponse:
        body = {"wsgi.input": _Unread(), "CONTENT_LENGTH": str(LONG), "CONTENT_TYPE": KIND}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(service.desk.sweep.store, "_call", _fails)
            return service.client.post(path, environ_overrides=body, headers=headers)

    def test_nobody_by_a_link_that_is_none(self, service: Service) -> None:
        answer = self.post(service, "/t/x.y/")
        assert answer.status_code == 403
        assert "Este enlace no es válido" in answer.text

    def test_nobody_by_an_expired_one(self, service: Service) -> None:
        past = datetime.now(UTC) - timedelta(days=31)
        path = SignedLinks("", [LINK_KEY]).ticket_page("TK-0000-0001", MAILBOX.id, past)
        answer = self.post(service, path)
        assert answer.status_code == 410
        assert "Pedir un enlace nuevo" in answer.text

    def test_nobody_who_is_no_technician_any_more(self, service: Service) -> None:
        path = SignedLinks("", [LINK_KEY]).ticket_page("TK-0000-0001", "abcdef", datetime.now(UTC))
        assert self.post(service, path).status_code == 403

    def test_nobody_from_another_site(self, technician: Technician) -> None:
        answer = self.post(technician.service, technician.path, **FOREIGN)
        assert answer.status_code == 403

    @pytest.mark.parametrize("path", ["/", "/desk/", "/mail", "/t/x.y/files/1", "/t/"])
    def test_elsewhere_it_is_as_it_was(self, service: Service, path: str) -> None:
        answer = service.client.post(path, data=b"x" * (3 * MEGABYTE + 1), content_type=KIND)
        assert answer.status_code == 413
        assert answer.text == "too long"

    def test_the_places_are_free_again(self, technician: Technician) -> None:
        self.post(technician.service, technician.path, **FOREIGN)
        self.post(technician.service, "/t/x.y/")
        assert technician.service.desk.long_forms._value == 2


class TestHowLong:
    def test_as_long_as_may_be(self, world: World, technician: Technician) -> None:
        """Its file is too large: that can be said, as all of it is read."""
        answer = technician.service.client.post(technician.path, data=form_of(MOST), content_type=KIND)
        assert answer.status_code == 422
        assert "El máximo son 16 MB." in answer.text
        assert "Va la factura." in answer.text
        assert events(world) == 0

    def test_one_byte_more(self, world: World, technician: Technician) -> None:
        body = form_of(MOST + 1)
        assert len(body) == MOST + 1
        answer = technician.service.client.post(technician.path, data=body, content_type=KIND)
        assert answer.status_code == 413
        assert "Los archivos pueden pesar hasta 16 MB" in answer.text
        assert events(world) == 0

    @pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", ""])
    def test_without_files_it_is_as_it_was(self, technician: Technician, kind: str) -> None:
        body = b"text=" + b"x" * (3 * MEGABYTE)
        answer = technician.service.client.post(technician.path, data=body, content_type=kind)
        assert answer.status_code == 413

    def test_a_long_text_is_kept(self, technician: Technician) -> None:
        words = "x" * LONG
        answer = technician.press("answer", words)
        assert answer.status_code == 422
        assert words in answer.text

    @pytest.mark.parametrize(
        "more",
        [
            [part("text", b"x" * (4 * MEGABYTE + 1))],
            [part(f"field{number}", b"") for number in range(65)] + [invoice()],
            [part("files", b"", "x.pdf") for _ in range(65)] + [invoice()],
        ],
    )
    def test_too_much_of_it(self, world: World, technician: Technician, more: list[bytes]) -> None:
        answer = technician.service.client.post(technician.path, data=form(*more), content_type=KIND)
        assert answer.status_code == 413
        assert events(world) == 0
        assert technician.service.desk.long_forms._value == 2

    @pytest.mark.parametrize("count", [65, 2000])
    def test_too_many_parts_in_a_short_one(self, world: World, technician: Technician, count: int) -> None:
        body = form(*[part("a", b"")] * count)[:120_000]
        assert (
            technician.service.client.post(technician.path, data=body, content_type=KIND).status_code == 422
        )
        assert events(world) == 0


class TestNotWhole:
    """Nothing is done."""

    WHOLE = form(invoice())

    @pytest.mark.parametrize(
        "body",
        [
            WHOLE[:-5],
            WHOLE[: len(WHOLE) - 1000],
            WHOLE[100:],
            b"x" * LONG,
            b"\r\n" * LONG,
            b"\r" * LONG,
            f"--{BOUNDARY}\r\n".encode() * 10_000,
            f"--{BOUNDARY}\r\nno header\r\n\r\n".encode() + b"x" * LONG,
            f"--{BOUNDARY}\r\n".encode() + b"a: b\r\n" * 50_000,
            form(part("files", b"x" * LONG, "\udce9.pdf".encode("utf-8", "surrogatepass").decode("latin-1"))),
        ],
    )
    def test_garbage(self, world: World, technician: Technician, body: bytes) -> None:
        answer = technician.service.client.post(technician.path, data=body, content_type=KIND)
        assert answer.status_code in {400, 413, 422}
        settle()
        assert events(world) == 0
        assert technician.service.desk.long_forms._value == 2

    @pytest.mark.parametrize(
        "kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=ñ"]
    )
    def test_without_a_boundary(self, world: World, technician: Technician, kind: str) -> None:
        answer = technician.service.client.post(technician.path, data=self.WHOLE, content_type=kind)
        assert answer.status_code == 400
        assert "El formulario no llegó completo" in answer.text
        assert events(world) == 0


class _Unread:
    """A body that nobody may read."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("it was read")

    readline = readinto = read


def _fails(*given: Any) -> Any:
    raise AssertionError(f"called: {given[0]}")


@pytest.fixture
def function(world: World, tmp_path: Path) -> Iterator[Function]:
    environment = settings("", PUBLIC_URL, world.graph, world.resend) | {
        "SUPABASE_URL": world.supabase.url,
        "GRAPH_API_URL": world.graph.url,
        "RESEND_API_URL": world.resend.url,
    }
    made = Function("webhook", environment, tmp_path / "function.log")
    made.start()
    yield made
    made.stop()


class TestAsAProcess:
    """Through the real server: bodies that arrive slowly, in chunks, or not to their end."""

    def begin(self, function: Function, path: str, *headers: str) -> socket.socket:
        caller = socket.create_connection(("127.0.0.1", function.port), timeout=60)
        lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Type: {KIND}", *headers, "", ""]
        caller.sendall("\r\n".join(lines).encode())
        return caller

    def answer(self, caller: socket.socket) -> tuple[int, str]:
        """Status and content of the answer; 0 if the connection was closed without one."""
        caller.settimeout(60)
        answer = HTTPResponse(caller)
        try:
            answer.begin()
        except (ConnectionResetError, HTTPException):
            return 0, ""
        assert answer.status != 503 or answer.headers["Retry-After"] == "10"
        return answer.status, answer.read().decode()

    def held(self, function: Function, path: str, body: bytes) -> socket.socket:
        """A caller who has a place: all but the end of their body is sent, and so much that most of it must have been read."""
        caller = self.begin(function, path, f"Content-Length: {len(body)}")
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        caller.sendall(body[:-10])
        return caller

    def has_room(self, function: Function, path: str) -> bool:
        """Whether somebody who comes now gets a place. They have left it when this returns."""
        with self.begin(function, path, "Transfer-Encoding: chunked") as caller:
            caller.sendall(b"0\r\n\r\n")
            status, _ = self.answer(caller)
        assert status in {400, 503}
        return status == 400

    def break_off(self, caller: socket.socket) -> None:
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        caller.close()

    def test_two_at_once_and_no_third(self, world: World, technician: Technician, function: Function) -> None:
        body = form(invoice(8 * MEGABYTE))
        with ExitStack() as stack:
            one, other = (stack.enter_context(self.held(function, technician.path, body)) for _ in range(2))
            third = stack.enter_context(self.begin(function, technician.path, f"Content-Length: {len(body)}"))
            status, said = self.answer(third)
            assert (status, "Espera un momento" in said) == (503, True)
            # A message of a customer has places of its own; a short form of the page, too.
            short = stack.enter_context(self.begin(function, technician.path, "Content-Length: 2"))
            short.sendall(b"xx")
            assert self.answer(short)[0] == 422
            one.sendall(body[-10:])
            assert self.answer(one)[0] == 303
            # The other's connection breaks: that is no answer, and its place is free again, beside the one of a next caller.
            stack.enter_context(self.held(function, technician.path, body))
            assert not self.has_room(function, technician.path)
            self.break_off(other)
            eventually(lambda: self.has_room(function, technician.path))
        eventually(lambda: world.column("select count(*) from attachments where media_id is not null") == [1])
        assert events(world) == 1

    @pytest.mark.parametrize(
        ("size", "status"),
        [(LONG, 303), (16 * MEGABYTE, 303), (MOST, 422), (MOST + 1, 413), (30 * MEGABYTE, 413)],
    )
    def test_in_chunks(
        self, world: World, technician: Technician, function: Function, size: int, status: int
    ) -> None:
        body = form_of(size)
        with self.begin(function, technician.path, "Transfer-Encoding: chunked") as caller:
            try:
                for place in range(0, len(body), MEGABYTE):
                    chunk = body[place : place + MEGABYTE]
                    caller.sendall(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
                caller.sendall(b"0\r\n\r\n")
            except (BrokenPipeError, ConnectionResetError):
                assert status == 413
            assert self.answer(caller)[0] == status
        eventually(lambda: events(world) == (status == 303))

    @pytest.mark.parametrize("how", ["Transfer-Encoding: chunked", f"Content-Length: {len(form(invoice()))}"])
    def test_it_breaks_off(self, world: World, technician: Technician, function: Function, how: str) -> None:
        body = form(invoice())[:-100]
        for _ in range(3):  # of two places
            eventually(lambda: self.has_room(function, technician.path))
            with self.begin(function, technician.path, how) as caller:
                head, tail = (f"{len(body):x}\r\n".encode(), b"\r\n") if "chunked" in how else (b"", b"")
                caller.sendall(head + body + tail)
                caller.shutdown(socket.SHUT_WR)
                assert self.answer(caller)[0] in {400, 0}
        assert events(world) == 0

    def test_what_is_refused_is_not_read(self, technician: Technician, function: Function) -> None:
        with self.begin(function, technician.path, f"Content-Length: {100 * MEGABYTE}") as caller:
            assert self.answer(caller)[0] == 413
