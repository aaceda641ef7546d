"""Where each message of this run is: on its way to the desk, being posted, in the database, or lost."""

from __future__ import annotations

import threading
from collections import Counter

from emulator.meta.payloads import messages_in, wants_a_turn
from emulator.meta.sent_message import SentMessage
from emulator.meta.webhook_delivery import Stage
from emulator.meta.wire import Json


class Traffic:
    """Told from several threads. `version` grows with every change.

    `messages` is how many the desk must take, `replies` what Meta accepted for them, `doubled` how many dedup keys it
    accepted more than once.
    """

    def __init__(self) -> None:
        self.version = 0
        self.messages = 0
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._unsettled: set[str] = set()
        self._under_way: Counter[str] = Counter()
        self._posted: list[Json] = []
        self._accepted: Counter[str] = Counter()
        self.replies = self.doubled = 0

    def watch(self, stage: Stage, payload: Json, _status: int) -> None:
        """For the WebhookDelivery of what customers write."""
        messages = [message for message, _ in messages_in(payload)]
        with self._lock:
            self.version += 1
            for message in messages:
                self._move(stage, message)

    def sent(self, sent: SentMessage) -> None:
        """Meta took a message of the desk's. What it will report as failed never reaches anybody."""
        if sent.failing is None and not sent.recipient.lost:
            with self._lock:
                self.version += 1
                key = sent.callback_data or sent.wamid
                self._accepted[key] += 1
                self.replies += 1
                self.doubled += self._accepted[key] == 2

    def posted(self) -> list[Json]:
        """The messages of the webhook calls that are open right now, oldest first."""
        with self._lock:
            return list(self._posted)

    def unsettled(self) -> tuple[set[str], set[str]]:
        """The wamids not yet seen in the database, and those of them that Meta is not bringing any more."""
        with self._lock:
            waiting = set(self._unsettled)
            return waiting, {wamid for wamid in waiting if not self._under_way[wamid]}

    def settle(self, wamids: set[str]) -> None:
        """These are in the database."""
        with self._lock:
            self._unsettled -= wamids

    @property
    def keys(self) -> int:
        """How many dedup keys Meta accepted a message under."""
        return len(self._accepted)

    def _move(self, stage: Stage, message: Json) -> None:
        wamid = message["id"]
        match stage:
            case Stage.TAKEN:
                self._under_way[wamid] += 1
                if wants_a_turn(message) and wamid not in self._known:
                    self._known.add(wamid)
                    self._unsettled.add(wamid)
                    self.messages += 1
            case Stage.OVER:
                self._under_way[wamid] -= 1
                if not self._under_way[wamid]:
                    del self._under_way[wamid]
            case Stage.TRYING:
                self._posted.append(message)
            case Stage.TRIED:
                self._posted.remove(message)
