"""The HTTP client: reuses connections, closes idle ones, and handles answers and errors of its own transport."""

import gzip
import time
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from urllib3.exceptions import ConnectTimeoutError, ProtocolError

from channels.http import Http, HttpxTransport, _httpx_error
from emulator.call_log import CallLog
from emulator.faults import Faults
from emulator.serving import free_port, serve_in_thread
from emulator.stand_in import instrument


async def echo(request: Request) -> Response:
    client = request.client
    body = (await request.body()).decode()
    headers = {name: request.headers.get(name) for name in ("authorization", "content-type")}
    return JSONResponse({"method": request.method, "body": body, "port": client and client.port, **headers})


async def packed(_: Request) -> Response:
    return Response(gzip.compress(b"ma\xc3\xb1ana"), headers={"content-encoding": "gzip", "x-a": "1"})


async def away(_: Request) -> Response:
    return RedirectResponse("/echo")


FAULTS = Faults()


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    routes = [
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/packed", packed),
        Route("/away", away),
    ]
    with serve_in_thread(instrument(Starlette(routes=routes), call_log=CallLog(), faults=FAULTS)) as url:
        yield url


@pytest.fixture
def client(served: str) -> Iterator[httpx.Client]:
    with httpx.Client(
        transport=HttpxTransport(Http()), base_url=served, timeout=httpx.Timeout(5.0)
    ) as client:
        yield client
    FAULTS.clear()


def test_what_is_said_arrives(client: httpx.Client) -> None:
    answer = client.post("/echo", content="ñandú", headers={"Authorization": "Bearer x"}).json()
    assert (answer["method"], answer["body"], answer["authorization"]) == ("POST", "ñandú", "Bearer x")


def test_a_packed_answer_is_read(client: httpx.Client) -> None:
    answer = client.get("/packed")
    assert (answer.text, answer.headers["x-a"]) == ("mañana", "1")


def test_a_redirect_is_handed_up(client: httpx.Client) -> None:
    assert client.get("/away").status_code == 307


def test_the_connection_is_kept(client: httpx.Client) -> None:
    assert len({client.get("/echo").json()["port"] for _ in range(3)}) == 1


def test_but_not_when_nobody_has_used_it_for_long(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.get("/echo").json()["port"]
    later = time.time() + 60
    monkeypatch.setattr("channels.http.time.time", lambda: later)
    assert client.get("/echo").json()["port"] != before


def test_nobody_listens() -> None:
    with httpx.Client(transport=HttpxTransport(Http())) as client, pytest.raises(httpx.ConnectError):
        client.get(f"http://127.0.0.1:{free_port()}")


def test_it_hangs(client: httpx.Client) -> None:
    FAULTS.hang(5)
    with pytest.raises(httpx.ReadTimeout):
        client.get("/echo", timeout=0.1)


def test_it_is_cut(client: httpx.Client) -> None:
    FAULTS.down()
    with pytest.raises(httpx.NetworkError):
        client.get("/echo")


def test_an_error_that_is_httpx_error() -> None:
    assert type(_httpx_error(ConnectTimeoutError())) is httpx.ConnectTimeout
    assert type(_httpx_error(ProtocolError())) is httpx.NetworkError
