"""Sends an e-mail row: one e-mail to each technician whom it concerns, each under the row's key and theirs.

What became of each is stored nowhere: another attempt sends all of them again under the same keys, and Resend nothing twice.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from channels.resend_email import Resend
from handlers.log import Log, Severity
from handlers.render_notification import NotificationRenderer
from state.model.outbox_row import OutboxRow, Outcome, Result

# Of several results the first of these is the row's: the row waits for as long as any of its e-mails has to.
_DECIDES: Final = (
    Outcome.PAUSED,
    Outcome.LIMITED,
    Outcome.UNKNOWN,
    Outcome.RETRY,
    Outcome.SENT,
    Outcome.DEAD,
)
_REFUSES_ALL: Final = {Outcome.PAUSED, Outcome.LIMITED}
_MAY_BE_TAKEN: Final = {Outcome.SENT, Outcome.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicianMails:
    """The e-mails of the desk."""

    renderer: NotificationRenderer
    resend: Resend
    log: Log

    @property
    def most(self) -> int:
        """At most so many e-mails become of one row."""
        return len(self.renderer.people.technicians)

    def send(self, row: OutboxRow, spacing: float, may_go_on: Callable[[], bool]) -> Result:
        """Make one attempt with each, so many seconds apart. Raises NothingToSend.

        may_go_on: asked before each but the first. An instance that was frozen must not go on a day later, when Resend has forgotten
        the keys of those that somebody else has sent.
        """
        mails, refs = self.renderer.emails(row)
        results: list[Result] = []
        with self.resend.fetched(refs) as files:
            begun = time.monotonic()
            for number, mail in enumerate(mails):
                time.sleep(max(0.0, begun + number * spacing - time.monotonic()))
                if number and not may_go_on():
                    results.append(Result(outcome=Outcome.UNKNOWN, error="lease too short"))
                    break
                results.append(self.resend.send(mail.request, mail.key, files))
                if results[-1].outcome in _REFUSES_ALL:
                    break
        result = result_of_row(results)
        if result.outcome is Outcome.SENT:
            for mail, refused in zip(mails, results, strict=True):
                self._log_refused(row, mail.technician, refused)
        return result

    def _log_refused(self, row: OutboxRow, technician: str, result: Result) -> None:
        """The row is done, and one of its technicians has no e-mail: their address, which the log does not name, is to be mended."""
        if result.outcome is Outcome.DEAD:
            self.log.write(
                "technician_refused", Severity.ERROR, outbox=row.id, technician=technician, error=result.error
            )


def result_of_row(results: Sequence[Result]) -> Result:
    """The result of a row by those of its e-mails, of which there is one at least."""
    taken = sum(result.outcome in _MAY_BE_TAKEN for result in results)
    strongest = min(results, key=lambda result: _DECIDES.index(result.outcome))
    return replace(strongest, emails=taken or None)
