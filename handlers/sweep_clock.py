"""Sweeps by itself, every so many seconds, where nothing else calls the sweep: then one process is a whole desk.

Several processes may do so at once: what one has claimed, no other sends.
"""

import os
import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from handlers.log import Log, Severity, describe_error
from handlers.sweep import Sweep, SweepUnderWay

_FIRST_SECONDS: Final = 5.0  # the first message after a start goes before


@dataclass(eq=False, kw_only=True)
class SweepClock:
    """every: seconds from the beginning of one sweep to that of the next. Made without a thread: the server forks after import."""

    sweep: Sweep
    every: int
    log: Log

    def __post_init__(self) -> None:
        self._process: int | None = None
        self._lock = threading.Lock()

    def start_in_children(self) -> None:
        """Start in each process that the server forks from this one."""
        os.register_at_fork(after_in_child=self._start_in_child)

    def start(self) -> None:
        """Start in this process, unless it runs here already: for a server that does not fork."""
        if self._process == os.getpid():
            return
        with self._lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
        threading.Thread(target=self._run, name="sweep clock", daemon=True).start()

    def _start_in_child(self) -> None:
        self._lock = threading.Lock()  # the parent's may have been held at the fork
        self.start()

    def _run(self) -> None:
        # Processes that were started together need not sweep together.
        time.sleep(_FIRST_SECONDS + random.random() * self.every / 10)  # noqa: S311 - no secret
        while True:
            begun = time.monotonic()
            try:
                with suppress(SweepUnderWay):  # somebody has called it
                    self.sweep.run()
            except Exception as error:  # noqa: BLE001 - a bug of ours; the next sweep may do better
                self.log.write("sweep_failed", Severity.ERROR, error=describe_error(error))
            time.sleep(max(0.0, begun + self.every - time.monotonic()))
