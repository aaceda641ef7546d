"""What Resend accepts as an e-mail, and the errors with which it refuses anything else."""

import base64
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    computed_field,
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

MimeType = Annotated[str, StringConstraints(pattern=r"^[\w.+-]+/[\w.+-]+(; *[\w-]+=[\w.-]+)*$")]


class Tag(BaseModel):
    name: TagText
    value: TagText


def _by_name(tags: Any) -> dict[str, str]:
    return {tag.name: tag.value for tag in TypeAdapter(list[Tag]).validate_python(tags)}


class Attachment(BaseModel):
    filename: Annotated[str, AfterValidator(_check_ending)]
    content: Annotated[Base64, Field(exclude=True)]
    content_type: MimeType | None = None  # without one Resend derives it from the file name

    @computed_field  # type: ignore[prop-decorator]
    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)


class SentEmail(BaseModel):
    """An e-mail as Resend accepts it, then with its id, `at` in unix seconds, and `key`, its idempotency key."""

    id: str = ""
    at: float = 0.0
    key: str | None = None
    sender: Address = Field(alias="from", min_length=1)
    to: Addresses = Field(min_length=1)
    subject: OneLine = Field(min_length=1)
    html: str | None = None
    text: str | None = None
    cc: Addresses = ()
    bcc: Addresses = ()
    reply_to: Addresses = ()
    headers: dict[OneLine, OneLine] = {}
    tags: Annotated[dict[str, str], BeforeValidator(_by_name)] = {}
    attachments: tuple[Attachment, ...] = ()

    @model_validator(mode="after")
    def has_content(self) -> Self:
        if not (self.html or self.text):
            raise PydanticCustomError("missing", "html or text")
        return self

    def as_json(self) -> Json:
        return self.model_dump(by_alias=True)


def read_email(body: bytes) -> SentEmail:
    """Raises ResendError for the first thing that is wrong."""
    try:
        return SentEmail.model_validate_json(body)
    except ValidationError as error:
        raise _refusal(error.errors()[0]) from None


def _refusal(error: ErrorDetails) -> ResendError:
    place = error["loc"] or ("body",)
    if place[0] == "attachments" and len(place) > 1:
        return ResendError(422, "invalid_attachment", f"Invalid attachment. {error['msg']}")
    if error["type"] in MISSING:
        name = place[0] if error["loc"] else error["msg"]
        return ResendError(422, "missing_required_field", f"Missing `{name}` field.")
    return ResendError(422, "validation_error", f"Invalid `{place[0]}` field. {error['msg']}")
