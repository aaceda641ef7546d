"""What Meta knows about WhatsApp users: their number and BSUID, and when they last wrote."""

import re
import threading
from dataclasses import dataclass, replace

from emulator import Json
from emulator.meta.errors import GraphError
from emulator.meta.webhook_payload import aliases_of, canonical_phone, values_in

BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}")
WINDOW_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str = ""
    wa_id: str | None = None
    user_id: str | None = None
    username: str | None = None

    @property
    def aliases(self) -> list[str]:
        return [alias for alias in (self.user_id, self.wa_id) if alias]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The recipient of a message. `lost`: Meta accepts the message and it never arrives."""

    written: str
    phone: str | None = None
    user_id: str | None = None
    lost: bool = False

    @property
    def identity(self) -> str:
        return self.user_id or canonical_phone(self.phone or "")


def read_recipient(message: Json) -> Recipient:
    """From `to` or `recipient`; `to` has precedence. Raises GraphError."""
    to, recipient = message.get("to"), message.get("recipient")
    if to:
        return _read_to(str(to))
    if not recipient:
        raise GraphError(code=100, title="The parameter to is required.")
    if not BSUID.fullmatch(str(recipient)):
        raise GraphError(code=100, details="Param recipient is not a valid business-scoped user ID.")
    return Recipient(written=recipient, user_id=recipient)


def _read_to(to: str) -> Recipient:
    if BSUID.fullmatch(to):
        # Observed: the country is cut off, the rest is read as a phone, the answer is 200 and nothing arrives.
        return Recipient(written=to, phone=to[3:], lost=True)
    digits = re.sub(r"[\s+()\-.]", "", to)
    if not re.fullmatch(r"\d{7,15}", digits):
        raise GraphError(code=131009, details=f"Invalid WhatsApp phone number: {to!r}")
    return Recipient(written=to, phone=digits)


def _with_or_without_ninth_digit(phone: str) -> list[str]:
    """The other form of a Brazilian mobile: accounts that are older than the ninth digit are known without it."""
    if not (found := re.fullmatch(r"(55\d\d)(9?)([6-9]\d{7})", phone)):
        return []
    area, ninth, number = found.groups()
    return [area + number if ninth else f"{area}9{number}"]


class Users:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._people: dict[str, Person] = {}
        self._wrote_at: dict[str, float] = {}
        self._messages: set[str] = set()

    def find(self, identity: str) -> Person:
        """By phone or BSUID. An unknown user has nothing but this identity."""
        if BSUID.fullmatch(identity):
            return self._people.get(identity) or Person(user_id=identity)
        phone = canonical_phone(identity)
        known = (self._people.get(form) for form in (phone, *_with_or_without_ninth_digit(phone)))
        return next(filter(None, known), Person(wa_id=phone))

    def learn(self, person: Person) -> None:
        """Add or update a user; what is missing now (a phone that Meta no longer shows) stays known."""
        with self._lock:
            known = next((self._people[alias] for alias in person.aliases if alias in self._people), Person())
            person = replace(
                person,
                wa_id=person.wa_id or known.wa_id,
                user_id=person.user_id or known.user_id,
                username=person.username or known.username,
            )
            self._people.update(dict.fromkeys(person.aliases, person))

    def wrote(self, identity: str, at: float) -> None:
        """This user sent a message, which opens the service window."""
        person = self.find(identity)
        with self._lock:
            for alias in person.aliases:
                self._wrote_at[alias] = max(at, self._wrote_at.get(alias, 0.0))

    def window_is_open(self, identity: str, now: float) -> bool:
        times = (self._wrote_at.get(alias, 0.0) for alias in self.find(identity).aliases)
        return now - max(times, default=0.0) < WINDOW_SECONDS

    def knows_message(self, message_id: str) -> bool:
        return message_id in self._messages

    def remember_message(self, message_id: str) -> None:
        self._messages.add(message_id)

    def learn_payload(self, payload: Json) -> None:
        """Learn the users, times and message ids of a webhook that is about to be delivered."""
        for value in values_in(payload):
            self._learn_value(value)

    def _learn_value(self, value: Json) -> None:
        for contact in value.get("contacts", []):
            profile = contact.get("profile", {})
            person = Person(
                name=profile.get("name", ""),
                wa_id=contact.get("wa_id"),
                user_id=contact.get("user_id"),
                username=profile.get("username"),
            )
            self.learn(person)
        for update in value.get("user_id_update", []):
            self._learn_new_id(update["user_id"]["previous"], update["user_id"]["current"], None)
        for message in value.get("messages", []):
            self.remember_message(message["id"])
            if system := message.get("system"):  # nobody has written
                if "previous_user_id" in system:
                    self._learn_new_id(system["previous_user_id"], system["user_id"], system.get("wa_id"))
                continue
            for alias in aliases_of(message):
                self.wrote(alias, float(message["timestamp"]))

    def _learn_new_id(self, before: str, now: str, wa_id: str | None) -> None:
        known = self.find(before)
        self.learn(replace(known, user_id=now, wa_id=wa_id or known.wa_id))
        self.wrote(now, self._wrote_at.get(before, 0.0))
