"""Make text that others wrote safe to show: cleaned, and cut to a length in UTF-16 units without splitting a character."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from state.model.blank import BLANK_LETTERS

_CUT: Final = "…"
_JOINER: Final = "\u200d"
_LAST_WORD: Final = re.compile(r"\s\S{0,40}\Z")
_MAX_CLUSTER: Final = 32  # code points; a longer combination is abuse and may be cut anywhere

# Line and paragraph separators, and the line ends of Windows and old Macs.
_LINE_END: Final = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Control characters; and the embeddings, overrides and isolates that could reverse the text beside it.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# To a space each.
_BLANKS: Final = dict.fromkeys(map(ord, BLANK_LETTERS), " ")
_LONE_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def utf16_length(text: str) -> int:
    """The length in UTF-16 units. How Meta counts an emoji is not documented; no other way of counting gives more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """The text, or its beginning and "…", in at most `limit` UTF-16 units."""
    if utf16_length(text) <= limit:
        return text
    end, size = 0, utf16_length(_CUT)
    while (size := size + 1 + (text[end] > "\uffff")) <= limit:
        end += 1
    return text[: _whole(text, end)].rstrip() + _CUT


def cut_at_word(text: str, limit: int) -> str:
    """As `cut`, but after a whole word, unless that word is longer than 40 characters."""
    shown = cut(text, limit)
    if shown == text:
        return text
    whole = _LAST_WORD.sub("", shown.removesuffix(_CUT))
    return (whole.rstrip() or shown.removesuffix(_CUT)) + _CUT


def fair_shares(sizes: Sequence[int], budget: int) -> list[int]:
    """Divide `budget` among texts of these sizes: short ones get all they need, the long ones equal shares."""
    given = [0] * len(sizes)
    left = budget
    for turn, place in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        given[place] = min(sizes[place], left // (len(sizes) - turn))
        left -= given[place]
    return given


def clean(text: str) -> str:
    """The text without control characters and changes of direction. Its lines stay."""
    return _LONE_SURROGATE.sub("\ufffd", _CONTROL.sub("", _LINE_END.sub("\n", text)))


def one_line(text: str) -> str:
    """The text as one line of visible characters with single spaces."""
    shown = "".join(c for c in clean(text).translate(_BLANKS) if c == "\n" or unicodedata.category(c) != "Cf")
    return " ".join(shown.split())


def _whole(text: str, end: int) -> int:
    """The last place at or before `end` that does not split an emoji or a letter from what is combined with it."""
    for place in range(end, max(end - _MAX_CLUSTER, -1), -1):
        if place == 0 or not _splits(text, place):
            return place
    return end


def _splits(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if before == _JOINER or _extends(after):
        return True
    flags = 0  # a flag is two letters, so a cut after an odd number of them splits one
    while flags < place and _flag_letter(text[place - 1 - flags]):
        flags += 1
    return _flag_letter(after) and flags % 2 == 1


def _extends(c: str) -> bool:
    """True if a character only modifies the one before it: an accent, a joiner, a skin tone, a tag."""
    return (
        c == _JOINER
        or "\U0001f3fb" <= c <= "\U0001f3ff"
        or "\U000e0020" <= c <= "\U000e007f"
        or unicodedata.category(c) in {"Mn", "Me"}
    )


def _flag_letter(c: str) -> bool:
    return "\U0001f1e6" <= c <= "\U0001f1ff"
