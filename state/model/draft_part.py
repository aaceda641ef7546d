"""Which message each part of a draft came from, so that one which the customer deletes or edits can be found in it. Pure.

A draft is the texts of several messages, joined by line breaks, and their files.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from state.model.message import Attachment

MAX_PARTS: Final = 100  # of one draft; what comes after them is in the draft all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPart:
    """What one message has added: `length` characters from `start`, and the file with this number, if there is one."""

    wamid: str = field(repr=False)
    start: int
    length: int
    file: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The words and files of a report, and the messages that they came from."""

    words: str = field(default="", repr=False)
    files: tuple[Attachment, ...] = ()
    parts: tuple[DraftPart, ...] = ()

    def holds(self, wamid: str) -> bool:
        """True if something of this message is in it."""
        return any(part.wamid == wamid for part in self.parts)

    def grown(self, words: str, files: tuple[Attachment, ...], wamid: str) -> "Draft":
        """The draft as a message has left it, which has added to it or begun another."""
        if (words, files) == (self.words, self.files):
            return self
        before = self if words.startswith(self.words) and files[: len(self.files)] == self.files else Draft()
        start = len(before.words)
        if before.words and words[start : start + 1] == "\n":
            start += 1
        file = len(before.files) if len(files) > len(before.files) else None
        part = DraftPart(wamid=wamid, start=start, length=len(words) - start, file=file)
        added = (part,) if words or files else ()
        return Draft(words=words, files=files, parts=(*before.parts, *added)[:MAX_PARTS])

    def reworded(self, wamid: str, words: str) -> "Draft":
        """The draft with other words in the place of this message's. Its file stays."""
        part = self._of(wamid)
        if part is None:
            return self
        if not part.length:  # a file that had none
            start = len(self.words) + 1 if self.words else 0
            line = f"\n{words}" if self.words and words else words
            placed = replace(part, start=start, length=len(words))
            parts = tuple(placed if each is part else each for each in self.parts)
            return replace(self, words=self.words + line, parts=parts)
        return replace(
            self,
            words=self.words[: part.start] + words + self.words[part.start + part.length :],
            parts=tuple(_moved(each, part, len(words)) for each in self.parts),
        )

    def without(self, wamid: str) -> "Draft":
        """The draft without the words and the file of this message."""
        part = self._of(wamid)
        if part is None:
            return self
        words = self.reworded(wamid, "") if part.length else self
        files = self.files if part.file is None else self.files[: part.file] + self.files[part.file + 1 :]
        kept = (_without_file(each, part.file) for each in words.parts if each.wamid != wamid)
        left = words.words if words.words.strip() else ""
        return Draft(words=left, files=files, parts=tuple(kept))

    def _of(self, wamid: str) -> DraftPart | None:
        return next((part for part in self.parts if part.wamid == wamid), None)


def _moved(each: DraftPart, changed: DraftPart, length: int) -> DraftPart:
    if each is changed:
        return replace(each, length=length)
    return replace(each, start=each.start + length - changed.length) if each.start > changed.start else each


def _without_file(each: DraftPart, file: int | None) -> DraftPart:
    behind = file is not None and each.file is not None and each.file > file
    return replace(each, file=each.file - 1) if behind and each.file is not None else each
