"""One message of a customer at a time, however many calls bring them to this instance.

In the database each would wait for the customer's row, with a connection that others need: one that somebody holds for long would
take them all. So who comes second waits here. If the first is not stored, those who waited behind it are not tried: Meta delivers
them again, in their order, and only one of them has found out that the row is held.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from state.store.errors import StoreUnavailable

# Behind the one under way. Half of the calls that an instance handles at once (serverless.yml): the others are for others.
MAX_WAITING: Final = 32
# Longer than the database waits for a lock, and Meta is still waiting for its answer.
_MAX_WAIT_SECONDS: Final = 3.0


@dataclass(slots=True)
class _Line:
    """The messages of one customer. failures: how many were not stored since somebody has been in the line."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    members: int = 0
    failures: int = 0


class CustomerQueue:
    """Safe to use from many threads. Holds nothing of a customer who has no message under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[str, _Line] = {}

    @contextmanager
    def turn(self, customer: str) -> Iterator[None]:
        """Wait until no other message of this customer is under way. Raises StoreUnavailable: this one is to come again."""
        line, failures = self._enter(customer)
        try:
            if not line.lock.acquire(timeout=_MAX_WAIT_SECONDS):
                self._fail(line)
                raise StoreUnavailable("an earlier message of the customer takes too long")
            try:
                if line.failures != failures:
                    raise StoreUnavailable("an earlier message of the customer was not stored")
                try:
                    yield
                except StoreUnavailable:
                    self._fail(line)
                    raise
            finally:
                line.lock.release()
        finally:
            self._leave(customer, line)

    def _enter(self, customer: str) -> tuple[_Line, int]:
        with self._lock:
            line = self._lines.setdefault(customer, _Line())
            if line.members > MAX_WAITING:
                raise StoreUnavailable("too many messages of the customer wait")
            line.members += 1
            return line, line.failures

    def _fail(self, line: _Line) -> None:
        """A message was not stored: those behind it are not tried."""
        with self._lock:
            line.failures += 1

    def _leave(self, customer: str, line: _Line) -> None:
        with self._lock:
            line.members -= 1
            if not line.members:
                del self._lines[customer]
