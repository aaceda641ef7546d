"""The leases of calls whose answer never arrived: whoever makes the same call again gets the rows that it leased."""

from collections.abc import Iterator
from contextlib import contextmanager

from state.store.client import new_lease
from state.store.errors import StoreError, StoreRefused
from state.store.lru import Lru


class LostAnswers:
    """Leases by the key of a form. Each is used once: a double click must not send the same row twice."""

    def __init__(self, size: int) -> None:
        self._leases = Lru[str](size)

    @contextmanager
    def lease(self, key: str) -> Iterator[str]:
        """The lease for a call: that of the same call before if its answer was lost, and kept if this one's is."""
        lease = self._leases.pop(key) or new_lease()
        try:
            yield lease
        except StoreRefused:  # that is an answer
            raise
        except StoreError:
            self._leases.put(key, lease)
            raise
