"""What Resend accepts as an e-mail, and the errors with which it refuses anything else."""

import base64
import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from starlette.responses import JSONResponse

from emulator import Json
from emulator.stand_in import ServiceError

MAX_RECIPIENTS = 50
ADDRESS = re.compile(r"[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,]+")
NAMED_ADDRESS = re.compile(rf"[^<>]*<({ADDRESS.pattern})>")
REFUSED_ENDINGS = frozenset({"exe", "bat", "cmd", "com", "js", "vbs", "msi", "scr", "jar", "reg"})
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(slots=True, eq=False)
class ResendError(ServiceError):
    """Resend refuses the call."""

    status: int
    name: str
    message: str
    retry_after: int | None = None

    def response(self) -> JSONResponse:
        body = {"statusCode": self.status, "name": self.name, "message": self.message}
        headers = None if self.retry_after is None else {"retry-after": str(self.retry_after)}
        return JSONResponse(body, self.status, headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAttachment:
    """A file attached to an e-mail; `size` in bytes."""

    filename: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEmail:
    """One accepted e-mail: `at` in unix seconds, `key` its idempotency key, `sender` its From."""

    id: str
    at: float
    key: str | None
    sender: str
    to: tuple[str, ...]
    subject: str
    html: str | None = None
    text: str | None = None
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    attachments: tuple[EmailAttachment, ...] = ()

    def as_json(self) -> Json:
        email = asdict(self)
        return {"from": email.pop("sender"), **email}


def read_email(body: bytes, *, email_id: str, at: float, key: str | None) -> SentEmail:
    """Raises ResendError for the first thing that is wrong."""
    document = _object(body)
    for name in ("from", "to", "subject"):
        if not document.get(name):
            raise ResendError(422, "missing_required_field", f"Missing `{name}` field.")
    if not (document.get("html") or document.get("text")):
        raise ResendError(422, "missing_required_field", "Missing `html` or `text` field.")
    (sender,) = _addresses(document, "from", most=1)
    return SentEmail(
        id=email_id,
        at=at,
        key=key,
        sender=sender,
        to=_addresses(document, "to"),
        subject=_text(document, "subject") or "",
        html=_text(document, "html"),
        text=_text(document, "text"),
        cc=_addresses(document, "cc"),
        bcc=_addresses(document, "bcc"),
        reply_to=_addresses(document, "reply_to"),
        headers=_headers(document.get("headers") or {}),
        tags=_tags(_list(document, "tags")),
        attachments=tuple(_attachment(item) for item in _list(document, "attachments")),
    )


def _invalid(message: str) -> ResendError:
    return ResendError(422, "validation_error", message)


def _object(body: bytes) -> Json:
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise _invalid("The body is not a JSON object.")
    return document


def _list(document: Json, name: str) -> list[Any]:
    value = document.get(name) or []
    if not isinstance(value, list):
        raise _invalid(f"The `{name}` field must be an array.")
    return value


def _addresses(document: Json, name: str, most: int = MAX_RECIPIENTS) -> tuple[str, ...]:
    value = document.get(name) or []
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or len(listed) > most:
        raise _invalid(f"The `{name}` field must have at most {most} addresses.")
    for address in listed:
        if not isinstance(address, str) or not (
            ADDRESS.fullmatch(address) or NAMED_ADDRESS.fullmatch(address)
        ):
            raise _invalid(
                f"Invalid `{name}` field. The email address needs to follow the `email@example.com` or "
                "`Name <email@example.com>` format."
            )
    return tuple(listed)


def _text(document: Json, name: str) -> str | None:
    value = document.get(name)
    if value is not None and not isinstance(value, str):
        raise _invalid(f"The `{name}` field must be a string.")
    if name == "subject" and value and re.search(r"[\r\n]", value):
        raise _invalid("The `\\n` is not allowed in the `subject` field.")
    return value


def _headers(given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise _invalid("The `headers` field must be an object of strings.")
    if any(re.search(r"[\r\n]", name + value) for name, value in given.items()):
        raise _invalid("The `\\n` is not allowed in the `headers` field.")
    return given


def _tags(listed: list[Any]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for tag in listed:
        if not isinstance(tag, dict):
            raise _invalid("The `tags` field must be a list of objects.")
        name, value = str(tag.get("name", "")), str(tag.get("value", ""))
        if not TAG.fullmatch(name) or not TAG.fullmatch(value):
            raise _invalid("Tags should only contain ASCII letters, numbers, underscores, or dashes.")
        tags[name] = value
    return tags


def _attachment(item: Any) -> EmailAttachment:
    try:
        content = base64.b64decode(item["content"], validate=True)
        name = str(item["filename"])
    except (KeyError, TypeError, ValueError):
        raise ResendError(422, "invalid_attachment", "Attachment must have a filename and content.") from None
    if not name or name.rpartition(".")[2].lower() in REFUSED_ENDINGS:
        raise ResendError(422, "invalid_attachment", f"Attachments of this type are not supported: {name}")
    return EmailAttachment(filename=name, size=len(content))
