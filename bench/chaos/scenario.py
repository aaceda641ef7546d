"""What one run does, and its command-line options."""

import argparse
import time
from dataclasses import dataclass, fields
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`duplicates` and `faults` are shares from 0 to 1, `actions` is technicians' actions per message, `rate` the
    maximum of messages per second.

    `seed` fixes every random choice. The scheduling of processes is not fixed: two runs of a seed are similar, not equal.
    """

    seed: int
    messages: int = 2_000
    customers: int = 200
    instances: int = 2
    kills: int = 20
    freezes: int = 10
    duplicates: float = 0.2
    faults: float = 0.1
    statuses: bool = True
    restart_postgres: bool = False
    actions: float = 0.05
    rate: float = 25.0
    # Longer than a lease, in real time: a frozen instance must wake up to an expired lease.
    freeze_seconds: tuple[float, float] = (41.0, 48.0)

    def random(self, part: str) -> Random:
        """A generator for one part of the run, so that no thread changes another one's choices."""
        return Random(f"{self.seed}/{part}")  # noqa: S311 - repeatable on purpose


def add_options(parser: argparse.ArgumentParser) -> None:
    default, add = Scenario(seed=int(time.time()) % 100_000), parser.add_argument
    add("--messages", type=int, default=default.messages, help="from customers")
    add("--customers", type=int, default=default.customers, help="who write them")
    add("--instances", type=int, default=default.instances, help="of the webhook")
    add("--kills", type=int, default=default.kills, help="SIGKILL of an instance")
    add("--freezes", type=int, default=default.freezes, help="SIGSTOP, for longer than a lease")
    add("--duplicates", type=_percent, default="20", metavar="%", help="messages delivered twice")
    add("--faults", type=_percent, default="10", metavar="%", help="failing calls, per service")
    add(
        "--actions", "--deeds", type=_percent, default="5", metavar="N", help="technicians', per 100 messages"
    )
    add("--rate", type=float, default=default.rate, help="maximum of messages per second")
    add("--seed", type=int, default=default.seed, help="of all random choices; a new one each time")
    add("--no-statuses", "--no-echo", dest="statuses", action="store_false", help="Meta sends no statuses")
    add("--restart-postgres", action="store_true", help="every 30 s")


def from_options(options: argparse.Namespace) -> Scenario:
    names = {field.name for field in fields(Scenario)}
    return Scenario(**{name: value for name, value in vars(options).items() if name in names})


def _percent(text: str) -> float:
    return float(text) / 100
