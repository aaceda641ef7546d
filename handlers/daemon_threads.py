"""Daemon threads that are kept for the next piece of work: a new thread costs as much as much of what it has to do.

The threads of concurrent.futures are waited for when a process ends, so a provider that hangs would keep a stopped instance
alive. These are left behind once `drain` has given them a few seconds. Made without a thread: the server forks after import.
"""

import atexit
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import Any, Final

_IDLE_SECONDS: Final = 30.0
# A platform that stops an instance gives it 10 s, so what is under way can finish.
_DRAIN_SECONDS: Final = 6.0


class DaemonThreads:
    """Threads for several kinds of work. `limits`: how many of a kind are welcome at once, so that one kind takes no other's."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = dict(limits)
        self._work: SimpleQueue[tuple[str, Callable[..., object], tuple[Any, ...]]] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._running: Counter[str] = Counter()
        self._ended = 0  # pieces of work with a limit
        self._changed = threading.Condition()
        self._before_exit: list[Callable[[], object]] = []
        self._drains_at_exit = False

    def has_room(self, kind: str) -> bool:
        """Return True if fewer than its limit are running. `start` does not ask: what is leased to us is to be sent."""
        return self._running[kind] < self._limits[kind]

    def start(self, kind: str, function: Callable[..., object], *args: Any) -> None:
        """Call the function on a thread: here, if none can be started any more because the process is ending."""
        with self._changed:
            self._running[kind] += 1
            if not self._drains_at_exit:  # not at import: the server forks after it
                atexit.register(self.drain)
                self._drains_at_exit = True
        self._work.put((kind, function, args))
        if not self._idle.acquire(blocking=False):
            try:
                threading.Thread(target=self._run, name="worker", daemon=True).start()
            except RuntimeError:
                self._do(*self._work.get())

    def before_exit(self, function: Callable[[], object]) -> None:
        """Register what `drain` calls before it waits and after it, for as long as there is more: do now what was to be later."""
        self._before_exit.append(function)

    def drain(self, seconds: float = _DRAIN_SECONDS) -> bool:
        """Wait until no work with a limit is under way. Returns False on timeout. Called when the process ends."""
        deadline = time.monotonic() + seconds
        while True:
            ended_before = self._ended
            for function in self._before_exit:
                function()
            with self._changed:
                rest = max(0.0, deadline - time.monotonic())
                in_time = self._changed.wait_for(self._nothing_is_running, rest)
            if not in_time or self._ended == ended_before:
                return in_time

    def _nothing_is_running(self) -> bool:
        return not any(self._running[kind] for kind in self._limits)

    def _run(self) -> None:
        while True:
            try:
                work = self._work.get(timeout=_IDLE_SECONDS)
            except Empty:
                if self._idle.acquire(blocking=False):
                    return
                continue  # work is on its way to us
            self._do(*work)
            self._idle.release()

    def _do(self, kind: str, function: Callable[..., object], args: tuple[Any, ...]) -> None:
        try:
            function(*args)
        finally:
            with self._changed:
                self._running[kind] -= 1
                self._ended += kind in self._limits
                self._changed.notify_all()
