"""From what customers type to tags: spelling folded, words and phrases looked up, one typo forgiven."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from state.words import LOOK_ALIKES, VOCABULARY

_RUN: Final = re.compile(r"(.)\1{2,}")
_DOUBLE: Final = re.compile(r"(.)\1")
_TOKEN: Final = re.compile(r"[a-z0-9]+|[,.;:!?\n]+")
_NOT_SPELLING: Final = str.maketrans("", "", "'’‘`´\u200d\ufe0f")

OTHER: Final = "other"
DOING: Final = "doing"  # an unknown gerund: "não tá mexendo"
PAUSE: Final = "pause"
ASKS: Final = "asks"


def fold(text: str) -> str:
    """Lower case, without accents or apostrophes, and with a letter repeated for emphasis written once."""
    bare = text.lower().translate(_NOT_SPELLING)
    if not bare.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    return _RUN.sub(r"\1", bare)


def tokens_of(text: str) -> list[str]:
    """Split into words and clause marks; emoji and other signs vanish."""
    return _TOKEN.findall(fold(text))


def words_of(text: str) -> Iterator[str]:
    """Only the words of tokens_of."""
    return (token for token in tokens_of(text) if token[0].isalnum())


def _entries() -> Iterator[tuple[str, str]]:
    for tag, listed in VOCABULARY.items():
        for entry in listed.split(","):
            yield " ".join(entry.split()), tag


def _index() -> tuple[dict[str, str], dict[str, str], dict[str, list[tuple[list[str], str]]]]:
    words: dict[str, str] = {}
    stems: dict[str, str] = {}
    phrases: dict[str, list[tuple[list[str], str]]] = {}
    for entry, tag in _entries():
        first, *rest = entry.split(" ")
        if rest:
            phrases.setdefault(first, []).append((rest, tag))
        elif entry.endswith("*"):
            stems[entry[:-1]] = tag
        else:
            words[entry] = tag
    for candidates in phrases.values():
        candidates.sort(key=lambda candidate: len(candidate[0]), reverse=True)
    return words, stems, phrases


WORDS, _STEMS, _PHRASES = _index()
_SHORTEST_STEM: Final = min(map(len, _STEMS))
_LONGEST_STEM: Final = max(map(len, _STEMS))


def tags_of(tokens: list[str]) -> list[tuple[str, str]]:
    """Pair every word, phrase and clause mark with its tag, longest phrase first."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(tokens):
        length, tag = _phrase_at(tokens, at) or (1, _tag_of(tokens[at]))
        found.append((tokens[at], tag))
        at += length
    return found


def _phrase_at(tokens: list[str], at: int) -> tuple[int, str] | None:
    for rest, tag in _PHRASES.get(tokens[at], ()):
        if all(map(_same, rest, tokens[at + 1 : at + 1 + len(rest)])) and at + len(rest) < len(tokens):
            return 1 + len(rest), tag
    return None


def _same(entry: str, word: str) -> bool:
    return entry == word or (entry[-1] == "*" and word.startswith(entry[:-1]))


def _tag_of(token: str) -> str:
    if not token[0].isalnum():
        return ASKS if "?" in token else PAUSE
    return WORDS.get(token) or WORDS.get(_DOUBLE.sub(r"\1", token)) or _tag_of_stem(token)


def _tag_of_stem(word: str) -> str:
    for length in range(min(len(word), _LONGEST_STEM), _SHORTEST_STEM - 1, -1):
        tag = _STEMS.get(word[:length])
        if tag is not None:
            return tag
    return DOING if len(word) > 5 and word.endswith(("ndo", "ing")) else OTHER


_COMMAND_TAGS: Final = (
    "hello menu help cancel thanks bye tickets status news person unsubscribe language es en pt"
)
# The tags whose words are commands by themselves; only these are looked for behind a typo.
_COMMANDS: Final = frozenset(_COMMAND_TAGS.split())
_COMMAND_WORDS: Final = {word: tag for word, tag in WORDS.items() if tag in _COMMANDS and len(word) >= 4}


_LOOK_ALIKES: Final = frozenset(LOOK_ALIKES.split())


def corrected(word: str) -> str | None:
    """Return the tag of the only command that is one typo away from an unknown word.

    Four letters are so near to everything that only two swapped ones are forgiven there.
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
