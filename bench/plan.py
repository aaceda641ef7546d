"""How much is measured: enough to tell a difference, or just enough to see that it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Rounds go over all functions in turn, so that whatever else the machine does hits all of them. A visit is four messages."""

    cold_rounds: int = 11
    speed_rounds: int = 5
    speed_visits: int = 60
    connections: int = 16
    latency_rounds: int = 3
    latency_seconds: float = 10.0
    rate: float = 20.0
    supabase_seconds: float = 0.020
    graph_seconds: float = 0.150
    hang_seconds: float = 30.0
    growth: tuple[int, ...] = (1, 100_000)
    growth_rounds: int = 3
    growth_visits: int = 30
    fleets: tuple[int, ...] = (1, 2, 4)
    fleet_rounds: int = 3


FULL: Final = Plan()
QUICK: Final = Plan(
    cold_rounds=1,
    speed_rounds=1,
    speed_visits=4,
    connections=4,
    latency_rounds=1,
    latency_seconds=1.0,
    hang_seconds=5.0,
    growth=(100,),
    growth_rounds=1,
    growth_visits=2,
    fleets=(2,),
    fleet_rounds=1,
)
