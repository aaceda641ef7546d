"""Calls functions a little later, all on one background thread, which ends when nothing is left to call.

It replaces a threading.Timer, and so a thread, for each message.
"""

import heapq
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any, Final

from handlers.daemon_threads import DaemonThreads
from handlers.log import Log, Severity, describe_error

# It wakes up at most this often: under load, the calls of many messages share one wake-up.
_PAUSE_SECONDS: Final = 0.05

_Entry = tuple[float, int, Callable[..., object], tuple[Any, ...]]


class Ticker:
    """A heap of calls by the time when they are due. The functions must not wait for anything: they start threads for that."""

    def __init__(self, threads: DaemonThreads, log: Log) -> None:
        self._threads, self._log = threads, log
        self._heap: list[_Entry] = []
        self._numbers = count()  # of two that are due at once, the first that came
        self._changed = threading.Condition()
        self._running = False
        self._wakes_at = 0.0

    def call_later(self, seconds: float, function: Callable[..., object], *args: Any) -> None:
        """Call the function in so many seconds, or up to 0.05 s later."""
        due = time.monotonic() + seconds
        with self._changed:
            heapq.heappush(self._heap, (due, next(self._numbers), function, args))
            if self._running:
                if due < self._wakes_at:
                    self._changed.notify()
                return
            self._running = True
        self._threads.start("ticker", self._run)

    def _run(self) -> None:
        while entries := self._wait_for_due():
            for _, _, function, args in entries:
                try:
                    function(*args)
                except Exception as error:  # noqa: BLE001 - a bug of ours; the others are called all the same
                    self._log.write("ticker_failed", Severity.ERROR, error=describe_error(error))

    def _wait_for_due(self) -> list[_Entry]:
        """Wait for the next entries and take them. Returns none when the heap is empty."""
        not_before = time.monotonic() + _PAUSE_SECONDS
        with self._changed:
            while self._heap:
                now = time.monotonic()
                self._wakes_at = max(self._heap[0][0], not_before)
                if now < self._wakes_at:
                    self._changed.wait(self._wakes_at - now)
                    continue
                due = []
                while self._heap and self._heap[0][0] <= now:
                    due.append(heapq.heappop(self._heap))
                return due
            self._running = False
            return []
