"""What the page shows of the database, read in one query while a page is open."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

import psycopg
from psycopg import AsyncConnection

from emulator import Json
from emulator.site.message_tracker import MessageTracker

_REFRESH_SECONDS = 0.3
_QUERY = """
with outcomes as (
  select wamid, outcome from public.inbound where wamid = any (%(wamids)s)
), counted as (
  select channel, status, last_error, emails,
         (created_at >= s.since or done_at >= s.since or status in ('ready', 'sending', 'unknown')) as ours
    from public.outbox, (select to_timestamp(%(since)s) as since) s
   where not (events is not null and status = 'ready' and next_at > now())      -- a notification that may still get more events
)
select json_build_object(
  'outbox', (select coalesce(json_agg(o), '[]') from (
      select r.id, r.dedup_key, r.lane, r.channel, r.status, r.attempts, r.held, r.waits_since is not null as gathers, r.last_error,
             coalesce(c.wa_id, c.user_id) as customer, extract(epoch from r.next_at)::float8 as next_at,
             extract(epoch from r.created_at)::float8 as created_at, extract(epoch from r.done_at)::float8 as done_at
        from public.outbox r left join public.customers c on c.id = r.customer_id order by r.id desc limit 60) o),
  'outcomes', (select coalesce(json_object_agg(wamid, outcome), '{}') from outcomes),
  'counts', (select json_build_object(
      'replies', count(*) filter (where channel = 'whatsapp' and ours),
      'mails_due', coalesce(sum(coalesce(emails, 1)) filter (where channel = 'email' and ours), 0),
      'waiting', count(*) filter (where status in ('ready', 'sending', 'unknown')),
      -- A menu that is older than a newer reply is dropped on purpose.
      'dead', count(*) filter (where status = 'dead' and ours and last_error is distinct from 'superseded'),
      'tickets', (select count(*) from public.tickets where created_at >= to_timestamp(%(since)s)),
      'tickets_doubled', (select count(*) - count(distinct wamid) from public.tickets)) from counted))
"""
_END_PAUSE = "select public.resume_channel(%s)"


@dataclass(slots=True)
class DatabaseView:
    """Belongs to one event loop. `since` in unix seconds."""

    dsn: str
    tracker: MessageTracker
    since: float = field(default_factory=time.time)
    shown: Json = field(default_factory=lambda: {"outbox": [], "counts": Counter()})
    turns: int = 0
    lost: int = 0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _connection: AsyncConnection | None = None
    _refreshed: float = 0.0

    async def refresh(self) -> None:
        """At most three times a second, however often it is called. While the database is away nothing changes."""
        async with self._lock:
            if time.monotonic() - self._refreshed < _REFRESH_SECONDS:
                return
            try:
                await self._read()
            except psycopg.Error:
                await self.close()
            self._refreshed = time.monotonic()

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def end_pause(self, channel: str) -> None:
        """Lets the paused outbox rows of whatsapp or email leave at once."""
        async with await AsyncConnection.connect(self.dsn, autocommit=True) as connection:
            await connection.execute(_END_PAUSE, [channel])

    async def _read(self) -> None:
        if self._connection is None:
            self._connection = await AsyncConnection.connect(self.dsn, autocommit=True, connect_timeout=2)
        # Before the query, whose answer must hold whatever Meta has finished delivering by now.
        waiting, abandoned = self.tracker.uncommitted()
        cursor = await self._connection.execute(_QUERY, {"wamids": list(waiting), "since": self.since})
        row = await cursor.fetchone()
        assert row is not None
        found = row[0]
        outcomes: dict[str, str] = found.pop("outcomes")
        self.tracker.committed(set(outcomes))
        self.turns += sum(outcome == "done" for outcome in outcomes.values())
        self.lost = len(abandoned - set(outcomes)) + found["counts"]["dead"]
        self.shown = found
