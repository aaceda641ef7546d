"""One run: start everything, let customers write while faults are injected, wait until all is settled, and record."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx

from bench.chaos.customers import Customers
from bench.chaos.delivery import Delivery
from bench.chaos.environment import Environment
from bench.chaos.fast_forward import FastForward
from bench.chaos.fault_injection import InstanceFaults, inject
from bench.chaos.instances import InstancePool
from bench.chaos.mail_program import MailProgram
from bench.chaos.recording import Recording, number_commits, read_tables
from bench.chaos.scenario import Scenario
from bench.chaos.technicians import Technicians
from emulator.supabase.database import lift_caps
from emulator.supabase.project import local_supabase
from state.store.files import BUCKET

_SWEEP_SECONDS: Final = 2.0
_SWEEP_TIMEOUT: Final = 20.0
_SETTLE_SECONDS: Final = 240.0
_PROGRESS_SECONDS: Final = 10.0
_LAST_CALLS_SECONDS: Final = 1.0  # calls of an instance that was stopped may take so long in the emulator


class Run:
    """Everything is stopped at the end, also after an error. `progress` gets a line every ten seconds."""

    def __init__(self, scenario: Scenario, folder: Path, progress: Callable[[str], None]) -> None:
        self._scenario, self._folder, self._progress = scenario, folder, progress
        self._stop = threading.Event()
        self._started = time.monotonic()

    def run(self) -> Recording:
        with ExitStack() as stack:
            supabase = stack.enter_context(local_supabase())
            lift_caps(supabase.database_url)  # the checker expects a ticket and an e-mail for every report
            number_commits(supabase.database_url)
            self._environment = Environment(self._scenario, supabase)
            stack.enter_context(self._environment.serve())
            self._build(stack)
            self._progress("starting the instances")
            self._webhooks.start(self._scenario.instances)
            self._sweeps.start(1)
            with self._background() as jobs:
                for service, faults in self._environment.faults.items():
                    inject(faults, service, self._scenario.faults)
                self._load(jobs["customers"])
                self._progress("all messages are written; waiting for the technicians")
                jobs["technicians"].result()
                undelivered = self._settle()
            return self._record(undelivered)

    def _build(self, stack: ExitStack) -> None:
        scenario, environment, logs = self._scenario, self._environment, self._folder / "log"
        self._webhooks = InstancePool("webhook", scenario.instances, environment, scenario, logs)
        self._sweeps = InstancePool("sweep", 1, environment, scenario, logs)
        graph, database_url = environment.graph, environment.supabase.database_url
        url = self._webhooks.url
        self._messages = Delivery(scenario, graph, url)
        self._statuses = graph.delivery = Delivery(scenario, graph, url)
        self._customers = Customers(scenario, self._messages, graph.media, self._stop)
        graph.on_sent = self._customers.receive
        api = f"{environment.address}/technicians"
        self._mails = MailProgram(environment.resend)
        self._technicians = Technicians(scenario, api, url, self._mails, self._customers.messages, self._stop)
        self._faults = InstanceFaults(scenario, self._webhooks, self._sweeps, environment.supabase.postgres)
        self._fast_forward = FastForward(database_url, self._statuses.pending_statuses, self._stop)
        for part in (self._webhooks, self._sweeps, self._messages, self._statuses):
            stack.callback(part.close)

    @contextmanager
    def _background(self) -> Iterator[dict[str, Future[None]]]:
        """Customers, technicians, scheduler and fast-forward, each in a thread. Their errors are raised at the end."""
        work = {
            "customers": self._customers.run,
            "technicians": self._technicians.run,
            "sweep": self._call_sweep,
            "fast-forward": self._fast_forward.run,
        }
        with ThreadPoolExecutor(len(work), thread_name_prefix="chaos") as pool:
            jobs = {name: pool.submit(job) for name, job in work.items()}
            try:
                yield jobs
            finally:
                self._stop.set()
            for job in jobs.values():
                job.result()

    def _call_sweep(self) -> None:
        """What Cloud Scheduler does, more often."""
        while not self._stop.wait(_SWEEP_SECONDS):
            with suppress(httpx.TransportError):
                httpx.post(self._sweeps.url(), timeout=_SWEEP_TIMEOUT, trust_env=False)

    def _load(self, customers: Future[None]) -> None:
        """Inject the faults of instances, each at its message, until the customers have written everything."""
        written, total = self._customers.messages, self._scenario.messages
        reported = time.monotonic()
        while not customers.done() or (not self._faults.done and len(written) == total):
            self._faults.tick(len(written) / total)
            time.sleep(0.02)
            if time.monotonic() - reported > _PROGRESS_SECONDS:
                reported = time.monotonic()
                self._progress(
                    f"{len(written)} messages, {len(self._technicians.actions)} technician actions, "
                    f"{len(self._mails.answers)} mailed answers, "
                    f"{self._faults.counts['kills']} kills, {self._faults.counts['freezes']} freezes, "
                    f"{self._messages.pending} webhooks pending, {self._fast_forward.open} outbox rows open"
                )

    def _settle(self) -> int:
        """Wait until nothing is under way. Returns how many webhooks were never answered 200."""
        self._progress("waiting until every message is answered 200")
        self._until(lambda: not self._messages.pending)
        self._progress("waiting for frozen instances")
        self._webhooks.settle()
        self._until(lambda: not self._statuses.pending)
        self._progress("scaling to zero")
        # Nobody writes: the platform scales to zero, and what is still leased is left to the sweep. Nothing fails from here
        # on: a lease whose answer is lost would have to run its 40 s each time.
        for faults in self._environment.faults.values():
            faults.clear()
        for pool in (self._webhooks, self._sweeps):
            pool.stop()
        time.sleep(_LAST_CALLS_SECONDS)
        self._fast_forward.expire_leases()
        self._fast_forward.skip_waits, self._fast_forward.open = True, None
        for pool in (self._webhooks, self._sweeps):
            pool.start(1)
        self._progress("sweeping")
        self._until(lambda: self._fast_forward.open == 0)
        self._until(lambda: not self._statuses.pending)
        return self._messages.pending + self._statuses.pending

    def _until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _SETTLE_SECONDS
        while not done() and time.monotonic() < deadline:
            time.sleep(0.1)

    def _record(self, undelivered: int) -> Recording:
        environment = self._environment
        calls = {"webhooks": self._messages.call_log, "statuses": self._statuses.call_log} | environment.calls
        return Recording(
            scenario=self._scenario,
            customer_messages=self._customers.messages,
            tables=read_tables(environment.supabase.database_url),
            whatsapp_messages=environment.graph.messages,
            emails=[mail.as_json() for mail in environment.resend.messages],
            objects={
                path: stored.size for path, stored in environment.supabase.storage.objects(BUCKET).items()
            },
            technician_actions=self._technicians.actions,
            mailed_answers=self._mails.answers,
            unclear_attempts=frozenset(self._fast_forward.unclear),
            calls={name: call_log.all() for name, call_log in calls.items()},
            undelivered=undelivered,
            duplicates=self._messages.duplicates,
            kills=self._faults.counts["kills"],
            freezes=self._faults.counts["freezes"],
            restarts=self._faults.counts["restarts"],
            seconds=time.monotonic() - self._started,
        )
