"""How much time has passed, also for an instance that was frozen in between."""

import time

Moment = tuple[float, float]


def moment() -> Moment:
    """Now, on the monotonic and on the wall clock: a suspended machine stops the first, a clock set back turns the second."""
    return time.monotonic(), time.time()


def seconds_since(then: Moment) -> float:
    """By the clock that shows more time, so that a lease is never thought to last longer than it does."""
    return max(now - before for now, before in zip(moment(), then, strict=True))
