"""Plays the customers: each thing a person can do in WhatsApp, as the webhook that Meta makes of it."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from emulator.meta.phone_numbers import canonical
from emulator.meta.wire import Json, encode, new_wamid, sign

__all__ = ["BUSINESS", "Business", "Customer", "batch", "encode", "merge", "sign", "user_id_update"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """The number that is written to."""

    phone_number_id: str = "109876543210987"
    display_phone_number: str = "15550100200"
    account_id: str = "100200300400500"


BUSINESS = Business()
# Who writes at `python -m emulator say` when nobody says who.
DEFAULT_FROM = "5491155550101"
DEFAULT_NAME = "Ana Pérez"


class MediaFacts(TypedDict, total=False):
    """What may be said of a file besides its bytes; a `media_id` of Graph.put_media can be fetched."""

    media_id: str
    mime_type: str
    caption: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One person. `wa_id` or `user_id` may be missing, as in Meta's webhooks; not both.

    Every act gives a message with a new wamid and the time of `clock`; `webhook` or `batch` puts it into the
    envelope in which it is posted.
    """

    name: str = "Ana Pérez"
    wa_id: str | None = "5215512345678"
    user_id: str | None = "MX.4f9a2c7be1d04415a6c3"
    username: str | None = None
    business: Business = BUSINESS
    clock: Callable[[], float] = time.time

    def contact(self) -> Json:
        profile = {"name": self.name} | ({"username": self.username} if self.username else {})
        return {"profile": profile, **_known(wa_id=self.wa_id, user_id=self.user_id)}

    def webhook(self, *messages: Json) -> Json:
        """One POST with these messages of this customer."""
        return batch(*((self, message) for message in messages))

    def text(self, body: str, quoting: str | None = None) -> Json:
        return self.message("text", {"body": body}, quoting)

    def press(self, button_id: str, title: str, of: str) -> Json:
        """A reply button of the message whose wamid is `of`."""
        reply = {"type": "button_reply", "button_reply": {"id": button_id, "title": title}}
        return self.message("interactive", reply, of)

    def choose(self, row_id: str, title: str, of: str, description: str | None = None) -> Json:
        """A row of the list in the message whose wamid is `of`."""
        row = {"id": row_id, "title": title, **_known(description=description)}
        return self.message("interactive", {"type": "list_reply", "list_reply": row}, of)

    def quick_reply(self, payload: str, text: str, of: str | None) -> Json:
        """A button of a template; Meta sometimes leaves its context out."""
        return self.message("button", {"payload": payload, "text": text}, of)

    def image(self, content: bytes = b"image", **facts: Unpack[MediaFacts]) -> Json:
        return self._media("image", content, {"mime_type": "image/jpeg", **facts})

    def document(
        self, content: bytes = b"document", filename: str = "factura.pdf", **facts: Unpack[MediaFacts]
    ) -> Json:
        return self._media("document", content, {"mime_type": "application/pdf", **facts}, filename=filename)

    def voice(self, content: bytes = b"voice", **facts: Unpack[MediaFacts]) -> Json:
        """A voice note: Meta has no type of its own for it."""
        return self._media("audio", content, {"mime_type": "audio/ogg; codecs=opus", **facts}, voice=True)

    def audio(self, content: bytes = b"audio", **facts: Unpack[MediaFacts]) -> Json:
        return self._media("audio", content, {"mime_type": "audio/mpeg", **facts}, voice=False)

    def video(self, content: bytes = b"video", **facts: Unpack[MediaFacts]) -> Json:
        return self._media("video", content, {"mime_type": "video/mp4", **facts})

    def sticker(self, content: bytes = b"sticker", **facts: Unpack[MediaFacts]) -> Json:
        return self._media("sticker", content, {"mime_type": "image/webp", **facts}, animated=False)

    def location(
        self, latitude: float, longitude: float, name: str | None = None, address: str | None = None
    ) -> Json:
        place = {"latitude": latitude, "longitude": longitude, **_known(name=name, address=address)}
        return self.message("location", place)

    def contacts(self, name: str, phone: str) -> Json:
        """Sends somebody's contact card."""
        first, _, last = name.partition(" ")
        names = {"first_name": first, **_known(last_name=last or None), "formatted_name": name}
        phones = [{"phone": phone, "wa_id": canonical(phone), "type": "CELL"}]
        return self.message("contacts", [{"name": names, "phones": phones}])

    def reaction(self, emoji: str | None, to: str) -> Json:
        """None takes the reaction back."""
        return self.message("reaction", {"message_id": to, **_known(emoji=emoji)})

    def unsupported(self, kind: str = "poll_creation") -> Json:
        title = "Message type unknown"
        details = {"details": "Message type is currently not supported."}
        error = {"code": 131051, "title": title, "message": title, "error_data": details}
        return {**self.message("unsupported", {"type": kind}), "errors": [error]}

    def message(self, kind: str, content: Any, context: str | None = None) -> Json:
        """Any message, also of a type that nobody has heard of; `context` is a wamid of the business."""
        message = {
            **_known(**{"from": self.wa_id, "from_user_id": self.user_id}),
            "id": new_wamid(),
            "timestamp": str(int(self.clock())),
            "type": kind,
            kind: content,
        }
        return message | (
            {"context": {"from": self.business.display_phone_number, "id": context}} if context else {}
        )

    def _media(self, kind: str, content: bytes, facts: MediaFacts, **more: Any) -> Json:
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        some_id = str(10**15 + secrets.randbelow(10**15))
        media = {"sha256": digest, "id": facts.get("media_id", some_id), **facts, **more}
        media.pop("media_id", None)
        return self.message(kind, media)


def batch(*sent: tuple[Customer, Json]) -> Json:
    """One POST with the messages of these customers, in this order; each customer is named once."""
    business = sent[0][0].business
    contacts = {(customer.wa_id, customer.user_id): customer.contact() for customer, _ in sent}
    value = {
        **_header(business),
        "contacts": list(contacts.values()),
        "messages": [message for _, message in sent],
    }
    return envelope(value, business)


def user_id_update(customer: Customer, current: str) -> Json:
    """One POST with the notice that this customer has a new BSUID (a field with its own subscription)."""
    contact = customer.contact()
    contact.pop("user_id", None)
    update = {
        **_known(wa_id=customer.wa_id),
        "detail": f"User id for {customer.name} has been updated.",
        "user_id": {"previous": customer.user_id, "current": current},
        "timestamp": str(int(customer.clock())),
    }
    value = {**_header(customer.business), "contacts": [contact], "user_id_update": [update]}
    return envelope(value, customer.business, "user_id_update")


def statuses(listed: list[Json], contacts: list[Json], business: Business = BUSINESS) -> Json:
    """One POST with what became of messages; no contacts for failed ones, as Meta does."""
    named = {"contacts": contacts} if contacts else {}
    return envelope({**_header(business), **named, "statuses": listed}, business)


def envelope(value: Json, business: Business, field: str = "messages") -> Json:
    entry = {"id": business.account_id, "changes": [{"value": value, "field": field}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def merge(payloads: list[Json]) -> Json:
    """Several webhooks as one, the way Meta aggregates them."""
    return {**payloads[0], "entry": [entry for payload in payloads for entry in payload["entry"]]}


def _header(business: Business) -> Json:
    metadata = {
        "display_phone_number": business.display_phone_number,
        "phone_number_id": business.phone_number_id,
    }
    return {"messaging_product": "whatsapp", "metadata": metadata}


def _known(**values: Any) -> Json:
    """Without what is not known: Meta leaves it out, it never writes null."""
    return {name: value for name, value in values.items() if value is not None}
