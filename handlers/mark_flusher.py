"""Stores the marks of sent rows, all by one call, half a second after the oldest at the latest.

Most never come to this: they have been stored with a commit by then.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final

from handlers.daemon_threads import DaemonThreads
from handlers.log import Log, Severity, describe_error
from handlers.sent_marks import SentMarks
from handlers.ticker import Ticker
from state.model.outbox_row import Channel, OutboxRow, SentMark
from state.store.client import Store, new_lease
from state.store.errors import StoreError, StoreRefused, StoreUnavailable

MARK: Final = "mark"  # a kind of work of DaemonThreads
MAX_FLUSHES: Final = 4
FLUSH_AFTER_SECONDS: Final = 0.45  # and the ticker may be 0.05 s late
PROOFS_AFTER_SECONDS: Final = 5.0
_AFTER_A_FAILURE_SECONDS: Final = 1.0


@dataclass(eq=False, kw_only=True)
class MarkFlusher:
    """`start` sends the rows that may leave once those before them are marked; `channels`: those with free threads."""

    store: Store
    marks: SentMarks
    threads: DaemonThreads
    ticker: Ticker
    log: Log
    start: Callable[[Iterable[OutboxRow]], object]
    channels: Callable[[], tuple[Channel, ...]]

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._scheduled = False
        self._proofs_scheduled = False
        self._flushing = threading.Lock()
        self._failed_at = 0.0  # when the last flush that failed was begun
        self._is_failing = False
        self._lease = new_lease()
        self.threads.before_exit(self._flush_quietly)

    def soon(self) -> None:
        """A mark was added: see to it that it is stored."""
        with self._lock:
            if self._scheduled:
                return
            self._scheduled = True
        self.ticker.call_later(FLUSH_AFTER_SECONDS, self._look)

    def proofs_later(self) -> None:
        """Something was kept that Meta has reported: see to it that it is stored, if no commit takes it along before."""
        with self._lock:
            if self._proofs_scheduled:
                return
            self._proofs_scheduled = True
        self.ticker.call_later(PROOFS_AFTER_SECONDS, self._store_proofs)

    def _store_proofs(self) -> None:
        with self._lock:
            self._proofs_scheduled = False
        if self.marks.has_proofs():
            self.now()

    def now(self) -> None:
        """Store the marks now, on a thread."""
        self.threads.start(MARK, self._flush_quietly)

    def flush(self) -> None:
        """Store all marks. Raises StoreError."""
        with self._flushing:
            self._flush()

    def store_before_answering(self, provider_ids: Collection[str]) -> None:
        """Store the marks of these messages, and with them all others. Raises StoreError.

        Of many who ask at once one stores for all: who has waited for another finds nothing left to do.
        """
        asked_at = time.monotonic()
        if not self.marks.holds(provider_ids):
            return
        with self._flushing:
            if self._failed_at > asked_at:  # and has just waited for a Supabase that does not answer
                raise StoreUnavailable("mark_sent: failed for another")
            if self.marks.holds(provider_ids):
                self._flush()

    def _look(self) -> None:
        """On the ticker: flush if the oldest mark has waited long enough, else look again when it will have."""
        with self._lock:
            age = self.marks.oldest_seconds()
            self._scheduled = age is not None
        if age is None:
            return
        if age < FLUSH_AFTER_SECONDS:
            self.ticker.call_later(FLUSH_AFTER_SECONDS - age, self._look)
        else:
            self.threads.start(MARK, self._flush_and_look_again)

    def _flush_and_look_again(self) -> None:
        pause = _AFTER_A_FAILURE_SECONDS
        try:
            if self._flush_quietly():
                pause = FLUSH_AFTER_SECONDS
        finally:
            self.ticker.call_later(pause, self._look)

    def _flush_quietly(self) -> bool:
        """Returns False if the marks are not stored. Logs the first failure of several in a row."""
        try:
            self.flush()
        except Exception as error:  # noqa: BLE001 - Supabase, or a bug of ours: they are kept, and tried again
            if not self._is_failing:
                reason = describe_error(error)
                self.log.write("marks_not_stored", Severity.WARNING, marks=len(self.marks), error=reason)
            self._is_failing = True
        else:
            self._is_failing = False
        return not self._is_failing

    def _flush(self) -> None:
        for row in self.marks.drop_useless():
            self._log_lost(row.id, "too late")
        started = time.monotonic()
        taken = self.marks.take()
        try:
            if taken:
                self._store(taken)
        except StoreError:
            self._failed_at = started
            raise

    def _store(self, taken: tuple[SentMark, ...]) -> None:
        try:
            answer = self.store.mark_sent(taken, self._lease, self.channels())
        except StoreRefused as error:
            if len(taken) > 1:  # one that is refused must not take the others with it
                for mark in taken:
                    self._store((mark,))
            else:
                self.marks.drop(taken[0])
                self._log_lost(taken[0].id, str(error))
        else:
            self._lease = new_lease()  # until now the same: if an answer was lost, the next brings its rows
            self.marks.settle(taken, answer.done)
            self.start(answer.rows)

    def _log_lost(self, row: int, error: str) -> None:
        """The row becomes unknown, and the delivery status or the idempotency key decides."""
        self.log.write("finish_failed", Severity.WARNING, outbox=row, error=error)
