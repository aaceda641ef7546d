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
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One customer's webhooks, each to be sent after the answer to the one before."""

    greeting: bytes
    messages: tuple[bytes, ...]


def new_visit() -> Visit:
    """A new customer: `greeting` makes them known, `messages` are the four that are measured."""
    number = next(_numbers)
    customer = Customer(
        name=f"Cliente {number}", wa_id=f"54911{number:08}", user_id=f"AR.bench{number:08}", username=None
    )
    greeting, *messages = (encode(customer.webhook(customer.text(text))) for text in (GREETING, *SCRIPT))
    return Visit(greeting=greeting, messages=tuple(messages))


def headers(body: bytes) -> dict[str, str]:
    return {"content-type": "application/json", "x-hub-signature-256": sign(body, _SECRET)}
