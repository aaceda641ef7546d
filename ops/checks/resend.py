"""Resend: the key is good, and the sender's domain is verified."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any, Final

from ops.errors import OpsError
from ops.findings import Finding, right, warning, wrong
from ops.http import call, document
from ops.settings import Settings

_SANDBOX: Final = "resend.dev"  # Resend's own: it delivers to the account's owner only
_DOMAINS: Final = "resend.com/domains"


def check_resend(settings: Settings) -> Iterator[Finding]:
    if missing := settings.missing("RESEND_API_KEY"):
        yield warning("resend", f"not checked: {missing[0]} is missing")
        return
    try:
        response = call("GET", f"{settings.get('RESEND_API_URL')}/domains", settings.get("RESEND_API_KEY"))
    except OpsError as error:
        yield wrong("resend", str(error))
        return
    found = document(response)
    name = str(found.get("name", ""))
    if name == "restricted_api_key":
        yield right("resend", "the key is good, for sending only")
        yield warning("sender", "the domain cannot be checked with a sending-only key", f"look at {_DOMAINS}")
    elif response.status_code in {400, 401, 403}:
        yield wrong(
            "resend", f"it does not take the key ({name or response.status_code})", "resend.com/api-keys"
        )
    elif not response.ok:
        yield warning("resend", f"it answers {response.status_code} ({name}): ask again later")
    else:
        yield right("resend", "the key is good")
        yield _sender(settings, found.get("data") or [])


def _sender(settings: Settings, domains: list[dict[str, Any]]) -> Finding:
    domain = parseaddr(settings.get("SUPPORT_EMAIL_FROM"))[1].rpartition("@")[2].lower()
    if domain == _SANDBOX:
        return warning(
            "sender", f"{domain} delivers only to your own address at Resend", f"verify a domain: {_DOMAINS}"
        )
    status = {str(each.get("name", "")).lower(): each.get("status") for each in domains}.get(domain)
    if status is None:
        return wrong(
            "sender", f"{domain or 'the domain'} is not one of this Resend account", f"add it: {_DOMAINS}"
        )
    if status != "verified":
        return wrong("sender", f"{domain} is {status}", f"its DNS records: {_DOMAINS}")
    return right("sender", f"{domain} is verified")
