"""Files that are stored for an answer of which nobody knows whether it was committed: the form that tries again brings them, signed."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from state.model.ticket import NewFile
from state.store.rows import WrongShape, parse

_PURPOSE: Final = "answer-files"


class SignedFiles:
    """Writes and reads the value of a form's field. Keys as in `SignedLinks`. How long the files are there decides the database."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._serializer = URLSafeSerializer(list(reversed(keys)), salt=_PURPOSE)

    def write(self, code: str, files: Sequence[NewFile]) -> str:
        """The files of an answer to the ticket with this code."""
        value = self._serializer.dumps([code, [asdict(file) for file in files]])
        return value if isinstance(value, str) else value.decode()

    def read(self, code: str, value: str) -> tuple[NewFile, ...]:
        """The same files. Empty if we did not write that, or for another ticket."""
        try:
            content: Any = self._serializer.loads(value)
            of, files = content
            return parse(tuple[NewFile, ...], files) if of == code else ()
        except (BadData, TypeError, ValueError, WrongShape):
            return ()
