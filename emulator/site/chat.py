"""The messages between each customer and the desk, with Meta's ticks: what the page's phones show."""

import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from emulator import Json
from emulator.meta.customer import Customer
from emulator.meta.sent_message import SentMessage
from emulator.meta.webhook_delivery import Stage
from emulator.meta.webhook_payload import messages_in, statuses_in
from emulator.site.chat_messages import from_customer, from_desk
from emulator.site.chat_storage import SavedState
from emulator.site.customer_list import CustomerList, as_json, from_json, key_of

MAX_ITEMS = 200  # of each customer
TYPING_SECONDS = 25.0
_RANK = {None: 0, "clock": 1, "sent": 2, "delivered": 3, "read": 4, "failed": 5}


class Chat:
    """Thread-safe. `version` grows with every change; `file` keeps everything for the next run."""

    def __init__(self, file: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.version = 0
        self._clock = clock
        self._lock = threading.RLock()
        self.customers = CustomerList(self._changed)
        self._items_of: dict[str, deque[Json]] = {}
        self._items: dict[str, tuple[str, Json]] = {}
        self._typing: dict[str, float] = {}
        self._undelivered: dict[str, Json] = {}
        self._saved = SavedState(file, self._state)

    def load(self) -> list[Json]:
        """Goes on where the last run ended. Returns the webhooks that were not answered 200 yet, oldest first."""
        saved = self._saved.load()
        if saved is None:
            return []
        with self._lock:
            for customer in saved["customers"]:
                self.customers.put(from_json(customer))
            for key, items in saved["items"].items():
                self._items_of[key] = deque(items)
                self._items |= {item["id"]: (key, item) for item in items}
            self._undelivered = saved["undelivered"]
            return list(self._undelivered.values())

    def close(self) -> None:
        self._saved.close()

    def items(self) -> dict[str, list[Json]]:
        """By customer, oldest first."""
        with self._lock:
            return {key: [dict(item) for item in items] for key, items in self._items_of.items()}

    def typing(self) -> dict[str, float]:
        with self._lock:
            now = self._clock()
            return {key: until for key, until in self._typing.items() if until > now}

    def item(self, wamid: str) -> Json | None:
        """The message with this wamid, if it is still shown."""
        with self._lock:
            _, item = self._items.get(wamid, ("", None))
            return dict(item) if item else None

    # --- what happens -----------------------------------------------------------------------------------------------

    def watch_customers(self, stage: Stage, payload: Json, status: int) -> None:
        """For the WebhookDelivery of what customers write."""
        with self._lock:
            if stage is Stage.ACCEPTED:
                self._write(payload)
            elif stage is Stage.POSTED and status == 200:
                for message, _ in messages_in(payload):
                    self._deliver(message["id"])

    def watch_statuses(self, stage: Stage, payload: Json, _status: int) -> None:
        """For the WebhookDelivery of the desk's delivery statuses."""
        if stage is not Stage.POSTING:
            return
        with self._lock:
            for status in statuses_in(payload):
                error = next((error["code"] for error in status.get("errors", [])), None)
                self._tick(status["id"], status["status"], error)

    def sent(self, sent: SentMessage) -> None:
        """Meta accepted a message of the desk."""
        if sent.recipient.lost:
            return
        person = sent.person
        with self._lock:
            customer = self.customers.find(person.wa_id or sent.recipient.phone, person.user_id)
            if customer is None:
                name = person.name or sent.recipient.written
                new = Customer(name=name, wa_id=person.wa_id, user_id=person.user_id)
                customer = self.customers.put(new)
            self._typing.pop(key_of(customer), None)
            self._put(key_of(customer), from_desk(sent))

    def marked(self, wamid: str, typing: bool) -> None:
        """The desk marked a message as read, and with it all that were delivered before."""
        with self._lock:
            key, item = self._items.get(wamid, ("", None))
            if item is None:
                return
            for earlier in self._items_of[key]:
                if earlier is item:
                    break
                if earlier["ticks"] == "delivered":
                    self._tick(earlier["id"], "read")
            self._tick(wamid, "read")
            if typing:
                self._typing[key] = self._clock() + TYPING_SECONDS

    # --- what is kept -----------------------------------------------------------------------------------------------

    def _write(self, payload: Json) -> None:
        for message, contact in messages_in(payload):
            if message["id"] in self._items:
                continue
            customer = self.customers.learn(contact)
            self._undelivered[message["id"]] = payload
            self._put(key_of(customer), from_customer(message, self._clock()))

    def _put(self, key: str, item: Json) -> None:
        items = self._items_of.setdefault(key, deque())
        items.append(item)
        self._items[item["id"]] = (key, item)
        while len(items) > MAX_ITEMS:
            self._items.pop(items.popleft()["id"], None)
        self._changed()

    def _tick(self, wamid: str, ticks: str, error: int | None = None) -> None:
        """Forward only: a late "delivered" does not replace "read"."""
        _, item = self._items.get(wamid, ("", None))
        if item is None or ticks not in _RANK or _RANK[ticks] <= _RANK[item["ticks"]]:
            return
        item |= {"ticks": ticks, "error": error}
        self._changed()

    def _deliver(self, wamid: str) -> None:
        self._tick(wamid, "delivered")
        if self._undelivered.pop(wamid, None):
            self._changed()

    def _changed(self) -> None:
        with self._lock:
            self.version += 1
            self._saved.changed()

    def _state(self) -> Json:
        with self._lock:
            customers = [as_json(customer) for customer in self.customers.all()]
            return {"customers": customers, "items": self.items(), "undelivered": dict(self._undelivered)}
