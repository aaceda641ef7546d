"""The messages between each customer and the desk, with Meta's ticks: what the page's phones show."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from emulator import Json
from emulator.meta.customer import Customer
from emulator.meta.sent_message import SentMessage
from emulator.meta.webhook_delivery import Stage
from emulator.meta.webhook_payload import messages_in, statuses_in
from emulator.site.chat_messages import from_customer, from_desk
from emulator.site.chat_storage import JsonLinesFile
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
        self.customers = CustomerList(self._keep_customer)
        self._items_of: dict[str, deque[Json]] = {}
        self._items: dict[str, tuple[str, Json]] = {}
        self._typing: dict[str, float] = {}
        self._undelivered: dict[str, Json] = {}
        self._file = JsonLinesFile(file)

    def load(self) -> list[Json]:
        """Reads the file of earlier runs. Returns the webhooks that were not answered 200 yet, oldest first."""
        with self._lock:
            for line in self._file.read():
                self._replay(line)
            self._file.rewrite(self._state())
            self.version += 1
            return list(self._undelivered.values())

    def close(self) -> None:
        with self._lock:
            self._file.close()

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
            self._put(key_of(customer), from_customer(message, self._clock()), payload)

    def _put(self, key: str, item: Json, payload: Json | None = None) -> None:
        items = self._items_of.setdefault(key, deque())
        items.append(item)
        self._items[item["id"]] = (key, item)
        while len(items) > MAX_ITEMS:
            self._items.pop(items.popleft()["id"], None)
        self.version += 1
        self._file.append(_line(key, item, payload))

    def _tick(self, wamid: str, ticks: str, error: int | None = None) -> None:
        """Forward only: a late "delivered" takes no blue tick away."""
        _, item = self._items.get(wamid, ("", None))
        if item is None or ticks not in _RANK or _RANK[ticks] <= _RANK[item["ticks"]]:
            return
        item |= {"ticks": ticks, "error": error}
        self.version += 1
        self._file.append({"tick": wamid, "ticks": ticks, "error": error})

    def _deliver(self, wamid: str) -> None:
        self._tick(wamid, "delivered")
        if self._undelivered.pop(wamid, None):
            self._file.append({"delivered": wamid})

    def _keep_customer(self, customer: Customer) -> None:
        with self._lock:
            self._file.append({"customer": as_json(customer)})

    def _state(self) -> Iterator[Json]:
        """The lines from which `_replay` makes the chat as it is now."""
        yield from ({"customer": as_json(customer)} for customer in self.customers.all())
        for key, items in self._items_of.items():
            yield from (_line(key, item, self._undelivered.get(item["id"])) for item in items)

    def _replay(self, line: Json) -> None:
        match line:
            case {"customer": customer}:
                self.customers.put(from_json(customer))
            case {"item": item, "of": key}:
                self._put(key, item)
                if "payload" in line:
                    self._undelivered[item["id"]] = line["payload"]
            case {"tick": wamid, "ticks": ticks, "error": error}:
                self._tick(wamid, ticks, error)
            case {"delivered": wamid}:
                self._undelivered.pop(wamid, None)


def _line(key: str, item: Json, payload: Json | None) -> Json:
    return {"item": item, "of": key, **({"payload": payload} if payload else {})}
