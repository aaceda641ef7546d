"""The files that a form brings again: only those that we wrote into it, for this ticket."""

import pytest

from handlers.signed_files import SignedFiles
from state.model.message import AttachmentKind
from state.model.ticket import NewFile

CODE = "TK-7F3K-9QX2"
KEY, OLD = "k" * 32, "o" * 32
FILES = tuple(
    NewFile(
        object=f"{CODE}/{number}",
        kind=AttachmentKind.DOCUMENT,
        mime_type="application/pdf",
        bytes=7,
        sha256="00",
        filename="señal.pdf",
    )
    for number in range(2)
)


def test_what_was_written_is_read() -> None:
    value = SignedFiles([KEY]).write(CODE, FILES)
    assert SignedFiles([KEY]).read(CODE, value) == FILES


def test_also_with_the_former_key() -> None:
    assert SignedFiles([KEY, OLD]).read(CODE, SignedFiles([OLD]).write(CODE, FILES)) == FILES


@pytest.mark.parametrize("value", ["", "x", "W10.x", "[]", "ñ"])
def test_what_we_did_not_write_is_none(value: str) -> None:
    assert SignedFiles([KEY]).read(CODE, value) == ()


def test_changed_or_for_another_ticket_it_is_none() -> None:
    signed = SignedFiles([KEY])
    value = signed.write(CODE, FILES)
    assert signed.read("TK-0000-0001", value) == ()
    assert signed.read(CODE, f"x{value}") == ()
    assert SignedFiles([OLD]).read(CODE, value) == ()
