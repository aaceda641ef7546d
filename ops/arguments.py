"""Parses what an operator types, leniently: ticket codes, phone numbers and texts."""

import re
import sys
from typing import Final

from messages.safe_text import clean, one_line, utf16_length
from messages.whatsapp.notification_bubble import MAX_TECHNICIAN_TEXT
from ops.errors import OpsError
from state.model.ticket_code import find_all

_PUNCTUATION: Final = re.compile(r"[\s\-–.()/+\u200e\u200f\u202a-\u202e]")
_MIN_DIGITS: Final = 8
_MAX_DIGITS: Final = 15  # E.164


def ticket_code(text: str) -> str:
    """Parse a ticket code, also in lower case, without TK or hyphens. Returns TK-XXXX-XXXX. Raises OpsError."""
    found = find_all(text)
    if not found.alone or len(found.codes) > 1:
        raise OpsError(f"{text!r} is not a ticket code: they look like TK-7F3K-9QX2")
    (code,) = found.codes
    if not code.valid:
        raise OpsError(
            f"{code.code} is not a ticket code: its check character does not match, so one is mistyped"
        )
    return code.code


def phone_number(text: str) -> str:
    """The digits of a phone number. Raises OpsError. The database knows its other forms: `number_forms`."""
    digits = _PUNCTUATION.sub("", text).removeprefix("00")
    if not (digits.isascii() and digits.isdigit() and _MIN_DIGITS <= len(digits) <= _MAX_DIGITS):
        raise OpsError(f"{text!r} is not an international phone number, such as +54 9 11 5555-0101")
    if digits.startswith("0"):
        raise OpsError(f"{text!r} has no country code: write it like +54 9 11 5555-0101")
    return digits


def typed_text(given: str, *, required: bool = True) -> str:
    """A text as it was given, or for "-" what stdin has. Raises OpsError if it is required, or read, and says nothing."""
    words = clean(sys.stdin.read() if given == "-" else given).strip()
    if not one_line(words) and (required or given == "-"):
        raise OpsError("there is no text" + " on stdin" * (given == "-"))
    return words


def technician_text(given: str, *, required: bool = True) -> str:
    """The same, for a technician's words to a customer. Raises OpsError also if WhatsApp has no room for it."""
    words = typed_text(given, required=required)
    if utf16_length(words) > MAX_TECHNICIAN_TEXT:
        raise OpsError(
            f"the text has {utf16_length(words)} characters; a WhatsApp message has room for {MAX_TECHNICIAN_TEXT} of yours"
        )
    return words
