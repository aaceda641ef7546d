"""The JSON bodies that are posted to the page's server: pydantic models, and the reason when one does not fit."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from emulator.meta.message_rules import units
from emulator.meta.users import BSUID
from emulator.meta.webhook_payload import canonical_phone

MAX_TEXT = 4096  # UTF-16 units, as WhatsApp counts


class Refused(Exception):
    """The request cannot be carried out; the message says why.

    `status` is that of the answer; `key` that of the page's text for it, if the page can cause it.
    """

    def __init__(self, message: str, status: int = 400, key: str = "") -> None:
        super().__init__(message)
        self.status, self.key = status, key


class Body(BaseModel):
    """A JSON object without unknown fields; bytes are base64 in it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, val_json_bytes="base64")

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Raises Refused."""
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            message = first["msg"].removeprefix("Value error, ")
            raise Refused(f"{first['loc'][-1]}: {message}" if first["loc"] else message) from None


def _text(written: str) -> str:
    """Return it unchanged: WhatsApp delivers what the customer wrote, also spaces around it."""
    if not written.strip():
        raise ValueError("write something")
    if units(written) > MAX_TEXT:
        raise ValueError(f"a message has at most {MAX_TEXT} characters")
    return written


def _phone(written: str) -> str:
    number = canonical_phone(written)
    if not re.fullmatch(r"\d{7,15}", number):
        raise ValueError("a phone number has 7 to 15 digits, country code first: 5491155550101")
    return number


def _bsuid(written: str) -> str:
    if not BSUID.fullmatch(written):
        raise ValueError("a BSUID looks like AR.x1y2")
    return written


Text = Annotated[str, AfterValidator(_text)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
Phone = Annotated[str, AfterValidator(_phone)]
Bsuid = Annotated[str, AfterValidator(_bsuid)]
