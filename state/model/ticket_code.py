"""Ticket codes: TK-XXXX-XXXX, seven random symbols and a check symbol. Tolerates lookalikes, detects typos.

The check is linear over GF(32): the sum of weight x symbol is zero. Every weight is another non-zero element, so a single
wrong symbol and a swap of any two always leave a sum that is not zero.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

# Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_VALUE: Final = {symbol: value for value, symbol in enumerate(ALPHABET)}
_SYMBOLS: Final = 8
_POLYNOMIAL: Final = 0b100101  # x^5 + x^2 + 1, which defines the field

_ONE: Final = r"[0-9A-Za-z]"
_WITH_PREFIX: Final = re.compile(
    rf"(?<!\w)T\s?K[\s\-–_.]*({_ONE}{{4}})[\s\-–_.]*({_ONE}{{4}})(?!\w)", re.IGNORECASE
)
_BARE: Final = re.compile(rf"\s*({_ONE}{{4}})[\s\-–_.]*({_ONE}{{4}})\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMatch:
    """A code in a text. is_whole_text: the text has nothing else in it. valid: the check symbol is right."""

    code: str
    is_whole_text: bool
    valid: bool


def generate(random: Callable[[int], int] = secrets.randbelow) -> str:
    """Return a new code. `random(n)` returns an integer below n; the default is cryptographically secure."""
    number = random(32 ** (_SYMBOLS - 1))  # once, not for each symbol: every draw is a system call
    values = [number >> 5 * place & 31 for place in range(_SYMBOLS - 1)]
    return _written([*values, _check(values)])


def find(text: str) -> CodeMatch | None:
    """Find the first ticket code in a text, or return None.

    "tk 7f3k9qx2", lower case, O for 0 and I or L for 1 are accepted. Without "TK" the code must be the whole message, contain
    a digit and have the right check symbol: eight letters are more often a word.
    """
    if match := _WITH_PREFIX.search(text):
        found = _read(match, is_whole_text=False)
        if not found.valid and not any(sign.isdigit() for sign in match[1] + match[2]):
            return None  # "el tk esta roto": two words of four letters
        is_whole_text = not (text[: match.start()] + text[match.end() :]).strip(" \t\n.,;:!?¡¿#()")
        return replace(found, is_whole_text=is_whole_text)
    if (match := _BARE.fullmatch(text)) and any(c.isdigit() for c in text):
        found = _read(match, is_whole_text=True)
        return found if found.valid else None
    return None


def _read(match: re.Match[str], *, is_whole_text: bool) -> CodeMatch:
    symbols = (match[1] + match[2]).upper().translate(_LOOKALIKES)
    values = [_VALUE.get(symbol) for symbol in symbols]
    known = [value for value in values if value is not None]
    if len(known) < _SYMBOLS:
        return CodeMatch(code=f"TK-{symbols[:4]}-{symbols[4:]}", is_whole_text=is_whole_text, valid=False)
    return CodeMatch(code=_written(known), is_whole_text=is_whole_text, valid=_check(known[:-1]) == known[-1])


def _written(values: list[int]) -> str:
    symbols = "".join(ALPHABET[value] for value in values)
    return f"TK-{symbols[:4]}-{symbols[4:]}"


def _check(values: list[int]) -> int:
    """The symbol that makes the sum zero. Multiplied by 2 after each symbol, the last one counts twice, the one before four times ..."""
    total = 0
    for value in values:
        total = (total ^ value) << 1
        if total > 31:
            total ^= _POLYNOMIAL
    return total
