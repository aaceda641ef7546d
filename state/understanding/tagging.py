"""From a text to tags: normalise the spelling, look up words and phrases, correct one typo."""

import re
import unicodedata
from typing import Final

from state.understanding.vocabulary import COMMANDS, LOOK_ALIKES, VOCABULARY

_RUN: Final = re.compile(r"(.)\1{2,}")
_DOUBLE: Final = re.compile(r"(.)\1")
_TOKEN: Final = re.compile(r"[a-z0-9]+|[,.;:!?\n]+")
_NOT_SPELLING: Final = str.maketrans("", "", "'’‘`´\u200d\ufe0f")

OTHER: Final = "other"
DOING: Final = "doing"  # an unknown gerund: "não tá mexendo"
PAUSE: Final = "pause"
ASKS: Final = "asks"


def fold(text: str) -> str:
    """Normalise the spelling: lower case, no accents or apostrophes, a letter repeated for emphasis once."""
    bare = text.lower().translate(_NOT_SPELLING)
    if not bare.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    return _RUN.sub(r"\1", bare)


def tokens_of(text: str) -> list[str]:
    """Split into words and punctuation; emoji and other symbols are dropped."""
    return _TOKEN.findall(fold(text))


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


def tags_of(tokens: list[str]) -> list[tuple[str, str]]:
    """Pair every word, phrase and punctuation mark with its tag; the longest phrase wins."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(tokens):
        length, tag = _phrase_at(tokens, at) or (1, _tag_of(tokens[at]))
        found.append((tokens[at], tag))
        at += length
    return found


def _phrase_at(tokens: list[str], at: int) -> tuple[int, str] | None:
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


_COMMANDS: Final = frozenset(COMMANDS.split())
_COMMAND_WORDS: Final = {
    word: tag for word, tag in _KNOWN.items() if len(word) > 3 and " " not in word and tag in _COMMANDS
}
_LOOK_ALIKES: Final = frozenset(LOOK_ALIKES.split())


def corrected(word: str) -> str | None:
    """Return the tag of the only command that is one typo away from an unknown word.

    In a word of four letters only a swap of two counts as a typo: too many words differ in just one.
    """
    if word in _LOOK_ALIKES:
        return None
    tags = {tag for command, tag in _COMMAND_WORDS.items() if _one_typo(word, command)}
    return tags.pop() if len(tags) == 1 else None


def _one_typo(word: str, command: str) -> bool:
    if word[0] != command[0] or abs(len(word) - len(command)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(word, command, strict=False)) if a != b), len(command))
    mine, theirs = word[at:], command[at:]
    if mine[:2] == theirs[1::-1] and mine[2:] == theirs[2:]:
        return True
    return len(command) > 4 and mine[len(mine) > len(theirs) - 1 :] == theirs[len(theirs) > len(mine) - 1 :]
