"""The files that WhatsApp takes from a business: what they are, found out from their content, and how large they may be.

Source: Meta's page "Media" of the Cloud API. Nobody's word counts: a browser guesses a type by the name, and a name can say anything.
"""

import codecs
import re
import struct
import zipfile
from dataclasses import dataclass
from typing import BinaryIO, Final

from channels.chunk_reader import chunks_of
from state.model.answer_file import MAX_DOCUMENT_BYTES, MAX_PHOTO_BYTES, MEGABYTE
from state.model.message import AttachmentKind

_JPEG: Final = b"\xff\xd8\xff"
_PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_PDF: Final = b"%PDF-"
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LONGEST: Final = max(map(len, (_JPEG, _PNG, _PDF, _ZIP, _OLE)))
# The last record of a zip, which ends the file where it has no comment: where its directory is, and how long.
_ZIP_END: Final = struct.Struct("<4s8xII2x")
_ZIP_END_MARK: Final = b"PK\x05\x06"
_ZIP64_LOCATOR: Final = 20  # bytes before it, where the directory is described elsewhere
_ZIP64_MARK: Final = b"PK\x06\x07"
_MAX_DIRECTORY: Final = MEGABYTE
_MACROS: Final = "vbaproject.bin"
# What no text contains; a tab, line ends and form feeds it may.
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# Markup that a browser or a viewer would run, under whatever name.
_MARKUP: Final = re.compile(r"\s*<(?:!doctype|html|head|body|script|svg|\?xml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileType:
    """A type that WhatsApp takes. endings: of its names, the usual one first."""

    mime_type: str
    endings: tuple[str, ...]

    @property
    def kind(self) -> AttachmentKind:
        """The kind of message that shows it."""
        return AttachmentKind.IMAGE if self.mime_type.startswith("image/") else AttachmentKind.DOCUMENT

    @property
    def max_bytes(self) -> int:
        return MAX_PHOTO_BYTES if self.kind is AttachmentKind.IMAGE else MAX_DOCUMENT_BYTES


_PHOTO: Final = FileType(mime_type="image/jpeg", endings=("jpg", "jpeg"))
_PICTURE: Final = FileType(mime_type="image/png", endings=("png",))
_DOCUMENT: Final = FileType(mime_type="application/pdf", endings=("pdf",))
_TEXT: Final = FileType(mime_type="text/plain", endings=("txt", "csv", "log"))
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
# By the part that each has, in its zip.
_OF_PARTS: Final = {
    "word/document.xml": FileType(mime_type=f"{_OFFICE}.wordprocessingml.document", endings=("docx",)),
    "xl/workbook.xml": FileType(mime_type=f"{_OFFICE}.spreadsheetml.sheet", endings=("xlsx",)),
    "ppt/presentation.xml": FileType(mime_type=f"{_OFFICE}.presentationml.presentation", endings=("pptx",)),
}
# By a stream that each has in its OLE container. One document may contain another: so the ending must say the same.
_OF_STREAMS: Final = (
    (("WordDocument",), FileType(mime_type="application/msword", endings=("doc",))),
    (("Workbook", "Book"), FileType(mime_type="application/vnd.ms-excel", endings=("xls",))),
    (("PowerPoint Document",), FileType(mime_type="application/vnd.ms-powerpoint", endings=("ppt",))),
)


def file_type(content: BinaryIO, size: int, ending: str) -> FileType | None:
    """What a file of so many bytes is. Returns None for what WhatsApp does not take, or cannot be told. Leaves it at its beginning.

    ending: of its name, in small letters, without the dot. It decides only where the content leaves it open.
    """
    try:
        return _type(content, size, ending)
    finally:
        content.seek(0)


def _type(content: BinaryIO, size: int, ending: str) -> FileType | None:
    content.seek(0)
    beginning = content.read(_LONGEST)
    if beginning.startswith(_JPEG):
        return _PHOTO
    if beginning.startswith(_PNG):
        return _PICTURE
    if beginning.startswith(_PDF):
        return _DOCUMENT
    if beginning.startswith(_ZIP):
        return _type_of_zip(content, size)
    if beginning.startswith(_OLE):
        return _type_of_ole(content, ending)
    return _TEXT if ending in _TEXT.endings and _is_text(content) else None


def _type_of_zip(content: BinaryIO, size: int) -> FileType | None:
    """A document of Office without macros."""
    if not _has_short_directory(content, size):
        return None
    try:
        with zipfile.ZipFile(content) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        return None
    found = [kind for part, kind in _OF_PARTS.items() if part in names]
    if "[Content_Types].xml" not in names or any(name.lower().endswith(_MACROS) for name in names):
        return None
    return found[0] if len(found) == 1 else None


def _has_short_directory(content: BinaryIO, size: int) -> bool:
    """Reading a directory takes ten times its length in memory. Office writes no comment behind it, and no zip64 for so little."""
    tail = _ZIP64_LOCATOR + _ZIP_END.size
    if size < tail:
        return False
    content.seek(size - tail)
    end = content.read(tail)
    mark, length, _ = _ZIP_END.unpack(end[_ZIP64_LOCATOR:])
    return mark == _ZIP_END_MARK and length <= _MAX_DIRECTORY and not end.startswith(_ZIP64_MARK)


def _type_of_ole(content: BinaryIO, ending: str) -> FileType | None:
    for names, kind in _OF_STREAMS:
        if ending in kind.endings:
            streams = [f"{name}\0".encode("utf-16-le") for name in names]
            return kind if _contains(content, streams) else None
    return None


def _contains(content: BinaryIO, wanted: list[bytes]) -> bool:
    kept = b""
    for chunk in chunks_of(content):
        read = kept + chunk
        if any(each in read for each in wanted):
            return True
        kept = read[-max(map(len, wanted)) :]
    return False


def _is_text(content: BinaryIO) -> bool:
    """UTF-8 without control characters, and no page that a browser would run."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    is_first = True
    try:
        for chunk in chunks_of(content):
            text = decoder.decode(chunk)
            if _NO_TEXT.search(text) or (is_first and _MARKUP.match(text)):
                return False
            is_first = False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
