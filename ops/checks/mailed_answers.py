"""Resend's part of the answers that technicians mail: the key may read them, Resend receives them, and tells the desk of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ops.checks.finding import AtDeploy, Finding, right, warning, wrong
from ops.errors import OpsError, ResendError
from ops.operator_settings import OperatorSettings
from ops.resend_api import ask_resend, is_of_resend, list_resend, text_of
from state.model.operator import FailureKind

_DOMAINS: Final = "resend.com/domains"
_WEBHOOKS: Final = "resend.com/webhooks"
_RECEIVED: Final = "email.received"
# What the desk reads of a webhook's events.
EVENTS: Final = (_RECEIVED, *(f"email.{kind}" for kind in FailureKind))
_FULL_ACCESS: Final = "make one with full access: resend.com/api-keys"


def check_mailed_answers(settings: OperatorSettings) -> Iterator[Finding]:
    """Nothing without INBOUND_EMAIL_DOMAIN. What is wrong with Resend or the key as such is a line of check_resend."""
    if not settings.get("INBOUND_EMAIL_DOMAIN"):
        return
    if not settings.answer_domain:
        text = "off, as RESEND_WEBHOOK_SECRET is missing: replies to our e-mails go to the colleagues"
        yield warning("mailed answers", text, f"{_WEBHOOKS}: the webhook's signing secret (docs/deploy.md)")
        return
    if missing := settings.missing("RESEND_API_KEY"):
        yield warning("mailed answers", f"not checked: {missing[0]} is missing")
        return
    try:
        domains = list_resend(settings, "domains")
        yield right("mailed answers", "the key may read what is received")
        yield _receiving(settings.answer_domain, domains)
        yield from _webhook(settings)
    except OpsError as error:
        yield _refusal(error)


def _refusal(error: OpsError) -> Finding:
    if isinstance(error, ResendError) and error.sending_only:
        text = "RESEND_API_KEY may only send, so no answer can be read"
        return wrong("mailed answers", text, _FULL_ACCESS)
    return warning("mailed answers", f"not checked: {error}")


def _receiving(domain: str, domains: Sequence[Mapping[str, Any]]) -> Finding:
    if is_of_resend(domain):
        return right("answer domain", f"{domain} is Resend's own, which receives")
    found = next((each for each in domains if text_of(each.get("name")) == domain), None)
    if found is None:
        return wrong(
            "answer domain",
            f"{domain} is not one of this Resend account",
            f"add it, and switch Receiving on: {_DOMAINS}",
        )
    capabilities = found.get("capabilities")
    receiving = capabilities.get("receiving") if isinstance(capabilities, dict) else None
    if receiving is None:
        text = f"whether {domain} receives is not known: Resend does not say"
        return warning("answer domain", text, f"see {_DOMAINS}, {domain}, Receiving")
    if receiving != "enabled":
        text = f"Resend does not receive for {domain}"
        return wrong("answer domain", text, f"{_DOMAINS}, {domain}: switch Receiving on")
    return _verified(domain, found.get("status"))


def _verified(domain: str, status: Any) -> Finding:
    fix = f"its DNS records: {_DOMAINS}, {domain}"
    if status == "partially_verified":
        return warning("answer domain", f"of the DNS records of {domain} only some are verified", fix)
    if status != "verified":
        return wrong("answer domain", f"{domain} is {status} at Resend", fix)
    return right("answer domain", f"Resend receives for {domain}, which is verified")


def _webhook(settings: OperatorSettings) -> Iterator[Finding]:
    """Whether one of those at Resend leads here, with all events, and signs with our secret. Raises OpsError."""
    if settings.missing("PUBLIC_URL"):
        yield warning("mail webhook", "not checked: PUBLIC_URL is missing")
        return
    url = f"{settings.get('PUBLIC_URL')}/mail"
    ours = [each for each in list_resend(settings, "webhooks") if each.get("endpoint") == url]
    if not ours:
        yield _wrong(f"none at Resend leads to {url}: the desk hears of no answer", _make(url))
        return
    enabled = [each for each in ours if each.get("status") != "disabled"]
    if not enabled:
        yield _wrong(f"the one to {url} is disabled: the desk hears of no answer", f"{_WEBHOOKS}: enable it")
        return
    if missing := [event for event in EVENTS if not any(event in _events(each) for each in enabled)]:
        so = "hears of no answer" if _RECEIVED in missing else "does not hear of all e-mails that bounce"
        text = f"the one to {url} lacks {', '.join(missing)}: the desk {so}"
        yield _wrong(text, f"{_WEBHOOKS}: add them to it")
        return
    yield _secret(settings, url, enabled)


def _wrong(text: str, fix: str) -> Finding:
    """A deploy may be what brings PUBLIC_URL to where the webhook leads."""
    return wrong("mail webhook", text, fix, at_deploy=AtDeploy.UNCHANGED)


def _make(url: str) -> str:
    return f"{_WEBHOOKS}: add one to {url} with {', '.join(EVENTS)}, and put its signing secret into RESEND_WEBHOOK_SECRET"


def _events(webhook: Mapping[str, Any]) -> list[str]:
    events = webhook.get("events")
    return [text_of(event) for event in events] if isinstance(events, list) else []


def _secret(settings: OperatorSettings, url: str, webhooks: Sequence[Mapping[str, Any]]) -> Finding:
    """Raises OpsError. Resend may not show a secret; then nothing is said of it."""
    secrets = [
        ask_resend(settings, f"webhooks/{each['id']}").get("signing_secret")
        for each in webhooks
        if _RECEIVED in _events(each)
    ]
    ours = settings.get("RESEND_WEBHOOK_SECRET")
    if any(isinstance(each, str) and each.startswith("whsec_") for each in secrets) and ours not in secrets:
        text = (
            f"RESEND_WEBHOOK_SECRET is not the signing secret of the webhook to {url}: its calls are refused"
        )
        return wrong("mail webhook", text, f"{_WEBHOOKS}: copy its signing secret, and deploy")
    return right("mail webhook", f"Resend tells {url} of answers, and of e-mails that bounce")
