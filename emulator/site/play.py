"""Plays one thing a customer does, waits until the desk is quiet again, and tells what came back."""

from __future__ import annotations

import base64
import binascii
import re
import time
from dataclasses import dataclass, fields
from typing import Any

import psycopg

from emulator.meta.customers import DEFAULT_NAME, Customer
from emulator.meta.graph_api import Graph
from emulator.meta.phone_numbers import canonical
from emulator.meta.sent_message import SentMessage
from emulator.meta.webhook_delivery import WebhookDelivery
from emulator.meta.wire import Json
from emulator.resend.resend_api import Resend

_NUMBER = re.compile(r"[0-9]{7,15}")
_WAIT_SECONDS = 12.0
_PAUSE_SECONDS = 0.02
_OPEN = "select count(*) from public.outbox where status = 'sending' or status = 'ready' and next_at <= now()"


class NothingSaid(Exception):
    """The line holds nothing that a customer could send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the customer does. One of text, press and photo (base64; a text beside it is its caption)."""

    text: str = ""
    press: str = ""
    photo: str = ""
    phone: str | None = None
    bsuid: str | None = None
    name: str = DEFAULT_NAME
    repeat: int = 1

    @classmethod
    def from_json(cls, data: Any) -> Line:
        """Raises NothingSaid for anything that is no line."""
        known = {field.name for field in fields(cls)}
        if not isinstance(data, dict) or not set(data) <= known:
            raise NothingSaid("a line is an object with some of: " + ", ".join(sorted(known)))
        line = cls(**data)
        if not (line.text or line.press or line.photo):
            raise NothingSaid("write a text, or give --press or --photo")
        if not (line.phone or line.bsuid):
            raise NothingSaid("somebody has to say it: --from or --bsuid")
        if line.phone and not _NUMBER.fullmatch(canonical(line.phone)):
            raise NothingSaid("a phone number is 7 to 15 digits, country code first: --from 5491155550101")
        return line


@dataclass(frozen=True, slots=True)
class Actor:
    """Speaks through Meta's stand-in, and hears what the desk sends."""

    graph: Graph
    resend: Resend
    customers: WebhookDelivery
    database_url: str

    def say(self, line: Line) -> Json:
        """Deliver it (several times, if the line says so) and wait. Everything that came back, as JSON."""
        customer = _customer(line)
        message = self._message(customer, line)
        payload = customer.webhook(message)
        bubbles, mails = len(self.graph.messages), len(self.resend.messages)
        started = time.perf_counter()
        tries = [self.customers.deliver(payload) for _ in range(line.repeat)]
        answers = [status for future in tries for status in future.result()]
        answered = time.perf_counter() - started
        quiet = self._wait_until_quiet()
        return {
            "customer": {"name": customer.name, "phone": customer.wa_id, "bsuid": customer.user_id},
            "said": _said(message),
            "webhook": answers,
            "webhook_ms": round(answered * 1000),
            "bubbles": [_bubble(sent) for sent in self.graph.messages[bubbles:] if _theirs(sent, customer)],
            "mails": [
                {"to": mail.to, "subject": mail.subject, "text": mail.text}
                for mail in self.resend.messages[mails:]
            ],
            "quiet": quiet,
        }

    def _message(self, customer: Customer, line: Line) -> Json:
        if line.photo:
            return self._photo(customer, line)
        if not line.press:
            return customer.text(line.text)
        shown = next((sent for sent in reversed(self.graph.messages) if line.press in sent.choices), None)
        title, wamid = (
            (shown.choices[line.press], shown.wamid) if shown else (line.press[:20], "wamid.unknown")
        )
        if shown and shown.content["type"] == "list":
            return customer.choose(line.press, title, wamid)
        return customer.press(line.press, title, wamid)

    def _photo(self, customer: Customer, line: Line) -> Json:
        try:
            content = base64.b64decode(line.photo, validate=True)
        except binascii.Error:
            raise NothingSaid("the photo is not base64") from None
        media_id = self.graph.put_media(content, "image/jpeg")
        return customer.image(content, media_id=media_id, **({"caption": line.text} if line.text else {}))

    def _wait_until_quiet(self) -> bool:
        """Until nothing is on its way and nothing is due. False if that takes too long: then the sweep has work to do."""
        deadline = time.monotonic() + _WAIT_SECONDS
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            while time.monotonic() < deadline and not self.customers.closed:
                row = connection.execute(_OPEN).fetchone()
                if row and row[0] == 0:
                    return True
                time.sleep(_PAUSE_SECONDS)
        return False


def _customer(line: Line) -> Customer:
    return Customer(
        name=line.name, wa_id=canonical(line.phone) if line.phone else None, user_id=line.bsuid, username=None
    )


def _said(message: Json) -> str:
    """What the customer sees of their own message."""
    match message["type"]:
        case "text":
            return str(message["text"]["body"])
        case "interactive":
            return f"[{next(reply['title'] for reply in message['interactive'].values() if isinstance(reply, dict))}]"
        case kind:
            return f"({kind}) {message[kind].get('caption', '')}".rstrip()


def _theirs(sent: SentMessage, customer: Customer) -> bool:
    return (customer.wa_id is not None and sent.person.wa_id == customer.wa_id) or (
        customer.user_id is not None and sent.person.user_id == customer.user_id
    )


def _bubble(sent: SentMessage) -> Json:
    return {
        "text": sent.text,
        "kind": sent.kind,
        "choices": [{"id": choice, "title": title} for choice, title in sent.choices.items()],
        "quotes": sent.document.get("context", {}).get("message_id"),
    }
