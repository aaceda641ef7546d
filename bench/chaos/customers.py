"""The customers: each goes through a few journeys, and presses the buttons of messages that they received."""

import base64
import hashlib
import threading
import time
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from random import Random
from typing import Final

from bench.chaos.customer_actions import ACTIONS, SimulatedCustomer, say
from bench.chaos.delivery import Delivery
from bench.chaos.journeys import JOURNEYS, LANGUAGES
from bench.chaos.scenario import Scenario
from emulator import Json
from emulator.meta.customer import Customer
from emulator.meta.media import MediaStore
from emulator.meta.sent_message import SentMessage
from emulator.meta.webhook_payload import canonical_phone

_PREFIXES: Final = (("52155", "MX"), ("54911", "AR"), ("55119", "BR"), ("141", "US"), ("346", "ES"))
_MAX_PENDING: Final = 250  # webhooks; then all customers pause, or a slow function would get even slower
_IMPATIENT: Final = 0.3  # the share of messages after which a customer does not wait for the answer
_PATIENCE_SECONDS: Final = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMessage:
    """One message, as the webhook that Meta makes of it."""

    customer: int
    wamid: str
    payload: Json


class Customers:
    """`run` it in a thread: it ends when all messages of the scenario are written. `messages` are those so far."""

    def __init__(
        self, scenario: Scenario, delivery: Delivery, media: MediaStore, stop: threading.Event
    ) -> None:
        self.messages: list[CustomerMessage] = []
        self._scenario, self._delivery, self._media, self._stop = scenario, delivery, media, stop
        self._random = scenario.random("customers")
        self._customers = [_create(number, self._random) for number in range(scenario.customers)]
        for customer, neighbour in pairwise(self._customers):
            customer.neighbour = neighbour
        self._by_address = {
            address: customer
            for customer in self._customers
            for address in (customer.identities[0].wa_id, customer.identities[0].user_id)
            if address
        }

    def receive(self, sent: SentMessage) -> None:
        """A message arrives on somebody's phone."""
        address = sent.recipient.user_id or canonical_phone(sent.recipient.phone or "")
        self._by_address[address].received.append(sent)

    def run(self) -> None:
        started = time.monotonic()
        while len(self.messages) < self._scenario.messages and not self._stop.is_set():
            ready = [customer for customer in self._customers if customer.ready]
            early = time.monotonic() < started + len(self.messages) / self._scenario.rate
            if early or self._delivery.pending > _MAX_PENDING or not ready:
                time.sleep(0.01)
                continue
            customer = self._random.choice(ready)
            self._act(customer)
            impatient = self._random.random() < _IMPATIENT
            pause = self._random.uniform(0, 0.3) if impatient else self._random.uniform(0.3, 2.0)
            customer.wait(pause, 0.0 if impatient else _PATIENCE_SECONDS)

    def _act(self, customer: SimulatedCustomer) -> None:
        if not customer.steps:
            customer.steps = self._random.choices(list(JOURNEYS), list(JOURNEYS.values()))[0].split()
        step = customer.steps.pop(0)
        sender = self._random.choice(customer.identities)
        for message in ACTIONS.get(step, partial(say, step))(customer, sender, self._random):
            if len(self.messages) < self._scenario.messages:
                payload = sender.webhook(self._uploaded(message))
                self.messages.append(
                    CustomerMessage(customer=customer.number, wamid=message["id"], payload=payload)
                )
                self._delivery.send(payload)

    def _uploaded(self, message: Json) -> Json:
        """The message with a file of its own, of some chunks, which Meta has."""
        file = message.get(message["type"])
        if not isinstance(file, dict) or "sha256" not in file:
            return message
        content = self._random.randbytes(self._random.randrange(10, 600_000))
        media_id = self._media.put(content, file["mime_type"])
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        return {**message, message["type"]: {**file, "id": media_id, "sha256": digest}}


def _create(number: int, random: Random) -> SimulatedCustomer:
    """Known by number and BSUID, by one of them only, or now by both and now by the number."""
    prefix, country = random.choice(_PREFIXES)
    both = Customer(
        name=f"Customer {number}",
        wa_id=f"{prefix}{number:08d}",
        user_id=f"{country}.{random.getrandbits(60):015x}{number}",
    )
    by_id, by_number = replace(both, wa_id=None, username=f"c{number}"), replace(both, user_id=None)
    kinds = ((both,), (by_number,), (by_id,), (both, by_number))
    identities = random.choices(kinds, (70, 10, 10, 10))[0]
    customer = SimulatedCustomer(
        number=number, identities=identities, language=random.choices(LANGUAGES, (6, 2, 2))[0]
    )
    customer.wait(random.uniform(0, 3), 0.0)
    return customer
