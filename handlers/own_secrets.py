"""The last guard of what is said to a customer: nothing that opens pages of technicians, or is read as theirs, goes there.

However it has come into the words: a mail program quotes our e-mail in a way that nobody knows, or somebody copies a link from it, or
that of the page which they have open.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote

from handlers.answer_address import is_address_in
from handlers.signed_links import TOKEN_BEGINNING

_MAX_ESCAPED: Final = 3  # times: a link in a link of a program that checks links, in another
_MOST: Final = (
    1024 * 1024
)  # bytes of a file that are searched: of 16 MB that would take seconds, while customers wait
_PIECE: Final = 64 * 1024  # bytes
_LONGEST: Final = 8 * 1024  # bytes of a link, also an escaped one
# Blanks, control characters, and what nobody sees.
_UNSEEN: Final = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+"
)
_MARKS: Final = str.maketrans("", "", ">|*_\\")  # that may stand within a link which is quoted, or wrapped


class OwnSecrets:
    """Finds them in words. public_url: PUBLIC_URL; what comes after it are pages of technicians.

    A link is found wrapped, quoted, escaped, or in the link of a program that checks links. Not if such a program has put a number of
    its own in its place, and says nowhere what it was: the e-mail shows the address of its button as text, too, and that stays. Of files only text is read:
    not a picture or a PDF of the e-mail.
    """

    def __init__(self, public_url: str) -> None:
        _, _, address = public_url.rpartition("://")
        self._pages = [_plain(f"{address}/{page}/") for page in ("t", "desk")]

    def are_in(self, text: str) -> bool:
        """Whether there is one in it, in time that grows with its length."""
        return any(self._are_in(form) for form in _forms(text))

    def are_in_lines(self, content: Iterable[bytes]) -> bool:
        """The same, of the beginning of a text file: what programs make one of is the end of an e-mail."""
        pieces = (piece for line in content for piece in _pieces(line))
        read = 0
        for piece in pieces:
            if self.are_in(piece.decode(errors="ignore")):
                return True
            read += len(piece)
            if read > _MOST:
                break
        return False

    def _are_in(self, text: str) -> bool:
        plain = _plain(text)
        return TOKEN_BEGINNING in text or is_address_in(text) or any(page in plain for page in self._pages)


def _pieces(line: bytes) -> Iterator[bytes]:
    """Of a long line parts, as its forms take many times its memory. A link that lies across two is whole in one."""
    return (line[start : start + _PIECE + _LONGEST] for start in range(0, len(line), _PIECE))


def _forms(text: str) -> Iterable[str]:
    """Without blanks and what nobody sees, as it is and with fewer escapes."""
    form = _UNSEEN.sub("", text)
    yield form
    for _ in range(_MAX_ESCAPED):
        escaped, form = form, unquote(form)
        if form == escaped:
            return
        yield form


def _plain(text: str) -> str:
    return text.translate(_MARKS).casefold()
