"""The function where it runs: it answers, is of this version, and has the same token and secret as these settings."""

import json
import secrets
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
