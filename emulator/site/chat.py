"""Who wrote what, with Meta's ticks: what the phones on the page show, kept in a file between runs."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from emulator.meta.payloads import messages_in, statuses_in
from emulator.meta.sent_message import SentMessage
from emulator.meta.webhook_delivery import Stage
from emulator.meta.wire import Json
from emulator.site.chat_items import said, written
from emulator.site.json_lines import Kept
from emulator.site.people import People, Somebody

SHOWN = 200
TYPING_SECONDS = 25.0
_RANK = {None: 0, "clock": 1, "sent": 2, "delivered": 3, "read": 4, "failed": 5}


class Chat:
    """Told from several threads. `version` grows with every change; what is kept goes to `file`."""

    def __init__(self, file: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.version = 0
        self._clock = clock
        self._lock = threading.RLock()
        self.people = People(self._keep_person)
        self._talks: dict[str, deque[Json]] = {}
        self._items: dict[str, tuple[str, Json]] = {}
        self._typing: dict[str, float] = {}
        self._undelivered: dict[str, Json] = {}
        self._kept = Kept(file, self._state)

    def load(self) -> list[Json]:
        """Reads what an earlier run has kept. Returns the webhooks that nobody has answered 200 yet, oldest first."""
        with self._lock:
            for line in self._kept.read():
                self._recall(line)
            self._kept.cut_down()
            self.version += 1
            return list(self._undelivered.values())

    def close(self) -> None:
        self._kept.close()

    def talks(self) -> dict[str, list[Json]]:
        with self._lock:
            return {key: [dict(item) for item in talk] for key, talk in self._talks.items()}

    def typing(self) -> dict[str, float]:
        with self._lock:
            now = self._clock()
            return {key: until for key, until in self._typing.items() if until > now}

    def item(self, wamid: str) -> Json | None:
        """A message that is still shown."""
        with self._lock:
            _, item = self._items.get(wamid, ("", None))
            return dict(item) if item else None

    # --- what happens -----------------------------------------------------------------------------------------------

    def watch_customers(self, stage: Stage, payload: Json, status: int) -> None:
        """For the WebhookDelivery of what customers write."""
        with self._lock:
            if stage is Stage.TAKEN:
                self._write(payload)
            elif stage is Stage.TRIED and status == 200:
                for message, _ in messages_in(payload):
                    self._deliver(message["id"])

    def watch_statuses(self, stage: Stage, payload: Json, _status: int) -> None:
        """For the WebhookDelivery of what became of the desk's messages."""
        if stage is not Stage.TRYING:
            return
        with self._lock:
            for status in statuses_in(payload):
                error = next((error["code"] for error in status.get("errors", [])), None)
                self._tick(status["id"], status["status"], error)

    def sent(self, sent: SentMessage) -> None:
        """Meta took a message of the desk's."""
        if sent.recipient.lost:
            return
        with self._lock:
            known = self.people.find(sent.person.wa_id or sent.recipient.phone, sent.person.user_id)
            somebody = known or self.people.put(
                Somebody(
                    name=sent.person.name or sent.recipient.written,
                    phone=sent.person.wa_id,
                    bsuid=sent.person.user_id,
                )
            )
            self._typing.pop(somebody.key, None)
            self._put(somebody.key, said(sent))

    def marked(self, wamid: str, typing: bool) -> None:
        """The desk has read a message, and with it all that was delivered before."""
        with self._lock:
            key, item = self._items.get(wamid, ("", None))
            if item is None:
                return
            for earlier in self._talks[key]:
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
            somebody = self.people.learn(contact)
            self._undelivered[message["id"]] = payload
            self._put(somebody.key, written(message, self._clock()), payload)

    def _put(self, key: str, item: Json, payload: Json | None = None) -> None:
        talk = self._talks.setdefault(key, deque())
        talk.append(item)
        self._items[item["id"]] = (key, item)
        while len(talk) > SHOWN:
            gone = talk.popleft()["id"]
            self._items.pop(gone, None)
        self.version += 1
        self._kept.append(_line(key, item, payload))

    def _tick(self, wamid: str, ticks: str, error: int | None = None) -> None:
        """Forward only: a late "delivered" takes no blue tick away."""
        _, item = self._items.get(wamid, ("", None))
        if item is None or ticks not in _RANK or _RANK[ticks] <= _RANK[item["ticks"]]:
            return
        item |= {"ticks": ticks, "error": error}
        self.version += 1
        self._kept.append({"tick": wamid, "ticks": ticks, "error": error})

    def _deliver(self, wamid: str) -> None:
        self._tick(wamid, "delivered")
        if self._undelivered.pop(wamid, None):
            self._kept.append({"delivered": wamid})

    def _keep_person(self, person: Json) -> None:
        with self._lock:
            self._kept.append({"person": person})

    def _state(self) -> Iterator[Json]:
        with self._lock:
            yield from ({"person": person} for person in self.people.as_json())
            for key, talk in self._talks.items():
                yield from (_line(key, item, self._undelivered.get(item["id"])) for item in talk)

    def _recall(self, line: Json) -> None:
        match line:
            case {"person": person}:
                self.people.put(Somebody(**person))
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
