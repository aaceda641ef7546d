"""A fresh link in place of an expired one: mailed to the technicians alone, whoever requests it.

Anybody can request one, so a request costs little: at most one call to the database per ticket in ten minutes, and only a few
calls a minute for links that we did not sign.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.log import Log
from state.store.client import Store
from state.store.errors import StoreError
from state.store.lru import RecentKeys

_PAUSE_SECONDS: Final = 600  # as `mail_link` in supabase/schemas/60_notifications.sql
_MAX_FORGED: Final = 10  # a minute


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshLinks:
    """Requests fresh links. `recent`: the latest requests; not shared, so that nothing else can push them out."""

    store: Store
    log: Log
    recent: RecentKeys

    def ask(self, code: str, now: datetime, *, verified: bool) -> bool:
        """Mail a fresh link, unless there is no such ticket or one was just mailed. verified: we signed the old link.

        Returns False if too many were requested with links that we did not sign. Raises StoreError.
        """
        name = f"{code}/{now.timestamp() // _PAUSE_SECONDS:.0f}"
        if name in self.recent:
            return True
        if not verified and not self._has_room(now):
            return False
        self.recent.add(name)
        try:
            mailed = self.store.mail_link(code)
        except StoreError:
            self.recent.pop(name)
            raise
        self.log.write(
            "ticket_action", code=code, action="fresh-link", result="done" if mailed else "nothing"
        )
        return True

    def _has_room(self, now: datetime) -> bool:
        minute = f"{now.timestamp() // 60:.0f}"
        return any(self.recent.add(f"forged/{minute}/{number}") for number in range(_MAX_FORGED))
