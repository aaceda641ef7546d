"""From a text to its features: the rows that the classifier adds up. Pure, fast, and the same on every machine.

A feature is a word, four letters in a row within a word, a tag of the vocabulary, the length, or two neighbours: stems, tags, a
word and a tag. It has no name: its checksum says which row of the table is its own. Two with the same row share its weights.
"""

import re
from typing import Final
from zlib import crc32

from state.understanding.tagging import fold, tags_of, tokens_of

ROWS: Final = 1 << 15  # of the table
_LETTERS: Final = 4  # in a row; a space before and after a word is one
# Of a longer text the beginning and the end are looked at: one in a hundred of those that people wrote is longer than
# 280 characters, what they want stands first or last, and the rest would only cost time.
LOOKED_AT_FIRST: Final = 300
LOOKED_AT_LAST: Final = 200
_STEM: Final = 4  # letters: "funciona" and "funcionan" have one, and "prende" and "prender"
_MAX_WORD: Final = 32  # a longer one is an address or a stuck key
# Words, numbers, and any other sign by itself, which are emoji above all; but not what only separates.
_TOKEN: Final = re.compile(r"[a-z]+|[0-9]+|[^\sa-z0-9,.;:/()\"\-]")
_LONG_NUMBER: Final = b"00"  # a single digit may be a grade or a choice; longer ones are all alike
_EDGE: Final = (b"^", b"^")
_UNTOLD: Final = frozenset({b"filler", b"please"})  # tags that say nothing about what is wanted


def features_of(text: str) -> set[int]:
    """Return the rows of the features of a text. Takes the same time for any text beyond a length."""
    seen = looked_at(text)
    words = [_spelled(token) for token in _TOKEN.findall(fold(seen))]
    tagged = [(_spelled(word), tag.encode()) for word, tag in tags_of(tokens_of(seen))]
    tags = [tag for _, tag in tagged if tag not in _UNTOLD]
    found = [b"#%d" % len(words).bit_length()]
    for word in words:
        found.append(padded := b" %s " % word)
        found += [padded[at : at + _LETTERS] for at in range(len(padded) - _LETTERS + 1)]
    stems = [word[:_STEM] for word in words]
    found += [b"%s_%s" % pair for pair in zip([b"^", *stems], [*stems, b"$"], strict=True)]
    found += [b"T%s" % tag for tag in tags]
    found += [b"T%s,%s" % pair for pair in zip([b"^", *tags], [*tags, b"$"], strict=True)]
    for (word, tag), (next_word, next_tag) in zip([_EDGE, *tagged], [*tagged, _EDGE], strict=True):
        found += [b"%s>%s" % (word, next_tag), b"%s<%s" % (tag, next_word)]
    return {crc32(feature) % ROWS for feature in found}


def looked_at(text: str) -> str:
    """Return the beginning and the end of a long text."""
    if len(text) <= LOOKED_AT_FIRST + LOOKED_AT_LAST:
        return text
    return f"{text[:LOOKED_AT_FIRST]} {text[-LOOKED_AT_LAST:]}"


def _spelled(token: str) -> bytes:
    if len(token) > 1 and token.isdigit():
        return _LONG_NUMBER
    return token[:_MAX_WORD].encode("utf-8", "surrogatepass")  # half an emoji is no reason to fail
