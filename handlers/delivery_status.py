"""Applies Meta's delivery statuses: `sent` closes an outbox row, `failed` schedules another attempt or gives it up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from channels.graph_errors import result_of_failure
from handlers.log import Log, Severity, describe_error
from handlers.outbox_sender import OutboxSender
from state.model.message import Status
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
        """Store what the statuses of a call say. All but `sent` and `failed` are ignored: they add nothing. Raises StoreError.

        What this instance knows only from memory is stored first: a mark would be lost with it, and the row sent again.
        """
        new = self._new(statuses)
        if new:
            self.sender.flusher.store_before_answering({status.provider_id for status in new})
            if still_new := self._new(new):
                self._confirm(still_new)

    def _new(self, statuses: Iterable[Status]) -> list[Status]:
        """Those that need a call, each once."""
        telling = dict.fromkeys(status for status in statuses if status.status in {"sent", "failed"})
        return [status for status in telling if _key(status) not in self.recent]

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
        for (status, result), confirmed in zip(meant, answer.results, strict=True):
            self.recent.add(_key(status))
            self._log(status, result, confirmed)

    def _log(self, status: Status, result: Result, confirmed: ConfirmResult) -> None:
        self.log.write(
            "delivery_status",
            Severity.ERROR if confirmed is ConfirmResult.DEAD else Severity.INFO,
            wamid=self.log.message((status.dedup_key or status.provider_id).removeprefix("wa/")),
            status=status.status,
            error=result.error,
            result=confirmed,
        )


def _key(status: Status) -> str:
    return f"{status.status}/{status.provider_id}"


def _result(status: Status) -> Result:
    return result_of_failure(status.error_code) if status.status == "failed" else Result(outcome=Outcome.SENT)
