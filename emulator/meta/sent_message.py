"""A message that Meta accepted from the bot, and the delivery statuses that its webhooks report."""

from dataclasses import dataclass
from typing import Any

from emulator import Json
from emulator.meta.errors import webhook_error
from emulator.meta.message_rules import body_parameters
from emulator.meta.users import Person, Recipient
from emulator.meta.webhook_payload import webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """`at` in unix seconds; `failing` is the code with which it is going to be reported as failed.

    `mime_type` is that of the uploaded file which it shows.
    """

    wamid: str
    at: float
    recipient: Recipient
    person: Person
    document: Json
    failing: int | None = None
    free: bool = True
    mime_type: str | None = None

    @property
    def kind(self) -> str:
        """text, interactive, template, ..."""
        return str(self.document.get("type", "text"))

    @property
    def content(self) -> Any:
        return self.document[self.kind]

    @property
    def media_id(self) -> str | None:
        """Of the uploaded file which it shows."""
        return self.content.get("id") if self.mime_type else None

    @property
    def callback_data(self) -> str | None:
        return self.document.get("biz_opaque_callback_data")

    @property
    def text(self) -> str:
        """The text above the buttons; for a template, its parameters."""
        match self.kind:
            case "text":
                return str(self.content["body"])
            case "interactive":
                return str(self.content["body"]["text"])
            case "template":
                return " | ".join(self.parameters)
            case _:
                return str(self.content.get("caption", "")) if isinstance(self.content, dict) else ""

    @property
    def parameters(self) -> list[str]:
        return [str(parameter.get("text", "")) for parameter in body_parameters(self.content)]

    @property
    def choices(self) -> dict[str, str]:
        """The titles of the buttons or list rows, by id."""
        action = self.content.get("action", {}) if self.kind == "interactive" else {}
        buttons = [button["reply"] for button in action.get("buttons", [])]
        rows = [row for section in action.get("sections", []) for row in section["rows"]]
        return {choice["id"]: choice["title"] for choice in buttons + rows}

    @property
    def wa_id(self) -> str:
        return self.person.wa_id or self.recipient.phone or ""


def accepted(sent: SentMessage) -> Json:
    """Meta's answer to the call that sent the message."""
    recipient = sent.recipient
    known = {"user_id": recipient.user_id} if recipient.user_id else {"wa_id": sent.wa_id}
    return {
        "messaging_product": "whatsapp",
        "contacts": [{"input": recipient.written, **known}],
        "messages": [{"id": sent.wamid}],
    }


def status_webhook(sent: SentMessage, name: str, at: float) -> Json:
    """One payload with this delivery status: sent, delivered, read or failed. Only a failed one has no `contacts`."""
    contacts = {} if name == "failed" else {"contacts": [_contact(sent, name)]}
    return webhook({**contacts, "statuses": [status(sent, name, at)]})


def status(sent: SentMessage, name: str, at: float) -> Json:
    """One item of `statuses[]`."""
    to_phone, person = sent.recipient.phone is not None, sent.person
    entry: Json = {"id": sent.wamid, "status": name, "timestamp": str(int(at))}
    if to_phone:
        entry["recipient_id"] = sent.wa_id
    if person.user_id and not (name == "failed" and to_phone):
        entry["recipient_user_id"] = person.user_id
    if sent.callback_data is not None:
        entry["biz_opaque_callback_data"] = sent.callback_data
    if name in {"sent", "delivered"}:
        entry["pricing"] = _pricing(sent)
    if name == "failed":
        entry["errors"] = [webhook_error(sent.failing or 131000)]
    return entry


def _contact(sent: SentMessage, name: str) -> Json:
    """No username before it is delivered."""
    person = sent.person
    profile: Json = {"name": person.name}
    if person.username and name != "sent":
        profile["username"] = person.username
    contact: Json = {"profile": profile}
    if sent.recipient.phone is not None:
        contact["wa_id"] = sent.wa_id
    if person.user_id:
        contact["user_id"] = person.user_id
    return contact


def _pricing(sent: SentMessage) -> Json:
    return {
        "billable": not sent.free,
        "pricing_model": "PMP",
        "type": "free_customer_service" if sent.free else "regular",
        "category": "utility" if sent.kind == "template" else "service",
    }
