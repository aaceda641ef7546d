"""Meta, Resend and the way to Supabase with a chosen latency: `python -m bench.latency_proxy PORT [JWT]`.

Meta and Resend give everybody the same answer; what they check is not measured here. A call to Supabase is forwarded to PORT,
with this JWT instead of its key if one is given. Each kind of call is counted. The emulator's services know far more and need
as much processor time as the function itself: on two cores, they would be what is measured.
"""

from __future__ import annotations

import itertools
import json
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from urllib3 import HTTPConnectionPool

_DROPPED: Final = {"host", "content-length", "connection"}


class LatencyProxy(ThreadingHTTPServer):
    """Waits `delays[service]` seconds before each answer; the services are rest, graph and resend."""

    daemon_threads = True
    request_queue_size = 128  # the baseline bot opens a connection for each call

    def __init__(self, upstream: int, jwt: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = HTTPConnectionPool("127.0.0.1", upstream, maxsize=64)
        self.jwt = jwt
        self.ids = itertools.count(1)
        self.delays: dict[str, float] = {}
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count(self, name: str) -> None:
        with self._lock:
            self._calls[name] += 1

    def reset_calls(self) -> Counter[str]:
        with self._lock:
            calls, self._calls = self._calls, Counter()
        return calls


class _Handler(BaseHTTPRequestHandler):
    server: LatencyProxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one packet

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        service, _, path = self.path[1:].partition("/")
        if service == "control":
            self.server.delays = json.loads(body)
            self._answer_json(self.server.reset_calls())
            return
        name = _call_name(service, path, body)
        self.server.count(name)
        time.sleep(self.server.delays.get(service, 0.0))
        if service == "rest":
            self._forward(path, body)
        else:
            self._answer_json(self._accepted(name))

    def log_message(self, *_: Any) -> None:
        """Log nothing."""

    def _forward(self, path: str, body: bytes) -> None:
        if not self.server.jwt and not path.startswith("v1/rpc/"):
            self._answer(
                201, b"[]"
            )  # the emulator's Data API has no inserts, which only the baseline bot makes
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _DROPPED}
        prefix = "/rest/"
        if self.server.jwt:
            prefix, path = "/", path.removeprefix("v1/")  # PostgREST itself serves at the root
            headers["Authorization"] = f"Bearer {self.server.jwt}"
        answer = self.server.upstream.request(
            "POST", prefix + path, body=body, headers=headers, retries=False
        )
        self._answer(answer.status, answer.data)

    def _accepted(self, name: str) -> dict[str, Any]:
        number = next(self.server.ids)
        if name == "receipt":
            return {"success": True}
        if name == "mail":
            return {"id": f"00000000-0000-4000-8000-{number:012}"}
        return {"messaging_product": "whatsapp", "messages": [{"id": f"wamid.bench{number:09}"}]}

    def _answer_json(self, content: Any) -> None:
        self._answer(200, json.dumps(content).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _call_name(service: str, path: str, body: bytes) -> str:
    """What a call is counted as."""
    if service == "graph":
        return "receipt" if b'"status"' in body else "reply"
    return "mail" if service == "resend" else path.rpartition("/")[2].partition("?")[0]


if __name__ == "__main__":
    proxy = LatencyProxy(int(sys.argv[1]), *sys.argv[2:])
    print(json.dumps({"port": proxy.server_port}), flush=True)
    proxy.serve_forever()
