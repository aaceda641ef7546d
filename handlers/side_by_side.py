"""The built-in `map`, side by side: on the caller's thread and a few others."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from typing import TypeVar

from handlers.daemon_threads import DaemonThreads

T = TypeVar("T")
R = TypeVar("R")


def side_by_side(
    threads: DaemonThreads, function: Callable[[T], R], items: Iterable[T], at_once: int
) -> list[R]:
    """Call the function for each item, at most so many at once. Raises what it raises, once all have ended."""
    todo = deque((item, Future[R]()) for item in items)
    futures = [future for _, future in todo]

    def work() -> None:
        while todo:
            try:
                item, future = todo.popleft()
            except IndexError:  # another thread has taken the last
                return
            try:
                future.set_result(function(item))
            except Exception as error:  # noqa: BLE001 - raised again on the caller's thread
                future.set_exception(error)

    for _ in range(min(at_once, len(todo)) - 1):
        threads.start("side by side", work)
    work()
    wait(futures)
    return [future.result() for future in futures]
