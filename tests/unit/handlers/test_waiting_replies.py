"""Replies that wait for the next line are leased when they are due, many lanes by one call; at the end of the process at once."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from handlers.daemon_threads import DaemonThreads
from handlers.log import Log
from handlers.ticker import Ticker
from handlers.waiting_replies import MAX_LEASING, WAITING, WaitingReplies
from state.model.outbox_row import Channel
from state.store.client import Store
from state.store.errors import StoreRefused, StoreUnavailable
from state.store.rows import DueLane, Leased

Call = tuple[list[str], float, str]


class AskedStore(Store):
    """Notes what it is asked for. Raises `errors` first."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9", "key", httpx.Client())
        self.calls: list[Call] = []
        self.errors: list[Exception] = []

    def lease_waiting(
        self, lanes: Iterable[str], ahead_seconds: float, lease: str, channels: Iterable[Channel]
    ) -> Leased:
        self.calls.append((sorted(lanes), ahead_seconds, lease))
        if self.errors:
            raise self.errors.pop(0)
        return Leased(rows=())


class StoppedTicker(Ticker):
    """Calls nothing by itself."""

    def __init__(self) -> None:
        super().__init__(DaemonThreads({}), Log("key", write=lambda line: None))
        self.later: list[tuple[Callable[..., object], tuple[Any, ...]]] = []

    def call_later(self, seconds: float, function: Callable[..., object], *args: Any) -> None:
        self.later.append((function, args))

    def tick(self) -> None:
        now, self.later = self.later, []
        for function, args in now:
            function(*args)


class NoSender:
    free: tuple[Channel, ...] = tuple(Channel)

    def channels(self) -> tuple[Channel, ...]:
        return self.free

    def start(self, rows: object) -> None:
        """There are none."""


@pytest.fixture
def store() -> AskedStore:
    return AskedStore()


@pytest.fixture
def ticker() -> StoppedTicker:
    return StoppedTicker()


@pytest.fixture
def waiting(store: AskedStore, ticker: StoppedTicker) -> WaitingReplies:
    return WaitingReplies(
        store=store,
        sender=NoSender(),  # type: ignore[arg-type]
        threads=DaemonThreads({WAITING: MAX_LEASING}),
        ticker=ticker,
        log=Log("key", write=lambda line: None),
    )


def due(*lanes: str, seconds: float = 0.0) -> list[DueLane]:
    return [DueLane(lane=lane, seconds=seconds) for lane in lanes]


def test_all_lanes_that_are_due_by_one_call(
    waiting: WaitingReplies, store: AskedStore, ticker: StoppedTicker
) -> None:
    waiting.add(due("a", "b"))
    waiting.add(due("c", seconds=60))
    ticker.tick()
    waiting.threads.drain(10)
    assert [call[:2] for call in store.calls] == [
        (["a", "b"], 0.0),
        (["c"], 5.0),
    ]  # and the end brings the third


def test_a_newer_reply_of_a_lane_puts_it_off(
    waiting: WaitingReplies, store: AskedStore, ticker: StoppedTicker
) -> None:
    waiting.add(due("a"))
    waiting.add(due("a", seconds=60))
    ticker.tick()
    assert store.calls == []


def test_with_nothing_waiting_nothing_is_called(waiting: WaitingReplies, store: AskedStore) -> None:
    waiting.flush()
    assert waiting.threads.drain(10)
    assert store.calls == []


def test_tried_again_with_the_same_lease(
    waiting: WaitingReplies, store: AskedStore, ticker: StoppedTicker
) -> None:
    store.errors = [StoreUnavailable("down"), StoreUnavailable("down"), StoreUnavailable("down")]
    waiting.add(due("a"))
    for _ in range(5):
        ticker.tick()
        waiting.threads.drain(10)
    assert len(store.calls) == 3  # then it is left to the sweep
    assert len({lease for _, _, lease in store.calls}) == 1


def test_what_is_refused_is_not_tried_again(
    waiting: WaitingReplies, store: AskedStore, ticker: StoppedTicker
) -> None:
    store.errors = [StoreRefused("refused")]
    waiting.add(due("a"))
    for _ in range(3):
        ticker.tick()
        waiting.threads.drain(10)
    assert len(store.calls) == 1


def test_with_no_thread_free_to_send_it_is_tried_again(
    waiting: WaitingReplies, store: AskedStore, ticker: StoppedTicker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as busy:
        busy.setattr(NoSender, "free", (Channel.EMAIL,))
        waiting.add(due("a"))
        ticker.tick()
        waiting.threads.drain(10)
        assert store.calls == []
    ticker.tick()
    waiting.threads.drain(10)
    assert [lanes for lanes, _, _ in store.calls] == [["a"]]
