"""Real functions-framework processes, killed and frozen in the middle of calls and replaced as a platform does."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from bench.chaos.environment import Environment
from bench.chaos.scenario import Scenario
from emulator.function import Function

_STILL_ROUTED_SECONDS = 1.0  # until the platform notices that an instance is frozen
_MAX_AFTER_CALL_SECONDS = 0.06
_NOWHERE = "http://127.0.0.1:9/"


class InstancePool:
    """The instances of one target, `size` of them, and which of them gets the next request."""

    def __init__(
        self, target: str, size: int, environment: Environment, scenario: Scenario, logs: Path
    ) -> None:
        self.target, self.size = target, size
        self._environment, self._scenario, self._logs = environment, scenario, logs
        self._random, self._routing = scenario.random(f"pool/{target}"), scenario.random(f"routing/{target}")
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._started: list[Function] = []
        self._running: list[Function] = []
        self._just_frozen: list[Function] = []  # requests are still routed to them
        # On Linux a child dies with the thread that started it: these threads live until the end.
        self._threads = ThreadPoolExecutor(64, thread_name_prefix=f"pool {target}")
        self._jobs: list[Future[None]] = []

    def start(self, size: int) -> None:
        for job in [self._threads.submit(self._start_one) for _ in range(size)]:
            job.result()

    def url(self) -> str:
        """Where the next request goes; nobody listens there while nothing is running."""
        with self._lock:
            routed = [*self._running, *self._just_frozen]
            return f"{self._routing.choice(routed).url}/" if routed else _NOWHERE

    def kill(self) -> bool:
        """Kill an instance in the middle of a call. False if none could be."""
        return self._strike(Function.kill, lambda _: self._start_one())

    def freeze(self) -> bool:
        """Freeze an instance in the middle of a call, for longer than a lease. False if none could be."""
        return self._strike(Function.freeze, self._thaw_later)

    def settle(self) -> None:
        """Wait until every frozen instance is awake and every killed one replaced. Raises what went wrong."""
        while self._jobs:
            self._jobs.pop().result()

    def stop(self) -> None:
        """Scale to zero, with SIGTERM."""
        self.settle()
        with self._lock:
            stopping, self._running = self._running, []
        for job in [self._threads.submit(instance.stop) for instance in stopping]:
            job.result()

    def close(self) -> None:
        """Leave no process behind."""
        self._closing.set()
        for instance in self._started:
            instance.kill()  # most of them have ended
        self._threads.shutdown(cancel_futures=True)

    def _start_one(self) -> None:
        with self._lock:
            name = f"{self.target}-{len(self._started) + 1}"
            instance = Function(self.target, self._environment.settings(name), self._logs / f"{name}.log")
            self._started.append(instance)
        instance.start()
        self._add(instance)

    def _add(self, instance: Function) -> None:
        """Route requests to it; if there are too many instances now, stop the oldest."""
        with self._lock:
            self._running.append(instance)
            oldest = self._running.pop(0) if len(self._running) > self.size else None
        if oldest:
            oldest.stop()

    def _strike(self, act: Callable[[Function], None], afterwards: Callable[[Function], None]) -> bool:
        """Hit a running instance that has just called a service, which is the worst moment."""
        if not self._running:
            return False
        instance = self._random.choice(self._running)
        called = self._environment.called[instance.log.stem]
        called.clear()
        called.wait(0.5)
        time.sleep(self._random.uniform(0, _MAX_AFTER_CALL_SECONDS))
        with self._lock:
            if instance not in self._running:
                return False
            self._running.remove(instance)
            act(instance)
        self._jobs.append(self._threads.submit(afterwards, instance))
        return True

    def _thaw_later(self, instance: Function) -> None:
        thaw_at = time.monotonic() + self._random.uniform(*self._scenario.freeze_seconds)
        self._just_frozen.append(instance)
        self._closing.wait(_STILL_ROUTED_SECONDS)
        with self._lock:
            self._just_frozen.remove(instance)
        self._start_one()
        if self._closing.wait(max(0.0, thaw_at - time.monotonic())):
            return
        instance.thaw()
        self._add(instance)  # with everything in its memory
