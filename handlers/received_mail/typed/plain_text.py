"""The plain text of a mail as lines; those that begin with ">" are quoted."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from handlers.received_mail.typed.lines import Line, Origin

_FLOWED: Final = re.compile(r"format\s*=\s*\"?flowed", re.IGNORECASE)
_DELETES_SPACES: Final = re.compile(r"delsp\s*=\s*\"?yes", re.IGNORECASE)
_IMAGE: Final = re.compile(r"\[cid:([^\]\s]{1,200})\]")  # where Outlook had one
_DASHES: Final = "-- "  # above a signature, and never wrapped


def text_lines(text: str, content_type: str) -> list[Line]:
    """Every line, with those joined again that the program wrapped and said so. content_type: the mail's own header."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not _FLOWED.search(content_type):
        return [_line(line, quoted=line.startswith(">")) for line in lines]
    without_space = _DELETES_SPACES.search(content_type) is not None
    return list(_unwrapped(lines, without_space=without_space))


def _line(text: str, *, quoted: bool) -> Line:
    images = tuple(_IMAGE.findall(text))
    shown = _IMAGE.sub("", text) if images else text
    return Line(
        text=Line.shown(shown),
        origin=Origin.QUOTE if quoted else Origin.TYPED,
        images=images,
    )


def _unwrapped(lines: list[str], *, without_space: bool) -> Iterator[Line]:
    """RFC 3676: a line that ends with a space goes on in the next, unless that is quoted more or less deeply."""
    for depth, wrapped in groupby(map(_unquoted, lines), key=lambda each: each[0]):
        begun: list[str] = []
        for _, line in wrapped:
            goes_on = line.endswith(" ") and line != _DASHES
            begun.append(line[:-1] if goes_on and without_space else line)
            if not goes_on:
                yield _line("".join(begun), quoted=depth > 0)
                begun = []
        if begun:
            yield _line("".join(begun), quoted=depth > 0)


def _unquoted(line: str) -> tuple[int, str]:
    """How deeply a line is quoted, and the line without that and without the space that protects its beginning."""
    bare = line.lstrip(">")
    return len(line) - len(bare), bare.removeprefix(" ")
