"""The processes of the function: started, killed, frozen and started again, as a platform does it."""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum

from emulator.function import Function, FunctionError
from emulator.meta.wire import Json


class State(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    FROZEN = "frozen"
    DEAD = "dead"


class Instance:
    """One process, looked after by a thread of its own: it dies with the thread that started it (see child.py)."""

    def __init__(self, name: str, function: Function) -> None:
        self.name, self.function = name, function
        self._state = State.DEAD
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._closing = threading.Event()
        self._thawing: threading.Timer | None = None

    @property
    def caller(self) -> str:
        """Its name in the addresses it is told."""
        return self.name.replace(" ", "-")

    @property
    def state(self) -> State:
        """Also when somebody else has killed it."""
        asleep_or_awake = self._state in {State.RUNNING, State.FROZEN}
        return State.DEAD if asleep_or_awake and not self.function.alive else self._state

    @property
    def pid(self) -> int | None:
        return self.function.process.pid if self.function.alive else None

    def start(self) -> Future[None]:
        """The result raises FunctionError if it does not answer."""
        self._state = State.STARTING
        return self._worker.submit(self._start, 0.0)

    def restart(self) -> Future[None]:
        """As after a deploy or an idle hour: the memory is empty."""
        self._state = State.STARTING
        return self._worker.submit(self._restart)

    def kill(self, again_after: float) -> None:
        """Dies on the spot; another one is there after so many seconds."""
        if self.state not in {State.RUNNING, State.FROZEN}:
            return
        self._stay_cold()
        with suppress(FunctionError, RuntimeError):  # already gone, or everything is ending
            self.function.kill()
            self._state = State.DEAD
            self._worker.submit(self._start, again_after)

    def freeze(self, seconds: float) -> None:
        """Stands still for so long, and knows nothing of it."""
        if self.state is State.RUNNING:
            self.function.freeze()
            self._state = State.FROZEN
            self._thawing = threading.Timer(seconds, self.thaw)
            self._thawing.daemon = True
            self._thawing.start()

    def thaw(self) -> None:
        """Goes on where it stood."""
        self._stay_cold()
        if self._state is State.FROZEN:
            with suppress(FunctionError):
                self.function.thaw()
            self._state = State.RUNNING

    def stop(self) -> None:
        """For good. Waits until the process has gone, whatever was being done with it."""
        self._closing.set()
        self._stay_cold()
        if self._state is State.FROZEN:  # it would not hear a SIGTERM
            with suppress(FunctionError):
                self.function.kill()
        self.function.stop()
        self._worker.shutdown(cancel_futures=True)
        self.function.stop()  # what the worker was starting just then
        self._state = State.DEAD

    def as_json(self) -> Json:
        return {"name": self.name, "pid": self.pid, "state": self.state, "url": self.function.url}

    def _start(self, after: float) -> None:
        if self._closing.wait(after):
            return
        self._state = State.STARTING
        try:
            self.function.start()
        except FunctionError as error:
            self._state = State.DEAD
            if self._closing.is_set():
                return
            print(error, file=sys.stderr, flush=True)
            raise
        self._state = State.RUNNING

    def _restart(self) -> None:
        self._stay_cold()
        self.function.stop()
        self._start(0.0)

    def _stay_cold(self) -> None:
        if self._thawing is not None:
            self._thawing.cancel()


class Instances:
    """The webhook's instances: one or two. `make` makes the function of the n-th."""

    def __init__(self, make: Callable[[int], Function]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._all = [Instance("webhook 1", make(1))]
        self._served = list(self._all)

    @property
    def first(self) -> Instance:
        return self._all[0]

    @property
    def two(self) -> bool:
        return len(self._all) == 2

    def all(self) -> list[Instance]:
        with self._lock:
            return list(self._all)

    def calling_as(self, name: str) -> Instance | None:
        return next((instance for instance in self.all() if instance.caller == name), None)

    def set_two(self, wanted: bool) -> None:
        """A second one is asked to take calls once it is up; the other way this waits until it has gone."""
        with self._lock:
            if wanted == self.two:
                return
            if wanted:
                second = Instance("webhook 2", self._make(2))
                self._all.append(second)
            else:
                second = self._all.pop()
                self._served = list(self._all)
        if wanted:
            second.start().add_done_callback(lambda started: self._serve(second, started))
        else:
            second.stop()

    def turns(self) -> Callable[[], str]:
        """Whose turn it is to be called, for one caller: also that of an instance that is dead."""
        count = itertools.count()

        def choose() -> str:
            with self._lock:
                return f"{self._served[next(count) % len(self._served)].function.url}/"

        return choose

    def stop(self) -> None:
        """All at once."""
        stopping = [threading.Thread(target=instance.stop) for instance in self.all()]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()

    def _serve(self, second: Instance, started: Future[None]) -> None:
        with self._lock:
            if not started.cancelled() and started.exception() is None and second in self._all:
                self._served = list(self._all)
