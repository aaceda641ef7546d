"""The files of a technician's answer: checked by their content, and in Storage before the answer is committed.

For the page and the command line. How none is sent twice and none is left behind: at the top of supabase/schemas/58_files.sql.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final
from uuid import uuid4

from channels.chunk_reader import chunks_of, reader_of
from channels.whatsapp_files import FileType, file_type
from channels.whatsapp_media import safe_type
from messages.safe_text import cut, one_line, utf16_length
from state.model.answer_file import MAX_BYTES_TOGETHER, MAX_DOCUMENT_BYTES, MAX_FILES, FileProblem
from state.model.clock import moment, seconds_since
from state.model.message import AttachmentKind
from state.model.ticket import NewFile
from state.store.errors import StoreError
from state.store.files import FileStorage

_MAX_NAME: Final = 200  # UTF-16 units
# What was announced is removed in an hour, and an instance that was frozen since must store nothing behind that.
_MAX_ANNOUNCED_SECONDS: Final = 1800.0


class FileRefused(Exception):
    """A file cannot be sent. filename: cleaned; empty if it is about all of them."""

    def __init__(self, problem: FileProblem, filename: str = "") -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.filename = filename


class AnnouncedTooLongAgo(StoreError):
    """This instance stood still in between."""


class NoRoom(Exception):
    """STORED_MEGABYTES are taken by files of open tickets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A file that WhatsApp takes, not stored yet. sha256: in hex; filename: cleaned, with the ending of its type."""

    content: BinaryIO = field(repr=False)
    kind: AttachmentKind
    mime_type: str
    bytes: int
    sha256: str
    filename: str = field(repr=False)


def check_files(given: Sequence[tuple[str, BinaryIO]]) -> tuple[CheckedFile, ...]:
    """Name and content of each. Raises FileRefused for the first that cannot be sent."""
    if len(given) > MAX_FILES:
        raise FileRefused(FileProblem.MANY)
    checked = tuple(_check(name, content) for name, content in given)
    if sum(file.bytes for file in checked) > MAX_BYTES_TOGETHER:
        raise FileRefused(FileProblem.LARGE_TOGETHER)
    return checked


def store_files(
    code: str,
    files: Sequence[CheckedFile],
    announce: Callable[[Sequence[str], int], bool],
    storage: FileStorage,
) -> tuple[NewFile, ...]:
    """Store the files of an answer to this ticket. Raises NoRoom, StoreError, and what `announce` raises.

    announce: as `Store.announce_files`, of the paths and the bytes of all. What the answer does not need after all is removed in an
    hour: so it is called before anything is stored.
    """
    if not files:
        return ()
    placed = tuple(
        NewFile(
            object=f"{code}/{uuid4()}",
            kind=file.kind,
            mime_type=file.mime_type,
            bytes=file.bytes,
            sha256=file.sha256,
            filename=file.filename,
        )
        for file in files
    )
    announced_at = moment()
    if not announce([new.object for new in placed], sum(new.bytes for new in placed)):
        raise NoRoom
    for file, new in zip(files, placed, strict=True):
        if seconds_since(announced_at) > _MAX_ANNOUNCED_SECONDS:
            raise AnnouncedTooLongAgo("announced too long ago")
        storage.put(new.object, reader_of(chunks_of(file.content), file.bytes), safe_type(file.mime_type))
    return placed


def _check(name: str, content: BinaryIO) -> CheckedFile:
    filename = _clean(name)
    size = content.seek(0, 2)
    if size == 0:
        raise FileRefused(FileProblem.EMPTY, filename)
    if size > MAX_DOCUMENT_BYTES:
        raise FileRefused(FileProblem.LARGE, filename)
    kind = file_type(content, size, _ending(filename))
    if kind is None:
        raise FileRefused(FileProblem.TYPE, filename)
    if size > kind.max_bytes:
        raise FileRefused(FileProblem.LARGE_PHOTO, filename)  # Meta takes a photo as nothing else
    digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    content.seek(0)
    return CheckedFile(
        content=content,
        kind=kind.kind,
        mime_type=kind.mime_type,
        bytes=size,
        sha256=digest,
        filename=_with_ending(filename, kind),
    )


def _clean(name: str) -> str:
    """The name without the folders before it, on one line."""
    return one_line(name).replace("\\", "/").rpartition("/")[2].strip()


def _ending(filename: str) -> str:
    return filename.rpartition(".")[2].lower() if "." in filename else ""


def _with_ending(filename: str, kind: FileType) -> str:
    """By its ending a phone chooses what opens it: so it is always that of its content."""
    ending = _ending(filename)
    stem = filename
    if ending in kind.endings:
        stem = filename[: -len(ending) - 1]
    else:
        ending = kind.endings[0]
    stem = cut(stem.strip(". ") or "file", _MAX_NAME - utf16_length(ending) - 1)
    return f"{stem}.{ending}"
