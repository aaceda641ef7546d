"""Measure elapsed time, including time during which the instance was frozen."""

import time

Moment = tuple[float, float]


def moment() -> Moment:
    """Now, on the monotonic and on the wall clock: the first stops while a machine is suspended, the second can be set back."""
    return time.monotonic(), time.time()


def seconds_since(then: Moment) -> float:
    """Seconds since `then` by whichever clock shows more, because a lease must never seem to last longer than it does."""
    return max(now - before for now, before in zip(moment(), then, strict=True))
