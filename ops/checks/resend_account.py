"""Resend: the key is accepted, the sender's domain is verified, and how many tickets the free plan carries."""

from collections.abc import Iterator, Mapping, Sequence
from email.utils import parseaddr
from typing import Any, Final

from ops.checks.finding import Finding, right, warning, wrong
from ops.data_api import DataApi
from ops.errors import OpsError
from ops.http_client import call, json_object, objects
from ops.operator_settings import OperatorSettings
from ops.output import plural

_SANDBOX: Final = "resend.dev"  # Resend's own: it delivers to the account's owner only
_DOMAINS: Final = "resend.com/domains"
# The free plan. Each recipient counts, and so does what is received. resend.com/docs/knowledge-base/account-quotas-and-limits
_A_DAY: Final = 100
_A_MONTH: Final = 3000
_NEARLY: Final = 0.8
_UNLIKE_RESEND: Final = "Resend's answer is not as it is documented: is RESEND_API_URL right?"
_MORE: Final = "a paid plan has no limit a day: resend.com/pricing"


def check_resend(settings: OperatorSettings) -> Iterator[Finding]:
    if missing := settings.missing("RESEND_API_KEY"):
        yield warning("resend", f"not checked: {missing[0]} is missing")
        return
    try:
        response = call("GET", f"{settings.get('RESEND_API_URL')}/domains", settings.get("RESEND_API_KEY"))
    except OpsError as error:
        yield wrong("resend", str(error))
        return
    found = json_object(response)
    name = str(found.get("name", ""))
    if name == "restricted_api_key":
        yield right("resend", "the key is valid, for sending only")
        yield warning("sender", "the domain cannot be checked with a sending-only key", f"see {_DOMAINS}")
    elif response.status_code in {400, 401, 403}:
        yield wrong("resend", f"it refuses the key ({name or response.status_code})", "resend.com/api-keys")
    elif not response.is_success:
        yield warning("resend", f"it answers {response.status_code} ({name}): try again later")
    else:
        domains = objects(found.get("data"), OpsError(_UNLIKE_RESEND))
        yield right("resend", "the key is valid")
        yield _sender(settings, domains)


def check_quota(settings: OperatorSettings) -> Iterator[Finding]:
    """How far Resend's free plan goes with so many technicians, and what of it is used. Which plan it is, Resend does not tell."""
    try:
        technicians = len(settings.people.technicians)
    except OpsError:  # check_settings reports it
        return
    if not technicians:
        return
    text = (
        f"{plural(technicians, 'technician')}: a new ticket is {plural(technicians, 'e-mail')}, so the free plan's {_A_DAY} a day "
        f"are about {_A_DAY // technicians} new tickets, and its {_A_MONTH:,} a month {_A_MONTH // technicians:,}"
    )
    try:
        day, month = DataApi(settings).call("emails_sent", _sent)
    except OpsError:  # check_supabase says why
        yield right("quota", f"{text}; what was sent could not be counted")
        return
    text = f"{text}; {day} sent in the last 24 h, {month} in 30 days"
    if day > 2 * _A_DAY or month > _A_MONTH:
        yield right("quota", f"{text}: more than the free plan allows, so it is another one")
    elif day > _NEARLY * _A_DAY or month > _NEARLY * _A_MONTH:
        yield warning("quota", f"{text}: on the free plan, e-mails will soon wait for the next day", _MORE)
    else:
        yield right("quota", text)


def _sent(data: Any) -> tuple[int, int]:
    return int(data["day"]), int(data["month"])


def _sender(settings: OperatorSettings, domains: Sequence[Mapping[str, Any]]) -> Finding:
    domain = parseaddr(settings.get("SUPPORT_EMAIL_FROM"))[1].rpartition("@")[2].lower()
    if domain == _SANDBOX:
        text = f"{domain} delivers only to your own address at Resend"
        return warning("sender", text, f"verify a domain: {_DOMAINS}")
    status = {str(each.get("name", "")).lower(): each.get("status") for each in domains}.get(domain)
    if status is None:
        text = f"{domain or 'the domain'} is not one of this Resend account"
        return wrong("sender", text, f"add it: {_DOMAINS}")
    if status != "verified":
        return wrong("sender", f"{domain} is {status}", f"its DNS records: {_DOMAINS}")
    return right("sender", f"{domain} is verified")
