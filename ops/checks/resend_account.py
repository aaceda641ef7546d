"""Resend: the key is accepted, and the sender's domain is verified."""

from collections.abc import Iterator, Mapping, Sequence
from email.utils import parseaddr
from typing import Any, Final

from ops.checks.finding import Finding, right, warning, wrong
from ops.errors import OpsError, ResendError
from ops.operator_settings import OperatorSettings
from ops.resend_api import list_resend, text_of

_SANDBOX: Final = "resend.dev"  # Resend's own: it delivers to the account's owner only
_DOMAINS: Final = "resend.com/domains"


def check_resend(settings: OperatorSettings) -> Iterator[Finding]:
    if missing := settings.missing("RESEND_API_KEY"):
        yield warning("resend", f"not checked: {missing[0]} is missing")
        return
    try:
        domains = list_resend(settings, "domains")
    except ResendError as error:
        yield from _refusal(error)
    except OpsError as error:
        yield wrong("resend", str(error))
    else:
        yield right("resend", "the key is valid")
        yield _sender(settings, domains)


def _refusal(error: ResendError) -> Iterator[Finding]:
    if error.sending_only:
        yield right("resend", "the key is valid, for sending only")
        yield warning("sender", "the domain cannot be checked with a sending-only key", f"see {_DOMAINS}")
    elif error.status in {400, 401, 403}:
        yield wrong("resend", f"it refuses the key ({error.name or error.status})", "resend.com/api-keys")
    else:
        yield warning("resend", f"it answers {error.status} ({error.name}): try again later")


def _sender(settings: OperatorSettings, domains: Sequence[Mapping[str, Any]]) -> Finding:
    domain = parseaddr(settings.get("SUPPORT_EMAIL_FROM"))[1].rpartition("@")[2].lower()
    if domain == _SANDBOX:
        text = f"{domain} delivers only to your own address at Resend"
        return warning("sender", text, f"verify a domain: {_DOMAINS}")
    status = {text_of(each.get("name")): each.get("status") for each in domains}.get(domain)
    if status is None:
        text = f"{domain or 'the domain'} is not one of this Resend account"
        return wrong("sender", text, f"add it: {_DOMAINS}")
    if status == "partially_verified":  # it may be the record for receiving that is missing
        return warning("sender", f"of the DNS records of {domain} only some are verified", f"see {_DOMAINS}")
    if status != "verified":
        return wrong("sender", f"{domain} is {status}", f"its DNS records: {_DOMAINS}")
    return right("sender", f"{domain} is verified")
