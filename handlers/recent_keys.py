"""What this instance has seen lately: a hint that saves a call, bounded and safe to use from many threads."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock


class RecentKeys:
    """Remembers the latest `size` names."""

    def __init__(self, size: int = 4096) -> None:
        self._size = size
        self._names: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def seen(self, name: str) -> bool:
        """Whether this name was seen before; from now on it was."""
        with self._lock:
            known = name in self._names
            self._names[name] = None
            self._names.move_to_end(name)
            while len(self._names) > self._size:
                self._names.popitem(last=False)
            return known

    def has(self, name: str) -> bool:
        """Whether this name was seen before; asking changes nothing."""
        with self._lock:
            return name in self._names

    def forget(self, name: str) -> None:
        """It did not count after all."""
        with self._lock:
            self._names.pop(name, None)
