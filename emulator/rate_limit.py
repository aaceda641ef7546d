"""How often something may be done: so many at once, and then one every so often."""

from collections.abc import Callable


class Buckets:
    """One bucket per key: `burst` tokens, one back every `seconds`. Full buckets are forgotten."""

    def __init__(self, *, burst: int, seconds: float, clock: Callable[[], float]) -> None:
        self._burst = burst
        self._seconds = seconds
        self._clock = clock
        self._full_at: dict[str, float] = {}

    def take(self, key: str) -> float:
        """0 when there was a token, else the seconds until there is one."""
        now = self._clock()
        full_at = max(self._full_at.get(key, now), now) + self._seconds
        wait = full_at - now - self._burst * self._seconds
        if wait > 1e-3:  # less than that is rounding
            return wait
        if len(self._full_at) > 10_000:
            self._full_at = {known: at for known, at in self._full_at.items() if at > now}
        self._full_at[key] = full_at
        return 0.0

    def clear(self) -> None:
        self._full_at.clear()
