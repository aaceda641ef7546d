"""Reads single values of Meta's payload: a bad required value raises Malformed, a missing optional one is None."""

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any, Final

from state.model.message import Poison

Json = dict[str, Any]

# A wamid has to fit into a dedup key and, with a technician's id, into Resend's key of 256, which travels as an HTTP header: visible
# ASCII.
WAMID: Final = re.compile(r"[!-~]{1,230}")
# The id of one of our messages, in a status: only looked up, never used as a key.
PROVIDER_ID: Final = re.compile(r"[!-~]{1,512}")
BSUID: Final = re.compile(r"[A-Z]{2}(\.ENT)?\.[A-Za-z0-9]{1,128}")
_PHONE_NUMBER: Final = re.compile(r"\+?[0-9]{4,20}")
# Postgres rejects NUL, and UTF-8 cannot encode half a surrogate pair.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class Malformed(Exception):
    """The item does not have the documented shape. The message names the field, never its value."""


def object_at(parent: Json, key: str) -> Json:
    value = parent.get(key)
    if not isinstance(value, dict):
        raise Malformed(f"{key} is not an object")
    return value


def metadata(value: Json) -> Json:
    """The metadata of a change: which of our numbers it is about. Empty if malformed."""
    found = value.get("metadata")
    return found if isinstance(found, dict) else {}


def text_at(parent: Json, key: str, *, empty: bool = False) -> str:
    value = parent.get(key)
    if not isinstance(value, str) or not (value or empty):
        raise Malformed(f"{key} is not text")
    return _UNSTORABLE.sub("\ufffd", value)


def optional_text(parent: Json, key: str) -> str | None:
    """An optional text; a value of any other type counts as missing."""
    return text_at(parent, key) if isinstance(parent.get(key), str) and parent[key] else None


def id_of(item: Json, form: re.Pattern[str]) -> str:
    if not matches(form, item.get("id")):
        raise Malformed("id is malformed")
    return str(item["id"])


def degrees_at(parent: Json, key: str, most: float) -> float:
    value = parent.get(key)
    # In this form NaN is refused too, and a number of a thousand digits does not overflow.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= most:
        raise Malformed(f"{key} is not an angle")
    return float(value)


def time_of(item: Json) -> datetime:
    """Meta: unix seconds, as a string."""
    try:
        return datetime.fromtimestamp(int(item.get("timestamp", "")), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise Malformed("timestamp is not a time") from None


def is_older(item: Json, moment: datetime) -> bool:
    """True if the item has a time before this moment; not if it has none that can be read."""
    try:
        return time_of(item) < moment
    except Malformed:
        return False


def bsuid(value: Any) -> str | None:
    return _optional(value, bsuid_or_none(value), "user id")


def bsuid_or_none(value: Any) -> str | None:
    return str(value) if matches(BSUID, value) else None


def phone_number(value: Any) -> str | None:
    return _optional(value, phone_number_or_none(value), "phone number")


def phone_number_or_none(value: Any) -> str | None:
    return str(value).removeprefix("+") if matches(_PHONE_NUMBER, value) else None


def _optional(value: Any, found: str | None, name: str) -> str | None:
    """Return `found`. Raises Malformed if the value is neither valid nor missing."""
    if found is None and value not in (None, ""):
        raise Malformed(f"{name} is malformed")
    return found


def matches(form: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def short(value: Any) -> str:
    """Shorten a value from Meta so that it is safe to log, whatever its type."""
    word = str(value) if isinstance(value, str | int) else type(value).__name__
    return re.sub(r"[^\w.-]", "?", word)[:40]


def poison(item: Any, reason: str) -> Poison:
    """An item that could not be read, or whose turn failed because of the item itself or a bug of ours."""
    try:
        payload = json.dumps(item, sort_keys=True)
    except (RecursionError, ValueError):  # too deep, or an integer that Python does not write out
        payload = "(cannot be written down)"
    return Poison(
        key=f"poison/{hashlib.sha256(payload.encode()).hexdigest()}", payload=payload, reason=reason
    )
