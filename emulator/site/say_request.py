"""Handles `python -m emulator say`: delivers one customer message, waits for the desk, and returns what it sent."""

import time
from dataclasses import dataclass
from typing import Any, Self

import psycopg
from pydantic import model_validator

from emulator import Json
from emulator.meta.customer import DEFAULT_NAME, Customer
from emulator.meta.graph_api import Graph
from emulator.meta.sent_message import SentMessage
from emulator.meta.webhook_delivery import WebhookDelivery
from emulator.resend.resend_api import Resend
from emulator.site.chat_messages import from_customer
from emulator.site.request_body import Body, Phone

_WAIT_SECONDS = 12.0
_POLL_SECONDS = 0.02
# Also what waits for the customer's next line.
_DUE = """
select count(*) from public.outbox where status = 'sending' or status = 'ready' and (next_at <= now() or waits_since is not null)
"""


class SayRequest(Body):
    """One of text, press and photo (a text beside it is its caption)."""

    text: str = ""
    press: str = ""
    photo: bytes = b""
    phone: Phone | None = None
    bsuid: str | None = None
    name: str = DEFAULT_NAME
    repeat: int = 1

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if not (self.text or self.press or self.photo):
            raise ValueError("write a text, or give --press or --photo")
        if not (self.phone or self.bsuid):
            raise ValueError("say who writes: --from or --bsuid")
        return self


@dataclass(frozen=True, slots=True)
class SayHandler:
    """Writes through Meta's stand-in, and reads what the desk sent from it and from Resend's."""

    graph: Graph
    resend: Resend
    customers: WebhookDelivery
    database_url: str

    def say(self, request: SayRequest) -> Json:
        """Delivers it, `repeat` times, and waits. Returns everything that the desk sent meanwhile."""
        customer = Customer(name=request.name, wa_id=request.phone, user_id=request.bsuid)
        message = self._message(customer, request)
        payload = customer.webhook(message)
        bubbles, mails = len(self.graph.messages), len(self.resend.messages)
        started = time.perf_counter()
        tries = [self.customers.deliver(payload) for _ in range(request.repeat)]
        answers = [status for future in tries for status in future.result()]
        answered = time.perf_counter() - started
        quiet = self._wait_for_outbox()
        return {
            "customer": {"name": customer.name, "phone": customer.wa_id, "bsuid": customer.user_id},
            "said": _text_of(message),
            "webhook": answers,
            "webhook_ms": round(answered * 1000),
            "bubbles": [_bubble(sent) for sent in self.graph.messages[bubbles:] if _is_for(sent, customer)],
            "mails": [
                {"to": mail.to, "subject": mail.subject, "text": mail.text}
                for mail in self.resend.messages[mails:]
            ],
            "quiet": quiet,
        }

    def _message(self, customer: Customer, request: SayRequest) -> Json:
        if request.photo:
            return self._photo(customer, request)
        if not request.press:
            return customer.text(request.text)
        choice = request.press
        of = next((sent for sent in reversed(self.graph.messages) if choice in sent.choices), None)
        if of is None:
            return customer.press(choice, choice[:20], "wamid.unknown")
        send = customer.choose if of.content["type"] == "list" else customer.press
        return send(choice, of.choices[choice], of.wamid)

    def _photo(self, customer: Customer, request: SayRequest) -> Json:
        media: dict[str, Any] = {"media_id": self.graph.media.put(request.photo, "image/jpeg")}
        if request.text:
            media["caption"] = request.text
        return customer.image(request.photo, **media)

    def _wait_for_outbox(self) -> bool:
        """Waits until no outbox row is being sent, or will be within seconds. False after too long: then the sweep has work to do."""
        deadline = time.monotonic() + _WAIT_SECONDS
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            while time.monotonic() < deadline and not self.customers.closed:
                row = connection.execute(_DUE).fetchone()
                if row and row[0] == 0:
                    return True
                time.sleep(_POLL_SECONDS)
        return False


def _text_of(message: Json) -> str:
    """What the customer sees of their own message."""
    item = from_customer(message, time.time())
    match item["kind"]:
        case "text":
            return str(item["text"])
        case "press":
            return f"[{item['text']}]"
        case kind:
            return f"({kind}) {item['text']}".rstrip()


def _is_for(sent: SentMessage, customer: Customer) -> bool:
    return bool({sent.person.wa_id, sent.person.user_id} & {customer.wa_id, customer.user_id} - {None})


def _bubble(sent: SentMessage) -> Json:
    return {
        "text": sent.text,
        "kind": sent.kind,
        "choices": [{"id": choice, "title": title} for choice, title in sent.choices.items()],
        "quotes": sent.document.get("context", {}).get("message_id"),
    }
