"""Lease tokens: what fences an outbox row, and which one a commit was tried under whose answer never came."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from threading import Lock
from typing import Final

_MAX: Final = 1024


def new_lease() -> str:
    """A token that nobody else has."""
    return str(uuid.uuid4())


class LostCommits:
    """Remembers, per message, the lease of a commit that was made or not: nobody told us.

    Meta brings the message again. Asked for under the same lease, rows that were leased to the lost answer come back at
    once, instead of after the lease and the grace. Each is given out once: two deliveries must not send the same row.
    """

    def __init__(self) -> None:
        self._leases: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def keep(self, wamid: str, lease: str) -> None:
        """The answer to the commit of this message was lost."""
        with self._lock:
            self._leases[wamid] = lease
            while len(self._leases) > _MAX:
                self._leases.popitem(last=False)

    def take(self, wamid: str) -> str:
        """The lease to commit this message under."""
        with self._lock:
            return self._leases.pop(wamid, None) or new_lease()
