"""The function where it runs: it answers, is of this version, and has the same token and secret as these settings."""

import json
import secrets
import time
from collections.abc import Iterator
from typing import Final

import httpx

from handlers.health import VERSION
from handlers.signature import HEADER, sign
from ops.checks.finding import Finding, any_wrong, right, warning, wrong
from ops.errors import OpsError
from ops.http_client import call, json_object
from ops.operator_settings import OperatorSettings
from ops.svix_signature import signed_headers

_DEPLOY: Final = "make deploy"
_DEPLOY_AGAIN: Final = "make deploy, so that both have the same"
_ANSWER_STORED: Final = 200
_ANSWER_NOT_STORED: Final = 503
# The function answers 400 to this, and does nothing, if it knows the secret that signed it.
_NOT_WHATSAPP: Final = json.dumps({"object": "doctor"}).encode()


def check_service(settings: OperatorSettings) -> Iterator[Finding]:
    if missing := settings.missing("PUBLIC_URL"):
        yield warning("service", f"not checked: {missing[0]} is missing")
        return
    url = settings.get("PUBLIC_URL")
    try:
        health = call("GET", f"{url}/health")
    except OpsError as error:
        yield wrong("service", f"{url}: {error}", f"deploy it ({_DEPLOY}), or correct PUBLIC_URL")
        return
    yield _health(url, health)
    if health.status_code == 200:
        yield _verification(settings, url)
        yield from _signature(settings, url)
        yield from _sweep_token(settings, url)
        yield from _mail_secret(settings, url)


def check_candidate(settings: OperatorSettings) -> Iterator[Finding]:
    """The same of a revision that serves nobody yet, at PUBLIC_URL; and that it reaches the database with what it was given."""
    found = list(check_service(settings))
    yield from found
    if not any_wrong(found):
        yield from _database(settings, settings.get("PUBLIC_URL"))


def _health(url: str, health: httpx.Response) -> Finding:
    version = json_object(health).get("version")
    if health.status_code != 200 or not version:
        text = f"{url}/health answers {health.status_code}: is that our function?"
        return wrong("service", text, "correct PUBLIC_URL")
    if version != VERSION:
        return warning("service", f"{url} runs version {version}, this is {VERSION}", _DEPLOY)
    return right("service", f"{url} answers, version {version}")


def _verification(settings: OperatorSettings, url: str) -> Finding:
    """As Meta asks: the right token gets its challenge back, any other is refused."""
    challenge = secrets.token_hex(8)
    ours = _verify(url, settings.get("WHATSAPP_VERIFY_TOKEN"), challenge)
    if ours.status_code != 200 or ours.text != challenge:
        text = f"it does not know WHATSAPP_VERIFY_TOKEN (answers {ours.status_code})"
        return wrong("verification", text, _DEPLOY_AGAIN)
    other = _verify(url, secrets.token_hex(16), challenge)
    if other.status_code != 403:
        text = f"it answers {other.status_code} to a wrong token, not 403"
        return wrong("verification", text, "is that our function?")
    return right("verification", "it returns Meta's challenge, and refuses a wrong token")


def _verify(url: str, token: str, challenge: str) -> httpx.Response:
    query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
    return call("GET", f"{url}/", params=query)


def _signature(settings: OperatorSettings, url: str) -> Iterator[Finding]:
    for secret in settings.all("WHATSAPP_APP_SECRET")[:1]:  # the one that Meta signs with
        status = _deliver(url, secret, _NOT_WHATSAPP)
        if status == 400:
            yield right("signature", "it knows WHATSAPP_APP_SECRET")
        else:
            text = f"it does not know WHATSAPP_APP_SECRET (answers {status}): Meta's messages are refused"
            yield wrong("signature", text, _DEPLOY_AGAIN)


def _sweep_token(settings: OperatorSettings, url: str) -> Iterator[Finding]:
    """Optional: with it the sweep can be called, and the desk be watched, from outside."""
    if not (token := settings.get("SWEEP_TOKEN")):
        return
    status = call("GET", f"{url}/health/deep", token).status_code
    if status in {200, 503}:  # 503: it knows the token, and says that something is wrong
        yield right("sweep token", "it knows SWEEP_TOKEN")
    else:
        yield wrong("sweep token", f"it does not know SWEEP_TOKEN (answers {status})", _DEPLOY_AGAIN)


def _mail_secret(settings: OperatorSettings, url: str) -> Iterator[Finding]:
    if not (secret := settings.get("RESEND_WEBHOOK_SECRET")):
        text = "e-mails that bounce are not known: RESEND_WEBHOOK_SECRET is not set, which is optional"
        yield right("bounces", text)
        return
    event = b'{"type": "doctor"}'  # an event that says nothing
    try:
        headers = signed_headers(event, secret, time.time())
    except ValueError:
        raise OpsError("RESEND_WEBHOOK_SECRET is not of the form whsec_..., as Resend shows it") from None
    status = call("POST", f"{url}/mail", content=event, headers=headers).status_code
    if status == 200:
        yield right("bounces", "it knows RESEND_WEBHOOK_SECRET")
    else:
        more = ", nor of those with which technicians answer" if settings.answer_domain else ""
        text = f"it does not know RESEND_WEBHOOK_SECRET (answers {status}): nobody hears of e-mails that bounce{more}"
        yield wrong("bounces", text, f"{_DEPLOY_AGAIN}; the secret is at resend.com/webhooks")


def _database(settings: OperatorSettings, url: str) -> Iterator[Finding]:
    """A delivery status of a message that nobody has sent: the function asks the database for it, and nothing changes."""
    for secret in settings.all("WHATSAPP_APP_SECRET")[:1]:
        status = _deliver(url, secret, _status_of_nothing(settings.get("WHATSAPP_PHONE_NUMBER_ID")))
        if status == _ANSWER_STORED:
            yield right("its database", "it reaches it, with its own key")
        elif status == _ANSWER_NOT_STORED:
            text = "it does not reach it, or its SUPABASE_SECRET_KEY is refused (answers 503)"
            yield wrong("its database", text, _DEPLOY_AGAIN)
        else:
            yield wrong("its database", f"it answers {status} to a delivery status", "look at its log")


def _status_of_nothing(number: str) -> bytes:
    status = {
        "id": f"wamid.{secrets.token_hex(16)}",
        "status": "sent",
        "timestamp": str(int(time.time())),
        "recipient_id": "0",
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": number},
        "statuses": [status],
    }
    entry = {"id": "0", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def _deliver(url: str, secret: str, body: bytes) -> int:
    """Post as Meta does. Returns the status."""
    headers = {HEADER: sign(body, secret), "Content-Type": "application/json"}
    return call("POST", f"{url}/", content=body, headers=headers).status_code
