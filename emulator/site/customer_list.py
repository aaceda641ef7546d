"""The customers who can write from the page: three from the start, and whoever else has written or was added."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Self

from pydantic import StringConstraints, model_validator

from emulator import Json
from emulator.meta.customer import Customer
from emulator.meta.webhook_payload import canonical_phone
from emulator.site.request_body import Body, Bsuid, Phone, Refused

MAX_CUSTOMERS = 200
FIRST = (
    Customer(name="Ana Pérez", wa_id="5491155550101", user_id="AR.ana0001"),
    Customer(name="Bob Smith", wa_id="15551110000", user_id="US.bob0001"),
    Customer(name="Marina Souza", wa_id=None, user_id="BR.marina01", username="marina.souza"),
)


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class NewCustomer(Body):
    name: Name
    phone: Phone | None = None
    bsuid: Bsuid | None = None
    username: Name | None = None

    @model_validator(mode="after")
    def _has_an_identity(self) -> Self:
        if not (self.phone or self.bsuid):
            raise ValueError("give a phone or a bsuid")
        return self


def key_of(customer: Customer) -> str:
    """What the page calls this customer by."""
    return customer.wa_id or customer.user_id or ""


def as_json(customer: Customer) -> Json:
    return {
        "key": key_of(customer),
        "name": customer.name,
        "phone": customer.wa_id,
        "bsuid": customer.user_id,
        "username": customer.username,
    }


def from_json(document: Json) -> Customer:
    """From `as_json`."""
    phone, bsuid = document["phone"], document["bsuid"]
    return Customer(name=document["name"], wa_id=phone, user_id=bsuid, username=document["username"])


class CustomerList:
    """Thread-safe. `on_change` is called when a customer is new or has changed."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._customers = {key_of(customer): customer for customer in FIRST}
        self._on_change = on_change

    def all(self) -> list[Customer]:
        with self._lock:
            return list(self._customers.values())

    def get(self, key: str) -> Customer:
        """Raises Refused."""
        with self._lock:
            customer = self._customers.get(key)
        if customer is None:
            raise Refused(f"there is no customer {key!r}")
        return customer

    def find(self, phone: str | None, bsuid: str | None) -> Customer | None:
        """By either of them; the number may be written in any form."""
        number = canonical_phone(phone) if phone else None
        for customer in self.all():
            if (bsuid and customer.user_id == bsuid) or (number and customer.wa_id == number):
                return customer
        return None

    def learn(self, contact: Json) -> Customer:
        """The customer of a webhook's contact; adds them, or what was not known of them yet."""
        profile = contact.get("profile", {})
        bsuid, username = contact.get("user_id"), profile.get("username")
        name, phone = profile.get("name") or "?", contact.get("wa_id")
        known = self.find(phone, bsuid)
        if known is None:
            return self.put(Customer(name=name, wa_id=phone, user_id=bsuid, username=username))
        better = replace(
            known, user_id=known.user_id or bsuid, username=known.username or username, name=name
        )
        return known if better == known else self.put(better)

    def put(self, customer: Customer) -> Customer:
        """Beyond MAX_CUSTOMERS the one that was added first is dropped."""
        with self._lock:
            self._customers[key_of(customer)] = customer
            while len(self._customers) > MAX_CUSTOMERS:
                del self._customers[list(self._customers)[len(FIRST)]]
        self._on_change()
        return customer

    def add(self, new: NewCustomer) -> Customer:
        """Raises Refused when somebody has that phone or BSUID already."""
        if self.find(new.phone, new.bsuid):
            raise Refused("a customer with that phone or bsuid exists already", key="error.customer_known")
        return self.put(Customer(name=new.name, wa_id=new.phone, user_id=new.bsuid, username=new.username))
