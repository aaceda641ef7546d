"""Where the time of one warm message goes: `python -m bench.message_profile VISITS`, with the function's settings in the environment.

The function runs in this process under Flask's test client, one message at a time, and each part is timed from outside.
Prints JSON: for each part the microseconds of processor time and of wall time, per message.
"""

import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
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
from bench.workload import Visit, headers, new_visit
from emulator.function import ROOT

TOTAL: Final = "all of it"
REST: Final = "functions-framework, Flask, threads and the rest"
# The parts of a message in the order in which it passes them: where each is found, its name there, and its label.
PARTS: Final[tuple[tuple[Any, str, str], ...]] = (
    (handlers.webhook, "has_valid_signature", "signature"),
    (handlers.webhook, "parse_body", "parse"),
    (handlers.webhook, "read_payload", "parse"),
    (handlers.process_message, "read", "dialogue"),
    (handlers.process_message, "interpret", "dialogue"),
    (handlers.process_message, "step", "dialogue"),
    (handlers.render_turn.TurnRenderer, "rows", "render"),
    (handlers.render_turn.TurnRenderer, "throttle_reply", "render"),
    (state.store.client.Store, "_execute", "Supabase: {1}"),
    (channels.whatsapp.WhatsApp, "send", "Graph: the reply"),
    (channels.whatsapp.WhatsApp, "mark_read", "Graph: the receipt"),
    (channels.resend_email.Resend, "send", "Resend: the mail"),
    (handlers.log.Log, "write", "log"),
)
_IDLE_SECONDS: Final = 0.5


class Timers:
    """Seconds by part: of processor time, in whichever thread, and of wall time."""

    def __init__(self) -> None:
        self.processor: defaultdict[str, float] = defaultdict(float)
        self.wall: defaultdict[str, float] = defaultdict(float)
        self._lock = threading.Lock()

    def wrap(self, inner: Callable[..., Any], label: str) -> Callable[..., Any]:
        """`inner`, timed under `label`, which may name a positional argument."""

        def timed(*args: Any, **named: Any) -> Any:
            processor, wall = time.thread_time(), time.perf_counter()
            try:
                return inner(*args, **named)
            finally:
                part = label.format(*args)
                with self._lock:
                    self.processor[part] += time.thread_time() - processor
                    self.wall[part] += time.perf_counter() - wall

        return timed


def profile(visits: list[Visit]) -> dict[str, dict[str, float]]:
    timers = Timers()
    for owner, name, label in PARTS:
        setattr(owner, name, timers.wrap(getattr(owner, name), label))
    app = functions_framework.create_app("webhook", str(ROOT / "main.py"))  # type: ignore[no-untyped-call]
    client = app.test_client()
    _post_all(client, (*(visit.greeting for visit in visits), *new_visit().messages))
    timers.processor.clear()
    timers.wall.clear()
    messages = [message for visit in visits for message in visit.messages]
    before = time.process_time()
    timers.wall[TOTAL] = _post_all(client, messages)
    used = time.process_time() - before
    timers.processor |= {REST: used - sum(timers.processor.values()), TOTAL: used}
    micro = 1e6 / len(messages)
    return {
        part: {"processor": seconds * micro, "wall": timers.wall[part] * micro}
        for part, seconds in timers.processor.items()
    }


def _post_all(client: FlaskClient, messages: Iterable[bytes]) -> float:
    """Returns the seconds until the last answer, and waits for the threads. Raises RuntimeError for any answer but 200."""
    started = time.perf_counter()
    for body in messages:
        answer = client.post("/", data=body, headers=headers(body))
        if answer.status_code != 200:
            raise RuntimeError(answer.status)
    seconds = time.perf_counter() - started
    time.sleep(_IDLE_SECONDS)
    return seconds


if __name__ == "__main__":
    # The log goes to stdout, too: this is the last line.
    print(json.dumps(profile([new_visit() for _ in range(int(sys.argv[1]))])))
