"""Counts each message of this run: on its way to the desk, being posted, committed, or lost."""

import threading
from collections import Counter

from emulator import Json
from emulator.meta.sent_message import SentMessage
from emulator.meta.webhook_delivery import Stage
from emulator.meta.webhook_payload import messages_in, wants_a_turn


class MessageTracker:
    """Thread-safe.

    `messages` is how many the desk must process, `replies` how many Meta accepted from it, `accepted` how many under
    each dedup key, `doubled` how many of these keys were accepted more than once.
    """

    def __init__(self) -> None:
        self.messages = self.replies = self.doubled = 0
        self.accepted: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._seen: set[str] = set()
        self._uncommitted: set[str] = set()
        self._in_delivery: Counter[str] = Counter()
        self._in_post: list[Json] = []

    def watch(self, stage: Stage, payload: Json, _status: int) -> None:
        """For the WebhookDelivery of what customers write."""
        with self._lock:
            for message, _ in messages_in(payload):
                self._move(stage, message)

    def sent(self, sent: SentMessage) -> None:
        """Meta accepted a message of the desk. Messages that will be reported as failed do not count."""
        if sent.failing is None and not sent.recipient.lost:
            with self._lock:
                key = sent.callback_data or sent.wamid
                self.accepted[key] += 1
                self.replies += 1
                self.doubled += self.accepted[key] == 2

    def in_post(self) -> list[Json]:
        """The messages of the webhook calls that are open right now, oldest first."""
        with self._lock:
            return list(self._in_post)

    def uncommitted(self) -> tuple[set[str], set[str]]:
        """The wamids not yet seen in the database, and those of them that Meta does not deliver any more."""
        with self._lock:
            waiting = set(self._uncommitted)
            return waiting, {wamid for wamid in waiting if not self._in_delivery[wamid]}

    def committed(self, wamids: set[str]) -> None:
        """These are in the database."""
        with self._lock:
            self._uncommitted -= wamids

    def _move(self, stage: Stage, message: Json) -> None:
        wamid = message["id"]
        match stage:
            case Stage.ACCEPTED:
                self._in_delivery[wamid] += 1
                if wants_a_turn(message) and wamid not in self._seen:
                    self._seen.add(wamid)
                    self._uncommitted.add(wamid)
                    self.messages += 1
            case Stage.FINISHED:
                self._in_delivery[wamid] -= 1
            case Stage.POSTING:
                self._in_post.append(message)
            case Stage.POSTED:
                self._in_post.remove(message)
