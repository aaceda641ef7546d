"""A simulated customer: everything that a person can do in WhatsApp, as the webhook that Meta makes of it."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator import Json
from emulator.meta.webhook_payload import BUSINESS, Business, canonical_phone, new_wamid, webhook

# The customer of `python -m emulator say` without --from and --name.
DEFAULT_FROM = "5491155550101"
DEFAULT_NAME = "Ana Pérez"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One person. As in Meta's webhooks, one of `wa_id` and `user_id` may be missing.

    Each method returns a message with a new wamid and the time of `clock`; `webhook` or `batch` wraps messages in the
    payload that is posted.
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
        """One payload with these messages of this customer."""
        return batch(*((self, message) for message in messages))

    def text(self, body: str, quoting: str | None = None) -> Json:
        return self.message("text", {"body": body}, quoting)

    def press(self, button_id: str, title: str, of: str) -> Json:
        """A reply button of the message whose wamid is `of`."""
        reply = {"type": "button_reply", "button_reply": {"id": button_id, "title": title}}
        return self.message("interactive", reply, of)

    def choose(self, row_id: str, title: str, of: str, description: str | None = None) -> Json:
        """A list row of the message whose wamid is `of`."""
        row = {"id": row_id, "title": title, **_known(description=description)}
        return self.message("interactive", {"type": "list_reply", "list_reply": row}, of)

    def quick_reply(self, payload: str, text: str, of: str | None) -> Json:
        """A template's button; Meta sometimes leaves its context out."""
        return self.message("button", {"payload": payload, "text": text}, of)

    def image(self, content: bytes = b"image", **fields: str) -> Json:
        """`fields`, here and below: mime_type, caption, url, and media_id, from MediaStore.put, to be downloaded."""
        return self._media("image", content, **{"mime_type": "image/jpeg", **fields})

    def document(self, content: bytes = b"document", filename: str = "factura.pdf", **fields: str) -> Json:
        return self._media(
            "document", content, **{"mime_type": "application/pdf", **fields}, filename=filename
        )

    def voice(self, content: bytes = b"voice", **fields: str) -> Json:
        """A voice note: Meta has no type of its own for it."""
        return self._media("audio", content, **{"mime_type": "audio/ogg; codecs=opus", **fields}, voice=True)

    def audio(self, content: bytes = b"audio", **fields: str) -> Json:
        return self._media("audio", content, **{"mime_type": "audio/mpeg", **fields}, voice=False)

    def video(self, content: bytes = b"video", **fields: str) -> Json:
        return self._media("video", content, **{"mime_type": "video/mp4", **fields})

    def sticker(self, content: bytes = b"sticker", **fields: str) -> Json:
        return self._media("sticker", content, **{"mime_type": "image/webp", **fields}, animated=False)

    def location(
        self, latitude: float, longitude: float, name: str | None = None, address: str | None = None
    ) -> Json:
        place = {"latitude": latitude, "longitude": longitude, **_known(name=name, address=address)}
        return self.message("location", place)

    def contacts(self, name: str, phone: str) -> Json:
        """Someone else's contact card."""
        first, _, last = name.partition(" ")
        names = {"first_name": first, **_known(last_name=last or None), "formatted_name": name}
        phones = [{"phone": phone, "wa_id": canonical_phone(phone), "type": "CELL"}]
        return self.message("contacts", [{"name": names, "phones": phones}])

    def reaction(self, emoji: str | None, to: str) -> Json:
        """None removes the reaction."""
        return self.message("reaction", {"message_id": to, **_known(emoji=emoji)})

    def unsupported(self, kind: str = "poll_creation") -> Json:
        title = "Message type unknown"
        details = {"details": "Message type is currently not supported."}
        error = {"code": 131051, "title": title, "message": title, "error_data": details}
        return {**self.message("unsupported", {"type": kind}), "errors": [error]}

    def revoke(self, of: str) -> Json:
        """Deletes a message for everybody. Meta tells numbers that are also on the WhatsApp Business app."""
        return self.message("revoke", {"original_message_id": of})

    def edit(self, of: str, body: str) -> Json:
        """Other words in an earlier text."""
        message = {"context": {"id": "M0"}, "type": "text", "text": {"body": body}}
        return self.message("edit", {"original_message_id": of, "message": message})

    def undelivered_file(self, kind: str = "document", code: int = 131052, **fields: str) -> Json:
        """A file that Meta could not fetch: over 100 MB. `kind` may be "unsupported", too."""
        title = "Media download error"
        details = {
            "details": "The media file is too large. The maximum file size currently accepted is 100 MB."
        }
        error = {"code": code, "title": title, "message": title, "error_data": details}
        return {**self.message(kind, fields), "errors": [error]}

    def message(self, kind: str, content: Any, context: str | None = None) -> Json:
        """A message of any type, also of a future one; `context` is a wamid of the business."""
        business = self.business.display_phone_number
        return {
            **_known(**{"from": self.wa_id, "from_user_id": self.user_id}),
            "id": new_wamid(),
            "timestamp": str(int(self.clock())),
            "type": kind,
            kind: content,
            **({"context": {"from": business, "id": context}} if context else {}),
        }

    def _media(self, kind: str, content: bytes, media_id: str = "", **fields: Any) -> Json:
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        media_id = media_id or str(10**15 + secrets.randbelow(10**15))
        return self.message(kind, {"sha256": digest, "id": media_id, **fields})


def batch(*sent: tuple[Customer, Json]) -> Json:
    """One payload with messages of several customers, in this order; each customer is one contact."""
    contacts = {(customer.wa_id, customer.user_id): customer.contact() for customer, _ in sent}
    value = {"contacts": list(contacts.values()), "messages": [message for _, message in sent]}
    return webhook(value, sent[0][0].business)


def _known(**values: Any) -> Json:
    """Without the unknown values: Meta leaves them out and never writes null."""
    return {name: value for name, value in values.items() if value is not None}
