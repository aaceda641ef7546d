"""From a text to tags: normalise the spelling, look up words and phrases."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from state.understanding.vocabulary import VOCABULARY

# Language, rules, classifier and vetoes ask for the same of one text: it is found once. Each thread reads one message at a time.
_LATEST: Final = 8
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_RUN: Final = re.compile(r"(.)\1{2,}")
_DOUBLE: Final = re.compile(r"(.)\1")
_TOKEN: Final = re.compile(r"[a-z0-9]+|[,.;:!?\n]+")
_NOT_SPELLING: Final = str.maketrans("", "", "'’‘`´\u200d\ufe0f")

OTHER: Final = "other"
DOING: Final = "doing"  # an unknown gerund: "não tá mexendo"
PAUSE: Final = "pause"
ASKS: Final = "asks"


@lru_cache(_LATEST)
def fold(text: str) -> str:
    """Normalise the spelling: lower case, no accents or apostrophes, a letter repeated for emphasis once."""
    bare = text.lower().translate(_NOT_SPELLING)
    if not bare.isascii():
        bare = _NOT_ASCII.sub(_uncombined, unicodedata.normalize("NFKD", bare))
    return _RUN.sub(r"\1", bare)


def _uncombined(sign: re.Match[str]) -> str:
    return "" if unicodedata.combining(sign[0]) else sign[0]


@lru_cache(_LATEST)
def tokens_of(text: str) -> tuple[str, ...]:
    """Split into words and punctuation; emoji and other symbols are dropped."""
    return tuple(_TOKEN.findall(fold(text)))


# Words and phrases; stems; and the number of words in the longest phrase that begins with a word.
_KNOWN: Final[dict[str, str]] = {}
_STEMS: Final[dict[str, str]] = {}
_LONGEST: Final[dict[str, int]] = {}


def _learn(tag: str, listed: str) -> None:
    for entry in " ".join(listed.split()).split(", "):
        if entry[-1] == "*":
            _STEMS[entry[:-1]] = tag
            continue
        _KNOWN[entry] = tag
        if " " in entry:
            first = entry[: entry.index(" ")]
            _LONGEST[first] = max(_LONGEST.get(first, 0), entry.count(" ") + 1)


for _tag, _listed in VOCABULARY.items():
    _learn(_tag, _listed)

_SHORTEST_STEM: Final = min(map(len, _STEMS))
_LONGEST_STEM: Final = max(map(len, _STEMS))


@lru_cache(_LATEST)
def tags_of(tokens: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Pair every word, phrase and punctuation mark with its tag; the longest phrase wins."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(tokens):
        length, tag = _phrase_at(tokens, at) or (1, _tag_of(tokens[at]))
        found.append((tokens[at], tag))
        at += length
    return tuple(found)


def _phrase_at(tokens: tuple[str, ...], at: int) -> tuple[int, str] | None:
    for length in range(_LONGEST.get(tokens[at], 0), 1, -1):
        tag = _KNOWN.get(" ".join(tokens[at : at + length]))
        if tag is not None and at + length <= len(tokens):
            return length, tag
    return None


def _tag_of(token: str) -> str:
    if not token[0].isalnum():
        return ASKS if "?" in token else PAUSE
    return _KNOWN.get(token) or _KNOWN.get(_DOUBLE.sub(r"\1", token)) or _tag_of_stem(token)


def _tag_of_stem(word: str) -> str:
    for length in range(min(len(word), _LONGEST_STEM), _SHORTEST_STEM - 1, -1):
        tag = _STEMS.get(word[:length])
        if tag is not None:
            return tag
    return DOING if len(word) > 5 and word.endswith(("ndo", "ing")) else OTHER
