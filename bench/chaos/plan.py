"""What one run does to the desk, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Shares are from 0 to 1, `deeds` of technicians for each message, `rate` is messages a second at most. `seed` decides every die; when a process gets the
    processor decides the rest, so a seed makes a run alike, not the same.
    """

    seed: int
    messages: int = 2_000
    customers: int = 200
    instances: int = 2
    kills: int = 20
    freezes: int = 10
    duplicates: float = 0.2
    faults: float = 0.1
    echo: bool = True
    restart_postgres: bool = False
    deeds: float = 0.05
    rate: float = 25.0
    # Longer than a lease, in real seconds: a frozen instance has to find a lease that has run out by its own clock.
    freeze_seconds: tuple[float, float] = (31.0, 38.0)

    def dice(self, whose: str) -> Random:
        """Dice of their own for each part of the run, so that no thread changes what another one throws."""
        return Random(f"{self.seed}/{whose}")  # noqa: S311 - repeatable on purpose
