"""A bounded list that one thread fills and another reads or waits for."""

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Keeps the newest `limit` things in the order they came."""

    def __init__(self, limit: int = 100_000) -> None:
        self._things: deque[T] = deque(maxlen=limit)
        self._changed = threading.Condition()

    def add(self, thing: T) -> None:
        with self._changed:
            self._things.append(thing)
            self._changed.notify_all()

    def all(self) -> list[T]:
        with self._changed:
            return list(self._things)

    def wait(self, count: int, seconds: float = 10.0) -> list[T]:
        """All things, once there are at least `count`; raises TimeoutError after `seconds`."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._things) >= count, seconds):
                raise TimeoutError(f"{len(self._things)} of {count} after {seconds} s")
            return list(self._things)

    def clear(self) -> None:
        with self._changed:
            self._things.clear()
