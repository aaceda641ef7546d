"""Faults of a run: a share of the calls to each service fails, instances are killed and frozen, Postgres is restarted."""

import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from bench.chaos.instances import InstancePool
from bench.chaos.scenario import Scenario
from emulator.faults import Fault, FaultKind, Faults
from emulator.supabase.postgres import Postgres

_CUT: Final = Fault(kind=FaultKind.DROP)
_DOWN: Final = Fault(kind=FaultKind.ERROR, status=503)
# Weights of the ways in which a call fails before and after its effect.
_BEFORE: Final[Mapping[str, Mapping[Fault, float]]] = {
    "rest": {_CUT: 5, _DOWN: 5},
    "storage": {_CUT: 5, _DOWN: 5},
    "graph": {
        _CUT: 3,
        _DOWN: 3,
        Fault(kind=FaultKind.ERROR, code=130429): 2,  # certainly not accepted
        Fault(kind=FaultKind.ERROR, code=131000): 2,  # unclear
        Fault(kind=FaultKind.ERROR, code=4): 0.2,  # the whole account is refused: the channel pauses
    },
    "resend": {_CUT: 4, _DOWN: 4, Fault(kind=FaultKind.ERROR, code="rate_limit_exceeded", retry_after=1): 2},
}
_AFTER: Final[Mapping[Fault, float]] = {
    Fault(kind=FaultKind.DROP, after_effect=True): 5,
    Fault(kind=FaultKind.ERROR, status=500, after_effect=True): 4.5,
    Fault(kind=FaultKind.HANG, seconds=12, after_effect=True): 0.5,  # longer than the function waits
}
_SLOW: Final = Fault(kind=FaultKind.DELAY, seconds=0.4, probability=0.03)

_SWEEP_KILLS: Final = 0.15  # the share of kills that hit the sweep
_KILL_BETWEEN: Final = (0.03, 0.97)  # of the messages
_FREEZE_BETWEEN: Final = (0.03, 0.8)  # who is frozen late has to wake up before the end
_POSTGRES_DOWN_SECONDS: Final = 1.0
_POSTGRES_EVERY_SECONDS: Final = 30.0


def inject(faults: Faults, service: str, share: float) -> None:
    """Make `share` of the calls to `service` (one of SERVICES) fail, half of them after the effect; slow a few more."""
    if not share:
        return
    faults.add(_SLOW)
    left = 1.0
    for weights in (_BEFORE[service], _AFTER):
        for fault, weight in weights.items():
            wanted = share / 2 * weight / sum(weights.values())
            # A fault is drawn only if those before it were not.
            faults.add(replace(fault, probability=wanted / left))
            left -= wanted


class InstanceFaults:
    """Kills and freezes at random points of the run. Call `tick` from the thread that started Postgres."""

    def __init__(
        self, scenario: Scenario, webhooks: InstancePool, sweeps: InstancePool, postgres: Postgres
    ) -> None:
        self.counts: Counter[str] = Counter()  # of kills, freezes, restarts
        self._scenario, self._random = scenario, scenario.random("faults")
        self._webhooks, self._sweeps, self._postgres = webhooks, sweeps, postgres
        at = self._random.uniform
        self._actions: dict[str, Callable[[], bool]] = {"kills": self._kill, "freezes": webhooks.freeze}
        kills = [(at(*_KILL_BETWEEN), "kills") for _ in range(scenario.kills)]
        freezes = [(at(*_FREEZE_BETWEEN), "freezes") for _ in range(scenario.freezes)]
        self._waiting = sorted(kills + freezes)
        self._restart_at = time.monotonic() + _POSTGRES_EVERY_SECONDS / 3

    @property
    def done(self) -> bool:
        return not self._waiting

    def tick(self, progress: float) -> None:
        """Do what is due. `progress`: the share of the messages that are written."""
        if self._scenario.restart_postgres and time.monotonic() > self._restart_at:
            self._restart_postgres()
        at, name = self._waiting[0] if self._waiting else (math.inf, "")
        if progress >= at and self._actions[name]():
            self._waiting.pop(0)
            self.counts[name] += 1

    def _kill(self) -> bool:
        return (self._sweeps if self._random.random() < _SWEEP_KILLS else self._webhooks).kill()

    def _restart_postgres(self) -> None:
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # or it logs every failed connection
        self._postgres.stop()
        time.sleep(_POSTGRES_DOWN_SECONDS)
        self._postgres.start()
        self.counts["restarts"] += 1
        self._restart_at = time.monotonic() + _POSTGRES_EVERY_SECONDS
