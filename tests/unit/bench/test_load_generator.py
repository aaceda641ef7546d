"""The load generator against a small server."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.load_generator import closed_loop, open_loop, percentile
from bench.workload import Visit, new_visit


class Server(BaseHTTPRequestHandler):
    """Answers 200, and 503 to an empty body."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200 if body else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_closed_loop_sends_every_message(port: int) -> None:
    result = closed_loop([port], [new_visit() for _ in range(3)], connections=2)
    assert (result.messages, len(result.latencies)) == (12, 12)
    assert result.rate > 0


def test_an_open_loop_keeps_its_schedule(port: int) -> None:
    result = open_loop(port, [new_visit() for _ in range(3)], rate=100)
    assert (result.messages, len(result.latencies)) == (12, 12)
    assert result.seconds > 0


def test_any_answer_but_200_is_an_error(port: int) -> None:
    with pytest.raises(RuntimeError, match="503"):
        closed_loop([port], [Visit(greeting=b"", messages=(b"",))], connections=1)


@pytest.mark.parametrize(("share", "value"), [(0.5, 3), (0.99, 4), (0.0, 1)])
def test_a_percentile(share: float, value: float) -> None:
    assert percentile([4, 1, 3, 2], share) == value
