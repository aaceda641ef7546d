"""The course of a run: start everything, let people write while things break, wait until all is quiet, and look."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import httpx

from bench.chaos.clock import Clock
from bench.chaos.fleet import Fleet
from bench.chaos.history import History, read_tables
from bench.chaos.meta import Office, Postman
from bench.chaos.order import number_commits
from bench.chaos.people import People
from bench.chaos.plan import Plan
from bench.chaos.technicians import Technicians
from bench.chaos.torment import Torment
from bench.chaos.world import World
from emulator.supabase.database import lift_caps
from emulator.supabase.project import LocalSupabase

_SWEEP_SECONDS: Final = 2.0
_SWEEP_PATIENCE: Final = 20.0
_QUIET_SECONDS: Final = 240.0

Say = Callable[[str], None]


class Course:
    """One run. Everything that has to stop is closed, however it ends."""

    def __init__(self, plan: Plan, folder: Path, say: Say) -> None:
        self.plan, self._folder, self._say = plan, folder, say
        self._quiet = threading.Event()
        self._began = time.monotonic()

    def run(self) -> History:
        with ExitStack() as stack:
            supabase = stack.enter_context(LocalSupabase())
            lift_caps(supabase.database_url)  # the judge expects a ticket and an e-mail for every report
            number_commits(supabase.database_url)
            world = World(self.plan, supabase)
            stack.enter_context(world.served())
            self._build(world, stack)
            self._say("starting the instances")
            for fleet in (self._webhooks, self._sweeps):
                fleet.start()
            with self._background() as jobs:
                world.start_trouble()
                self._torment(jobs["people"])
                self._technicians.close()
                jobs["technicians"].result()
                undelivered = self._calm_down()
                self._clock.stop.set()
            return self._history(world, undelivered)

    def _build(self, world: World, stack: ExitStack) -> None:
        plan, logs = self.plan, self._folder / "log"
        self._world = world
        self._webhooks = Fleet("webhook", plan.instances, world, plan, logs)
        self._sweeps = Fleet("sweep", 1, world, plan, logs)
        secret = world.graph.app_secret
        self._post = Postman(secret, self._webhooks.url, world.graph.note_payload)
        self._echoes = world.graph.delivery = Postman(secret, self._webhooks.url)
        self._office = Office(plan, self._post)
        self._people = People(plan, self._office)
        world.graph.sent = self._people.read
        world.open_door("technicians")
        self._technicians = Technicians(
            plan, lambda: f"{world.address}/technicians", self._webhooks.url, lambda: len(self._people.said)
        )
        self._hurt = Torment(plan, self._webhooks, self._sweeps, world.supabase.postgres)
        self._clock = Clock(
            world.supabase.database_url, [self._webhooks, self._sweeps], self._echoes.under_way
        )
        for closing in (self._webhooks, self._sweeps, self._post, self._echoes):
            stack.callback(closing.close)

    @contextmanager
    def _background(self) -> Iterator[dict[str, Future[None]]]:
        """People, technicians, office, clock and scheduler, each in a thread. What went wrong in one of them is raised at the end."""
        work = {
            "people": self._people.run,
            "office": self._office.run,
            "clock": self._clock.run,
            "sweep": self._schedule,
            "technicians": self._technicians.run,
        }
        with ThreadPoolExecutor(len(work), thread_name_prefix="chaos") as pool:
            jobs = {name: pool.submit(job) for name, job in work.items()}
            try:
                yield jobs
            finally:
                self._quiet.set()
                self._people.close()
                self._technicians.close()
                self._office.close()
                self._clock.stop.set()
            for job in jobs.values():
                job.result()

    def _schedule(self) -> None:
        """Cloud Scheduler, in a hurry."""
        while not self._quiet.wait(_SWEEP_SECONDS):
            if url := self._sweeps.url():
                try:
                    httpx.post(url, timeout=_SWEEP_PATIENCE, trust_env=False)
                except httpx.TransportError:
                    continue

    def _torment(self, people: Future[None]) -> None:
        """Everything that is planned to happen happens at its message, until people have written all they wanted."""
        plan, written = self.plan, self._people.said
        told = time.monotonic()
        while not people.done() or (not self._hurt.over and len(written) == plan.messages):
            self._hurt.strike(len(written) / plan.messages)
            time.sleep(0.02)
            if time.monotonic() - told > 10:
                told = time.monotonic()
                self._say(self._so_far())

    def _so_far(self) -> str:
        return (
            f"{len(self._people.said)} messages, {len(self._technicians.deeds)} deeds, "
            f"{self._webhooks.killed + self._sweeps.killed} kills, {self._webhooks.frozen} freezes, "
            f"{self._office.under_way()} messages under way, {self._clock.open} rows open"
        )

    def _calm_down(self) -> int:
        """Until nothing is under way any more. How many webhooks were never answered 200."""
        self._say("everything is written; waiting for the rest")
        self._until(lambda: not self._office.waiting() + self._office.under_way())
        self._say("every message was answered 200; waiting for those who are frozen")
        self._webhooks.settle()
        self._until(lambda: not self._echoes.under_way())
        self._say("every echo, too; scaling to zero")
        # Nobody writes: the platform scales to zero, and whatever a lease still covers is left to the sweep. From here on
        # nothing fails: a lease that got lost on its way to a living instance would have to run its 30 s each time.
        self._world.end_trouble()
        self._webhooks.stop(1)
        self._sweeps.stop(1)
        self._clock.hurry, self._clock.open = True, None
        self._say("sweeping")
        self._until(lambda: self._clock.open == 0)
        self._until(lambda: not self._echoes.under_way())
        return self._office.waiting() + self._office.under_way() + len(self._echoes.under_way())

    def _until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _QUIET_SECONDS
        while not done() and time.monotonic() < deadline:
            time.sleep(0.1)

    def _history(self, world: World, undelivered: int) -> History:
        return History(
            plan=self.plan,
            said=self._people.said,
            tables=read_tables(world.supabase.database_url),
            sent=world.graph.messages,
            mails=world.resend.messages,
            unclear=frozenset(self._clock.unclear),
            deeds=self._technicians.deeds,
            undelivered=undelivered,
            twice=self._office.twice,
            killed=self._webhooks.killed + self._sweeps.killed,
            frozen=self._webhooks.frozen,
            restarts=self._hurt.restarts,
            seconds=time.monotonic() - self._began,
            ledgers={"posts": self._post.ledger, "echoes": self._echoes.ledger}
            | {
                f"{door.name}-{service}": ledger
                for door in world.doors.values()
                for service, ledger in door.ledgers.items()
            },
        )
