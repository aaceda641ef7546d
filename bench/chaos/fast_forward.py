"""Shortens the outbox's waits, without which a run would take hours, only where waiting could not end differently.

While customers write, waits during which no instance can be sending run 20 times faster: a back-off, a pause, an e-mail's
wait, and the 120 s in which a WhatsApp attempt that its sender reported as unclear waits for Meta's delivery status, unless
that status is still on its way. Leases run their real 40 s, because the function measures them by its own clock.

When all instances have stopped, `expire_leases` ends every lease; with `skip_waits` every wait ends at once.
"""

from collections.abc import Callable
from threading import Event
from typing import Final

import psycopg

_TICK_SECONDS: Final = 0.5
_SPEED: Final = 20
_DAY_SECONDS: Final = 24 * 3600.0

_OPEN: Final = """
select id, attempts, status = 'unknown' and channel = 'whatsapp' as unclear
  from public.outbox where status in ('ready', 'sending', 'unknown') and not held
"""
# Rows that no instance is sending and that no delivery status is about to close. An instance that let its lease expire
# may be frozen just before sending; at the end none is.
_SHORTEN: Final = """
update public.outbox set next_at = greatest(now(), next_at - make_interval(secs => %(seconds)s))
 where next_at > now() and not held
   and (status = 'ready'
     or status = 'unknown' and channel = 'email'
     or status = 'unknown' and dedup_key <> all(%(pending)s)
        and (%(skip_waits)s or last_error is distinct from 'lease expired'))
"""
_SHORTEN_PAUSES: Final = """
update public.channel_pauses set paused_until = paused_until - make_interval(secs => %(seconds)s),
  claim_at = claim_at - make_interval(secs => %(seconds)s)
"""
_EXPIRE_LEASES: Final = "update public.outbox set next_at = now() - interval '1 ms' where status = 'sending'"


class FastForward:
    """`run` it in a thread until `stop` is set. `open`: how many rows were open at the last look; `unclear`: the WhatsApp attempts
    (row, number) whose outcome is not known. `pending_statuses` gives the dedup keys of delivery statuses on their way.
    """

    def __init__(self, database_url: str, pending_statuses: Callable[[], set[str]], stop: Event) -> None:
        self.skip_waits = False
        self.open: int | None = None
        self.unclear: set[tuple[int, int]] = set()
        self._url, self._pending_statuses, self._stop = database_url, pending_statuses, stop

    def run(self) -> None:
        while not self._stop.wait(_TICK_SECONDS):
            try:
                self._tick()
            except psycopg.OperationalError:
                continue  # Postgres is being restarted

    def expire_leases(self) -> None:
        """Only while no instance is running."""
        with psycopg.connect(self._url) as connection:
            connection.execute(_EXPIRE_LEASES)

    def _tick(self) -> None:
        # Before the rows: a status that arrives meanwhile has closed its row.
        pending = list(self._pending_statuses())
        seconds = _DAY_SECONDS if self.skip_waits else _SPEED * _TICK_SECONDS
        given = {"seconds": seconds, "pending": pending, "skip_waits": self.skip_waits}
        with psycopg.connect(self._url, autocommit=True) as connection:
            rows = connection.execute(_OPEN).fetchall()
            self.open = len(rows)
            self.unclear.update((row, attempt) for row, attempt, unclear in rows if unclear)
            connection.execute(_SHORTEN, given)
            connection.execute(_SHORTEN_PAUSES, given)
