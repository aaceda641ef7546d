"""What customers write in a measurement, as the webhook bodies that Meta would post."""

import itertools
from dataclasses import dataclass
from typing import Final

from emulator.meta.customer import Customer
from emulator.meta.graph_api import Graph
from emulator.meta.webhook_payload import encode, sign

GREETING: Final = "hola"
# A greeting, a problem, its confirmation (a ticket and an e-mail), goodbye.
SCRIPT: Final = (GREETING, "mi impresora no imprime y se traba", "sí", "gracias")
_SECRET: Final = Graph().app_secret
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
    greeting, *messages = (encode(customer.webhook(customer.text(text))) for text in (GREETING, *SCRIPT))
    return Visit(greeting=greeting, messages=tuple(messages))


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
