"""The sweep: every minute sends the due outbox rows that no thread has sent, opens the tickets of reports whose question was
given up, deletes what is old enough, and tells the operator what a person has to see to.

`claim_outbox` in supabase/schemas/55_sending.sql says what is due, `purge_expired` in 70_deletion.sql what is deleted.
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from flask import Response, jsonify

from handlers.daemon_threads import DaemonThreads
from handlers.log import Log, Severity
from handlers.operator_mail import OperatorMail
from handlers.outbox_sender import MAX_THREADS, OutboxSender
from handlers.responses import plain
from handlers.side_by_side import side_by_side
from handlers.unshown_questions import UnshownQuestions
from state.model.outbox_row import Channel
from state.store.client import Store, new_lease
from state.store.errors import StoreUnavailable
from state.store.rows import Claim

_MAX_SECONDS: Final = 50.0  # the next sweep comes in 60
_MAX_THREADS: Final = 8
_MIN_PAUSE_SECONDS: Final = 0.1  # another instance is claiming
_MAX_TEMPLATES: Final = 1000


class SweepUnderWay(Exception):
    """This process sweeps already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Answers whoever calls it each minute. Two processes at once do no harm: each row is claimed by one.

    One process does one at a time: each takes a thread for up to a minute, and customers need them.
    """

    store: Store
    sender: OutboxSender
    threads: DaemonThreads
    unshown: UnshownQuestions
    operator: OperatorMail
    log: Log
    _one: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def answer(self) -> Response:
        """Respond 200 with the number of rows by outcome; 202 if this process sweeps already; 503 if Supabase is unavailable (the
        scheduler calls again).
        """
        try:
            swept = self.run()
        except SweepUnderWay:
            under_way = jsonify({"outcomes": {}, "purged": {}, "under_way": True})
            under_way.status_code = 202
            return under_way
        return plain("not swept", 503) if swept is None else jsonify(swept)

    def run(self) -> dict[str, Any] | None:
        """Sweep. Returns the number of rows by outcome, and what was deleted; None if Supabase is unavailable. Raises SweepUnderWay."""
        if not self._one.acquire(blocking=False):
            raise SweepUnderWay
        try:
            return self._run()
        finally:
            self._one.release()

    def _run(self) -> dict[str, Any] | None:
        deadline = time.monotonic() + _MAX_SECONDS
        try:
            self.store.release_templates(_MAX_TEMPLATES)
            outcomes = self._send_due(deadline)
            if self.unshown.open_tickets():
                outcomes += self._send_due(deadline)
            self._report_dead()
            purged = self.store.purge_expired()
            self.operator.swept()
        except StoreUnavailable as error:
            self.operator.database_fails()
            self.log.write("store_unavailable", Severity.ERROR, error=str(error))
            return None
        self.operator.database_answers()
        self.log.write("sweep", outcomes=outcomes, purged=purged)
        return {"outcomes": outcomes, "purged": purged}

    def _report_dead(self) -> None:
        """Log dead letters for the operator: some rows are given up in the database, where nothing is logged."""
        for row in self.store.report_dead():
            self.log.write(
                "dead_letter",
                Severity.ERROR,
                outbox=row.id,
                channel=row.channel,
                wamid=self.log.message(row.wamid),
                error=row.error,
            )

    def _send_due(self, deadline: float) -> Counter[str]:
        """Send by each channel independently, so that a hanging provider does not hold up the other."""
        send = partial(self._send_by, deadline=deadline)
        return sum(side_by_side(self.threads, send, Channel, len(Channel)), Counter())

    def _send_by(self, channel: Channel, deadline: float) -> Counter[str]:
        """Send the rows of one channel until nothing is due or time is up. A pause that ends by then is waited for."""
        outcomes: Counter[str] = Counter()
        while (left := deadline - time.monotonic()) > 0:
            # No more rows than threads: the lease of a row that waits for a thread would expire. Nor than are worked on outside a
            # sweep: an e-mail that is read may take 60 MB.
            most = min(_MAX_THREADS, MAX_THREADS[channel])
            claim = self.store.claim(most, new_lease(), (channel,), self.sender.mails.most)
            if claim.rows:
                outcomes += self._send(claim, deadline)
            elif claim.again_in is not None and claim.again_in < left:
                time.sleep(max(claim.again_in, _MIN_PAUSE_SECONDS))
            elif not claim.more:
                break
        return outcomes

    def _send(self, claim: Claim, deadline: float) -> Counter[str]:
        rows = self.sender.spaced(claim, deadline, finish_at_once=True)
        sent = side_by_side(self.threads, self.sender.run, rows, _MAX_THREADS)
        return Counter(result.outcome for results in sent for result in results)
