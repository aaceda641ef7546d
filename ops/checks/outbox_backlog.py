"""The outbox: nothing waits too long, nothing was given up without notice, no channel is paused."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ops.checks.finding import Finding, right, warning, wrong
from ops.data_api import DataApi, Row, row
from ops.errors import OpsError
from ops.operator_settings import OperatorSettings
from ops.output import age

_LIST: Final = "python -m ops outbox list --status dead"


def check_outbox(settings: OperatorSettings) -> Iterator[Finding]:
    """A warning when Supabase cannot be asked: what is wrong there is a line of check_supabase."""
    if settings.missing("SUPABASE_URL", "SUPABASE_SECRET_KEY"):
        return
    try:
        found = DataApi(settings).call("outbox_backlog", row)
    except OpsError as error:
        yield warning("outbox", f"not checked: {error}")
        return
    yield _waiting(found)
    if found["dead"]:
        last = found["last_dead"]
        text = f"{found['dead']} given up; the last: {last['channel']}, {last['error'] or 'no reason'}"
        yield warning("outbox", text, f"{_LIST}, and then retry or drop each")
    if found["templates"]["rows"]:
        text = f"{found['templates']['rows']} waiting because Meta refuses the template: {found['templates']['error']}"
        yield warning("outbox", text, "python -m ops templates status; mended, they leave within the hour")
    for pause in found["paused"]:
        until, reason = datetime.fromisoformat(pause["until"]), pause["error"] or "no reason was recorded"
        text = f"{pause['channel']} is paused until {until:%H:%M} UTC: {reason}"
        yield warning("outbox", text, "fix what is refused; it resumes automatically")


def _waiting(found: Row) -> Finding:
    if not found["waiting"]:
        return right("outbox", "nothing waits")
    text = f"{found['waiting']} waiting, the oldest for {age(found['oldest'])}"
    if found["late"]:
        text = f"{text}; {found['late']} should have left more than 5 minutes ago"
        return wrong("outbox", text, "does the sweep run? See the scheduler and the sweep's log")
    return right("outbox", text)
