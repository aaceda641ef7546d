"""Our own line in the e-mails, "-- write above this line --": everything from there on is the e-mail that is answered.

It is found however a mail program has quoted it, wrapped it, spaced it or made other dashes of its own.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate
from typing import Final

from handlers.received_mail.typed.lines import Line
from messages.email.layout import HIDDEN_CUT, cut_lines

_ACCENTS: Final = "\u0300-\u036f"  # that follow their letter
_BEFORE: Final = r"^(?:[^\w\n]|_){0,40}"
_BETWEEN: Final = r"[\W_]{1,40}"
# Nothing more, or its dashes and then whatever a program has put on the same line.
_AFTER: Final = r"(?:(?:[^\w\n]|_){0,40}$|[^\w\n]{0,10}[-‐‑‒–—―−])"


def above_cut_line(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines above the first that is ours, in any language: the desk's may have changed since the e-mail was sent.

    Or above what the e-mail hides at its beginning, should a program show it.
    """
    found = _pattern(cut_lines()).search("\n".join(line.text for line in lines))
    if found is None:
        return lines
    starts = list(accumulate((len(line.text) + 1 for line in lines), initial=0))
    return lines[: bisect_right(starts, found.start()) - 1]


@cache
def _pattern(ours: tuple[str, ...]) -> re.Pattern[str]:
    any_of_them = "|".join(_BETWEEN.join(map(_any_accent, re.findall(r"\w+", line))) for line in ours)
    return re.compile(f"{_BEFORE}(?:{any_of_them}){_AFTER}|{HIDDEN_CUT}", re.MULTILINE | re.IGNORECASE)


def _any_accent(word: str) -> str:
    return "".join(f"[{''.join(_forms(letter))}][{_ACCENTS}]?" for letter in word)


def _forms(letter: str) -> Iterable[str]:
    return sorted({letter, unicodedata.normalize("NFD", letter)[0]})
