"""When the e-mails that wait for the account's rate are claimed: one claim at a time, until none waits."""

from collections.abc import Callable
from typing import Any

import pytest

from handlers.daemon_threads import DaemonThreads
from handlers.log import Log
from handlers.paced_claims import PacedClaims
from state.model.outbox_row import Channel
from state.store.errors import StoreUnavailable
from state.store.rows import Claim


class Clock:
    """In place of the ticker: what is to be called, and in how many seconds."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, Callable[..., object], tuple[Any, ...]]] = []

    def call_later(self, seconds: float, function: Callable[..., object], *args: Any) -> None:
        self.calls.append((seconds, function, args))

    def waits(self) -> list[float]:
        return [seconds for seconds, _, _ in self.calls]

    def strike(self) -> None:
        _, function, args = self.calls.pop(0)
        function(*args)


class Threads(DaemonThreads):
    """Does everything at once, on the caller's thread."""

    def start(self, kind: str, function: Callable[..., object], *args: Any) -> None:
        function(*args)


class Desk:
    """The store. answers: what it says to each claim; an error is raised."""

    def __init__(self) -> None:
        self.answers: list[float | Exception | None] = []
        self.claims = 0
        self.meanwhile: Callable[[], None] = lambda: None

    def claim(self, limit: int, lease: str, channels: tuple[Channel, ...], emails_per_row: int) -> Claim:
        self.claims += 1
        self.meanwhile()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Claim(rows=(), again_in=answer)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def threads() -> Threads:
    return Threads({Channel.EMAIL: 16})


@pytest.fixture
def paced(clock: Clock, desk: Desk, threads: Threads, lines: list[str]) -> PacedClaims:
    return PacedClaims(
        store=desk,  # type: ignore[arg-type]
        threads=threads,
        ticker=clock,  # type: ignore[arg-type]
        log=Log("key", write=lines.append),
        start=lambda claim: None,
        emails_per_row=1,
    )


def test_one_waits_however_many_ask(paced: PacedClaims, clock: Clock) -> None:
    for seconds in (1.0, 2.0, 3.0):
        paced.after(seconds)
    assert clock.waits() == [1.0]


def test_goes_on_as_long_as_rows_wait(paced: PacedClaims, clock: Clock, desk: Desk) -> None:
    desk.answers = [0.8, 1.0, None]
    paced.after(2.0)
    waited = []
    while clock.calls:
        waited += clock.waits()
        clock.strike()
    assert (waited, desk.claims) == ([2.0, 0.8, 1.0], 3)


def test_what_is_asked_for_during_the_last_claim_is_another(
    paced: PacedClaims, clock: Clock, desk: Desk
) -> None:
    desk.answers, desk.meanwhile = [None], lambda: paced.after(3.0)
    paced.after(1.0)
    clock.strike()
    assert clock.waits() == [3.0]


def test_a_long_rest_is_left_to_the_sweep(paced: PacedClaims, clock: Clock, desk: Desk) -> None:
    desk.answers = [3600.0]
    paced.after(1.0)
    clock.strike()
    assert clock.waits() == []


def test_so_is_a_database_that_is_away(
    paced: PacedClaims, clock: Clock, desk: Desk, lines: list[str]
) -> None:
    desk.answers = [StoreUnavailable("claim_outbox: x")]
    paced.after(1.0)
    clock.strike()
    assert clock.waits() == []
    assert '"claim_failed"' in lines[0]


def test_without_a_free_thread_it_comes_back(
    paced: PacedClaims, clock: Clock, desk: Desk, threads: Threads
) -> None:
    threads._limits[Channel.EMAIL] = 0
    paced.after(1.0)
    clock.strike()
    assert (clock.waits(), desk.claims) == ([0.5], 0)


def test_nothing_is_claimed_once_the_process_ends(
    paced: PacedClaims, clock: Clock, desk: Desk, threads: Threads
) -> None:
    paced.after(1.0)
    threads.drain()
    clock.strike()
    assert desk.claims == 0
