"""The outbox: nothing waits too long, nothing was given up unseen, no channel rests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from supabase import Client

from ops.database import ask, client
from ops.errors import OpsError
from ops.findings import Finding, right, warning, wrong
from ops.settings import Settings

_OPEN: Final = ("ready", "sending", "unknown")
_LATE: Final = timedelta(minutes=5)  # the sweep comes each minute
_MAX: Final = 1000
_COLUMNS: Final = "id,kind,status,created_at,next_at,paused_until,last_error"


def check_outbox(settings: Settings) -> Iterator[Finding]:
    """A warning when Supabase cannot be asked: what is wrong there is another check's line."""
    if settings.missing("SUPABASE_URL", "SUPABASE_SECRET_KEY"):
        return
    try:
        with client(settings) as supabase:
            waiting, dead = _rows(supabase)
    except OpsError as error:
        yield warning("outbox", f"not checked: {error}")
        return
    now = datetime.now(UTC)
    yield _waiting(waiting, now)
    if dead:
        last = dead[-1]
        yield warning(
            "outbox",
            f"{_count(dead)} given up and not yet told of; the last: {last['kind']}, {last['last_error'] or 'no reason'}",
            "the sweep's log tells each, once",
        )
    yield from _paused(waiting, now)


def _rows(supabase: Client) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What waits, and what was given up and nobody has been told of. Raises OpsError."""
    table = supabase.table("outbox")
    waiting = table.select(_COLUMNS).in_("status", list(_OPEN)).order("id").limit(_MAX)
    dead = table.select(_COLUMNS).eq("status", "dead").is_("reported_at", "null").order("id").limit(_MAX)
    return ask(waiting), ask(dead)


def _waiting(rows: list[dict[str, Any]], now: datetime) -> Finding:
    if not rows:
        return right("outbox", "nothing waits")
    oldest = _age(min(_moment(row["created_at"]) for row in rows), now)
    text = f"{_count(rows)} waiting, the oldest for {oldest}"
    late = [row for row in rows if _moment(row["next_at"]) < now - _LATE and not _rests(row, now)]
    if late:
        return wrong(
            "outbox",
            f"{text}; {_count(late)} should have left more than 5 minutes ago",
            "does the sweep run? Look at the scheduler and the sweep's log",
        )
    return right("outbox", text)


def _paused(rows: list[dict[str, Any]], now: datetime) -> Iterator[Finding]:
    for kind in sorted({row["kind"] for row in rows if _rests(row, now)}):
        resting = [row for row in rows if row["kind"] == kind and _rests(row, now)]
        until = max(_moment(row["paused_until"]) for row in resting)
        why = next((row["last_error"] for row in resting if row["last_error"]), "no reason kept")
        yield warning(
            "outbox",
            f"{kind} rests until {until:%H:%M} UTC: {why}",
            "mend what is refused; it goes on by itself",
        )


def _rests(row: dict[str, Any], now: datetime) -> bool:
    return row["paused_until"] is not None and _moment(row["paused_until"]) > now


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _age(then: datetime, now: datetime) -> str:
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def _count(rows: list[Any]) -> str:
    return f"{len(rows)} or more" if len(rows) == _MAX else str(len(rows))
