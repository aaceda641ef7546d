"""Meta's delivery statuses in the measurements: through the proxy, to small servers in the place of the instances."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from bench.workload import customer_of
from emulator.meta.graph_api import Graph
from emulator.meta.webhook_payload import sign, statuses_in
from tests.support.latency_proxy import serve

PHONE, USER_ID = "5491100000007", "AR.bench00000007"


class Instance(ThreadingHTTPServer):
    """Keeps the webhook calls that it got; `answer` is the status of its answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Webhook)
        self.calls: list[tuple[bytes, str]] = []
        self.answer = 200

    @property
    def statuses(self) -> list[dict[str, Any]]:
        """One of each call."""
        return [status for body, _ in self.calls for status in statuses_in(json.loads(body))]


class Webhook(BaseHTTPRequestHandler):
    server: Instance
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.calls.append((body, self.headers["x-hub-signature-256"]))
        self.send_response(self.server.answer)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def instances() -> Iterator[list[Instance]]:
    servers = [Instance(), Instance()]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield servers
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def proxy() -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{serve(upstream=9)}", trust_env=False) as client:
        yield client


def aim(proxy: httpx.Client, *instances: Instance, messages: int = 0) -> dict[str, Any]:
    """Where the statuses go from now on; those before are over then."""
    ports = [instance.server_port for instance in instances]
    wanted = {"ports": ports, "scale": 0.01, "messages": messages, "seconds": 0.01}
    answer: dict[str, Any] = proxy.post("/control/statuses", json=wanted).json()
    return answer


def send(proxy: httpx.Client, **message: Any) -> str:
    """The wamid."""
    answer = proxy.post("/graph/v25.0/1/messages", json={"to": f"+{PHONE}", "type": "text", **message})
    wamid: str = answer.json()["messages"][0]["id"]
    return wamid


def test_each_accepted_message_has_three_statuses_in_calls_of_their_own(
    proxy: httpx.Client, instances: list[Instance]
) -> None:
    instance, _ = instances
    aim(proxy, instance)
    wamids = [send(proxy) for _ in range(5)]

    assert aim(proxy) == {}

    found = Counter((status["id"], status["status"]) for status in instance.statuses)
    assert found == {(wamid, name): 1 for wamid in wamids for name in ("sent", "delivered", "read")}
    assert len(instance.calls) == 15


def test_they_are_signed_and_say_which_row_of_the_outbox_and_whom(
    proxy: httpx.Client, instances: list[Instance]
) -> None:
    instance, _ = instances
    aim(proxy, instance)
    send(proxy, biz_opaque_callback_data="wa/1")
    aim(proxy)

    assert all(signature == sign(body, Graph().app_secret) for body, signature in instance.calls)
    for status in instance.statuses:
        assert status["biz_opaque_callback_data"] == "wa/1"
        assert (status["recipient_id"], status["recipient_user_id"]) == (PHONE, USER_ID)


def test_a_bot_that_names_no_row_gets_none_back(proxy: httpx.Client, instances: list[Instance]) -> None:
    aim(proxy, instances[0])
    send(proxy)
    aim(proxy)
    assert not any("biz_opaque_callback_data" in status for status in instances[0].statuses)


def test_they_go_to_any_instance_that_is_measured(proxy: httpx.Client, instances: list[Instance]) -> None:
    aim(proxy, *instances)
    for _ in range(10):
        send(proxy)
    aim(proxy)

    assert all(instance.calls for instance in instances)
    assert sum(len(instance.calls) for instance in instances) == 30


def test_there_is_none_for_a_receipt_and_none_while_nothing_is_measured(
    proxy: httpx.Client, instances: list[Instance]
) -> None:
    aim(proxy, instances[0])
    send(proxy, status="read", message_id="wamid.1")
    aim(proxy)
    send(proxy)
    aim(proxy)
    assert instances[0].calls == []


def test_a_function_that_sends_nothing_gets_as_many(proxy: httpx.Client, instances: list[Instance]) -> None:
    aim(proxy, instances[0], messages=4)
    aim(proxy)
    assert Counter(status["status"] for status in instances[0].statuses) == dict.fromkeys(
        ("sent", "delivered", "read"), 4
    )


def test_they_are_counted_as_calls(proxy: httpx.Client, instances: list[Instance]) -> None:
    aim(proxy, instances[0])
    send(proxy)
    aim(proxy)

    assert proxy.post("/control/pending", json={}).json() == {"pending": 0}
    assert proxy.post("/control/delays", json={}).json() == {"reply": 1, "status": 3}


def test_any_answer_but_200_is_an_error(proxy: httpx.Client, instances: list[Instance]) -> None:
    aim(proxy, instances[0])
    instances[0].answer = 503
    send(proxy)

    assert "503" in aim(proxy)["error"]
    assert proxy.post("/control/delays", json={}).json() == {"reply": 1}


@pytest.mark.parametrize("address", [PHONE, USER_ID])
def test_a_customer_is_known_by_number_and_by_user_id(address: str) -> None:
    customer = customer_of(address)
    assert (customer.wa_id, customer.user_id, customer.name) == (PHONE, USER_ID, "Cliente 7")
