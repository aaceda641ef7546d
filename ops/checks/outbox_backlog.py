"""The outbox: nothing waits too long, nothing was given up without notice, no channel is paused."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from ops.checks.finding import Finding, right, warning, wrong
from ops.data_api import DataApi, Row
from ops.errors import OpsError
from ops.operator_settings import OperatorSettings
from ops.output import duration, now

_LATE: Final = timedelta(minutes=5)  # the sweep runs each minute
_MAX: Final = 1000
_time: Final = datetime.fromisoformat
_COLUMNS: Final = "id,kind,status,created_at,next_at,paused_until,last_error"


def check_outbox(settings: OperatorSettings) -> Iterator[Finding]:
    """A warning when Supabase cannot be asked: what is wrong there is a line of check_supabase."""
    if settings.missing("SUPABASE_URL", "SUPABASE_SECRET_KEY"):
        return
    try:
        waiting, dead = _rows(DataApi(settings))
    except OpsError as error:
        yield warning("outbox", f"not checked: {error}")
        return
    at = now()
    yield _waiting(waiting, at)
    if dead:
        last = dead[-1]
        text = f"{_count(dead)} given up and not yet reported; the last: {last['kind']}, {last['last_error'] or 'no reason'}"
        yield warning("outbox", text, "the sweep logs each of them, once")
    yield from _paused(waiting, at)


def _rows(api: DataApi) -> tuple[list[Row], list[Row]]:
    """What waits, and what was given up and has not been reported. Raises OpsError."""
    all_of = {"select": _COLUMNS, "order": "id", "limit": _MAX}
    waiting = api.ask("GET", "outbox", params=all_of | {"status": "in.(ready,sending,unknown)"})
    dead = api.ask("GET", "outbox", params=all_of | {"status": "eq.dead", "reported_at": "is.null"})
    return waiting, dead


def _waiting(rows: list[Row], at: datetime) -> Finding:
    if not rows:
        return right("outbox", "nothing waits")
    oldest = at - min(_time(row["created_at"]) for row in rows)
    text = f"{_count(rows)} waiting, the oldest for {duration(oldest.total_seconds())}"
    late = [row for row in rows if _time(row["next_at"]) < at - _LATE and not _is_paused(row, at)]
    if late:
        text = f"{text}; {_count(late)} should have left more than 5 minutes ago"
        return wrong("outbox", text, "does the sweep run? See the scheduler and the sweep's log")
    return right("outbox", text)


def _paused(rows: list[Row], at: datetime) -> Iterator[Finding]:
    paused = [row for row in rows if _is_paused(row, at)]
    for kind in sorted({row["kind"] for row in paused}):
        until = max(_time(row["paused_until"]) for row in paused if row["kind"] == kind)
        errors = (row["last_error"] for row in paused if row["kind"] == kind and row["last_error"])
        text = f"{kind} is paused until {until:%H:%M} UTC: {next(errors, 'no reason was recorded')}"
        yield warning("outbox", text, "fix what is refused; it resumes by itself")


def _is_paused(row: Row, at: datetime) -> bool:
    return row["paused_until"] is not None and _time(row["paused_until"]) > at


def _count(rows: list[Any]) -> str:
    return f"{len(rows)} or more" if len(rows) == _MAX else str(len(rows))
