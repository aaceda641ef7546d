"""What the desk itself has noticed: whether the sweep comes, bad news of Meta's, mailboxes that our e-mails do not reach."""

from collections.abc import Iterator
from typing import Any, Final

from handlers.mail_addresses import read_mailboxes
from messages.email.problems import problem_text
from ops.checks.finding import Finding, right, warning, wrong
from ops.data_api import DataApi
from ops.errors import OpsError
from ops.operator_settings import OperatorSettings
from ops.output import between, now
from state.model.language import Language
from state.model.operator import ProblemKind, Watched
from state.store.rows import parse

_WHO_CALLS: Final = (
    "Cloud Scheduler, SWEEP_EVERY_SECONDS=60, or whatever else calls it each minute (docs/deploy.md)"
)
_NOTICED: Final = {ProblemKind.ACCOUNT: "alerts", ProblemKind.MAILBOX: "mailbox"}
_NOBODY: Final = "nobody is told: OPERATOR_EMAIL_TO is not set, which is optional"


def check_watch(settings: OperatorSettings) -> Iterator[Finding]:
    """A warning when Supabase cannot be asked: what is wrong there is a line of check_supabase."""
    if settings.missing("SUPABASE_URL", "SUPABASE_SECRET_KEY"):
        return
    try:
        watched = DataApi(settings).call(
            "watch", _read, swept=False, mail=False, addresses=_addresses(settings)
        )
    except OpsError as error:
        yield warning("sweep", f"not checked: {error}")
        return
    yield _heartbeat(watched)
    for problem in watched.problems:
        if check := _NOTICED.get(problem.kind):
            title, mend = problem_text(problem, Language.EN)
            yield wrong(check, title, mend)
    to = settings.get("OPERATOR_EMAIL_TO")
    yield right("alarms", f"mailed to {to}" if to else _NOBODY)


def _addresses(settings: OperatorSettings) -> list[str] | None:
    """Whom the desk mails; None: it is not known here."""
    if settings.missing("SUPPORT_EMAIL_TO"):
        return None
    try:
        return settings.people.addresses + _operators(settings)
    except (OpsError, ValueError):  # a line of another check says so
        return None


def _operators(settings: OperatorSettings) -> list[str]:
    return [mailbox.address.lower() for mailbox in read_mailboxes(settings.get("OPERATOR_EMAIL_TO"))]


def _read(data: Any) -> Watched:
    return parse(Watched, data)


def _heartbeat(watched: Watched) -> Finding:
    if watched.heartbeat is None:
        return warning("sweep", "none has come yet", _WHO_CALLS)
    ago = between(watched.heartbeat, now())
    if watched.sweep_is_missing:
        return wrong("sweep", f"none has come for {ago}", _WHO_CALLS)
    return right("sweep", f"the last came {ago} ago")
