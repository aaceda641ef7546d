"""What is done to the desk, and when: kills and freezes each at their message, Postgres restarted on the half minute."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from bench.chaos.fleet import Fleet
from bench.chaos.plan import Plan
from emulator.supabase.postgres import Postgres

_SWEEP_KILLS: Final = 0.15  # the share of kills that hit the sweep
_POSTGRES_AWAY_SECONDS: Final = 1.0
_POSTGRES_EVERY_SECONDS: Final = 30.0
# Whoever is frozen late has to wake up before the end.
_KILLED, _FROZEN = (0.03, 0.97), (0.03, 0.8)


class Torment:
    """Call `strike` again and again, from the thread that started Postgres, with the share of messages that are written."""

    def __init__(self, plan: Plan, webhooks: Fleet, sweeps: Fleet, postgres: Postgres) -> None:
        self.restarts = 0
        self._plan, self._dice = plan, plan.dice("course")
        self._webhooks, self._sweeps, self._postgres = webhooks, sweeps, postgres
        dice = self._dice
        events: list[tuple[float, Callable[[], bool]]] = []
        events += [(dice.uniform(*_KILLED), self._kill) for _ in range(plan.kills)]
        events += [(dice.uniform(*_FROZEN), webhooks.freeze) for _ in range(plan.freezes)]
        self._waiting = sorted(events, key=lambda event: event[0])
        self._restart_at = time.monotonic() + _POSTGRES_EVERY_SECONDS / 3

    @property
    def over(self) -> bool:
        return not self._waiting

    def strike(self, written: float) -> None:
        if self._plan.restart_postgres and time.monotonic() > self._restart_at:
            self._restart_postgres()
        if self._waiting and written >= self._waiting[0][0] and self._waiting[0][1]():
            self._waiting.pop(0)

    def _kill(self) -> bool:
        fleet = self._sweeps if self._dice.random() < _SWEEP_KILLS else self._webhooks
        return fleet.kill()

    def _restart_postgres(self) -> None:
        # It would tell of each call that it cannot connect.
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        self._postgres.stop()
        time.sleep(_POSTGRES_AWAY_SECONDS)
        self._postgres.start()
        self.restarts += 1
        self._restart_at = time.monotonic() + _POSTGRES_EVERY_SECONDS
