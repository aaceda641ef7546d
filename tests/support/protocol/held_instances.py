"""Two instances whose threads do not start by themselves: leased rows are held until a test runs them."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from handlers.outbox_sender import LeasedRow
from state.model.outbox_row import Channel, OutboxRow, Result
from state.store.errors import StoreUnavailable
from state.store.rows import Finish
from tests.support.database import delete_rows
from tests.support.function import Service, World


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """A row that an instance has leased and not begun to send. `hour`: when it was leased, by the test's clock."""

    instance: "Instance"
    row: OutboxRow
    hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedRow:
    """A row that was sent by an instance that stopped before finishing it."""

    instance: "Instance"
    finish: Callable[[], Finish]


class Instance:
    """One instance of the function: its rows are held until the test runs their threads."""

    def __init__(self, service: Service, clock: "Clock") -> None:
        self.service, self.clock = service.without_receipts(), clock
        self.held: list[HeldRow] = []
        self.unfinished: list[UnfinishedRow] = []
        self.stops_before_finish = False
        self._desk = service.desk.webhook
        self._finish = self._desk.store.finish
        self._desk.sender.start = self._hold  # type: ignore[method-assign]
        self._desk.sender.flusher.now = self.flush  # type: ignore[method-assign]
        self._desk.sender.ticker.call_later = lambda *_: None  # type: ignore[method-assign]
        self._desk.store.finish = self._finish_unless_stopped  # type: ignore[method-assign]

    def forget(self) -> None:
        """Start again as a new instance: no memory and no threads."""
        self.held.clear()
        self.unfinished.clear()
        self._desk.sender.marks.clear()
        self._desk.messages.processor.cache.clear()
        self._desk.recent.clear()
        self._desk.messages.processor.lost_commits.clear()

    def run(self, held: HeldRow, stops: bool) -> None:
        """Run the thread of this row. If it stops, it stops after sending and before finishing the row.

        What was sent is only marked when the test flushes, or with the next commit.
        """
        self.held.remove(held)
        self.stops_before_finish = stops
        self._desk.sender._send_lane(LeasedRow(row=self.clock.aged(held)))
        self.stops_before_finish = False

    def flush(self) -> None:
        """Store the marks, if Supabase can be reached."""
        self._desk.sender.flusher._flush_quietly()

    def age(self, seconds: float) -> None:
        """Let time pass for the marks that are kept."""
        for kept in self._desk.sender.marks._kept.values():
            monotonic, wall = kept.since
            kept.since = (monotonic - seconds, wall - seconds)

    def finish(self, unfinished: UnfinishedRow) -> None:
        """Continue where the thread stopped."""
        self.unfinished.remove(unfinished)
        try:
            rows = unfinished.finish().rows
        except StoreUnavailable:
            return
        self._hold(rows)

    def _hold(self, rows: Iterable[OutboxRow]) -> list[LeasedRow]:
        self.held += [HeldRow(instance=self, row=row, hour=self.clock.hour) for row in rows]
        return []

    def _finish_unless_stopped(self, row: OutboxRow, result: Result, channels: Iterable[Channel]) -> Finish:
        if not self.stops_before_finish:
            return self._finish(row, result, channels)
        self.stops_before_finish = False
        late = UnfinishedRow(instance=self, finish=lambda: self._finish(row, result, channels))
        self.unfinished.append(late)
        raise StoreUnavailable("stopped")


class Clock:
    """Hours that the test lets pass: rows in the database are moved back by as many, and held threads see them as passed."""

    hour = 0
    _messages_written = 0

    def restart(self) -> None:
        self.hour = self._messages_written = 0

    def aged(self, held: HeldRow) -> OutboxRow:
        seconds = 3600.0 * (self.hour - held.hour)
        monotonic, wall = held.row.asked_at
        return replace(held.row, asked_at=(monotonic - seconds, wall - seconds))

    def written(self) -> float:
        """The time of a message: each is a second after the one before."""
        self._messages_written += 1
        return time.time() - 600 + self._messages_written


class HeldInstances:
    """Shared by all sequences: two instances and the scheduler's. `clear` starts a new sequence."""

    def __init__(self, world: World) -> None:
        self.world, self.clock = world, Clock()
        self.instances = [Instance(world.start(), self.clock) for _ in range(2)]
        self.sweeper = world.start("sweep")

    def clear(self) -> None:
        self.mend()
        delete_rows(self.world.database_url)
        self.world.supabase.call_log.clear()
        self.world.supabase.storage.clear()
        self.world.graph.reset()
        self.world.graph.switches.pair_limit = self.world.graph.switches.number_limit = False
        self.world.resend.reset()
        self.world.resend.switches.rate_limit = False
        self.world.output()
        self.world.written.clear()
        self.clock.restart()
        for instance in self.instances:
            instance.forget()

    def mend(self) -> None:
        for faults in (self.world.supabase.faults, self.world.graph.faults, self.world.resend.faults):
            faults.clear()
