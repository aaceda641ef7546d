"""How many tickets the plan at Resend carries, and what of it is used: as Resend counts it, or else as the desk does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ops.checks.finding import Finding, right, warning
from ops.data_api import DataApi
from ops.errors import OpsError
from ops.operator_settings import OperatorSettings
from ops.output import plural
from ops.resend_api import ask_resend

# The free plan. Each recipient counts, and so does what is received. resend.com/docs/knowledge-base/account-quotas-and-limits
_A_DAY: Final = 100
_A_MONTH: Final = 3000
_NEARLY: Final = 0.8
_MORE: Final = "a paid plan has no daily limit: resend.com/pricing"
_LARGER: Final = "a larger plan: resend.com/pricing"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quota:
    """Of a day or of a month, in e-mails. limit: None if there is none."""

    used: int
    limit: int | None
    sent: int
    received: int

    @property
    def nearly_used_up(self) -> bool:
        return self.limit is not None and self.used >= _NEARLY * self.limit

    def of_the(self, period: str) -> str:
        """ "31 of the day's 100 (28 sent, 3 received)"."""
        limit = f"of the {period}'s {self.limit:,}" if self.limit is not None else f"in the {period}"
        return f"{self.used:,} {limit} ({self.sent:,} sent, {self.received:,} received)"


def check_quota(settings: OperatorSettings) -> Iterator[Finding]:
    """Nothing without technicians, to whom nothing is mailed."""
    try:
        technicians = len(settings.people.technicians)
    except OpsError:  # check_settings reports it
        return
    if not technicians:
        return
    if usage := _usage(settings):
        yield _as_resend_counts(settings, technicians, *usage)
    else:
        yield _as_the_desk_counts(settings, technicians)


def _usage(settings: OperatorSettings) -> tuple[_Quota, _Quota] | None:
    """The day's and the month's. None if Resend does not tell: it is not open to every account, nor perhaps to every key."""
    if settings.missing("RESEND_API_KEY"):
        return None
    try:
        emails = ask_resend(settings, "usage")["emails"]
        return _quota(emails["daily"]), _quota(emails["monthly"])
    except (
        OpsError,
        LookupError,
        TypeError,
        ValueError,
    ):  # check_resend says what is wrong with Resend or the key
        return None


def _quota(found: Any) -> _Quota:
    """Raises LookupError, TypeError or ValueError for anything else."""
    limit = found["limit"]
    return _Quota(
        used=int(found["used"]),
        limit=None if limit is None else int(limit),
        sent=int(found["sent"]),
        received=int(found["received"]),
    )


def _as_resend_counts(settings: OperatorSettings, technicians: int, day: _Quota, month: _Quota) -> Finding:
    text = _carries(technicians, "plan", day.limit, month.limit)
    used = [day.of_the("day")] if day.limit is not None else []
    text = f"{text}; used: {', '.join([*used, month.of_the('month')])}"
    if day.nearly_used_up:
        return warning("quota", f"{text}: nearly used up, and then e-mails wait for the next day", _MORE)
    if month.nearly_used_up:
        return warning("quota", f"{text}: nearly used up, and then e-mails wait", _LARGER)
    if settings.answer_domain and day.limit is not None:
        return warning("quota", f"{text}. {_silenced(settings, day.limit)}", _MORE)
    return right("quota", text)


def _silenced(settings: OperatorSettings, limit: int) -> str:
    return (
        f"What is received counts, too: whoever writes {limit:,} e-mails to {settings.answer_domain} silences the desk's own "
        "until the next day"
    )


def _as_the_desk_counts(settings: OperatorSettings, technicians: int) -> Finding:
    """What it has sent. It does not know the plan, nor what was received."""
    text = _carries(technicians, "free plan", _A_DAY, _A_MONTH)
    try:
        day, month = DataApi(settings).call("emails_sent", _sent)
    except OpsError:  # check_supabase says why
        return right("quota", f"{text}; what was sent could not be counted")
    text = f"{text}; {day} sent in the last 24 h, {month} in 30 days"
    if day > 2 * _A_DAY or month > _A_MONTH:
        return right("quota", f"{text}: more than the free plan allows, so it is another one")
    if day >= _NEARLY * _A_DAY or month >= _NEARLY * _A_MONTH:
        return warning("quota", f"{text}: on the free plan, e-mails will soon wait for the next day", _MORE)
    if settings.answer_domain:
        text = f"{text}, without what was received. If it is the free plan: {_silenced(settings, _A_DAY)}"
        return warning("quota", text, _MORE)
    return right("quota", text)


def _carries(technicians: int, plan: str, day: int | None, month: int | None) -> str:
    """ "4 technicians: a new ticket is 4 e-mails, so the free plan's 100 a day are about 25 new tickets, and its 3,000 a month 750"."""
    text = f"{plural(technicians, 'technician')}: a new ticket is {plural(technicians, 'e-mail')}"
    a_day = f"{day:,} a day are about {day // technicians:,} new tickets" if day is not None else ""
    a_month = f"{month:,} a month {month // technicians:,}" if month is not None else ""
    if a_day and a_month:
        return f"{text}, so the {plan}'s {a_day}, and its {a_month}"
    if a_day:
        return f"{text}, so the {plan}'s {a_day}"
    if month is not None:
        return f"{text}, so the {plan}'s {month:,} a month are about {month // technicians:,} new tickets"
    return f"{text}, and the {plan} has no limit"


def _sent(data: Any) -> tuple[int, int]:
    return int(data["day"]), int(data["month"])
