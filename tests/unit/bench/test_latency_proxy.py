"""The latency proxy: counts calls, answers for Meta and Resend, forwards to Supabase."""

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest

from bench.raw_http import read_message
from tests.support.latency_proxy import serve


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{serve(upstream=9)}", trust_env=False) as client:
        yield client


def test_it_counts_calls_by_kind(client: httpx.Client) -> None:
    client.post("/graph/v25.0/1/messages", json={"type": "text"})
    client.post("/graph/v25.0/1/messages", json={"status": "read"})
    client.post("/resend/emails", json={})
    client.post("/rest/v1/afternoon_tickets?columns=code", json={})

    calls = {"reply": 1, "receipt": 1, "mail": 1, "afternoon_tickets": 1}
    assert client.post("/control/delays", json={}).json() == calls
    assert client.post("/control/delays", json={}).json() == {}


def test_each_message_has_an_id_of_its_own(client: httpx.Client) -> None:
    answers = [client.post("/graph/1/messages", json={}).json() for _ in range(3)]
    assert len({answer["messages"][0]["id"] for answer in answers}) == 3


def test_it_waits_for_the_delay_of_the_service(client: httpx.Client) -> None:
    client.post("/control/delays", json={"graph": 0.2})

    started = time.monotonic()
    client.post("/graph/1/messages", json={})

    assert time.monotonic() - started >= 0.2


def test_a_call_of_the_data_api_is_forwarded(client: httpx.Client) -> None:
    """To another proxy, which sees it as a call of Resend. The second one uses the same connection."""
    with httpx.Client(base_url=f"http://127.0.0.1:{serve(client.base_url.port or 0, 'a.b.c')}") as outer:
        ids = [outer.post("/rest/v1/resend/emails", json={}).json()["id"] for _ in range(2)]

    assert ids == ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"]


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
    ],
)
def test_a_message_ends_where_it_ends(sent: bytes) -> None:
    async def read() -> bytes:
        reader = asyncio.StreamReader()
        reader.feed_data(sent + b"HTTP/1.1 ")
        return b"".join(await read_message(reader))

    assert asyncio.run(read()) == sent
