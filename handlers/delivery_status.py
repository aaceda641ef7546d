"""Applies Meta's delivery statuses: what proves that a message left closes its outbox row, `failed` schedules another attempt or
gives the row up.

sent, delivered and read each prove it, in any order. After delivered or read a `failed` says nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from channels.graph_errors import result_of_failure
from handlers.log import Log, Severity, describe_error
from handlers.outbox_sender import OutboxSender, mend_of
from state.model.message import FAILED, Proof, Status
from state.model.outbox_row import Outcome, Result
from state.store.client import Store, new_lease
from state.store.errors import StoreUnavailable
from state.store.lru import RecentKeys
from state.store.rows import ConfirmResult


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStatusHandler:
    """Confirms outbox rows. `recent`: statuses that are stored, by this instance, and need no call."""

    store: Store
    sender: OutboxSender
    log: Log
    recent: RecentKeys

    def handle(self, statuses: Iterable[Status]) -> None:
        """Store what the statuses of a call say; those of Meta's that say nothing here are ignored. Raises StoreError.

        What this instance knows only from memory is stored first: a mark would be lost with it, and the row sent again. That a
        message which is stored as sent was delivered or read may wait for the next marks.
        """
        telling = dict.fromkeys(status for status in statuses if status.proof or status.status == FAILED)
        if new := self._new(telling):
            self.sender.flusher.store_before_answering({status.provider_id for status in new})
            if still_new := self._new(new):
                # What proves first: a message that was read has not failed, whatever order they come in.
                self._confirm(sorted(still_new, key=lambda status: status.proof is None))
        for status in telling:
            if status.proof and self.sender.marks.prove(status.provider_id, status.proof):
                self.sender.flusher.proofs_later()

    def _new(self, statuses: Iterable[Status]) -> list[Status]:
        """Those that need a call."""
        return [status for status in statuses if _key(status) not in self.recent and not self._known(status)]

    def _known(self, status: Status) -> bool:
        """Return True if this is known, or does not count, by what is stored of the row."""
        known = self.sender.marks.proof_of(status.provider_id)
        return known is not None and (status.proof is not None or known is not Proof.SENT)

    def _confirm(self, statuses: Sequence[Status]) -> None:
        try:
            meant = [(status, _result(status)) for status in statuses]
            answer = self.store.confirm(meant, new_lease(), self.sender.channels())
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - refused, or a bug of ours: Meta would redeliver it for 7 days
            if len(statuses) > 1:  # one of them must not take the others with it
                for status in statuses:
                    self._confirm([status])
            else:
                reason = describe_error(error)
                self.log.write("event_refused", Severity.ERROR, kind="Status", error=reason)
            return
        self.sender.start(answer.rows)
        for (status, result), confirmed, row in zip(meant, answer.results, answer.sent, strict=True):
            if confirmed is ConfirmResult.BUSY:
                continue
            self.recent.add(_key(status))
            if row is None:
                self.sender.marks.forget(status.provider_id)
            elif status.proof:
                self.sender.marks.learn(status.provider_id, row, status.proof)
            self._log(status, result, confirmed)
        if ConfirmResult.BUSY in answer.results:  # the others are stored
            raise StoreUnavailable("confirm_outbox: somebody holds a row")

    def _log(self, status: Status, result: Result, confirmed: ConfirmResult) -> None:
        is_held = result.outcome is Outcome.HELD and confirmed is ConfirmResult.AGAIN
        self.log.write(
            "delivery_status",
            Severity.ERROR if is_held or confirmed is ConfirmResult.DEAD else Severity.INFO,
            wamid=self.log.message((status.dedup_key or status.provider_id).removeprefix("wa/")),
            status=status.status,
            error=result.error,
            result=confirmed,
            mend=mend_of(result) if is_held else None,
        )


def _key(status: Status) -> str:
    return f"{status.status}/{status.provider_id}"


def _result(status: Status) -> Result:
    return result_of_failure(status.error_code) if status.proof is None else Result(outcome=Outcome.SENT)
