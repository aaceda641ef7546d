"""The headers of an e-mail as it was transmitted, in their order: whatever a server added stands above what came before it."""

import re
from email.parser import BytesHeaderParser
from typing import Final

_END: Final = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_FOLD: Final = re.compile(r"\r?\n(?=[ \t])")


def ends(block: bytes) -> bool:
    """True if the block of headers is complete in these first bytes of an e-mail."""
    return _END.search(block) is not None


def header_lines(block: bytes) -> tuple[tuple[str, str], ...]:
    """The headers in the first bytes of an e-mail: names in lower case, values unfolded.

    Without the last one if their end is not among those bytes, as it may go on. What is not UTF-8 is replaced.
    """
    end = _END.search(block)
    parsed = BytesHeaderParser().parsebytes(block[: end.start()] if end else block)
    lines = tuple((name.lower(), _unfolded(value)) for name, value in parsed.raw_items())
    return lines if end else lines[:-1]


def _unfolded(value: object) -> str:
    text = _FOLD.sub("", str(value)).strip()
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
