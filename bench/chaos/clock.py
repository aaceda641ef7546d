"""Makes the desk's long waits short, by moving times in the outbox, where nobody can tell the difference.

A real run would wait: 30 s for the lease of a dead instance, 120 s for an echo that never comes, minutes for a back-off.
Moving these times must not make a wrong thing possible that could not happen by waiting, so only such rows are moved:

* a lease, when whoever holds it can no longer send under it: the process is dead (and so are its last calls), or it
  has told what became of this very try (`finish_outbox` was answered, or its answer was lost). The lease of a living instance, and of
  a frozen one, runs its real 30 s: the product's promise is that nobody sends under a lease that has run out, and it can
  keep it only against the clock it reads.
* the grace of an unclear WhatsApp try, unless Meta has an echo of it still under way, or the last holder is frozen or has
  just been woken (it may send at that moment what it was about to send). The product counts on the echo coming within the
  grace and on nobody being frozen for 120 s between the check of the lease and the send: so does a run.
* a back-off, a pause, and the wait of an e-mail: nobody is sending then.

Such waits run 20 times faster; when the load is over, they end at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from bench.chaos.fleet import Fleet, Instance

_TICK_SECONDS: Final = 0.5
_FASTER: Final = 20
_SETTLED_SECONDS: Final = 2.0  # after a finish: its second try, if the connection broke, is over
_UNHEARD_SECONDS: Final = 5.0

_OPEN: Final = """
select id, dedup_key, kind, status, attempts, last_error, lease_token::text as token, next_at > now() as waits
  from public.outbox where status in ('ready', 'sending', 'unknown') and lane not like 'later:%'
"""
_EXPIRE: Final = """
update public.outbox set lease_until = now() - interval '1 ms'
 where id = %(id)s and status = 'sending' and lease_token = %(token)s and lease_until > now()
"""
_HURRY: Final = """
update public.outbox set next_at = greatest(now(), next_at - make_interval(secs => %(seconds)s))
 where id = %(id)s and status = %(status)s and attempts = %(attempts)s and next_at > now()
"""
_END_PAUSES: Final = """
update public.outbox set paused_until = paused_until - make_interval(secs => %(seconds)s) where paused_until > now()
"""

Row = dict[str, Any]


class Clock:
    """`run` it in a thread until `stop`. `open`: rows at its last look; `unclear`: WhatsApp tries (row, number) of which nobody could say
    how they ended.
    """

    def __init__(self, database_url: str, fleets: list[Fleet], echoes: Callable[[], set[str]]) -> None:
        self.stop = threading.Event()
        self.hurry = False
        self.open: int | None = None
        self.unclear: set[tuple[int, int]] = set()
        self._url, self._fleets, self._echoes = database_url, fleets, echoes
        self._read: dict[str, int] = {}
        self._silent: set[str] = set()
        self._owners: dict[str, Instance] = {}
        self._finished: dict[tuple[int, int, str], float] = {}
        self._last: dict[int, str] = {}
        self._unknown_since: dict[tuple[int, int], float] = {}

    def run(self) -> None:
        while not self.stop.wait(_TICK_SECONDS):
            try:
                self.tick()
            except psycopg.OperationalError:
                continue  # Postgres is being restarted

    def tick(self) -> None:
        self._listen()
        under_way = (
            self._echoes()
        )  # asked before the rows are read: an echo that ends meanwhile has closed its row
        with psycopg.connect(self._url, row_factory=dict_row, autocommit=True) as connection:
            rows = connection.execute(_OPEN).fetchall()
            self.open = len(rows)
            for row in rows:
                self._note(row)
                if row["status"] == "sending":
                    if self._through(row):
                        connection.execute(_EXPIRE, row)
                elif row["waits"] and self._idle(row, under_way):
                    connection.execute(_HURRY, {**row, "seconds": self._seconds()})
            connection.execute(_END_PAUSES, {"seconds": self._seconds()})

    def _seconds(self) -> float:
        return 3600.0 * 24 if self.hurry else _FASTER * _TICK_SECONDS

    def _listen(self) -> None:
        """Which instance asked under which lease, and which tries it has told us the end of."""
        for instance in [one for fleet in self._fleets for one in fleet.everybody]:
            if instance.name in self._silent:
                continue
            if instance.gone():
                self._silent.add(instance.name)  # after this last look
            ledger = instance.door.ledgers["rest"]
            for entry in ledger.since(self._read.get(instance.name, 0)):
                self._read[instance.name] = entry.number
                asked = entry.request if isinstance(entry.request, dict) else {}
                if lease := asked.get("p_lease"):
                    self._owners[lease] = instance
                    if entry.path.endswith("/finish_outbox"):
                        self._finished[asked["p_id"], asked["p_attempt"], lease] = time.monotonic()

    def _note(self, row: Row) -> None:
        if row["status"] == "sending":
            self._last[row["id"]] = row["token"]
        elif row["status"] == "unknown":
            self._unknown_since.setdefault((row["id"], row["attempts"]), time.monotonic())
            if row["kind"] == "whatsapp":
                self.unclear.add((row["id"], row["attempts"]))

    def _through(self, row: Row) -> bool:
        """Whether nobody can send any more under the lease of this row."""
        owner = self._owners.get(row["token"])
        return owner is not None and (owner.gone() or self._told(row))

    def _told(self, row: Row) -> bool:
        at = self._finished.get((row["id"], row["attempts"], row["token"]))
        return at is not None and time.monotonic() - at > _SETTLED_SECONDS

    def _idle(self, row: Row, under_way: set[str]) -> bool:
        """Whether nobody is sending this row, and nothing is on its way that would close it."""
        if row["status"] == "ready" or row["kind"] == "email":
            return True
        if row["dedup_key"] in under_way:
            return False
        lease = self._last.get(row["id"], "")
        owner = self._owners.get(lease)
        if row["last_error"] != "lease expired" or (owner and owner.gone()):
            return True
        unheard = time.monotonic() - self._unknown_since[row["id"], row["attempts"]] > _UNHEARD_SECONDS
        return unheard and owner is not None and owner.awake()
