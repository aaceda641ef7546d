"""Sends outbox rows: each lane on a daemon thread, under a lease that is checked before every attempt and on its way out.

The threads are the fast path. Once a lease has expired, the sweep sends what they did not finish.
"""

import math
import threading
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from channels.whatsapp import WhatsApp
from channels.whatsapp_media import MediaRefused
from handlers.daemon_threads import DaemonThreads
from handlers.log import Log, Severity, describe_error, milliseconds
from handlers.mark_flusher import MarkFlusher
from handlers.paced_claims import PacedClaims
from handlers.received_mail.mailed_answers import MailedAnswers
from handlers.render_notification import NothingToSend, NotificationRenderer
from handlers.sent_marks import SentMarks
from handlers.stored_files import StoredFiles
from handlers.technician_mails import TechnicianMails
from handlers.ticker import Ticker
from state.model.clock import seconds_since
from state.model.message import Proof
from state.model.outbox_row import Channel, Content, OutboxRow, Outcome, Result
from state.store.client import Store
from state.store.errors import StoreError
from state.store.rows import Claim, RowStatus

# An attempt is begun only with so much of its lease of 40 s left. WhatsApp: it takes at most 13 s, its mark waits 0.5 s, and the
# call that stores the mark takes 7 s at worst: 20.5 s. It is asked once more when the connection is made and the headers are
# sent, right before the message itself: an instance that is frozen before that and wakes up late sends nothing. Only a freeze of
# more than 22 s between that moment and the wire goes unseen. If the lease has run out all the same, the row waits 120 s for its
# delivery status, and a mark that comes meanwhile is accepted. E-mail: 10 s plus the attachments; a late mark only costs a second
# call with the same key. A file: 25 s at most to store it; what is done twice there is the same. So is what an e-mail says.
_MIN_LEASE_SECONDS: Final = {
    Channel.WHATSAPP: 22.0,
    Channel.EMAIL: 24.0,
    Channel.STORAGE: 28.0,
    Channel.INBOX: 28.0,
}
# Concurrent threads: enough replies for Meta's highest rate; e-mails and files few, so a hanging provider cannot exhaust threads.
MAX_THREADS: Final[dict[str, int]] = {
    Channel.WHATSAPP: 160,
    Channel.EMAIL: 16,
    Channel.STORAGE: 8,
    Channel.INBOX: 4,
}
# Pauses before retries in the thread, within the lease, when a message was certainly not sent and no pause is prescribed.
# WhatsApp only: Resend has no such refusal; after a 5xx it is not known what was sent.
_RETRY_PAUSES: Final = (0.3, 1.0)
_AT_LEISURE: Final = {Channel.STORAGE, Channel.INBOX}  # what is retried there takes longer than such a pause
_MEND_TEMPLATE: Final = "Meta refuses the template: python -m ops templates status, and mend it at Meta. It is tried again each hour"


@dataclass(slots=True, kw_only=True)
class LeasedRow:
    """A row that is being sent.

    until: no further row of its lane is started after this time (monotonic clock); finish_at_once: the next row of its lane is
    wanted by who sends it; delay: seconds to wait first; spacing: between its e-mails; tried: set after the first attempt, when the
    customer normally has the reply.
    """

    row: OutboxRow
    until: float = math.inf
    delay: float = 0.0
    spacing: float = 0.0
    finish_at_once: bool = False
    tried: threading.Event = field(default_factory=threading.Event)


@dataclass(eq=False, kw_only=True)
class OutboxSender:
    """Sends the rows that are leased to us."""

    store: Store
    whatsapp: WhatsApp
    mails: TechnicianMails
    files: StoredFiles
    answers: MailedAnswers
    notifications: NotificationRenderer
    threads: DaemonThreads
    ticker: Ticker
    marks: SentMarks
    log: Log

    def __post_init__(self) -> None:
        self.flusher = MarkFlusher(
            store=self.store,
            marks=self.marks,
            threads=self.threads,
            ticker=self.ticker,
            log=self.log,
            start=lambda rows: self.start(rows),
            channels=self.channels,
        )
        self.paced = PacedClaims(
            store=self.store,
            threads=self.threads,
            ticker=self.ticker,
            log=self.log,
            start=self._start_claimed,
            emails_per_row=self.mails.most,
        )

    def channels(self) -> tuple[Channel, ...]:
        """The channels with free threads right now: only their rows are worth leasing."""
        return tuple(channel for channel in Channel if self.threads.has_room(channel))

    def start(self, rows: Iterable[OutboxRow]) -> list[LeasedRow]:
        """Send each row on a daemon thread. Returns the WhatsApp rows, for `wait`."""
        return self._start([LeasedRow(row=row) for row in rows])

    def _start_claimed(self, claim: Claim) -> None:
        self._start(self.spaced(claim))

    def spaced(
        self, claim: Claim, until: float = math.inf, *, finish_at_once: bool = False
    ) -> list[LeasedRow]:
        """The rows of a claim, each to be sent after the e-mails of those before it."""
        return [
            LeasedRow(
                row=row,
                until=until,
                delay=number * self.mails.most * claim.spacing,
                spacing=claim.spacing,
                finish_at_once=finish_at_once,
            )
            for number, row in enumerate(claim.rows)
        ]

    def _start(self, started: list[LeasedRow]) -> list[LeasedRow]:
        for leased in started:
            self.threads.start(leased.row.channel, self._run_thread, leased)
        return [leased for leased in started if leased.row.channel is Channel.WHATSAPP]

    def wait(self, rows: Iterable[LeasedRow], seconds: float) -> bool:
        """Wait until each row has been tried once. Returns False on timeout."""
        deadline = time.monotonic() + seconds
        return all(leased.tried.wait(max(0.0, deadline - time.monotonic())) for leased in rows)

    def run(self, leased: LeasedRow) -> list[Result]:
        """Send a row in this thread, then the following rows of its lane. For the sweep."""
        return self._send_lane(leased)

    def let_next_leave(self, lanes: Collection[str]) -> None:
        """A row waits in these lanes: if it waits for a mark of ours, store that now."""
        if self.marks.lanes_wait(lanes):
            self.flusher.now()

    def _run_thread(self, leased: LeasedRow) -> None:
        try:
            self._send_lane(leased)
        finally:
            leased.tried.set()

    def _send_lane(self, leased: LeasedRow) -> list[Result]:
        results, waiting = [], [leased]
        while waiting:
            result, following = self._deliver(waiting.pop(0))
            results.append(result)
            waiting += following
        return results

    def _deliver(self, leased: LeasedRow) -> tuple[Result, list[LeasedRow]]:
        """Send one row and finish it, or keep the mark that it was sent. Returns its result and the next row of its lane."""
        time.sleep(leased.delay)
        started = time.monotonic()
        result = self._send(leased)
        seconds = time.monotonic() - started
        self._learn_number(leased.row, result)
        kept = self._keep_mark(leased, result)
        leased.tried.set()
        if kept:
            self.flusher.soon()
            self._log_delivery(leased, result, RowStatus.SENT, seconds)
            return result, []
        return result, self._finish(leased, result, seconds)

    def _learn_number(self, row: OutboxRow, result: Result) -> None:
        """Somebody who has never written is known by the number that a technician typed: keep it as WhatsApp writes it.

        If that is lost, their first message is recognised by the other forms of the number.
        """
        if result.wa_id is None or row.record is None or row.record.get("has_written", True):
            return
        if result.wa_id == (row.record.get("customer") or {}).get("wa_id"):
            return
        try:
            self.store.learn_number(row, result.wa_id)
        except StoreError as error:
            self.log.write("number_not_learned", Severity.WARNING, outbox=row.id, error=str(error))

    def _keep_mark(self, leased: LeasedRow, result: Result) -> bool:
        if result.outcome is not Outcome.SENT or leased.finish_at_once:
            return False
        return self.marks.add(leased.row, result.provider_id, result.emails)

    def _finish(self, leased: LeasedRow, result: Result, seconds: float) -> list[LeasedRow]:
        """Store the result now. Returns the next row of the lane, if there is one."""
        try:
            more = (leased.row.channel,) if time.monotonic() < leased.until else ()
            if result.outcome is Outcome.REFUSED:
                self.flusher.flush()  # who was accepted meanwhile decides whether it is the recipient or the account
            finish = self.store.finish(leased.row, result, more)
        except StoreError as error:
            # The lease runs out; then the row is unknown, and the delivery status or the idempotency key decides.
            self.log.write("finish_failed", Severity.WARNING, outbox=leased.row.id, error=str(error))
            return []
        is_whatsapp = leased.row.channel is Channel.WHATSAPP  # Meta reports no e-mail
        if is_whatsapp and finish.status is RowStatus.SENT and result.provider_id:
            self.marks.learn(result.provider_id, leased.row.id, Proof.SENT)
        if result.outcome is Outcome.LIMITED and result.retry_seconds is not None:
            self.paced.after(result.retry_seconds)
        self._log_delivery(leased, result, finish.status if finish.finished else None, seconds)
        return [
            LeasedRow(row=row, until=leased.until, finish_at_once=leased.finish_at_once)
            for row in finish.rows
        ]

    def _send(self, leased: LeasedRow) -> Result:
        result = Result(outcome=Outcome.RELEASED, error="lease too short")
        for pause in (0.0, *_RETRY_PAUSES):
            time.sleep(pause)
            if not _lease_suffices(leased):
                break
            result = self._try(leased)
            if result.outcome is not Outcome.RETRY or result.retry_seconds is not None:
                break
            if leased.row.channel in _AT_LEISURE:
                break
        return result

    def _try(self, leased: LeasedRow) -> Result:
        row = leased.row
        try:
            match row.channel:
                case Channel.WHATSAPP:
                    bodies = self._bodies(row)
                    return self.whatsapp.send(bodies, row.attempts, partial(_lease_suffices, leased))
                case Channel.EMAIL:
                    return self.mails.send(row, leased.spacing, partial(_is_leased, leased))
                case Channel.STORAGE:
                    return self.files.run(row)
                case Channel.INBOX:
                    return self.answers.run(row, self.channels, self.start)
        except NothingToSend as error:
            return Result(outcome=Outcome.DEAD, error=str(error))
        except MediaRefused as error:
            return error.result
        except StoreError as error:
            return Result(outcome=Outcome.RETRY, error=str(error))
        except Exception as error:  # noqa: BLE001 - a bug of ours; it may or may not have been sent
            self.log.write("send_failed", Severity.ERROR, outbox=row.id, error=describe_error(error))
            return Result(outcome=Outcome.UNKNOWN, error=f"{row.channel} {type(error).__name__}")

    def _bodies(self, row: OutboxRow) -> tuple[str, ...]:
        """Raises NothingToSend; for a file MediaRefused or StoreError, if Meta has not got it."""
        if row.content is not Content.FILE:
            return self.notifications.whatsapp(row)
        return self.notifications.file(row, partial(self.files.upload, attempts=row.attempts))

    def _log_delivery(
        self, leased: LeasedRow, result: Result, status: RowStatus | None, seconds: float
    ) -> None:
        """status: of the row. None: another attempt has taken it over."""
        is_dead_letter = status is RowStatus.DEAD and leased.row.content is not Content.TRANSCRIBE
        if is_dead_letter or result.outcome in {Outcome.PAUSED, Outcome.HELD}:
            severity = Severity.ERROR
        elif status is RowStatus.SENT or result.outcome is Outcome.LIMITED:
            severity = Severity.INFO
        else:
            severity = Severity.WARNING
        self.log.write(
            "delivery",
            severity,
            outbox=leased.row.id,
            channel=leased.row.channel,
            wamid=self.log.message(leased.row.wamid),
            outcome=result.outcome,
            status=status or "fenced",
            attempt=leased.row.attempts,
            error=result.error,
            mend=None if status is RowStatus.DEAD else mend_of(result),
            send_ms=milliseconds(seconds),
        )


def mend_of(result: Result) -> str | None:
    """What the operator is to do about a result, if that is always the same."""
    return _MEND_TEMPLATE if result.outcome is Outcome.HELD else None


def _lease_suffices(leased: LeasedRow) -> bool:
    """Return True if enough of the lease is left for an attempt. False for an instance that was frozen and woke up late."""
    elapsed = seconds_since(leased.row.asked_at)
    return leased.row.lease_seconds - elapsed > _MIN_LEASE_SECONDS[leased.row.channel]


def _is_leased(leased: LeasedRow) -> bool:
    """Return True until the lease has expired: for the second e-mail of a row and those after it, which nobody sends twice."""
    return seconds_since(leased.row.asked_at) < leased.row.lease_seconds
