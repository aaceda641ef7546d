"""An e-mail that Resend has received, parsed from its original: https://resend.com/docs/api-reference/emails/retrieve-received-email"""

import re
import uuid
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import cast

from emulator import Json
from emulator.resend.account import timestamp
from emulator.resend.mail_headers import Mail, addresses, clean, decoded, value, values, written
from state.model.received_mail import Authentication

_CID = re.compile(r"cid:([^\"'\s>)]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedPart:
    """A part that is not the text. content_id: without angle brackets; disposition: "inline", "attachment" or None."""

    id: str
    filename: str | None
    content_type: str
    content_id: str | None
    disposition: str | None
    content: bytes = field(repr=False)

    def as_json(self) -> Json:
        return {
            "id": self.id,
            "filename": self.filename,
            "content_type": self.content_type,
            "content_id": self.content_id,
            "content_disposition": self.disposition,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What is not in the original. id: Resend's; at: unix seconds; event_id: of the webhook's event; received_for: to whom it was delivered.

    authentication: what was found out about the sender; None: not said.
    """

    id: str
    at: float
    event_id: str
    received_for: tuple[str, ...] = field(repr=False)
    authentication: Authentication | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEmail:
    """raw: the original, on whose top is what the receiver added; text, html: None if there is no such part."""

    envelope: Envelope
    raw: bytes = field(repr=False)
    message: Mail = field(repr=False)
    text: str | None = field(repr=False)
    html: str | None = field(repr=False)
    parts: tuple[ReceivedPart, ...]

    @property
    def id(self) -> str:
        return self.envelope.id

    @property
    def at(self) -> float:
        return self.envelope.at

    @property
    def sender(self) -> str:
        """The From header, perhaps of several people; as it stands where that is nobody's address."""
        return ", ".join(_people(self.message, "from")) or value(self.message, "from")

    @property
    def message_id(self) -> str:
        return value(self.message, "message-id").strip()

    def metadata(self) -> Json:
        """What the webhook, the list and the single e-mail have in common, without the id and the attachments."""
        return {
            "created_at": timestamp(self.at),
            "from": self.sender,
            "to": _people(self.message, "to"),
            "cc": _people(self.message, "cc"),
            "bcc": _people(self.message, "bcc"),
            "received_for": list(self.envelope.received_for),
            "message_id": self.message_id,
            "subject": value(self.message, "subject"),
        }

    def listed(self) -> Json:
        """As in a list, where attachments have no size."""
        parts = [{**part.as_json(), "size": None} for part in self.parts]
        return {"id": self.id, **self.metadata(), "reply_to": self._reply_to(), "attachments": parts}

    def as_json(self, html_format: str) -> Json:
        """Alone, but for `raw`. html_format: "cid" or "data_uri"."""
        html = self.html if html_format == "cid" else self._with_data_uris()
        said = self.envelope.authentication
        return {
            "object": "email",
            "id": self.id,
            **self.metadata(),
            "reply_to": self._reply_to(),
            "html": html,
            "text": self.text,
            "headers": _headers(self.message),
            "authentication": said and {"spf": said.spf, "dkim": said.dkim, "dmarc": said.dmarc},
            "html_format": html_format,
            "attachments": [{**part.as_json(), "size": len(part.content)} for part in self.parts],
        }

    def _reply_to(self) -> list[str]:
        return _people(self.message, "reply-to")

    def _with_data_uris(self) -> str | None:
        pictures = {part.content_id: part for part in self.parts if part.content_id}

        def data_uri(found: re.Match[str]) -> str:
            part = pictures.get(found[1])
            return f"data:{part.content_type};base64,{b64encode(part.content).decode()}" if part else found[0]

        return self.html and _CID.sub(data_uri, self.html)


def read_received(raw: bytes, envelope: Envelope) -> ReceivedEmail:
    """raw: with what the receiver added."""
    message = message_from_bytes(raw)
    leaves = list(_leaves(message))
    texts = [part for part in leaves if _is_text(part)]
    rest = enumerate(part for part in leaves if not _is_text(part))
    return ReceivedEmail(
        envelope=envelope,
        raw=raw,
        message=message,
        text=_joined(texts, "text/plain", "\n"),
        html=_joined(texts, "text/html", "<br/>\n"),
        parts=tuple(_part(part, uuid.uuid5(uuid.UUID(envelope.id), str(number))) for number, part in rest),
    )


def _leaves(part: Mail) -> Iterator[Mail]:
    """All that is not multipart. A forwarded e-mail is one part, whatever it has in it."""
    if part.get_content_maintype() == "multipart":
        for inner in _inside(part):
            yield from _leaves(inner)
    else:
        yield part


def _inside(part: Mail) -> list[Mail]:
    return cast(list[Mail], part.get_payload()) if part.is_multipart() else []


def _is_text(part: Mail) -> bool:
    is_file = part.get_content_disposition() == "attachment" or part.get_filename()
    return part.get_content_type() in {"text/plain", "text/html"} and not is_file


def _joined(texts: list[Mail], content_type: str, between: str) -> str | None:
    """A text that is interrupted by a picture, as Apple Mail sends it, is one."""
    found = [_text(part) for part in texts if part.get_content_type() == content_type]
    return between.join(found) if found else None


def _text(part: Mail) -> str:
    content = _content(part)
    try:
        text = content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:  # a character set that nobody knows
        text = content.decode("utf-8", "replace")
    return clean(text.replace("\r\n", "\n"))


def _part(part: Mail, part_id: uuid.UUID) -> ReceivedPart:
    return ReceivedPart(
        id=str(part_id),
        filename=decoded(part.get_filename("")) or None,
        content_type=part.get_content_type(),
        content_id=value(part, "content-id").strip().strip("<>") or None,
        disposition=part.get_content_disposition(),
        content=_content(part),
    )


def _content(part: Mail) -> bytes:
    if part.is_multipart():
        return b"".join(inner.as_bytes() for inner in _inside(part))
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _headers(message: Mail) -> Json:
    """By their names in lower case: a text, or a list of all texts of a header that occurs more than once."""
    names = dict.fromkeys(name.lower() for name in message.keys())  # noqa: SIM118 - a message is no dict
    found = {name: values(message, name) for name in names}
    return {name: each[0] if len(each) == 1 else each for name, each in found.items()}


def _people(message: Mail, name: str) -> list[str]:
    return [written(*each) for each in addresses(message, name)]
