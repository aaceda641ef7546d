"""The function's processes as instances of a platform: started, killed, frozen and replaced."""

import itertools
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum

from emulator import Json
from emulator.function import Function, FunctionError


class State(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    FROZEN = "frozen"
    DEAD = "dead"


class Instance:
    """One process. A thread of its own starts it, because it ends with the thread that started it (child_process.py)."""

    def __init__(self, name: str, function: Function) -> None:
        self.name, self.function = name, function
        self.has_started = False
        self._state = State.DEAD
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._closing = threading.Event()
        self._thaw_timer: threading.Timer | None = None

    @property
    def caller(self) -> str:
        """Its name in the stand-ins' addresses that it is given."""
        return self.name.replace(" ", "-")

    @property
    def state(self) -> State:
        """Also DEAD if another process has killed it."""
        started = self._state in {State.RUNNING, State.FROZEN}
        return State.DEAD if started and self.function.pid is None else self._state

    def start(self) -> Future[None]:
        """The result raises FunctionError if it does not start."""
        self._state = State.STARTING
        return self._worker.submit(self._start, 0.0)

    def restart(self) -> Future[None]:
        """As after a deploy: a new process with an empty memory."""
        self._state = State.STARTING
        return self._worker.submit(self._restart)

    def kill(self, again_after: float) -> None:
        """Kill the process and start a new one after so many seconds."""
        if self.state not in {State.RUNNING, State.FROZEN}:
            return
        self._cancel_thaw()
        self.function.kill()
        self._state = State.DEAD
        with suppress(RuntimeError):  # everything is stopping
            self._worker.submit(self._start, again_after)

    def freeze(self, seconds: float) -> None:
        if self.state is State.RUNNING:
            self.function.freeze()
            self._state = State.FROZEN
            self._thaw_timer = threading.Timer(seconds, self.thaw)
            self._thaw_timer.daemon = True
            self._thaw_timer.start()

    def thaw(self) -> None:
        self._cancel_thaw()
        if self._state is State.FROZEN:
            self.function.thaw()
            self._state = State.RUNNING

    def stop(self) -> None:
        """Stop for good and wait until the process has ended."""
        self._closing.set()
        self._cancel_thaw()
        if self._state is State.FROZEN:  # a frozen process does not get SIGTERM
            self.function.kill()
        self.function.stop()
        self._worker.shutdown(cancel_futures=True)
        self.function.stop()  # a process that the worker was just starting
        self._state = State.DEAD

    def as_json(self) -> Json:
        return {"name": self.name, "pid": self.function.pid, "state": self.state, "url": self.function.url}

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
        self.has_started = True

    def _restart(self) -> None:
        self._cancel_thaw()
        self.function.stop()
        self._start(0.0)

    def _cancel_thaw(self) -> None:
        if self._thaw_timer is not None:
            self._thaw_timer.cancel()


class Instances:
    """The instances of the webhook, one or two. `make` makes the function of the n-th."""

    def __init__(self, make: Callable[[int], Function]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._all = [Instance("webhook 1", make(1))]

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
        """Start a second instance, which gets calls once it is up, or stop it and wait until it has ended."""
        with self._lock:
            if wanted == self.two:
                return
            if wanted:
                self._all.append(Instance("webhook 2", self._make(2)))
                self._all[1].start()
                return
            second = self._all.pop()
        second.stop()

    def round_robin(self) -> Callable[[], str]:
        """Chooses the URL for each call of one caller, including the URL of a dead instance."""
        count = itertools.count()

        def choose() -> str:
            served = [instance for instance in self.all() if instance.has_started or instance is self.first]
            return f"{served[next(count) % len(served)].function.url}/"

        return choose


def stop_all(instances: list[Instance]) -> None:
    """Stop them at the same time."""
    with ThreadPoolExecutor(len(instances)) as pool:
        list(pool.map(Instance.stop, instances))
