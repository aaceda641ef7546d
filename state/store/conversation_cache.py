"""The LRU in front of the conversations table: it saves a read, and may be stale or empty without harm.

It is a hint. `commit_turn` checks the version and the customer a turn was computed from, so a stale entry costs one more
call and never a wrong turn.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from state.model.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A conversation as it was last seen. `customer_id` is None for somebody who has not written before."""

    customer_id: int | None
    version: int
    session: Session


class ConversationCache:
    """Least recently used goes first; `size` entries at most, 0 switches it off. Safe to use from many threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[str, Remembered] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Remembered | None:
        """What is remembered under this sender's key, if anything."""
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
            return found

    def put(self, key: str, remembered: Remembered) -> None:
        """Remember, unless something newer of the same customer is there: threads finish in any order."""
        with self._lock:
            known = self._entries.get(key)
            if known and known.customer_id == remembered.customer_id and known.version > remembered.version:
                return
            self._entries[key] = remembered
            self._entries.move_to_end(key)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def drop(self, key: str) -> None:
        """Forget: whatever went wrong, the table knows better."""
        with self._lock:
            self._entries.pop(key, None)

    def __len__(self) -> int:
        return len(self._entries)
