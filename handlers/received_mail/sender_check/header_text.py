"""The text of a header with its comments and quoted strings (RFC 5322, 3.2), which may hold anything that looks like the rest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# What stands for a quoted string, and for a comment. No header has them.
_QUOTED: Final = "\0"
_COMMENT: Final = "\1"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_PART: Final = re.compile(r'"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<text>[^"()\\]+)|(?P<open>\()')
_IN_COMMENT: Final = re.compile(r"(?:[^()\\]|\\.)+|(?P<open>\()|(?P<close>\))")
_ESCAPED: Final = re.compile(r"\\(.)")


class Malformed(ValueError):
    """It is not a header of this kind: a quoted string or a comment without an end, a control character, a wrong form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderText:
    """text: each comment is one "\\1" in it and each quoted string one "\\0"; quoted: those strings, in order; comments: likewise."""

    text: str
    quoted: tuple[str, ...]
    comments: tuple[str, ...]

    @property
    def without_comments(self) -> str:
        """The text with a space for each comment."""
        return self.text.replace(_COMMENT, " ")

    def restore(self, parts: list[str]) -> list[str]:
        """These parts of `text`, which together have all its quoted strings in order, with what those say."""
        strings = iter(self.quoted)
        return [re.sub(_QUOTED, lambda _: next(strings), part) for part in parts]


def read_header(value: str, max_length: int) -> HeaderText:
    """Read an unfolded header, in time that grows with its length. Raises Malformed."""
    if len(value) > max_length or _CONTROL.search(value):
        raise Malformed
    text, quoted, comments = "", [], []
    for kind, part in _parts(value):
        match kind:
            case "quoted":
                text += _QUOTED
                quoted.append(_ESCAPED.sub(r"\1", part))
            case "comment":
                text += _COMMENT
                comments.append(_ESCAPED.sub(r"\1", part))
            case _:
                text += part
    return HeaderText(text=text, quoted=tuple(quoted), comments=tuple(comments))


def _parts(value: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(value):
        found = _PART.match(value, place)
        if found is None:
            raise Malformed
        place = found.end()
        if found["open"]:
            start, place = place, _end_of_comment(value, place)
            yield "comment", value[start : place - 1]
        elif found["quoted"] is not None:
            yield "quoted", found["quoted"]
        else:
            yield "text", found["text"]


def _end_of_comment(value: str, place: int) -> int:
    """The place after the parenthesis that ends the comment which began before `place`. Comments may be nested."""
    depth = 1
    while depth:
        found = _IN_COMMENT.match(value, place)
        if found is None:
            raise Malformed
        place = found.end()
        depth += (found["open"] is not None) - (found["close"] is not None)
    return place
