"""The list of calls that were made, kept for a person or a test to read."""

import itertools
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from emulator.bounded_list import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call: `at` in unix seconds, `duration` in seconds, `status` 0 when nothing was answered.

    `request` and `answer` hold the JSON, the text, or the size of what was neither; `key` is the Idempotency-Key.
    """

    number: int
    at: float
    method: str
    path: str
    request: Any
    status: int
    answer: Any
    duration: float
    marks: tuple[str, ...] = ()
    key: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Ledger:
    """Entries are numbered from 1, also across `clear`, so that a reader can ask for what is new.

    `told` hears of each entry, in the thread that made the call.
    """

    def __init__(self, limit: int = 20_000) -> None:
        self._numbers = itertools.count(1)
        self._entries: Shelf[Entry] = Shelf(limit)
        self.told: Callable[[Entry], None] = lambda _: None

    def record(
        self,
        *,
        at: float,
        method: str,
        path: str,
        status: int,
        duration: float,
        request: Any = None,
        answer: Any = None,
        marks: tuple[str, ...] = (),
        key: str | None = None,
    ) -> Entry:
        entry = Entry(
            number=next(self._numbers),
            at=at,
            method=method,
            path=path,
            request=request,
            status=status,
            answer=answer,
            duration=duration,
            marks=marks,
            key=key,
        )
        self._entries.add(entry)
        self.told(entry)
        return entry

    def all(self) -> list[Entry]:
        return self._entries.all()

    def since(self, number: int) -> list[Entry]:
        """The entries that came after the one with this number; 0 gives all that are kept."""
        return [entry for entry in self._entries.all() if entry.number > number]

    def wait(self, count: int, seconds: float = 10.0) -> list[Entry]:
        """All entries, once there are at least `count`; raises TimeoutError."""
        return self._entries.wait(count, seconds)

    def clear(self) -> None:
        self._entries.clear()
