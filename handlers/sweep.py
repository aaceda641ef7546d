"""The sweep, once a minute: sends what no thread has sent, lane by lane, and forgets what is old."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from typing import Final

from flask import Response, jsonify

from handlers.log import Log, Severity
from handlers.outbox_sender import OutboxSender
from state.model.outbox_row import Channel
from state.store.client import Store, StoreUnavailable, new_lease

_SECONDS: Final = 50.0  # the next sweep comes in 60
_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What happens when the scheduler calls."""

    store: Store
    delivery: OutboxSender
    log: Log

    def run(self) -> Response:
        """200 with what became of the rows, by outcome; 503 if Supabase is away (the scheduler calls again)."""
        try:
            outcomes = self._send_due()
            self._tell_dead()
            purged = self.store.purge_expired()
        except StoreUnavailable as error:
            self.log.write("store_unavailable", Severity.ERROR, error=str(error))
            return Response("not swept", status=503, mimetype="text/plain")
        self.log.write("sweep", outcomes=outcomes, purged=purged)
        return jsonify({"outcomes": outcomes, "purged": purged})

    def _tell_dead(self) -> None:
        """Dead letters are for a person: a row may have died where no thread of ours was watching."""
        for row in self.store.report_dead():
            self.log.write(
                "dead_letter",
                Severity.ERROR,
                outbox=row.id,
                channel=row.channel,
                wamid=self.log.message(row.wamid),
                error=row.error,
            )

    def _send_due(self) -> dict[str, int]:
        """Each channel by itself: when one provider hangs, what goes by the other need not wait for it."""
        with ThreadPoolExecutor(max_workers=len(Channel), thread_name_prefix="sweep") as pool:
            return dict(sum(pool.map(self._send_by, Channel), Counter()))

    def _send_by(self, kind: Channel) -> Counter[str]:
        """All lanes of one channel until nothing is due, or the time is over."""
        outcomes: Counter[str] = Counter()
        deadline = time.monotonic() + _SECONDS
        with ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix=f"sweep {kind}") as pool:
            while time.monotonic() < deadline:
                lease = new_lease()
                # No more than can be begun at once: a row that waits for a thread only loses lease.
                rows = self.store.claim(_AT_ONCE, lease, (kind,))
                if not rows:
                    break
                for results in pool.map(self.delivery.run, rows, repeat(lease), repeat(deadline)):
                    outcomes.update(result.outcome for result in results)
        return outcomes
