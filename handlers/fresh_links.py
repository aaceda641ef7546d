"""A fresh link in place of an expired one: mailed to the technicians alone, whoever asks.

Anybody may ask, so asking costs little: the database is asked once for a ticket in ten minutes, and by links that are not
ours only a few times a minute.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.log import Log
from state.store.client import Store
from state.store.errors import StoreError
from state.store.lru import RecentKeys

_PAUSE_SECONDS: Final = 600  # as `mail_link` in the migrations
_MAX_FORGED: Final = 10  # a minute


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshLinks:
    """Requests them. `recent`: what was requested lately, in a dictionary of its own."""

    store: Store
    log: Log
    recent: RecentKeys

    def ask(self, code: str, now: datetime, *, ours: bool) -> bool:
        """A fresh link, if there is such a ticket and none was sent just now. ours: the old link was.

        False if too many were requested by links that are not ours. Raises StoreError.
        """
        name = f"{code}/{now.timestamp() // _PAUSE_SECONDS:.0f}"
        if name in self.recent:
            return True
        if not ours and not self._has_room(now):
            return False
        self.recent.add(name)
        try:
            mailed = self.store.mail_link(code)
        except StoreError:
            self.recent.pop(name)
            raise
        self.log.write("work", code=code, action="fresh-link", result="done" if mailed else "nothing")
        return True

    def _has_room(self, now: datetime) -> bool:
        minute = f"{now.timestamp() // 60:.0f}"
        return any(self.recent.add(f"forged/{minute}/{number}") for number in range(_MAX_FORGED))
