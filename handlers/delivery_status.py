"""Applies Meta's delivery statuses: `sent` closes an outbox row, `failed` schedules another attempt or gives it up."""

from dataclasses import dataclass

from channels.graph_errors import result_of_failure
from handlers.log import Log, Severity
from handlers.outbox_sender import OutboxSender
from state.model.message import Status
from state.model.outbox_row import Outcome, Result
from state.store.client import Store, new_lease
from state.store.lru import RecentKeys
from state.store.rows import ConfirmResult


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStatusHandler:
    """Confirms outbox rows. `recent`: statuses that this instance has handled, which need no call."""

    store: Store
    sender: OutboxSender
    log: Log
    recent: RecentKeys

    def handle(self, status: Status) -> None:
        """Handle a status. All but `sent` and `failed` are ignored: they add nothing. Raises StoreError."""
        if status.status == "failed":
            result = result_of_failure(status.error_code)
        elif status.status == "sent":
            result = Result(outcome=Outcome.SENT)
        else:
            return
        key = f"{status.status}/{status.provider_id}"
        if key not in self.recent:
            self._confirm(status, result)
            self.recent.add(key)

    def _confirm(self, status: Status, result: Result) -> None:
        answer = self.store.confirm(
            status.dedup_key, status.provider_id, result, new_lease(), self.sender.channels()
        )
        self.sender.start(answer.rows)
        self.log.write(
            "delivery_status",
            Severity.ERROR if answer.result is ConfirmResult.DEAD else Severity.INFO,
            wamid=self.log.message((status.dedup_key or status.provider_id).removeprefix("wa/")),
            status=status.status,
            error=result.error,
            result=answer.result,
        )
