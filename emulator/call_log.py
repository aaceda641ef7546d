"""The log of HTTP calls that a person or a test can read, and the bounded list it is kept in."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class BoundedList(Generic[T]):
    """The newest `limit` items, oldest first. Thread-safe."""

    def __init__(self, limit: int = 100_000) -> None:
        self._items: deque[T] = deque(maxlen=limit)
        self._changed = threading.Condition()

    def add(self, item: T) -> None:
        with self._changed:
            self._items.append(item)
            self._changed.notify_all()

    def all(self) -> list[T]:
        with self._changed:
            return list(self._items)

    def wait(self, count: int, seconds: float = 10.0) -> list[T]:
        """All items, once there are at least `count`; raises TimeoutError after `seconds`."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._items) >= count, seconds):
                raise TimeoutError(f"{len(self._items)} of {count} after {seconds} s")
            return list(self._items)

    def clear(self) -> None:
        with self._changed:
            self._items.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """One call: `at` in unix seconds, `duration` in seconds, `status` 0 when there was no answer.

    `request` and `answer` are the parsed JSON, the text, or the size of a binary body; `key` is the Idempotency-Key.
    """

    at: float
    method: str
    path: str
    status: int
    duration: float
    request: Any = None
    answer: Any = None
    marks: tuple[str, ...] = ()
    key: str | None = None


class CallLog(BoundedList[LoggedCall]):
    """`on_call` is called with each call, in the thread that made it."""

    def __init__(self, limit: int = 20_000) -> None:
        super().__init__(limit)
        self.on_call: Callable[[LoggedCall], None] = lambda _: None
        self._under_way = 0

    def begin(self) -> None:
        """A call has arrived, and may have its effect from now on. `end` when it is in the log or will never be."""
        with self._changed:
            self._under_way += 1

    def end(self) -> None:
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def complete(self, seconds: float = 5.0) -> list[LoggedCall]:
        """All calls, once none is under way: an effect may be seen before its call is in the log."""
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way, seconds)
            return list(self._items)

    def record(self, call: LoggedCall) -> None:
        self.add(call)
        self.on_call(call)
