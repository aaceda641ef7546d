"""How much is measured: enough to tell a difference (`FULL`), or just enough to see that it runs (`QUICK`)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """In each round all functions take turns, so that whatever else the machine does affects all of them. A visit is four messages."""

    cold_start_rounds: int = 11
    throughput_rounds: int = 5
    throughput_visits: int = 320  # so many that a customer reads an answer for some seconds
    rounds: int = 3  # of everything else
    connections: int = 16
    fleet_visits: int = 60
    status_scale: float = 1.0  # of Meta's delays
    short_status_scale: float = 0.2  # where a round is short: most statuses must come while messages do
    latency_seconds: float = 10.0
    rate: float = 20.0
    supabase_seconds: float = 0.020
    graph_seconds: float = 0.150
    hang_seconds: float = 30.0
    answers: int = 20  # of a technician
    database_sizes: tuple[int, ...] = (1, 100_000, 1_000_000)
    database_visits: int = 30
    instances: tuple[int, ...] = (1, 2, 4)
    batch: int = 1000  # as many as Meta puts into one call


FULL: Final = Config()
QUICK: Final = Config(
    cold_start_rounds=1,
    throughput_rounds=1,
    throughput_visits=20,  # fewer messages may cost the bare function less than the clock can tell
    connections=4,
    fleet_visits=20,
    status_scale=0.1,
    short_status_scale=0.1,
    rounds=1,
    latency_seconds=1.0,
    hang_seconds=5.0,
    answers=2,
    database_sizes=(100,),
    database_visits=2,
    instances=(2,),
    batch=10,
)
