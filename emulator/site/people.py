"""The people who can write from the page: three from the start, and whoever else has written or was added."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from emulator.meta.customers import Customer
from emulator.meta.phone_numbers import canonical
from emulator.meta.users import BSUID
from emulator.meta.wire import Json
from emulator.site.request_fields import Refused, optional_text, read_object, read_text

_LONGEST_NAME = 60
_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person with a phone number, a BSUID, or both."""

    name: str
    phone: str | None = None
    bsuid: str | None = None
    username: str | None = None

    @property
    def key(self) -> str:
        return self.phone or self.bsuid or ""

    def as_customer(self) -> Customer:
        return Customer(name=self.name, wa_id=self.phone, user_id=self.bsuid, username=self.username)


FIRST = (
    Somebody(name="Ana Pérez", phone="5491155550101", bsuid="AR.ana0001"),
    Somebody(name="Bob Smith", phone="15551110000", bsuid="US.bob0001"),
    Somebody(name="Marina Souza", bsuid="BR.marina01", username="marina.souza"),
)


class People:
    """May be asked and told from several threads. `kept` is told of everybody who is new or has changed."""

    def __init__(self, kept: Callable[[Json], None] = lambda _: None) -> None:
        self._lock = threading.Lock()
        self._people = {somebody.key: somebody for somebody in FIRST}
        self._kept = kept

    def all(self) -> list[Somebody]:
        with self._lock:
            return list(self._people.values())

    def as_json(self) -> list[Json]:
        return [asdict(somebody) for somebody in self.all()]

    def get(self, key: object) -> Somebody:
        """Raises Refused."""
        with self._lock:
            somebody = self._people.get(key) if isinstance(key, str) else None
        if somebody is None:
            raise Refused("nobody of that key is here")
        return somebody

    def find(self, phone: str | None, bsuid: str | None) -> Somebody | None:
        """By either alias; numbers in whatever form they are written."""
        number = canonical(phone) if phone else None
        with self._lock:
            return next(
                (
                    somebody
                    for somebody in self._people.values()
                    if (bsuid and somebody.bsuid == bsuid) or (number and somebody.phone == number)
                ),
                None,
            )

    def learn(self, contact: Json) -> Somebody:
        """Whoever a webhook names: known, known better now, or new."""
        profile = contact.get("profile", {})
        seen = Somebody(
            name=profile.get("name") or "?",
            phone=contact.get("wa_id"),
            bsuid=contact.get("user_id"),
            username=profile.get("username"),
        )
        known = self.find(seen.phone, seen.bsuid)
        if known is None:
            return self.put(seen)
        better = replace(
            known, bsuid=known.bsuid or seen.bsuid, username=known.username or seen.username, name=seen.name
        )
        return known if better == known else self.put(better)

    def put(self, somebody: Somebody) -> Somebody:
        """Keeps at most 200: the oldest that was added goes."""
        with self._lock:
            self._people[somebody.key] = somebody
            while len(self._people) > _MAX:
                del self._people[list(self._people)[len(FIRST)]]
        self._kept(asdict(somebody))
        return somebody

    def add(self, document: Json) -> Somebody:
        """What the page asks for. Raises Refused."""
        asked = read_object(document, "name", "phone", "bsuid", "username")
        somebody = Somebody(
            name=read_text(asked, "name", most=_LONGEST_NAME).strip(),
            phone=_phone(optional_text(asked, "phone", most=30)),
            bsuid=_bsuid(optional_text(asked, "bsuid", most=140)),
            username=optional_text(asked, "username", most=_LONGEST_NAME),
        )
        if not somebody.key:
            raise Refused("somebody needs a phone or a bsuid")
        if self.find(somebody.phone, somebody.bsuid):
            raise Refused("somebody with that phone or bsuid is here already")
        return self.put(somebody)


def _phone(written: str | None) -> str | None:
    if written is None:
        return None
    digits = canonical(written)
    if not re.fullmatch(r"\d{7,15}", digits):
        raise Refused("phone must have 7 to 15 digits, with its country code")
    return digits


def _bsuid(written: str | None) -> str | None:
    if written is not None and not BSUID.fullmatch(written):
        raise Refused("bsuid must look like AR.x1y2")
    return written
