"""Two instances whose threads do nothing by themselves: what they have leased is held until a play lets them go on."""

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
class Held:
    """A row that an instance has leased and not begun to send. `hour`: when it got it, by the clock of the play."""

    instance: "Instance"
    row: OutboxRow
    hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmarked:
    """A row that was sent by an instance that stopped before it could finish it."""

    instance: "Instance"
    mark: Callable[[], Finish]


class Instance:
    """One instance of the function: its rows are held until the play runs their threads."""

    def __init__(self, service: Service, clock: "Clock") -> None:
        self.service, self.clock = service, clock
        self.held: list[Held] = []
        self.unmarked: list[Unmarked] = []
        self.stops_before_mark = False
        self._desk = service.desk.webhook
        self._finish = self._desk.store.finish
        self._desk.sender.mark_read = lambda wamid, answered: None  # type: ignore[method-assign]
        self._desk.sender.start = self._hold  # type: ignore[method-assign]
        self._desk.store.finish = self._finish_unless_stopped  # type: ignore[method-assign]

    def forget(self) -> None:
        """As a new instance that takes its place; the threads of the old one are gone."""
        self.held.clear()
        self.unmarked.clear()
        self._desk.messages.processor.cache.clear()
        self._desk.recent.clear()
        self._desk.messages.processor.lost_commits.clear()

    def run(self, held: Held, stops: bool) -> None:
        """Run a thread that has not run since the row was leased. If it stops, it does so after sending and before marking."""
        self.held.remove(held)
        self.stops_before_mark = stops
        self._desk.sender.run(self.clock.aged(held))
        self.stops_before_mark = False

    def mark(self, unmarked: Unmarked) -> None:
        """Go on where it stopped."""
        self.unmarked.remove(unmarked)
        try:
            rows = unmarked.mark().rows
        except StoreUnavailable:
            return
        self._hold(rows)

    def _hold(self, rows: Iterable[OutboxRow]) -> list[LeasedRow]:
        self.held += [Held(instance=self, row=row, hour=self.clock.hour) for row in rows]
        return []

    def _finish_unless_stopped(self, row: OutboxRow, result: Result, channels: Iterable[Channel]) -> Finish:
        if not self.stops_before_mark:
            return self._finish(row, result, channels)
        self.stops_before_mark = False
        late = Unmarked(instance=self, mark=lambda: self._finish(row, result, channels))
        self.unmarked.append(late)
        raise StoreUnavailable("stopped")


class Clock:
    """Hours of the play: the rows in the database are moved back by as many, and a thread that was held finds it that late."""

    hour = 0
    _said = 0

    def restart(self) -> None:
        self.hour = self._said = 0

    def aged(self, held: Held) -> OutboxRow:
        seconds = 3600.0 * (self.hour - held.hour)
        monotonic, wall = held.row.asked_at
        return replace(held.row, asked_at=(monotonic - seconds, wall - seconds))

    def written(self) -> float:
        """The time of a message: each is a second after the one before."""
        self._said += 1
        return time.time() - 600 + self._said


class Scene:
    """What all plays share: two instances and the scheduler's. `clear` is the start of a play."""

    def __init__(self, world: World) -> None:
        self.world, self.clock = world, Clock()
        self.instances = [Instance(world.start(), self.clock) for _ in range(2)]
        self.sweeper = world.start("sweep")

    def clear(self) -> None:
        self.mend()
        delete_rows(self.world.database_url)
        self.world.supabase.call_log.clear()
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
