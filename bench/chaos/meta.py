"""Meta, as it brings messages: in batches, some twice, some late, not always in order, and again until it hears 200."""

from __future__ import annotations

import heapq
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

import httpx

from bench.chaos.plan import Plan
from bench.chaos.world import KEPT_CALLS
from emulator.call_list import Ledger
from emulator.meta.customers import Customer, batch
from emulator.meta.webhook_delivery import Stage, WebhookDelivery
from emulator.meta.wire import Json

_TRY_AGAIN: Final = (0.0, 0.3, 1.0, 2.0, *[3.0] * 200)
_PATIENCE: Final = httpx.Timeout(15.0)
# Messages that wait for their 200: those that come again whole must not drown the others.
_AT_ONCE: Final = 200
_GATHER_SECONDS: Final = 0.4
_HELD_BACK: Final = 0.25  # the share of messages that a later one may overtake
_HELD_SECONDS: Final = 1.2
_TWICE_WITHIN: Final = 5.0


class Postman(WebhookDelivery):
    """Delivers to whoever is running, until it is answered 200."""

    def __init__(
        self, secret: str, url: Callable[[], str | None], noted: Callable[[Json], None] | None = None
    ) -> None:
        super().__init__("", secret, schedule=_TRY_AGAIN, noted=noted)
        self.ledger = Ledger(KEPT_CALLS)
        self.choose_url = lambda: url() or "http://127.0.0.1:9/"  # nobody is there: the connection is refused
        self.watch = self._count
        self._under_way: Counter[str] = Counter()
        self._lock = threading.Lock()

    def under_way(self) -> set[str]:
        """The dedup keys of our messages about which Meta still has to tell us something."""
        with self._lock:
            return {key for key, count in self._under_way.items() if count > 0}

    def _count(self, stage: Stage, payload: Json, _status: int) -> None:
        if stage in {Stage.TAKEN, Stage.OVER}:
            with self._lock:
                for key in _keys(payload):
                    self._under_way[key] += 1 if stage is Stage.TAKEN else -1

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            limits = httpx.Limits(max_connections=1000, max_keepalive_connections=50)
            self._client = httpx.AsyncClient(timeout=_PATIENCE, limits=limits, trust_env=False)
        return self._client


def _keys(payload: Json) -> list[str]:
    changes = [change["value"] for entry in payload["entry"] for change in entry["changes"]]
    listed = [status for value in changes for status in value.get("statuses", [])]
    return [key for status in listed if (key := status.get("biz_opaque_callback_data"))]


@dataclass(order=True, slots=True)
class Letter:
    """One message of one customer, which leaves when its time has come."""

    at: float
    number: int
    sender: Customer = field(compare=False)
    message: Json = field(compare=False)


class Office:
    """Gathers what customers write into batches of 1 to 50 and hands them to the postman. `run` it in a thread."""

    def __init__(self, plan: Plan, postman: Postman) -> None:
        self.twice = 0
        self._posts: list[tuple[Future[list[int]], int]] = []
        self._plan, self._postman, self._dice = plan, postman, plan.dice("office")
        self._letters: list[Letter] = []
        self._numbers = 0
        self._changed = threading.Condition()
        self._closed = False

    def hand_in(self, sender: Customer, message: Json) -> None:
        with self._changed:
            now, dice = time.monotonic(), self._dice
            held = dice.uniform(0, _HELD_SECONDS) if dice.random() < _HELD_BACK else 0.0
            self._put(now + held, sender, message)
            if dice.random() < self._plan.duplicates:
                self.twice += 1
                self._put(now + held + dice.choice((0.0, dice.uniform(0, _TWICE_WITHIN))), sender, message)
            self._changed.notify()

    def waiting(self) -> int:
        """NotificationRenderer that are still here."""
        return len(self._letters)

    def under_way(self) -> int:
        """Messages in POSTs that have not been answered 200."""
        with self._changed:
            self._posts = [(post, size) for post, size in self._posts if not post.done()]
            return sum(size for _, size in self._posts)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    def run(self) -> None:
        size = self._size()
        while not self._closed:
            with self._changed:
                if letters := self._ready(size):
                    payload = batch(*((letter.sender, letter.message) for letter in letters))
                    self._posts.append((self._postman.deliver(payload), len(letters)))
                    size = self._size()
                else:
                    self._changed.wait(0.02)

    def _size(self) -> int:
        return self._dice.choices((1, self._dice.randint(2, 8), self._dice.randint(9, 50)), (70, 26, 4))[0]

    def _ready(self, size: int) -> list[Letter]:
        """`size` letters; fewer if no more come soon; none while it is better to wait."""
        now = time.monotonic()
        due = sum(letter.at <= now for letter in self._letters)
        enough = due >= size or (due and now - self._letters[0].at > _GATHER_SECONDS)
        if not enough or self.under_way() >= _AT_ONCE:
            return []
        return [heapq.heappop(self._letters) for _ in range(min(due, size))]

    def _put(self, at: float, sender: Customer, message: Json) -> None:
        self._numbers += 1
        heapq.heappush(self._letters, Letter(at, self._numbers, sender, message))
