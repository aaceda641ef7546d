"""What Resend accepts as an e-mail, and the errors with which it refuses anything else."""

import base64
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError
from starlette.responses import JSONResponse

from emulator import Json
from emulator.stand_in import ServiceError

MAX_RECIPIENTS = 50
REFUSED_ENDINGS = frozenset({"exe", "bat", "cmd", "com", "js", "vbs", "msi", "scr", "jar", "reg"})
MISSING = {"missing", "string_too_short", "too_short"}  # pydantic's types of errors


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


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value or ()


def _check_ending(filename: str) -> str:
    if not filename or filename.rpartition(".")[2].lower() in REFUSED_ENDINGS:
        raise ValueError(f"attachments of this type are not supported: {filename}")
    return filename


_ADDRESS = r"[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,]+"
Address = Annotated[str, StringConstraints(pattern=rf"^({_ADDRESS}|[^<>]*<{_ADDRESS}>)$")]
Addresses = Annotated[tuple[Address, ...], BeforeValidator(_as_tuple), Field(max_length=MAX_RECIPIENTS)]
OneLine = Annotated[str, StringConstraints(pattern=r"^[^\r\n]*$")]
TagText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,256}$")]
Base64 = Annotated[str, AfterValidator(lambda text: base64.b64decode(text, validate=True))]


class Tag(BaseModel):
    name: TagText
    value: TagText


class Attachment(BaseModel):
    filename: Annotated[str, AfterValidator(_check_ending)]
    content: Base64


class EmailRequest(BaseModel):
    """What Resend accepts."""

    sender: Address = Field(alias="from", min_length=1)
    to: Addresses = Field(min_length=1)
    subject: OneLine = Field(min_length=1)
    html: str | None = None
    text: str | None = None
    cc: Addresses = ()
    bcc: Addresses = ()
    reply_to: Addresses = ()
    headers: dict[OneLine, OneLine] = {}
    tags: list[Tag] = []
    attachments: list[Attachment] = []

    @model_validator(mode="after")
    def has_content(self) -> Self:
        if not (self.html or self.text):
            raise PydanticCustomError("missing", "html or text")
        return self


def read_email(body: bytes, *, email_id: str, at: float, key: str | None) -> SentEmail:
    """Raises ResendError for the first thing that is wrong."""
    try:
        request = EmailRequest.model_validate_json(body)
    except ValidationError as error:
        raise _refusal(error.errors()[0]) from None
    attachments = [
        EmailAttachment(filename=each.filename, size=len(each.content)) for each in request.attachments
    ]
    return SentEmail(
        id=email_id,
        at=at,
        key=key,
        **request.model_dump(exclude={"tags", "attachments"}),
        tags={tag.name: tag.value for tag in request.tags},
        attachments=tuple(attachments),
    )


def _refusal(error: ErrorDetails) -> ResendError:
    place = error["loc"] or ("body",)
    if place[0] == "attachments" and len(place) > 1:
        return ResendError(422, "invalid_attachment", f"Invalid attachment. {error['msg']}")
    if error["type"] in MISSING:
        name = place[0] if error["loc"] else error["msg"]
        return ResendError(422, "missing_required_field", f"Missing `{name}` field.")
    return ResendError(422, "validation_error", f"Invalid `{place[0]}` field. {error['msg']}")
