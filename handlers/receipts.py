"""Read receipts: "typing..." at once for who has to wait, otherwise blue ticks a little later, once for a burst.

A receipt is a call to Meta of its own. A customer who is answered at once sees the answer, and the ticks may follow when they
have stopped writing: a later receipt marks their earlier messages as read, too.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from channels.whatsapp import WhatsApp
from handlers.daemon_threads import DaemonThreads
from handlers.log import Log
from handlers.ticker import Ticker
from state.model.message import Message
from state.store.lru import RecentKeys

RECEIPT: Final = "receipt"  # a kind of work of DaemonThreads
MAX_RECEIPTS: Final = 40
TYPING_AFTER_SECONDS: Final = 0.15
QUIET_SECONDS: Final = 2.0
_MAX_WAITING: Final = 1024
_BUSY_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A customer's newest message, to be marked as read at `due` (monotonic clock)."""

    message: Message
    due: float


@dataclass(eq=False, kw_only=True)
class Receipts:
    """Marks messages as read, each at most once by this instance. `recent`: the messages that are, or will be."""

    whatsapp: WhatsApp
    threads: DaemonThreads
    ticker: Ticker
    log: Log
    recent: RecentKeys

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        # By customer; the one who has been quiet for longest is first.
        self._waiting: dict[str, _Waiting] = {}
        self.threads.before_exit(self.flush)

    def show_typing_unless(self, answered: Callable[[], bool], message: Message) -> None:
        """Mark as read with "typing..." if 0.15 s from now the customer still waits.

        Not once the reply is being sent: the indicator would stay after it for 25 s.
        """
        self.ticker.call_later(TYPING_AFTER_SECONDS, self._show_typing, answered, message)

    def mark_later(self, message: Message) -> None:
        """Mark as read once the customer has not written for 2 s, unless this instance already has marked it."""
        key = message.sender.key
        if not self._is_new(message):
            return
        with self._lock:
            before = self._waiting.pop(key, None)
            newest = before.message if before and before.message.at > message.at else message
            self._waiting[key] = _Waiting(message=newest, due=time.monotonic() + QUIET_SECONDS)
            crowded = len(self._waiting) > _MAX_WAITING and self._waiting.pop(next(iter(self._waiting)))
        if crowded:
            self._start(crowded.message, typing=False)
        if not before:
            self.ticker.call_later(QUIET_SECONDS, self._mark_if_quiet, key)

    def flush(self) -> None:
        """Mark now what waits, because the process ends."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for each in waiting.values():
            self._start(each.message, typing=False)

    def _show_typing(self, answered: Callable[[], bool], message: Message) -> None:
        if answered() or not self.threads.has_room(RECEIPT) or not self._is_new(message):
            return
        with self._lock:
            self._waiting.pop(message.sender.key, None)  # this receipt marks what came before it, too
        self._start(message, typing=True)

    def _mark_if_quiet(self, key: str) -> None:
        with self._lock:
            waiting = self._waiting.get(key)
            if waiting is None:
                return
            rest = waiting.due - time.monotonic()
            if rest <= 0 and not self.threads.has_room(RECEIPT):
                rest = _BUSY_SECONDS
            if rest <= 0:
                del self._waiting[key]
        if rest > 0:
            self.ticker.call_later(rest, self._mark_if_quiet, key)
        else:
            self._start(waiting.message, typing=False)

    def _is_new(self, message: Message) -> bool:
        return self.recent.add(f"read/{message.wamid}")

    def _start(self, message: Message, *, typing: bool) -> None:
        self.threads.start(RECEIPT, self._mark, message.wamid, typing)

    def _mark(self, wamid: str, typing: bool) -> None:
        if not self.whatsapp.mark_read(wamid, typing=typing):
            self.log.write("receipt_failed", wamid=self.log.message(wamid))
