"""The JSON of Meta's webhooks: how it is built, encoded and signed, and what is in it."""

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from emulator import Json

LOCAL_DIGITS = 10
# Messages that the desk has to answer. It ignores the rest, such as reactions and pins, by design.
_ANSWERED = {
    "text", "image", "video", "document", "audio", "location", "interactive", "button", "sticker", "contacts",
    "unsupported",
}  # fmt: skip
_UNANSWERED_UNSUPPORTED = {"reaction", "pin", "keep_in_chat", "poll_update"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """The business phone number that customers write to."""

    phone_number_id: str = "109876543210987"
    display_phone_number: str = "15550100200"
    account_id: str = "100200300400500"


BUSINESS = Business()


def encode(payload: Json) -> bytes:
    r"""The body as Meta sends it: `\u00e9` for é, `\/` for a slash, no spaces."""
    text = json.dumps(payload, separators=(",", ":"))
    return text.replace("/", "\\/").encode("ascii")


def sign(body: bytes, app_secret: str) -> str:
    """The value of `X-Hub-Signature-256` for exactly these bytes."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def new_wamid() -> str:
    """A new unique message id that looks like Meta's."""
    return "wamid." + base64.b64encode(b"\x1c\x18\x0d" + secrets.token_bytes(30)).decode()


def canonical_phone(phone: str) -> str:
    """The digits as Meta's webhooks write them: Argentina with its 9, Mexico with its 1."""
    digits = re.sub(r"\D", "", phone)
    for country, mobile in (("54", "9"), ("52", "1")):
        if digits.startswith(country) and len(digits) == len(country) + LOCAL_DIGITS:
            return country + mobile + digits[len(country) :]
    return digits


def webhook(value: Json, business: Business = BUSINESS, field: str = "messages") -> Json:
    """One payload with this value for a field that the app is subscribed to."""
    metadata = {
        "display_phone_number": business.display_phone_number,
        "phone_number_id": business.phone_number_id,
    }
    value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    entry = {"id": business.account_id, "changes": [{"value": value, "field": field}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def merge(payloads: list[Json]) -> Json:
    """Several payloads as one, the way Meta aggregates them."""
    return {**payloads[0], "entry": [entry for payload in payloads for entry in payload["entry"]]}


def values_in(payload: Json) -> Iterator[Json]:
    for entry in payload.get("entry", []):
        for change in entry.get("changes", []):
            yield change.get("value", {})


def messages_in(payload: Json) -> list[tuple[Json, Json]]:
    """Each message with the contact who wrote it."""
    return [
        (message, _contact_of(message, value))
        for value in values_in(payload)
        for message in value.get("messages", [])
    ]


def statuses_in(payload: Json) -> list[Json]:
    return [status for value in values_in(payload) for status in value.get("statuses", [])]


def wants_a_turn(message: Json) -> bool:
    """Whether the desk has to answer this message."""
    kind = message["type"]
    return kind in _ANSWERED and not (
        kind == "unsupported" and message[kind].get("type") in _UNANSWERED_UNSUPPORTED
    )


def aliases_of(message: Json) -> set[str]:
    """The phone and the BSUID of its sender."""
    return {alias for alias in (message.get("from"), message.get("from_user_id")) if alias}


def media_of(message: Json) -> str | None:
    """The id of its media file."""
    content = message.get(message["type"])
    found = content.get("id") if isinstance(content, dict) and "sha256" in content else None
    return str(found) if found else None


def _contact_of(message: Json, value: Json) -> Json:
    aliases = aliases_of(message)
    for contact in value.get("contacts", []):
        if aliases & {contact.get("wa_id"), contact.get("user_id")}:
            return dict(contact)
    return {"wa_id": message.get("from"), "user_id": message.get("from_user_id")}
