"""The function where it runs: it answers, is of this version, and has the same words and secrets as these settings."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from typing import Final

import requests

from handlers.app import VERSION
from handlers.signature import HEADER
from ops.errors import OpsError
from ops.findings import Finding, right, warning, wrong
from ops.http import call, document
from ops.settings import Settings

_DEPLOY: Final = "make deploy"
# Signed, and not WhatsApp's: what knows our secret answers 400 and does nothing (design, section 3).
_NOT_WHATSAPP: Final = json.dumps({"object": "doctor"}).encode()


def check_service(settings: Settings) -> Iterator[Finding]:
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


def _health(url: str, health: requests.Response) -> Finding:
    version = document(health).get("version")
    if health.status_code != 200 or not version:
        return wrong(
            "service",
            f"{url}/health answers {health.status_code}: is that our function?",
            "correct PUBLIC_URL",
        )
    if version != VERSION:
        return warning("service", f"{url} runs version {version}, this is {VERSION}", _DEPLOY)
    return right("service", f"{url} answers, version {version}")


def _verification(settings: Settings, url: str) -> Finding:
    """As Meta asks: the right word gets its challenge back, any other is refused."""
    challenge = secrets.token_hex(8)
    ours = _verify(url, settings.get("WHATSAPP_VERIFY_TOKEN"), challenge)
    if ours.status_code != 200 or ours.text != challenge:
        return wrong(
            "verification",
            f"it does not know WHATSAPP_VERIFY_TOKEN (answers {ours.status_code})",
            f"{_DEPLOY}, so that both have the same",
        )
    stranger = _verify(url, secrets.token_hex(16), challenge)
    if stranger.status_code != 403:
        return wrong(
            "verification",
            f"it answers {stranger.status_code} to a wrong word, not 403",
            "is that our function?",
        )
    return right("verification", "it gives Meta's challenge back, and refuses a wrong word")


def _verify(url: str, word: str, challenge: str) -> requests.Response:
    asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": word}
    return call("GET", f"{url}/", params=asked)


def _signature(settings: Settings, url: str) -> Iterator[Finding]:
    for secret in settings.all("WHATSAPP_APP_SECRET")[:1]:  # what Meta signs with
        signed = hmac.new(secret.encode(), _NOT_WHATSAPP, hashlib.sha256).hexdigest()
        headers = {HEADER: f"sha256={signed}", "Content-Type": "application/json"}
        answer = call("POST", f"{url}/", data=_NOT_WHATSAPP, headers=headers)
        if answer.status_code == 400:
            yield right("signature", "it knows WHATSAPP_APP_SECRET")
        else:
            yield wrong(
                "signature",
                f"it does not know WHATSAPP_APP_SECRET (answers {answer.status_code}): Meta's messages are refused",
                f"{_DEPLOY}, so that both have the same",
            )
