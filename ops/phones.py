"""Phone numbers as an operator types them, and as Meta writes them."""

from __future__ import annotations

import re
from typing import Final

from ops.errors import OpsError

_DECORATION: Final = re.compile(r"[\s\-–.()/+\u200e\u200f\u202a-\u202e]")
_LONGEST: Final = 15  # E.164
_SHORTEST: Final = 8


def numbers_of(text: str) -> tuple[str, ...]:
    """The digits a number can stand under in the database, the typed form first. Raises OpsError.

    Meta writes a mobile of Argentina as 549..., of Mexico as 521..., and some of Brazil without their ninth digit; people
    write them with or without.
    """
    digits = _DECORATION.sub("", text)
    digits = digits[2:] if digits.startswith("00") else digits
    if not (digits.isascii() and digits.isdigit() and _SHORTEST <= len(digits) <= _LONGEST):
        raise OpsError(f"{text!r} is not a phone number with its country: it must be like +54 9 11 5555-0101")
    if digits.startswith("0"):
        raise OpsError(f"{text!r} lacks its country: it must be like +54 9 11 5555-0101")
    return tuple(dict.fromkeys([digits, *_other_forms(digits)]))


def _other_forms(digits: str) -> list[str]:
    for country, extra, length in (("54", "9", 12), ("52", "1", 12)):
        if digits.startswith(country) and len(digits) == length:
            return [country + extra + digits[2:]]
        if digits.startswith(country + extra) and len(digits) == length + 1:
            return [country + digits[3:]]
    if digits.startswith("55") and len(digits) == 12:  # 55, area of two digits, number
        return [digits[:4] + "9" + digits[4:]]
    if digits.startswith("55") and len(digits) == 13 and digits[4] == "9":
        return [digits[:4] + digits[5:]]
    return []
