"""Sends outbox rows: each lane on a daemon thread of its own, under a lease that is checked before every try.

The threads are the fast path. The sweep sends what they do not finish: a row is theirs only while the lease lasts.
"""

import atexit
import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from channels.resend_email import Resend
from channels.whatsapp import WhatsApp
from handlers.log import Log, Severity, describe_error, milliseconds
from handlers.render_notification import NothingToSend, NotificationRenderer
from state.model.clock import seconds_since
from state.model.outbox_row import Channel, OutboxRow, Outcome, Result
from state.store.client import Store
from state.store.errors import StoreError
from state.store.lru import RecentKeys
from state.store.rows import Finish, RowStatus

# A try takes at most 13 s (WhatsApp), or 10 s and the files (e-mail): it is begun only with this much of the lease left.
_MIN_LEASE_SECONDS: Final = {Channel.WHATSAPP: 14.0, Channel.EMAIL: 24.0}
# Threads at once: replies up to Meta's highest rate for an instance, e-mails few, so that a provider that hangs is no flood.
_MAX_THREADS: Final = {Channel.WHATSAPP: 160, Channel.EMAIL: 16}
_MAX_RECEIPTS: Final = 40
# A platform that stops an instance gives it 10 s: what is being sent may be finished.
_DRAIN_SECONDS: Final = 6.0
# A connection that could not be made is tried again here, within the lease, before the sweep does it.
_RETRY_PAUSES: Final = (0.3, 1.0)


@dataclass(slots=True, kw_only=True)
class LeasedRow:
    """A row that is being sent.

    until: after this moment of the monotonic clock no other row of its lane is taken over; tried: set when the first try is
    over, which is when a customer has the reply.
    """

    row: OutboxRow
    until: float = math.inf
    tried: threading.Event = field(default_factory=threading.Event)


@dataclass(eq=False, kw_only=True)
class OutboxSender:
    """Sends the rows that are leased to us. Threads start with the first row: the server forks after import."""

    store: Store
    whatsapp: WhatsApp
    resend: Resend
    notifications: NotificationRenderer
    log: Log
    recent: RecentKeys

    def __post_init__(self) -> None:
        self._running = dict.fromkeys(Channel, 0)
        self._changed = threading.Condition()  # of _running
        self._drains_at_exit = False
        self._receipts = threading.BoundedSemaphore(_MAX_RECEIPTS)

    def channels(self) -> tuple[Channel, ...]:
        """The channels we have threads for right now: only their rows are worth leasing."""
        return tuple(channel for channel in Channel if self._running[channel] < _MAX_THREADS[channel])

    def start(self, rows: Iterable[OutboxRow]) -> list[LeasedRow]:
        """A daemon thread for each row. Returns the WhatsApp ones, for `wait`."""
        lanes = [LeasedRow(row=row) for row in rows]
        for lane in lanes:
            self._begin(lane)
        return [lane for lane in lanes if lane.row.channel is Channel.WHATSAPP]

    def wait(self, lanes: Iterable[LeasedRow], seconds: float) -> bool:
        """Wait until each of them was tried. False if the time is over before."""
        deadline = time.monotonic() + seconds
        return all(lane.tried.wait(max(0.0, deadline - time.monotonic())) for lane in lanes)

    def drain(self, seconds: float = _DRAIN_SECONDS) -> bool:
        """Wait until nothing is being sent. False if the time is over before."""
        with self._changed:
            return self._changed.wait_for(lambda: not any(self._running.values()), seconds)

    def run(self, row: OutboxRow, until: float = math.inf) -> list[Result]:
        """Send a row in this thread and, until that moment, the rows of its lane that follow. For the sweep."""
        return self._follow(LeasedRow(row=row, until=until))

    def mark_read(self, wamid: str, answered: Callable[[], bool]) -> None:
        """Mark a message as read, with "typing..." unless the reply is being sent by then: it would stay. In a thread."""

        if not self._receipts.acquire(blocking=False):  # Meta hangs
            return

        def mark() -> None:
            try:
                if not self.whatsapp.mark_read(wamid, typing=not answered()):
                    self.log.write("receipt_failed", wamid=self.log.message(wamid))
            finally:
                self._receipts.release()

        threading.Thread(target=mark, name="receipt", daemon=True).start()

    def _begin(self, lane: LeasedRow) -> None:
        with self._changed:
            self._running[lane.row.channel] += 1
            if not self._drains_at_exit:  # not at import: the server forks after it
                atexit.register(self.drain)
                self._drains_at_exit = True
        threading.Thread(
            target=self._thread, args=(lane,), name=f"{lane.row.channel} lane", daemon=True
        ).start()

    def _thread(self, lane: LeasedRow) -> None:
        try:
            self._follow(lane)
        finally:
            lane.tried.set()
            with self._changed:
                self._running[lane.row.channel] -= 1
                self._changed.notify_all()

    def _follow(self, lane: LeasedRow) -> list[Result]:
        results, waiting = [], [lane]
        while waiting:
            result, following = self._deliver(waiting.pop(0))
            results.append(result)
            waiting += following
        return results

    def _deliver(self, lane: LeasedRow) -> tuple[Result, list[LeasedRow]]:
        """One row: sent, finished, and the next of its lane taken over."""
        started = time.monotonic()
        result = self._send(lane)
        lane.tried.set()
        sent = time.monotonic()
        try:
            more = (lane.row.channel,) if time.monotonic() < lane.until else ()
            finish = self.store.finish(lane.row, result, more)
        except StoreError as error:
            # The lease runs out; then the row is unknown, and the delivery status or the idempotency key decides.
            self.log.write("finish_failed", Severity.WARNING, outbox=lane.row.id, error=str(error))
            return result, []
        if finish.status is RowStatus.SENT:
            self.recent.add(f"sent/{result.provider_id}")  # its delivery status will be nothing new
        self._log_delivery(lane, result, finish, sent - started)
        return result, [LeasedRow(row=row, until=lane.until) for row in finish.rows]

    def _send(self, lane: LeasedRow) -> Result:
        result = Result(outcome=Outcome.RELEASED, error="lease too short")
        for pause in (0.0, *_RETRY_PAUSES):
            time.sleep(pause)
            if not _held(lane):
                break
            result = self._try(lane.row)
            if result.outcome is not Outcome.RETRY or result.retry_seconds is not None:
                break
        return result

    def _try(self, row: OutboxRow) -> Result:
        try:
            body = self.notifications.request(row)
            match row.channel:
                case Channel.WHATSAPP:
                    return self.whatsapp.send(body, row.attempts)
                case Channel.EMAIL:
                    return self.resend.send(body, row.dedup_key)
        except NothingToSend as error:
            return Result(outcome=Outcome.DEAD, error=str(error))
        except Exception as error:  # noqa: BLE001 - a mistake of ours; it may have been sent or not
            self.log.write("send_failed", Severity.ERROR, outbox=row.id, error=describe_error(error))
            return Result(outcome=Outcome.UNKNOWN, error=f"{row.channel} {type(error).__name__}")

    def _log_delivery(self, lane: LeasedRow, result: Result, finish: Finish, seconds: float) -> None:
        status = finish.status if finish.finished else "fenced"
        if status is RowStatus.DEAD or result.outcome is Outcome.PAUSED:
            severity = Severity.ERROR
        else:
            severity = Severity.INFO if status is RowStatus.SENT else Severity.WARNING
        self.log.write(
            "delivery",
            severity,
            outbox=lane.row.id,
            channel=lane.row.channel,
            wamid=self.log.message(lane.row.wamid),
            outcome=result.outcome,
            status=status,
            attempt=lane.row.attempts,
            error=result.error,
            send_ms=milliseconds(seconds),
        )


def _held(lane: LeasedRow) -> bool:
    """Whether enough of the lease is left for a try. For a frozen instance that wakes up late, it is not."""
    elapsed = seconds_since(lane.row.asked_at)
    return lane.row.lease_seconds - elapsed > _MIN_LEASE_SECONDS[lane.row.channel]
