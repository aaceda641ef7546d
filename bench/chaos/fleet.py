"""The instances: real functions-framework processes, killed and frozen while they serve, and replaced as a platform does."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.chaos.plan import Plan
from bench.chaos.world import Door, World
from emulator.function import Function, FunctionError

# Calls that somebody made before dying may still be under way in the stand-ins, which take 0.4 s at most.
_LAST_CALLS_SECONDS = 3.0
# Whoever wakes up may at once do what was begun before the freeze.
_WAKING_SECONDS = 5.0
_STILL_ROUTED_SECONDS = 1.0
_STRIKE_WITHIN = 0.06


@dataclass(slots=True, kw_only=True, eq=False)
class Instance:
    """One process group. Times are monotonic seconds; `ended_at` None while it lives."""

    name: str
    function: Function
    door: Door
    frozen: bool = False
    woken_at: float = 0.0
    ended_at: float | None = None

    def gone(self) -> bool:
        """Whether it is dead, and so are its calls."""
        return self.ended_at is not None and time.monotonic() - self.ended_at > _LAST_CALLS_SECONDS

    def awake(self) -> bool:
        """Whether whatever it was doing when it was frozen is over."""
        return not self.frozen and time.monotonic() - self.woken_at > _WAKING_SECONDS

    def signal(self, signum: signal.Signals) -> None:
        os.killpg(self.function.process.pid, signum)


class Fleet:
    """The instances of one target, `size` of them, and who is sent to which."""

    def __init__(self, target: str, size: int, world: World, plan: Plan, logs: Path) -> None:
        self.target, self.size = target, size
        self.everybody: list[Instance] = []
        self.killed = self.frozen = 0
        self._world, self._plan, self._logs = world, plan, logs
        self._dice, self._routing = plan.dice(f"fleet/{target}"), plan.dice(f"routing/{target}")
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._running: list[Instance] = []
        # On Linux a child dies with the thread that started it: these threads stay until the end.
        self._pool = ThreadPoolExecutor(64, thread_name_prefix=f"fleet {target}")
        self._jobs: list[Future[None]] = []

    def start(self) -> None:
        for job in [self._pool.submit(self._begin) for _ in range(self.size)]:
            job.result()

    def url(self) -> str | None:
        """Where the platform sends the next call; nowhere while nobody runs."""
        with self._lock:
            return f"{self._routing.choice(self._running).function.url}/" if self._running else None

    def kill(self) -> bool:
        """Somebody dies in the middle of a call. False if nobody could."""
        instance = self._wait_for_a_call()
        with self._lock:
            if instance is None or instance not in self._running or instance.frozen:
                return False
            self._running.remove(instance)
            instance.function.kill()
        instance.ended_at = time.monotonic()
        self.killed += 1
        self._jobs.append(self._pool.submit(self._begin))
        return True

    def freeze(self) -> bool:
        """Somebody stops in the middle of a call, for longer than a lease, and goes on later. False if nobody could."""
        instance = self._wait_for_a_call()
        with self._lock:
            if instance is None or instance not in self._running or instance.frozen:
                return False
            instance.frozen = True
            instance.signal(signal.SIGSTOP)
        self.frozen += 1
        self._jobs.append(self._pool.submit(self._thaw_later, instance))
        return True

    def settle(self) -> None:
        """Until all who were frozen are awake and all who were replaced have their heirs. Raises what went wrong."""
        while self._jobs:
            self._jobs.pop().result()

    def stop(self, size: int = 0) -> None:
        """Scale to zero, as a platform does it, and start `size` afresh."""
        self.settle()
        with self._lock:
            leaving, self._running = self._running, []
        for job in [self._pool.submit(self._retire, instance) for instance in leaving]:
            job.result()
        for job in [self._pool.submit(self._begin) for _ in range(size)]:
            job.result()

    def close(self) -> None:
        """Whatever happened, nothing is left behind."""
        self._closing.set()
        for instance in self.everybody:
            with suppress(FunctionError, ProcessLookupError):  # most of them have ended
                instance.function.kill()
        self._pool.shutdown(cancel_futures=True)

    def _begin(self) -> None:
        with self._lock:
            name = f"{self.target}-{len(self.everybody) + 1}"
            door = self._world.open_door(name)
            function = Function(self.target, self._world.environment(name), self._logs / f"{name}.log")
            instance = Instance(name=name, function=function, door=door)
            self.everybody.append(instance)
        function.start()
        self._join(instance)

    def _join(self, instance: Instance) -> None:
        """One more to send calls to; of those who are too many now the oldest goes."""
        with self._lock:
            self._running.append(instance)
            awake = [other for other in self._running if not other.frozen]
            oldest = awake[0] if len(awake) > self.size else None
            if oldest:
                self._running.remove(oldest)
        if oldest:
            self._retire(oldest)

    def _wait_for_a_call(self) -> Instance | None:
        """One of the running, when it has just called somebody: the worst moment."""
        with self._lock:
            awake = [instance for instance in self._running if not instance.frozen]
        if not awake:
            return None
        instance = self._dice.choice(awake)
        instance.door.called.clear()
        instance.door.called.wait(0.5)
        time.sleep(self._dice.uniform(0, _STRIKE_WITHIN))
        return instance

    def _thaw_later(self, instance: Instance) -> None:
        ends = time.monotonic() + self._dice.uniform(*self._plan.freeze_seconds)
        self._closing.wait(_STILL_ROUTED_SECONDS)  # until the platform finds out, it goes on sending
        with self._lock:
            self._running.remove(instance)
        self._begin()
        if self._closing.wait(max(0.0, ends - time.monotonic())):
            return
        instance.signal(signal.SIGCONT)
        instance.woken_at, instance.frozen = time.monotonic(), False
        self._join(instance)  # with all that it remembers

    def _retire(self, instance: Instance) -> None:
        """SIGTERM, as a platform scales in."""
        group = instance.function.process.pid
        instance.function.stop()
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)  # a worker whose master had to be killed
        instance.ended_at = time.monotonic()
