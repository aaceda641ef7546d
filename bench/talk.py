"""What customers say in a measurement, as the requests that Meta would make of it, built before the clock runs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

from emulator.meta.customers import Customer
from emulator.meta.graph_api import Graph
from emulator.meta.wire import encode, sign

GREETING: Final = "hola"
# A whole visit: a greeting, a problem, its confirmation (a ticket and a mail), goodbye.
SCRIPT: Final = (GREETING, "mi impresora no imprime y se traba", "sí", "gracias")
_SECRET: Final = Graph().app_secret
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One customer's requests, to be sent in this order, each after the answer to the one before."""

    greeting: bytes
    messages: tuple[bytes, ...]


def visit() -> Visit:
    """Somebody who has never been here: `greeting` to be remembered by, then the four messages that are measured."""
    number = next(_numbers)
    customer = Customer(
        name=f"Cliente {number}", wa_id=f"54911{number:08}", user_id=f"AR.bench{number:08}", username=None
    )
    return Visit(
        greeting=request(customer, GREETING), messages=tuple(request(customer, text) for text in SCRIPT)
    )


def request(customer: Customer, text: str) -> bytes:
    """A signed delivery of one text, as it goes over the wire."""
    body = encode(customer.webhook(customer.text(text)))
    head = (
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"x-hub-signature-256: {sign(body, _SECRET)}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
