"""What customers write in a measurement, as the webhook bodies that Meta would post."""

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from emulator.meta.customer import Customer, batch
from emulator.meta.graph_api import Graph
from emulator.meta.webhook_payload import encode, new_wamid, sign, webhook

GREETING: Final = "hola"
# A greeting, a problem, its confirmation (a ticket and an e-mail), goodbye.
SCRIPT: Final = (GREETING, "mi impresora no imprime y se traba", "sí", "gracias")
_SECRET: Final = Graph().app_secret
_PAUSE_SECONDS: Final = 5.0
_DIGITS: Final = 8  # at the end of a customer's phone number and user id
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One customer's webhooks, each to be sent after the answer to the one before."""

    greeting: bytes
    messages: tuple[bytes, ...]


def new_visit() -> Visit:
    """A new customer: `greeting` makes them known, `messages` are the four that are measured."""
    customer = _customer(next(_numbers))
    # They wait for each answer: a line of a burst would not be answered at once.
    written = itertools.count(time.time() - (len(SCRIPT) + 1) * _PAUSE_SECONDS, _PAUSE_SECONDS)
    customer = replace(customer, clock=lambda: next(written))
    greeting, *messages = (encode(customer.webhook(customer.text(text))) for text in (GREETING, *SCRIPT))
    return Visit(greeting=greeting, messages=tuple(messages))


def batch_of_messages(size: int) -> bytes:
    """One webhook with a greeting of so many new customers."""
    customers = [_customer(next(_numbers)) for _ in range(size)]
    return encode(batch(*((customer, customer.text(GREETING)) for customer in customers)))


def batch_of_statuses(dedup_keys: Sequence[str]) -> bytes:
    """One webhook that reports the messages of these outbox rows as sent."""
    at = str(int(time.time()))
    statuses = [
        {"id": new_wamid(), "status": "sent", "timestamp": at, "biz_opaque_callback_data": key}
        for key in dedup_keys
    ]
    return encode(webhook({"statuses": statuses}))


def customer_of(address: str) -> Customer:
    """Whose phone number or user id this is."""
    return _customer(int(address[-_DIGITS:]))


def _customer(number: int) -> Customer:
    digits = f"{number:0{_DIGITS}}"
    return Customer(
        name=f"Cliente {number}", wa_id=f"54911{digits}", user_id=f"AR.bench{digits}", username=None
    )


def headers(body: bytes) -> dict[str, str]:
    return {"content-type": "application/json", "x-hub-signature-256": sign(body, _SECRET)}
