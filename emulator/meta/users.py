"""Meta's memory of people: who has which number and BSUID, and when they last wrote."""

import re
import threading
from dataclasses import dataclass, replace

from emulator.meta.errors import GraphError
from emulator.meta.phone_numbers import canonical
from emulator.meta.wire import Json

BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}")
WINDOW_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str = ""
    wa_id: str | None = None
    user_id: str | None = None
    username: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom a message is for. `lost`: Meta takes the message and it never arrives."""

    written: str
    phone: str | None = None
    user_id: str | None = None
    lost: bool = False

    @property
    def identity(self) -> str:
        return self.user_id or canonical(self.phone or "")


def read_recipient(message: Json) -> Recipient:
    """From `to` and `recipient`; `to` wins. Raises GraphError."""
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
        # Seen live: the country is cut off, the rest is taken for a phone, 200, and nobody gets it.
        return Recipient(written=to, phone=to[3:], lost=True)
    digits = re.sub(r"[\s+()\-.]", "", to)
    if not re.fullmatch(r"\d{7,15}", digits):
        raise GraphError(code=131009, details=f"Invalid WhatsApp phone number: {to!r}")
    return Recipient(written=to, phone=digits)


class Book:
    """May be asked and told from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._people: dict[str, Person] = {}
        self._wrote: dict[str, float] = {}
        self._messages: set[str] = set()

    def find(self, identity: str) -> Person:
        """By phone or BSUID; who is not known is made of the identity alone."""
        if BSUID.fullmatch(identity):
            return self._people.get(identity) or Person(user_id=identity)
        phone = canonical(identity)
        return self._people.get(phone) or Person(wa_id=phone)

    def learn(self, person: Person) -> None:
        """Keeps what was known and this leaves out (a phone that Meta no longer shows)."""
        with self._lock:
            keys = [key for key in (person.user_id, person.wa_id) if key]
            known = next((self._people[key] for key in keys if key in self._people), Person())
            person = replace(
                person,
                wa_id=person.wa_id or known.wa_id,
                user_id=person.user_id or known.user_id,
                username=person.username or known.username,
            )
            for key in (person.user_id, person.wa_id):
                if key:
                    self._people[key] = person

    def wrote(self, identity: str, at: float) -> None:
        person = self.find(identity)
        with self._lock:
            for key in (person.user_id, person.wa_id):
                if key:
                    self._wrote[key] = max(at, self._wrote.get(key, 0.0))

    def window_is_open(self, identity: str, now: float) -> bool:
        person = self.find(identity)
        times = [self._wrote.get(key, 0.0) for key in (person.user_id, person.wa_id) if key]
        return now - max(times, default=0.0) < WINDOW_SECONDS

    def knows(self, message_id: str) -> bool:
        return message_id in self._messages

    def remember(self, message_id: str) -> None:
        self._messages.add(message_id)

    def note(self, payload: Json) -> None:
        """Takes people, times and message ids from a webhook that is about to be delivered."""
        for entry in payload.get("entry", []):
            for change in entry.get("changes", []):
                self._note_value(change.get("value", {}))

    def _note_value(self, value: Json) -> None:
        for contact in value.get("contacts", []):
            profile = contact.get("profile", {})
            self.learn(
                Person(
                    name=profile.get("name", ""),
                    wa_id=contact.get("wa_id"),
                    user_id=contact.get("user_id"),
                    username=profile.get("username"),
                )
            )
        for update in value.get("user_id_update", []):
            before, now = update["user_id"]["previous"], update["user_id"]["current"]
            self.learn(replace(self.find(before), user_id=now))
            self.wrote(now, self._wrote.get(before, 0.0))
        for message in value.get("messages", []):
            self.remember(message["id"])
            for identity in (message.get("from"), message.get("from_user_id")):
                if identity:
                    self.wrote(identity, float(message["timestamp"]))
