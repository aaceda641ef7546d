"""Where the time of one warm message goes: `python -m bench.breakdown VISITS`, with the function's settings in the environment.

The function runs in this process under functions-framework's own client, one message at a time, and each part is timed from
outside. Prints JSON: for each part the microseconds of processor and of waiting, per message.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

import functions_framework
from flask.testing import FlaskClient

import channels.resend_email
import channels.whatsapp
import handlers.log
import handlers.process_message
import handlers.render_turn
import handlers.webhook
import state.store.client
from bench.talk import Visit, visit
from emulator.function import ROOT

TOTAL: Final = "all of it"
REST: Final = "functions-framework, Flask, threads and the rest"
_SETTLE_SECONDS: Final = 0.5
_HEADER: Final = b"x-hub-signature-256: "


class Clocks:
    """Seconds by part: of processor, in whichever thread, and on the wall."""

    def __init__(self) -> None:
        self.used: defaultdict[str, float] = defaultdict(float)
        self.wall: defaultdict[str, float] = defaultdict(float)
        self._lock = threading.Lock()

    def time(self, owner: Any, name: str, label: str | Callable[..., str]) -> None:
        """From now on, whatever `owner.name` does is counted as `label`."""
        inner = getattr(owner, name)

        def timed(*args: Any, **named: Any) -> Any:
            used, wall = time.thread_time(), time.perf_counter()
            try:
                return inner(*args, **named)
            finally:
                key = label if isinstance(label, str) else label(*args)
                with self._lock:
                    self.used[key] += time.thread_time() - used
                    self.wall[key] += time.perf_counter() - wall

        setattr(owner, name, timed)

    def clear(self) -> None:
        self.used.clear()
        self.wall.clear()


def watch(clocks: Clocks) -> None:
    """The parts of a message, in the order in which it passes them."""
    clocks.time(handlers.webhook, "verified", "signature")
    clocks.time(handlers.webhook, "parse_body", "parse")
    clocks.time(handlers.webhook, "read_payload", "parse")
    clocks.time(handlers.process_message, "read", "dialogue")
    clocks.time(handlers.process_message, "interpret", "dialogue")
    clocks.time(handlers.process_message, "step", "dialogue")
    clocks.time(handlers.render_turn.TurnRenderer, "rows", "render")
    clocks.time(handlers.render_turn.TurnRenderer, "throttled", "render")
    clocks.time(state.store.client.Store, "_execute", lambda _store, name, _arguments: f"Supabase: {name}")
    clocks.time(channels.whatsapp.WhatsApp, "send", "Graph: the reply")
    clocks.time(channels.whatsapp.WhatsApp, "mark_read", "Graph: the receipt")
    clocks.time(channels.resend_email.Resend, "send", "Resend: the mail")
    clocks.time(handlers.log.Log, "write", "log")


def post(client: FlaskClient, request: bytes) -> None:
    """Raises RuntimeError for all but 200."""
    head, _, body = request.partition(b"\r\n\r\n")
    signature = head.partition(_HEADER)[2].partition(b"\r\n")[0].decode()
    answer = client.post("/", data=body, headers={"X-Hub-Signature-256": signature})
    if answer.status_code != 200:
        raise RuntimeError(answer.status)


def run(visits: list[Visit]) -> dict[str, dict[str, float]]:
    clocks = Clocks()
    watch(clocks)
    app = functions_framework.create_app("webhook", str(ROOT / "main.py"))  # type: ignore[no-untyped-call]
    client = app.test_client()
    for request in (*(one.greeting for one in visits), *visit().messages):
        post(client, request)
    time.sleep(_SETTLE_SECONDS)
    clocks.clear()
    used, wall = time.process_time(), 0.0
    for request in (message for one in visits for message in one.messages):
        started = time.perf_counter()
        post(client, request)
        wall += time.perf_counter() - started
    time.sleep(_SETTLE_SECONDS)
    clocks.used[REST] = time.process_time() - used - sum(clocks.used.values())
    clocks.used[TOTAL], clocks.wall[TOTAL] = time.process_time() - used, wall
    messages = sum(len(one.messages) for one in visits)
    return {
        part: {
            "processor": clocks.used[part] * 1e6 / messages,
            "wall": clocks.wall[part] * 1e6 / messages,
        }
        for part in clocks.used
    }


if __name__ == "__main__":
    # The log goes to stdout: the last line is ours.
    print(json.dumps(run([visit() for _ in range(int(sys.argv[1]))])))
