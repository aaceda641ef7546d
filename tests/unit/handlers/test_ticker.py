"""Calls that are made later, in the order of their times, by one thread."""

import threading

import pytest

from handlers.daemon_threads import DaemonThreads
from handlers.log import Log
from handlers.ticker import Ticker


class Recorder:
    """What was called. `wait` returns it, once there is so much."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.threads: set[int] = set()
        self._changed = threading.Condition()

    def call(self, name: str) -> None:
        with self._changed:
            self.called.append(name)
            self.threads.add(threading.get_ident())
            self._changed.notify_all()

    def wait(self, count: int) -> list[str]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.called) >= count, 10)
            return list(self.called)


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def ticker(lines: list[str]) -> Ticker:
    return Ticker(DaemonThreads({}), Log("key", write=lines.append))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def test_in_the_order_of_their_times(ticker: Ticker, recorder: Recorder) -> None:
    for seconds, name in ((0.3, "third"), (0.15, "second"), (0.0, "first")):
        ticker.call_later(seconds, recorder.call, name)
    assert recorder.wait(3) == ["first", "second", "third"]
    assert len(recorder.threads) == 1


def test_a_sooner_call_does_not_wait_for_a_later_one(ticker: Ticker, recorder: Recorder) -> None:
    ticker.call_later(3600, recorder.call, "much later")
    ticker.call_later(0.01, recorder.call, "soon")
    assert recorder.wait(1) == ["soon"]


def test_it_starts_again_when_it_had_nothing_left(ticker: Ticker, recorder: Recorder) -> None:
    for count, name in enumerate("abc", start=1):
        ticker.call_later(0, recorder.call, name)
        assert recorder.wait(count)[-1] == name


def test_a_call_may_ask_for_another(ticker: Ticker, recorder: Recorder) -> None:
    ticker.call_later(0, ticker.call_later, 0, recorder.call, "again")
    assert recorder.wait(1) == ["again"]


def test_one_that_fails_is_logged_and_stops_no_other(
    ticker: Ticker, recorder: Recorder, lines: list[str]
) -> None:
    ticker.call_later(0, lambda: 1 / 0)
    ticker.call_later(0, recorder.call, "next")
    recorder.wait(1)
    assert "ticker_failed" in lines[0]
    assert "ZeroDivisionError" in lines[0]
