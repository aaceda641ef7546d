"""Bounded dictionaries that drop the least recently used entry, for conversations and for handled keys.

Each only saves calls, and may be stale or empty without harm.
"""

from collections import OrderedDict
from threading import RLock
from typing import Generic, TypeVar

from state.store.rows import Conversation

V = TypeVar("V")


class Lru(Generic[V]):
    """At most `size` entries; 0 switches it off. Safe to use from many threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[str, V] = OrderedDict()
        self._lock = RLock()

    def get(self, key: str) -> V | None:
        """Return the value, or None. The entry counts as used now."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def put(self, key: str, value: V) -> V | None:
        """Set a value. Returns the one that was there before."""
        with self._lock:
            before = self._entries.get(key)
            self._entries[key] = value
            self._entries.move_to_end(key)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)
            return before

    def pop(self, key: str) -> V | None:
        """Remove a value and return it. None if there is none."""
        with self._lock:
            return self._entries.pop(key, None)

    def clear(self) -> None:
        """Remove everything."""
        with self._lock:
            self._entries.clear()

    def __contains__(self, key: str) -> bool:
        """Return True if the key is present, without counting as use."""
        return key in self._entries

    def __len__(self) -> int:
        return len(self._entries)


class RecentKeys(Lru[bool]):
    """The latest keys that this instance has handled."""

    def __init__(self, size: int = 4096) -> None:
        super().__init__(size)

    def add(self, key: str) -> bool:
        """Add a key. False if it was there already."""
        return self.put(key, True) is None


class ConversationCache(Lru[Conversation]):
    """Conversations by the key of their sender.

    `commit_turn` checks the version and the customer that a turn was computed from, so a stale entry costs one more call and
    never causes a wrong turn.
    """

    def put(self, key: str, value: Conversation) -> Conversation | None:
        """Set a conversation, unless a newer one of the same customer is there: threads finish in any order."""
        with self._lock:
            known = self._entries.get(key)
            if known and known.customer_id == value.customer_id and known.version > value.version:
                return known
            return super().put(key, value)
