"""Where the time of one warm message goes: `python -m bench.message_profile VISITS`, with the function's settings in the environment.

The function runs in this process under Flask's test client, one message at a time, and each part is timed from outside. After
each message come Meta's three statuses of the reply, a webhook call each: their parts are in these figures, too. Prints JSON: for each part the microseconds of processor time and of wall time, per message.
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
from bench.status_webhooks import DELAYS, sent_message
from bench.workload import Visit, headers, new_visit
from channels.whatsapp import WhatsApp
from emulator.function import ROOT
from emulator.meta.sent_message import SentMessage, status_webhook
from emulator.meta.webhook_payload import encode
from state.model.outbox_row import Result

TOTAL: Final = "all of it"
STATUSES: Final = "of it, for the three delivery statuses"
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

Send = Callable[[WhatsApp, tuple[str, ...], int, Callable[[], bool]], Result]  # the type of `WhatsApp.send`


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


class Sent:
    """What Meta accepted from the function."""

    def __init__(self) -> None:
        self._messages: list[SentMessage] = []

    def watch(self, send: Send) -> Send:
        """`WhatsApp.send`, remembering each message."""

        def watched(
            whatsapp: WhatsApp, bodies: tuple[str, ...], attempts: int, may_leave: Callable[[], bool]
        ) -> Result:
            result = send(whatsapp, bodies, attempts, may_leave)
            if result.provider_id:
                self._messages.append(sent_message(json.loads(bodies[0]), result.provider_id, time.time()))
            return result

        return watched

    def take_statuses(self) -> list[bytes]:
        """The webhook bodies with the statuses of the messages since the last time: sent for all, delivered, read."""
        messages, self._messages = self._messages, []
        return [encode(status_webhook(message, name, message.at)) for name in DELAYS for message in messages]


def profile(visits: list[Visit]) -> dict[str, dict[str, float]]:
    timers, sent = Timers(), Sent()
    for owner, name, label in PARTS:
        setattr(owner, name, timers.wrap(getattr(owner, name), label))
    setattr(WhatsApp, "send", sent.watch(WhatsApp.send))  # noqa: B010 - a method is not assigned to
    app = functions_framework.create_app("webhook", str(ROOT / "main.py"))  # type: ignore[no-untyped-call]
    client = app.test_client()
    _post_all(client, (*(visit.greeting for visit in visits), *new_visit().messages))
    _post_all(client, sent.take_statuses())
    timers.processor.clear()
    timers.wall.clear()
    messages = [message for visit in visits for message in visit.messages]
    wall, processor = _post_all(client, messages)
    statuses_wall, statuses_processor = _post_all(client, sent.take_statuses())
    used = processor + statuses_processor
    timers.processor |= {
        REST: used - sum(timers.processor.values()),
        TOTAL: used,
        STATUSES: statuses_processor,
    }
    timers.wall |= {TOTAL: wall + statuses_wall, STATUSES: statuses_wall}
    micro = 1e6 / len(messages)
    return {
        part: {"processor": seconds * micro, "wall": timers.wall[part] * micro}
        for part, seconds in timers.processor.items()
    }


def _post_all(client: FlaskClient, bodies: Iterable[bytes]) -> tuple[float, float]:
    """Returns the seconds until the last answer, and the processor time until the threads are done, too.

    Raises RuntimeError for any answer but 200.
    """
    started, before = time.perf_counter(), time.process_time()
    for body in bodies:
        answer = client.post("/", data=body, headers=headers(body))
        if answer.status_code != 200:
            raise RuntimeError(answer.status)
    seconds = time.perf_counter() - started
    time.sleep(_IDLE_SECONDS)
    return seconds, time.process_time() - before


if __name__ == "__main__":
    # The log goes to stdout, too: this is the last line.
    print(json.dumps(profile([new_visit() for _ in range(int(sys.argv[1]))])))
