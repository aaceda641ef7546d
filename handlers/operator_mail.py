"""Tells the operator by e-mail what a person has to see to, straight through Resend: not through the outbox, which may be what is broken.

Of all processes one sends it, as the database says which (`watch` in supabase/schemas/92_watch.sql). While the database is what does
not answer, all that find it out use the same key for an hour, so that Resend sends one.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from channels.resend_email import Resend, plain_request
from handlers.daemon_threads import DaemonThreads
from handlers.log import Log, Severity, describe_error
from handlers.settings import Settings
from messages.email.problems import problems_email
from state.model.operator import Problem, ProblemKind, Watched
from state.model.outbox_row import Outcome
from state.store.client import Store
from state.store.errors import StoreError

OPERATOR_MAIL: Final = "operator mail"  # a kind of work of DaemonThreads
MAX_MAILS: Final = 1
_LOOK_SECONDS: Final = 300.0  # as heartbeat_lasts in supabase/schemas/92_watch.sql
_FAILING_SECONDS: Final = 300.0  # a restart of the database takes less
_MIN_FAILURES: Final = 3  # of a desk with little to do
_AGAIN_SECONDS: Final = 3600.0


@dataclass(eq=False, kw_only=True)
class OperatorMail:
    """Knows when to look, and whom to tell. Nobody is told without OPERATOR_EMAIL_TO. clock: monotonic."""

    settings: Settings
    store: Store
    resend: Resend
    threads: DaemonThreads
    log: Log
    clock: Callable[[], float] = field(default=time.monotonic)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._look_at: float | None = None
        self._failing_since: float | None = None
        self._failures = 0
        self._tell_at = 0.0  # that the database does not answer

    def swept(self) -> None:
        """A sweep has come to its end: that is its heartbeat. Raises StoreError."""
        self._tell(self._watch(swept=True, mail=bool(self.settings.operator_email_to)))

    def look(self) -> None:
        """For a process that does not sweep: see every few minutes whether somebody does. Returns at once."""
        if not self.settings.operator_email_to:
            return
        now = self.clock()
        with self._lock:
            due = self._look_at is not None and now >= self._look_at
            if due or self._look_at is None:
                self._look_at = now + _LOOK_SECONDS
        if due:
            self.threads.start(OPERATOR_MAIL, self._look)

    def database_answers(self) -> None:
        self._failing_since, self._failures = None, 0

    def database_fails(self) -> None:
        """It did not answer a call. If that goes on for minutes the operator is told, as nothing else can tell it. Returns at once."""
        now = self.clock()
        with self._lock:
            self._failing_since = self._failing_since or now
            self._failures += 1
            lasts = self._failures >= _MIN_FAILURES and now - self._failing_since >= _FAILING_SECONDS
            if not lasts or now < self._tell_at:
                return
            self._tell_at = now + _AGAIN_SECONDS
        if self.settings.operator_email_to:
            self.threads.start(OPERATOR_MAIL, self._tell_of_database)

    def _look(self) -> None:
        try:
            self._tell(self._watch(swept=False, mail=True))
        except StoreError as error:
            self.log.write("not_watched", Severity.WARNING, error=str(error))

    def _watch(self, *, swept: bool, mail: bool) -> Watched:
        return self.store.watch(swept=swept, mail=mail, addresses=self.settings.mailed_addresses)

    def _tell(self, watched: Watched) -> None:
        if watched.sweep_is_missing:
            self.log.write("sweep_missing", Severity.ERROR, last=watched.heartbeat)
        if watched.mail is not None and self._send(watched.problems, str(watched.mail)):
            self.store.finish_operator_mail(watched.mail)

    def _tell_of_database(self) -> None:
        """With nothing in it that differs between processes."""
        hour = f"{datetime.now(UTC):%Y-%m-%dT%H}"
        if not self._send([Problem(kind=ProblemKind.DATABASE)], f"database/{hour}"):
            with self._lock:
                self._tell_at = self.clock() + _FAILING_SECONDS

    def _send(self, problems: Sequence[Problem], number: str) -> bool:
        to = [mailbox.address for mailbox in self.settings.operator_email_to]
        try:
            mail = problems_email(
                problems,
                self.settings.default_language,
                self.settings.support_timezone,
                self.settings.desk_name,
                self.settings.public_url,
            )
            # Two stages may share an account at Resend.
            desk = hashlib.sha256(self.settings.public_url.encode()).hexdigest()[:12]
            request = plain_request(mail, self.settings.support_email_from, to, "problems")
            result = self.resend.send(request, f"operator/{desk}/{number}")
        except Exception as error:  # noqa: BLE001 - a bug of ours must not end the sweep
            self.log.write("operator_not_told", Severity.ERROR, error=describe_error(error))
            return False
        told = result.outcome is Outcome.SENT
        severity = Severity.INFO if told else Severity.ERROR
        self.log.write("operator_told" if told else "operator_not_told", severity, error=result.error)
        return told
