"""Claims the e-mails that wait because the account's rate was exceeded, as soon as it allows; the sweep would take up to a minute.

Any instance may claim them: `claim_outbox` lets one after the other, and says when to come again.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from handlers.daemon_threads import DaemonThreads
from handlers.log import Log, Severity
from handlers.ticker import Ticker
from state.model.outbox_row import Channel
from state.store.client import Store, new_lease
from state.store.errors import StoreError
from state.store.rows import Claim

_CLAIM: Final = "claim"  # a kind of work of DaemonThreads; when the process ends, nobody waits for it
_MAX_ROWS: Final = 10  # what may leave in a second
_MAX_SECONDS: Final = 60.0  # the sweep comes more often
_BUSY_SECONDS: Final = 0.5


@dataclass(eq=False, kw_only=True)
class PacedClaims:
    """At most one claim waits at a time. `start` sends what was claimed; at most `emails_per_row` e-mails become of a row."""

    store: Store
    threads: DaemonThreads
    ticker: Ticker
    log: Log
    start: Callable[[Claim], object]
    emails_per_row: int

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._next: object | None = None  # the claim that waits, or is being made
        self._again_in: float | None = None  # asked for meanwhile
        self.threads.before_exit(self._forget)

    def after(self, seconds: float) -> None:
        """Claim in so many seconds, unless a claim waits already, and then as long as others wait."""
        with self._lock:
            if self._next is not None:
                self._again_in = seconds
                return
            claim = self._next = object()
        self.ticker.call_later(seconds, self._begin, claim)

    def _forget(self) -> None:
        """The process ends: what waits is left to others."""
        self._next = None

    def _begin(self, claim: object) -> None:
        """On the ticker."""
        with self._lock:
            self._again_in = None  # asked for before this claim
        if self._next is claim:
            self.threads.start(_CLAIM, self._claim, claim)

    def _claim(self, claim: object) -> None:
        again_in = self._send_claimed() if self.threads.has_room(Channel.EMAIL) else _BUSY_SECONDS
        with self._lock:
            if self._next is not claim:
                return
            self._next = None
            again_in = self._again_in if again_in is None else again_in
        if again_in is not None and again_in < _MAX_SECONDS:
            self.after(again_in)

    def _send_claimed(self) -> float | None:
        """Returns in how many seconds there may be more."""
        try:
            claimed = self.store.claim(_MAX_ROWS, new_lease(), (Channel.EMAIL,), self.emails_per_row)
        except StoreError as error:
            self.log.write("claim_failed", Severity.WARNING, error=str(error))
            return None
        self.start(claimed)
        return claimed.again_in
