"""What a file is, found out from its content: whatever its name says."""

import io
import struct

import pytest

from channels.whatsapp_files import FileType, file_type
from state.model.answer_file import MAX_DOCUMENT_BYTES, MAX_PHOTO_BYTES
from state.model.message import AttachmentKind
from tests.support.sample_files import DOCX, JPEG, NOT_SENDABLE, PDF, SENDABLE, TEXT, XLS, archive, compound


def type_of(content: bytes, name: str) -> FileType | None:
    file = io.BytesIO(content)
    found = file_type(file, len(content), name.rpartition(".")[2] if "." in name else "")
    assert file.tell() == 0
    return found


@pytest.mark.parametrize("name", SENDABLE)
def test_what_whatsapp_takes(name: str) -> None:
    content, mime_type = SENDABLE[name]
    found = type_of(content, name)
    assert found is not None
    assert found.mime_type == mime_type
    assert name.rpartition(".")[2] in found.endings
    is_photo = mime_type.startswith("image/")
    assert found.kind is (AttachmentKind.IMAGE if is_photo else AttachmentKind.DOCUMENT)
    assert found.max_bytes == (MAX_PHOTO_BYTES if is_photo else MAX_DOCUMENT_BYTES)


@pytest.mark.parametrize("name", NOT_SENDABLE)
def test_what_it_does_not(name: str) -> None:
    assert type_of(NOT_SENDABLE[name], name) is None


@pytest.mark.parametrize("name", ["x", "x.exe", "x.html", "x.svg", "x.txt", "x.jpg", "x.docx"])
@pytest.mark.parametrize("given", [name for name in SENDABLE if name.endswith(("jpg", "png", "pdf", "x"))])
def test_a_name_that_lies_changes_nothing(given: str, name: str) -> None:
    content, mime_type = SENDABLE[given]
    found = type_of(content, name)
    assert found is not None
    assert found.mime_type == mime_type


@pytest.mark.parametrize("place", range(0, 140, 7))
def test_a_stream_is_found_wherever_it_stands(place: int) -> None:
    """Also across two chunks of what is read."""
    content = compound()[: 65_536 - 140 + place] + "WordDocument\0".encode("utf-16-le")
    assert type_of(content, "x.doc") is not None


@pytest.mark.parametrize("place", range(65_530, 65_540))
def test_a_letter_across_two_chunks_is_text(place: int) -> None:
    assert type_of(b"a" * place + "ñ\n".encode(), "x.txt") is not None


def test_a_mark_before_the_text_is_no_sign() -> None:
    assert type_of("mañana".encode("utf-8-sig"), "x.txt") is not None
    assert type_of(b"\xef\xbb\xbf<html>", "x.txt") is None


def test_a_document_may_contain_another() -> None:
    both = compound("WordDocument", "Workbook")
    assert [found and found.endings for found in (type_of(both, "x.doc"), type_of(both, "x.xls"))] == [
        ("doc",),
        ("xls",),
    ]


def test_a_huge_directory_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take ten times its length in memory."""
    many = archive("[Content_Types].xml", "word/document.xml", *(f"{number:0200}" for number in range(6000)))
    monkeypatch.setattr("zipfile.ZipFile", None)
    assert type_of(many, "x.docx") is None


def test_a_directory_that_is_described_elsewhere_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    locator = b"PK\x06\x07" + bytes(16)
    monkeypatch.setattr("zipfile.ZipFile", None)
    assert type_of(DOCX[:-22] + locator + DOCX[-22:], "x.docx") is None


@pytest.mark.parametrize("cut", range(0, len(DOCX), 5))
def test_a_damaged_archive_is_no_error(cut: int) -> None:
    damaged = DOCX[:cut] + bytes(3) + DOCX[cut + 3 :]
    type_of(damaged, "x.docx")
    type_of(DOCX[:cut], "x.docx")


def test_a_directory_that_lies_about_its_place_is_no_error() -> None:
    end = struct.pack("<4s8xII2x", b"PK\x05\x06", 900_000, 0xFFFFFFFF)
    assert type_of(DOCX[:-22] + end, "x.docx") is None


@pytest.mark.parametrize("content", [JPEG, PDF, DOCX, XLS, TEXT])
def test_less_than_its_beginning_is_nothing(content: bytes) -> None:
    assert type_of(content[:2], "x.jpg") is None
