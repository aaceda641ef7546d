"""Replies that wait a few seconds for the customer's next line: each leaves when it is due, and the webhook waits for none.

They are rows of the outbox like all others. This is the fast path: if the instance dies, the sweep sends them.
"""

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from handlers.daemon_threads import DaemonThreads
from handlers.log import Log, Severity
from handlers.outbox_sender import OutboxSender
from handlers.ticker import Ticker
from state.model.outbox_row import Channel
from state.store.client import Store, new_lease
from state.store.errors import StoreError, StoreUnavailable
from state.store.rows import DueLane

WAITING: Final = "waiting"  # a kind of work of DaemonThreads
MAX_LEASING: Final = 4
_MAX_LANES: Final = 1024  # the others are left to the sweep
_MAX_TRIES: Final = 3
_RETRY_SECONDS: Final = 1.0
_AHEAD_AT_EXIT_SECONDS: Final = 5.0  # more than a reply waits for one line


@dataclass(eq=False, kw_only=True)
class WaitingReplies:
    """Leases what is due in the lanes that it was told of, and starts sending it."""

    store: Store
    sender: OutboxSender
    threads: DaemonThreads
    ticker: Ticker
    log: Log

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._due: dict[str, float] = {}  # by lane (monotonic clock)
        self.threads.before_exit(self.flush)

    def add(self, lanes: Iterable[DueLane]) -> None:
        """In each of these lanes a reply waits. One that waited there before has given its place to it."""
        for lane in lanes:
            with self._lock:
                if lane.lane not in self._due and len(self._due) >= _MAX_LANES:
                    continue
                self._due[lane.lane] = time.monotonic() + lane.seconds
            self.ticker.call_later(lane.seconds, self._look)

    def flush(self) -> None:
        """Send now what waits for a line, because the process ends."""
        with self._lock:
            lanes, self._due = list(self._due), {}
        if lanes:
            self._start(lanes, _AHEAD_AT_EXIT_SECONDS)

    def _look(self) -> None:
        now = time.monotonic()
        with self._lock:
            lanes = [lane for lane, due in self._due.items() if due <= now]
            for lane in lanes:
                del self._due[lane]
        if lanes:
            self._start(lanes, 0.0)

    def _start(self, lanes: Sequence[str], ahead_seconds: float) -> None:
        self.threads.start(WAITING, self._send, lanes, ahead_seconds, new_lease(), 1)

    def _send(self, lanes: Sequence[str], ahead_seconds: float, lease: str, tries: int) -> None:
        """Tried again with the same lease: if an answer was lost, the next brings its rows. Also if no thread is free to send."""
        channels = self.sender.channels()
        if Channel.WHATSAPP not in channels:
            self._send_later(lanes, ahead_seconds, lease, tries + 1)
            return
        try:
            leased = self.store.lease_waiting(lanes, ahead_seconds, lease, channels)
        except StoreError as error:
            self.log.write("waiting_not_leased", Severity.WARNING, error=str(error), tries=tries)
            if isinstance(error, StoreUnavailable):
                self._send_later(lanes, ahead_seconds, lease, tries + 1)
            return
        self.sender.start(leased.rows)

    def _send_later(self, lanes: Sequence[str], ahead_seconds: float, lease: str, tries: int) -> None:
        """Unless it was tried too often: then it is left to the sweep."""
        if tries <= _MAX_TRIES:
            again = (WAITING, self._send, lanes, ahead_seconds, lease, tries)
            self.ticker.call_later(_RETRY_SECONDS, self.threads.start, *again)
