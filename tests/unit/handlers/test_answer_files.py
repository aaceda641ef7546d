"""The files of an answer: what is refused, under which name each is sent, and in which order they are stored."""

import hashlib
import io
from collections.abc import Sequence
from typing import Any, cast

import pytest

from handlers.answer_files import (
    AnnouncedTooLongAgo,
    CheckedFile,
    FileRefused,
    NoRoom,
    check_files,
    store_files,
)
from state.model.answer_file import MAX_BYTES_TOGETHER, MAX_DOCUMENT_BYTES, MAX_FILES, MAX_PHOTO_BYTES
from state.store.errors import StoreUnavailable
from state.store.files import FileStorage
from tests.support.sample_files import DOCX, JPEG, NOT_SENDABLE, PDF, PNG, SENDABLE, TEXT


def padded(content: bytes, size: int) -> bytes:
    return content.ljust(size, b"\0")


def checked(*given: tuple[str, bytes]) -> tuple[CheckedFile, ...]:
    return check_files([(name, io.BytesIO(content)) for name, content in given])


def refusal(*given: tuple[str, bytes]) -> tuple[str, str]:
    with pytest.raises(FileRefused) as error:
        checked(*given)
    return error.value.problem.value, error.value.filename


class TestChecked:
    @pytest.mark.parametrize("name", SENDABLE)
    def test_what_it_is(self, name: str) -> None:
        content, mime_type = SENDABLE[name]
        (file,) = checked((name, content))
        assert (file.filename, file.mime_type, file.bytes) == (name, mime_type, len(content))
        assert file.sha256 == hashlib.sha256(content).hexdigest()
        assert file.content.read() == content

    @pytest.mark.parametrize("name", NOT_SENDABLE)
    def test_what_cannot_be_sent_is_named(self, name: str) -> None:
        assert refusal(("bien.pdf", PDF), (name, NOT_SENDABLE[name])) == ("type", name)

    def test_an_empty_one(self) -> None:
        assert refusal(("nada.txt", b"")) == ("empty", "nada.txt")

    @pytest.mark.parametrize("content", [JPEG, PNG])
    def test_a_photo_at_the_edge(self, content: bytes) -> None:
        (file,) = checked(("x", padded(content, MAX_PHOTO_BYTES)))
        assert file.bytes == MAX_PHOTO_BYTES
        assert refusal(("x", padded(content, MAX_PHOTO_BYTES + 1))) == ("large_photo", "x")

    def test_a_document_at_the_edge(self) -> None:
        (file,) = checked(("x.pdf", padded(PDF, MAX_DOCUMENT_BYTES)))
        assert file.bytes == MAX_DOCUMENT_BYTES
        assert refusal(("x.pdf", padded(PDF, MAX_DOCUMENT_BYTES + 1))) == ("large", "x.pdf")

    def test_all_together_at_the_edge(self) -> None:
        half = MAX_BYTES_TOGETHER // 2
        assert len(checked(("a", padded(PDF, half)), ("b", padded(PDF, half)))) == 2
        assert refusal(("a", padded(PDF, half)), ("b", padded(PDF, half + 1))) == ("large_together", "")

    def test_so_many(self) -> None:
        assert len(checked(*[("x", PDF)] * MAX_FILES)) == MAX_FILES
        assert refusal(*[("x", PDF)] * (MAX_FILES + 1)) == ("many", "")


class TestName:
    @pytest.mark.parametrize(
        ("given", "content", "name"),
        [
            ("Factura.PDF", PDF, "Factura.pdf"),
            ("C:\\fotos\\mia.jpeg", JPEG, "mia.jpeg"),
            ("../../etc/passwd", PDF, "passwd.pdf"),
            ("factura.jpg", PDF, "factura.jpg.pdf"),
            ("factura.pdf.exe", PDF, "factura.pdf.exe.pdf"),
            ("foto.pdf", JPEG, "foto.pdf.jpg"),
            ("", PNG, "file.png"),
            (".", DOCX, "file.docx"),
            ("/", DOCX, "file.docx"),
            (".pdf", PDF, "file.pdf"),
            ("a\nb\x00\x1b\u202ec.txt", TEXT, "a bc.txt"),
            ("ñandú 1.docx", DOCX, "ñandú 1.docx"),
            ("x" * 500 + ".pdf", PDF, "x" * 195 + "….pdf"),
            ("🖨" * 200 + ".pdf", PDF, "🖨" * 97 + "….pdf"),
        ],
    )
    def test_is_clean_and_ends_as_its_content(self, given: str, content: bytes, name: str) -> None:
        (file,) = checked((given, content))
        assert file.filename == name


class Recorder:
    """Storage and the announcement, in the order in which they are called. It fails at a call, if it is told so."""

    def __init__(self, *, has_room: bool = True, fails_at: int = -1) -> None:
        self.calls: list[Any] = []
        self._has_room = has_room
        self._fails_at = fails_at

    def announce(self, paths: Sequence[str], size: int) -> bool:
        self._record(("announced", tuple(paths), size))
        return self._has_room

    def put(self, path: str, content: io.BufferedReader, mime_type: str) -> None:
        self._record(("stored", path, content.read(), mime_type))

    def _record(self, call: Any) -> None:
        self.calls.append(call)
        if len(self.calls) - 1 == self._fails_at:
            raise StoreUnavailable("away")

    @property
    def storage(self) -> FileStorage:
        return cast("FileStorage", self)


class TestStored:
    def test_what_is_stored_was_announced(self) -> None:
        recorder = Recorder()
        files = checked(("a.pdf", PDF), ("a.pdf", PNG))
        new = store_files("TK-1", files, recorder.announce, recorder.storage)
        paths = tuple(file.object for file in new)
        assert len(set(paths)) == 2
        assert all(path.startswith("TK-1/") for path in paths)
        assert recorder.calls == [
            ("announced", paths, len(PDF) + len(PNG)),
            ("stored", paths[0], PDF, "application/pdf"),
            ("stored", paths[1], PNG, "image/png"),
        ]

    def test_nothing_is_announced_for_nothing(self) -> None:
        recorder = Recorder()
        assert store_files("TK-1", (), recorder.announce, recorder.storage) == ()
        assert recorder.calls == []

    def test_without_room_nothing_is_stored(self) -> None:
        recorder = Recorder(has_room=False)
        with pytest.raises(NoRoom):
            store_files("TK-1", checked(("a.pdf", PDF)), recorder.announce, recorder.storage)
        assert [call[0] for call in recorder.calls] == ["announced"]

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_an_error_ends_it(self, place: int) -> None:
        recorder = Recorder(fails_at=place)
        with pytest.raises(StoreUnavailable):
            store_files("TK-1", checked(("a.pdf", PDF), ("b.pdf", PDF)), recorder.announce, recorder.storage)
        assert len(recorder.calls) == place + 1

    def test_an_instance_that_stood_still_stores_nothing_any_more(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The sweep has removed by then what was announced, and would not come again."""
        recorder = Recorder()
        passed = iter((0.0, 1801.0))
        monkeypatch.setattr("handlers.answer_files.seconds_since", lambda _: next(passed))
        with pytest.raises(AnnouncedTooLongAgo):
            store_files("TK-1", checked(("a.pdf", PDF), ("b.pdf", PDF)), recorder.announce, recorder.storage)
        assert [call[0] for call in recorder.calls] == ["announced", "stored"]

    def test_what_a_browser_would_run_has_no_such_type(self) -> None:
        recorder = Recorder()
        store_files("TK-1", checked(("a.txt", TEXT), ("b.docx", DOCX)), recorder.announce, recorder.storage)
        assert [call[3] for call in recorder.calls[1:]] == ["application/octet-stream"] * 2
