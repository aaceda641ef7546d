"""The function where it runs: it answers, is of this version, and has the same token and secret as these settings."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from typing import Final

import httpx

from handlers.health import VERSION
from handlers.signature import HEADER, sign
from ops.checks.finding import Finding, right, warning, wrong
from ops.errors import OpsError
from ops.http_client import call, json_object
from ops.operator_settings import OperatorSettings

_DEPLOY: Final = "make deploy"
_DEPLOY_AGAIN: Final = "make deploy, so that both have the same"
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
        headers = {HEADER: sign(_NOT_WHATSAPP, secret), "Content-Type": "application/json"}
        status = call("POST", f"{url}/", content=_NOT_WHATSAPP, headers=headers).status_code
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
    status = call("POST", f"{url}/mail", content=event, headers=_signed_by_resend(event, secret)).status_code
    if status == 200:
        yield right("bounces", "it knows RESEND_WEBHOOK_SECRET")
    else:
        text = (
            f"it does not know RESEND_WEBHOOK_SECRET (answers {status}): nobody hears of e-mails that bounce"
        )
        yield wrong("bounces", text, f"{_DEPLOY_AGAIN}; the secret is at resend.com/webhooks")


def _signed_by_resend(body: bytes, secret: str) -> dict[str, str]:
    """The headers of a delivery: https://docs.svix.com/receiving/verifying-payloads/how-manual. Raises OpsError."""
    event_id, now = f"msg_doctor_{secrets.token_hex(8)}", str(int(time.time()))
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        raise OpsError("RESEND_WEBHOOK_SECRET is not of the form whsec_..., as Resend shows it") from None
    content = b".".join((event_id.encode(), now.encode(), body))
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "Content-Type": "application/json",
        "svix-id": event_id,
        "svix-timestamp": now,
        "svix-signature": f"v1,{signature}",
    }
