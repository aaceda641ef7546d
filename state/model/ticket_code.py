"""Ticket codes: TK-XXXX-XXXX, seven random symbols and a check symbol. Tolerates lookalikes, detects typos.

The check is linear over GF(32): the sum of weight x symbol is zero. Every weight is another non-zero element, so a single
wrong symbol and a swap of any two always leave a sum that is not zero.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_VALUE: Final = {symbol: value for value, symbol in enumerate(ALPHABET)}
_SYMBOLS: Final = 8
_POLYNOMIAL: Final = 0b100101  # x^5 + x^2 + 1, which defines the field
_FORM: Final = re.compile(rf"TK-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}")

MAX_CODES: Final = 5  # of one text that are looked at

# Letters of other alphabets that look like ours. Other forms of ours (full width, mathematical) are folded by NFKC.
_FOREIGN: Final = dict(
    zip(
        "АВЕЗІКМНОРСТУХавезікмнорстухΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "ABE3IKMHOPCTYXabe3ikmhopctyxABEZHIKMNOPTYX",
        strict=True,
    )
)
_UNUSUAL: Final = re.compile("[\xad\u0250-\U0010ffff]")
_INVISIBLE: Final = {
    "Cf",
    "Mn",
    "Me",
}  # zero-width signs, the soft hyphen, directions; accents and variation selectors

# Every repetition is bounded, so that reading is linear. Between the parts of a code: a hyphen of any kind, a space, quotes,
# the signs of bold and italics.
_GAP: Final = r"[\W_]{0,4}"
_NUMBER: Final = (
    r"(?:(?:n(?:[uú]m(?:ero)?|ro|o|[º°])?|number)\b[\W_]{0,4})?"  # "TK nro. ...", "ticket número ..."
)
_WORD: Final = (
    rf"(?:tickets?|tiket|tique|caso|case|chamado|reclamo|reporte|c[oó]digo|code)[\W_]{{1,4}}{_NUMBER}"
)
_ONE: Final = r"[0-9A-Za-z]"
_CODE: Final = re.compile(
    rf"(?<![^\W_])(?:(?P<tk>(?:{_WORD})?T[\s.\-_]?K){_GAP}{_NUMBER}|(?P<word>{_WORD}))?"
    rf"(?P<first>{_ONE}{{4}})(?P<gap>{_GAP})(?P<second>{_ONE}{{4}})(?![^\W_])",
    re.IGNORECASE,
)
_HYPHEN: Final = re.compile("[-\u2010-\u2015\u2212]")
_JOINED: Final = re.compile(rf"[\s_.]?{_HYPHEN.pattern}?[\s_.]?")  # the gap of a code without TK
_LETTER_OR_DIGIT: Final = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMatch:
    """A code in a text. valid: the check symbol is right.

    certain: it is written as a code, after TK or "ticket". Otherwise it may be any number or word of eight symbols: one in 32
    has the right check symbol.
    """

    code: str
    valid: bool
    certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCodes:
    """The codes in a text, in order, each once. alone: the text has nothing else in it. rest: the text with "ticket" for each."""

    codes: tuple[CodeMatch, ...] = ()
    alone: bool = False
    rest: str = ""

    def __bool__(self) -> bool:
        return bool(self.codes)


def generate(random: Callable[[int], int] = secrets.randbelow) -> str:
    """Return a new code. `random(n)` returns an integer below n; the default is cryptographically secure."""
    number = random(32 ** (_SYMBOLS - 1))  # once, not for each symbol: every draw is a system call
    values = [number >> 5 * place & 31 for place in range(_SYMBOLS - 1)]
    return _written([*values, _check(values)])


def is_code(text: str) -> bool:
    """True if the text is a code exactly as we write it."""
    return _FORM.fullmatch(text) is not None and _read(text[3:7] + text[8:])[1]


def find_all(text: str) -> FoundCodes:
    """Find the ticket codes in a text. Reads generously: "*TK–8a8k–hgvf*", "TK: 8A8KHGVF", "ticket 8A8K HGVF", O for 0, I for 1.

    Without TK it needs the right check symbol, and a digit or a hyphen: eight letters are more often a word. In a text that is
    nothing else, one with an error is found, too, unless another is beside it.
    """
    text = _UNUSUAL.sub(lambda sign: _folded(sign[0]), text)
    candidates = list(_candidates(text))
    if any(each.code.certain and not each.only_alone for each in candidates):
        # Beside it, what is perhaps a code is a number: "TK-…, 4411 5522".
        candidates = [each for each in candidates if not each.only_alone]
    spans = [each.span for each in candidates]
    alone = bool(spans) and not _LETTER_OR_DIGIT.search(_replaced(text, spans, ""))
    kept = [each for each in candidates if alone or not each.only_alone]
    if not kept:
        return FoundCodes()
    codes = dict.fromkeys(each.code for each in kept)
    # Of more than five, those that are most likely a code.
    likely = sorted(codes, key=lambda code: (not code.valid, not code.certain))[:MAX_CODES]
    return FoundCodes(
        codes=tuple(code for code in codes if code in likely),
        alone=alone,
        rest=_replaced(text, [each.span for each in kept], "ticket"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A place in a text that may be a code. only_alone: not if the text has anything else in it."""

    code: CodeMatch
    span: tuple[int, int]
    only_alone: bool


def _candidates(text: str) -> Iterator[_Candidate]:
    start = 0
    while match := _CODE.search(text, start):
        found = _judged(match)
        # Eight symbols that are no code may end with the first half of one.
        start = match.end() if found and found.code.certain else match.start("first") + 1
        if found:
            yield found


def _judged(match: re.Match[str]) -> _Candidate | None:
    symbols = match["first"] + match["second"]
    code, valid = _read(symbols)
    digits, hyphen = sum(map(str.isdigit, symbols)), _HYPHEN.search(match["gap"]) is not None
    if not match["tk"] and not _JOINED.fullmatch(match["gap"]):
        return None
    if match["tk"]:
        plausible, certain, only_alone = valid or digits, digits or hyphen, False  # not "el tk esta roto"
    elif match["word"]:
        mixed = 0 < digits < _SYMBOLS
        plausible, certain, only_alone = valid or (mixed and (hyphen or not match["gap"])), mixed, not valid
    else:
        plausible, certain = valid or (digits and (hyphen or digits > 2)), False  # not "windows7"
        only_alone = not (valid and (digits or hyphen))
    if not plausible:
        return None
    return _Candidate(
        code=CodeMatch(code=code, valid=valid, certain=bool(certain)),
        span=match.span(),
        only_alone=only_alone,
    )


def _replaced(text: str, spans: list[tuple[int, int]], by: str) -> str:
    """The text with these parts, which may overlap, replaced."""
    parts, end = [], 0
    for start, until in spans:
        if start >= end:
            parts += [text[end:start], by]
        end = max(end, until)
    return "".join([*parts, text[end:]])


@lru_cache(1024)
def _folded(sign: str) -> str:
    """Ours for a sign that looks like it; nothing for one that cannot be seen."""
    if unicodedata.category(sign) in _INVISIBLE:
        return ""
    return _FOREIGN.get(sign) or unicodedata.normalize(
        "NFKC", sign
    )  # one by one: that of a whole text is not linear


def _read(symbols: str) -> tuple[str, bool]:
    """The code with these symbols, and whether its check symbol is right."""
    symbols = symbols.upper().translate(_LOOKALIKES)
    values = [_VALUE[symbol] for symbol in symbols if symbol in _VALUE]
    valid = len(values) == _SYMBOLS and _check(values[:-1]) == values[-1]
    return f"TK-{symbols[:4]}-{symbols[4:]}", valid


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
