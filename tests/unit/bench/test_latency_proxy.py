"""The latency proxy: counts calls, answers for Meta and Resend, forwards to Supabase."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from bench.latency_proxy import LatencyProxy


@pytest.fixture
def proxy() -> Iterator[LatencyProxy]:
    with LatencyProxy(upstream=9, jwt="") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def post(proxy: LatencyProxy, path: str, content: object) -> httpx.Response:
    url = f"http://127.0.0.1:{proxy.server_port}/{path}"
    return httpx.post(url, json=content, trust_env=False)


def test_it_counts_calls_by_kind(proxy: LatencyProxy) -> None:
    post(proxy, "graph/v25.0/1/messages", {"type": "text"})
    post(proxy, "graph/v25.0/1/messages", {"status": "read"})
    post(proxy, "resend/emails", {})
    post(proxy, "rest/v1/afternoon_tickets?columns=code", {})

    calls = {"reply": 1, "receipt": 1, "mail": 1, "afternoon_tickets": 1}
    assert post(proxy, "control", {}).json() == calls
    assert post(proxy, "control", {}).json() == {}


def test_each_message_has_an_id_of_its_own(proxy: LatencyProxy) -> None:
    ids = {post(proxy, "graph/1/messages", {}).json()["messages"][0]["id"] for _ in range(3)}
    assert len(ids) == 3


def test_it_waits_for_the_delay_of_the_service(proxy: LatencyProxy) -> None:
    post(proxy, "control", {"graph": 0.2})

    started = time.monotonic()
    post(proxy, "resend/emails", {})
    assert time.monotonic() - started < 0.2
    post(proxy, "graph/1/messages", {})
    assert time.monotonic() - started >= 0.2


def test_a_call_of_the_data_api_is_forwarded(proxy: LatencyProxy) -> None:
    with LatencyProxy(upstream=proxy.server_port, jwt="a.b.c") as outer:
        threading.Thread(target=outer.serve_forever, daemon=True).start()
        answer = post(outer, "rest/v1/resend/emails", {})
        outer.shutdown()

    assert answer.json() == {"id": "00000000-0000-4000-8000-000000000001"}
