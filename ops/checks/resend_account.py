"""Resend: the key is accepted, and the sender's domain is verified."""

from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any, Final

from ops.checks.finding import Finding, right, warning, wrong
from ops.errors import OpsError
from ops.http_client import call, json_object
from ops.operator_settings import OperatorSettings

_SANDBOX: Final = "resend.dev"  # Resend's own: it delivers to the account's owner only
_DOMAINS: Final = "resend.com/domains"


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
        yield right("resend", "the key is valid")
        yield _sender(settings, found.get("data") or [])


def _sender(settings: OperatorSettings, domains: list[dict[str, Any]]) -> Finding:
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
