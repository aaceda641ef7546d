"""The HTTP client: reuses connections, closes idle ones, and handles answers and errors of its own transport."""

import gzip
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from urllib3 import Timeout
from urllib3.exceptions import ConnectTimeoutError, LocationValueError, ProtocolError, URLSchemeUnknown

from channels.http import Answer, AnswerTooLong, Http, HttpxClient, _httpx_error
from emulator.call_log import CallLog
from emulator.faults import Faults
from emulator.serving import free_port, serve_in_thread
from emulator.stand_in import instrument


async def echo(request: Request) -> Response:
    client = request.client
    body = (await request.body()).decode()
    headers = {name: request.headers.get(name) for name in ("authorization", "accept-encoding")}
    return JSONResponse(
        {
            "method": request.method,
            "id": request.query_params.get("id"),
            "body": body,
            "port": client and client.port,
            **headers,
        }
    )


async def packed(_: Request) -> Response:
    return Response(gzip.compress(b"ma\xc3\xb1ana"), headers={"content-encoding": "gzip", "x-a": "1"})


async def endless(_: Request) -> Response:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield bytes(64 * 1024)

    return StreamingResponse(body())


async def bomb(_: Request) -> Response:
    return Response(gzip.compress(bytes(50_000_000)), headers={"content-encoding": "gzip"})


async def away(_: Request) -> Response:
    return RedirectResponse("/echo")


FAULTS = Faults()


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    routes = [
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/packed", packed),
        Route("/away", away),
        Route("/endless", endless),
        Route("/bomb", bomb),
    ]
    with serve_in_thread(instrument(Starlette(routes=routes), call_log=CallLog(), faults=FAULTS)) as url:
        yield url


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes requests as postgrest does."""

    client: httpx.Client
    url: str

    def get(self, path: str) -> httpx.Response:
        return self.client.request(
            "GET",
            self.url + path,
            content=None,
            params=httpx.QueryParams(),
            headers=httpx.Headers(),
            auth=None,
        )


@pytest.fixture
def caller(served: str) -> Iterator[Caller]:
    with HttpxClient(Http()) as client:
        yield Caller(client, served)
    FAULTS.clear()


def test_what_is_said_arrives(caller: Caller) -> None:
    headers = httpx.Headers({"Authorization": "Bearer x"})
    answer = caller.client.request(
        "POST",
        f"{caller.url}/echo",
        content="ñandú".encode(),
        headers=headers,
        params=httpx.QueryParams({"id": "eq.á&b"}),
    ).json()
    assert (answer["method"], answer["body"], answer["authorization"]) == ("POST", "ñandú", "Bearer x")
    assert (answer["id"], answer["accept-encoding"]) == ("eq.á&b", "gzip, deflate")


def test_a_packed_answer_is_read(caller: Caller) -> None:
    answer = caller.get("/packed")
    assert (answer.text, answer.headers["x-a"]) == ("mañana", "1")


def test_an_answer_knows_its_request(caller: Caller) -> None:
    request = caller.get("/echo").request
    assert (request.method, str(request.url)) == ("GET", f"{caller.url}/echo")


def test_a_redirect_is_handed_up(caller: Caller) -> None:
    assert caller.get("/away").status_code == 307


def test_the_connection_is_kept(caller: Caller) -> None:
    assert len({caller.get("/echo").json()["port"] for _ in range(3)}) == 1


def test_but_not_when_nobody_has_used_it_for_long(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    before = caller.get("/echo").json()["port"]
    later = time.time() + 60
    monkeypatch.setattr("channels.http.time.time", lambda: later)
    assert caller.get("/echo").json()["port"] != before


def test_nor_after_it_was_closed(caller: Caller) -> None:
    before = caller.get("/echo").json()["port"]
    caller.client.close()
    assert caller.get("/echo").json()["port"] != before


def test_a_request_that_is_under_way_outlives_the_close() -> None:
    http, timeout = Http(), Timeout(1.0)
    with serve_in_thread(Starlette(routes=[Route("/packed", packed)])) as url:
        answer = http.open("GET", f"{url}/packed", headers={}, timeout=timeout)
        http.close()
        assert answer.read() == "mañana".encode()


@pytest.mark.parametrize("path", ["/endless", "/bomb"])
def test_no_more_is_read_than_was_agreed(served: str, path: str) -> None:
    http = Http(max_answer=100_000)
    with pytest.raises(AnswerTooLong):
        http.request("GET", served + path, headers={}, timeout=Timeout(5.0))
    assert http.request("GET", f"{served}/echo", headers={}, timeout=Timeout(5.0)).status == 200


@pytest.mark.parametrize("decode_content", [True, False])
def test_an_answer_that_is_cut_off_is_none(decode_content: bool) -> None:
    """The other end says how long its answer is, and closes the connection in the middle of it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        cuts = threading.Thread(target=_answer_half, args=(listening,))
        cuts.start()
        with pytest.raises(ProtocolError):
            Http().request(
                "GET",
                f"http://127.0.0.1:{listening.getsockname()[1]}/",
                headers={},
                timeout=Timeout(5.0),
                decode_content=decode_content,
            )
        cuts.join()


def _answer_half(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 33)


def test_the_longest_answer_is_read(served: str) -> None:
    whole = Http().request("GET", f"{served}/echo", headers={}, timeout=Timeout(5.0)).body
    http = Http(max_answer=len(whole))
    assert (
        len({http.request("GET", f"{served}/echo", headers={}, timeout=Timeout(5.0)).body for _ in "ab"}) == 1
    )


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000, b'{"a": ' + b"1" * 5000 + b"}"])
def test_an_answer_that_is_no_json(body: bytes) -> None:
    assert Answer(status=200, headers={}, body=body).json() is None


@pytest.mark.parametrize("url", ["//host/x", "https:host/x", "host", "/x", "https://", "https:///x", ""])
def test_an_address_names_its_host(url: str) -> None:
    with pytest.raises(LocationValueError):
        Http().request("GET", url, headers={}, timeout=Timeout(1.0))


def test_nobody_listens() -> None:
    with HttpxClient(Http()) as client, pytest.raises(httpx.ConnectError):
        client.request("GET", f"http://127.0.0.1:{free_port()}", headers=httpx.Headers())


def test_no_other_protocol_is_spoken() -> None:
    with pytest.raises(URLSchemeUnknown):
        Http().request("GET", "ftp://127.0.0.1/", headers={}, timeout=Timeout(1.0))


def test_it_hangs(caller: Caller) -> None:
    FAULTS.hang(5)
    caller.client.timeout = httpx.Timeout(0.1)
    with pytest.raises(httpx.ReadTimeout):
        caller.get("/echo")


def test_it_is_cut(caller: Caller) -> None:
    FAULTS.down()
    with pytest.raises(httpx.NetworkError):
        caller.get("/echo")


def test_what_goes_around_the_http_is_refused() -> None:
    with HttpxClient(Http()) as client, pytest.raises(NotImplementedError):
        client.send(httpx.Request("GET", "http://127.0.0.1/"))


def test_an_error_that_is_httpx_error() -> None:
    assert type(_httpx_error(ConnectTimeoutError())) is httpx.ConnectTimeout
    assert type(_httpx_error(ProtocolError())) is httpx.NetworkError
