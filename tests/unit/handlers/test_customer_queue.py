"""One message of a customer at a time; who waits behind one that was not stored is not tried."""

import threading
from collections.abc import Callable

import pytest

from handlers import customer_queue
from handlers.customer_queue import MAX_WAITING, CustomerQueue
from state.store.errors import StoreUnavailable
from tests.support.builders import at_once

ANA, BETO = "u:AR.a", "u:AR.b"


class Calls:
    """Calls on threads. The first is in its turn until `let_go`; the others wait for it."""

    def __init__(self, queue: CustomerQueue, waiting: int) -> None:
        self.queue = queue
        self.tried: list[int] = []
        self.refused: list[str] = []
        self._ends = threading.Event()
        self._error: Exception | None = None
        self._threads = [threading.Thread(target=self._call, args=(n,)) for n in range(waiting + 1)]
        for n, thread in enumerate(self._threads):
            thread.start()
            until(lambda n=n: queue._lines[ANA].members == n + 1)  # type: ignore[misc]

    def let_go(self, error: Exception | None = None) -> None:
        self._error = error
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def _call(self, number: int) -> None:
        try:
            with self.queue.turn(ANA):
                self.tried.append(number)
                if number == 0:
                    self._ends.wait()
                    if self._error:
                        raise self._error
        except (StoreUnavailable, ZeroDivisionError) as error:
            self.refused.append(str(error))


def until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(2000):
        try:
            if holds():
                return
        except KeyError:
            pass  # nobody is in the line yet
        pause.wait(0.005)
    pytest.fail("it never held")


@pytest.fixture
def queue() -> CustomerQueue:
    return CustomerQueue()


def test_one_at_a_time(queue: CustomerQueue) -> None:
    inside: list[int] = []

    def work(number: int) -> None:
        with queue.turn(ANA):
            inside.append(number)
            assert len(inside) == 1
            inside.clear()

    at_once(20, work)


def test_another_customer_does_not_wait(queue: CustomerQueue) -> None:
    with queue.turn(ANA), queue.turn(BETO):
        pass


def test_nothing_is_kept_of_who_has_nothing_under_way(queue: CustomerQueue) -> None:
    with queue.turn(ANA):
        assert list(queue._lines) == [ANA]
    assert queue._lines == {}


def test_all_have_their_turn(queue: CustomerQueue) -> None:
    calls = Calls(queue, waiting=5)
    calls.let_go()
    assert (sorted(calls.tried), calls.refused) == (list(range(6)), [])


def test_who_waited_behind_one_that_was_not_stored_is_not_tried(queue: CustomerQueue) -> None:
    calls = Calls(queue, waiting=19)
    calls.let_go(StoreUnavailable("commit_turn: 55P03"))
    assert calls.tried == [0]
    behind = ["an earlier message of the customer was not stored"] * 19
    assert sorted(calls.refused) == [*behind, "commit_turn: 55P03"]
    with queue.turn(ANA):  # who comes later is
        pass


def test_a_poison_message_stops_nobody(queue: CustomerQueue) -> None:
    calls = Calls(queue, waiting=3)
    calls.let_go(ZeroDivisionError("a bug of ours"))
    assert (sorted(calls.tried), calls.refused) == ([0, 1, 2, 3], ["a bug of ours"])


def test_nobody_waits_for_ever(queue: CustomerQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customer_queue, "_MAX_WAIT_SECONDS", 0.01)
    with queue.turn(ANA):

        def waits() -> None:
            with pytest.raises(StoreUnavailable, match="takes too long"), queue.turn(ANA):
                pytest.fail("it is not our turn")

        waiting = threading.Thread(target=waits)
        waiting.start()
        waiting.join()


def test_nor_does_anybody_pass_one_that_gave_up(
    queue: CustomerQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes again, and after it those that came after it."""
    calls = Calls(queue, waiting=1)
    monkeypatch.setattr(customer_queue, "_MAX_WAIT_SECONDS", 0.01)
    with pytest.raises(StoreUnavailable, match="takes too long"), queue.turn(ANA):
        pytest.fail("it is not our turn")
    calls.let_go()
    assert (calls.tried, calls.refused) == ([0], ["an earlier message of the customer was not stored"])


def test_one_customer_does_not_take_all_threads(queue: CustomerQueue) -> None:
    calls = Calls(queue, waiting=MAX_WAITING)
    with pytest.raises(StoreUnavailable, match="too many"), queue.turn(ANA):
        pytest.fail("there is no room")
    calls.let_go()
    assert len(calls.tried) == MAX_WAITING + 1
