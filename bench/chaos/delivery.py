"""Meta's side of the webhooks: late, twice, in batches, out of order, and again until the answer is 200."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Final

import httpx

from bench.chaos.environment import MAX_CALLS
from bench.chaos.scenario import Scenario
from emulator import Json
from emulator.call_log import CallLog
from emulator.meta.graph_api import Graph
from emulator.meta.webhook_delivery import Stage, WebhookDelivery
from emulator.meta.webhook_payload import statuses_in

_RETRIES: Final = (0.0, 0.3, 1.0, 2.0, *[3.0] * 200)
_TIMEOUT_SECONDS: Final = 15.0
_BATCH_SECONDS: Final = (0.0, 0.5, 2.0)  # how long webhooks are gathered into one POST ...
_BATCH_WEIGHTS: Final = (4, 3, 3)  # ... and how often
_DELAYED: Final = 0.25  # the share of messages that a later one may overtake
_MAX_DELAY_SECONDS: Final = 1.2
_MAX_DUPLICATE_SECONDS: Final = 5.0


class Delivery(WebhookDelivery):
    """Posts to any running instance until it answers 200: what customers write, or delivery statuses.

    `pending`: webhooks that were not answered 200 yet; `duplicates`: messages that were delivered twice.
    """

    def __init__(self, scenario: Scenario, graph: Graph, url: Callable[[], str]) -> None:
        super().__init__("", graph.app_secret, retry_delays=_RETRIES)
        self.call_log = CallLog(MAX_CALLS)
        self.choose_url = url
        self.on_stage = self._count
        # More connections than usual: a frozen instance holds many of them.
        limits = httpx.Limits(max_connections=1000, max_keepalive_connections=50)
        self._client = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, limits=limits, trust_env=False)
        self.pending = self.duplicates = 0
        self._scenario, self._graph, self._random = scenario, graph, scenario.random("delivery")
        self._pending_statuses: Counter[str] = Counter()
        self._counting = threading.Lock()

    def send(self, message: Json) -> None:
        """Deliver a customer's webhook."""
        random = self._random
        self._graph.users.learn_payload(message)
        self.options.batch_seconds = random.choices(_BATCH_SECONDS, _BATCH_WEIGHTS)[0]
        delay = random.uniform(0, _MAX_DELAY_SECONDS) if random.random() < _DELAYED else 0.0
        self.deliver(message, delay)
        if random.random() < self._scenario.duplicates:
            self.duplicates += 1
            self.deliver(message, delay + random.choice((0.0, random.uniform(0, _MAX_DUPLICATE_SECONDS))))

    def pending_statuses(self) -> set[str]:
        """The dedup keys of messages whose delivery status is on its way."""
        with self._counting:
            return set(+self._pending_statuses)

    def _count(self, stage: Stage, payload: Json, _status: int) -> None:
        change = {Stage.ACCEPTED: 1, Stage.FINISHED: -1}.get(stage, 0)
        with self._counting:
            self.pending += change
            for status in statuses_in(payload):
                self._pending_statuses[status.get("biz_opaque_callback_data", "")] += change
