"""The length of a voice note: Opus in an Ogg file, as WhatsApp records them.

Source: RFC 3533 (pages of an Ogg file), RFC 7845 (Opus in it: 48,000 samples a second, whatever was recorded, and a pre-skip).
"""

from collections.abc import Iterator
from typing import Final

_PAGE: Final = b"OggS"
_HEAD: Final = b"OpusHead"
_SAMPLES_PER_SECOND: Final = 48_000
_MAX_PAGE: Final = 65_307  # bytes
_HEADER: Final = 14  # of a page, as far as its position
_NO_POSITION: Final = 2**64 - 1  # no packet ends on that page
_MAX_SECONDS: Final = 24 * 3600.0


class VoiceLength:
    """Learns the length of a voice note from its content as it passes through."""

    def __init__(self) -> None:
        self._head = b""
        self._tail = b""

    def watch(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The same chunks."""
        for chunk in chunks:
            if len(self._head) < _MAX_PAGE:
                self._head += chunk[: _MAX_PAGE - len(self._head)]
            self._tail = (
                (self._tail + chunk)[-2 * _MAX_PAGE :]
                if len(chunk) < 2 * _MAX_PAGE
                else chunk[-2 * _MAX_PAGE :]
            )
            yield chunk

    @property
    def seconds(self) -> float | None:
        """None unless all that was watched is Opus in an Ogg file."""
        head = self._head.find(_HEAD)
        if not self._head.startswith(_PAGE) or head < 0:
            return None
        pre_skip = int.from_bytes(self._head[head + 10 : head + 12], "little")
        position = _last_position(self._tail)
        seconds = (position - pre_skip) / _SAMPLES_PER_SECOND if position is not None else -1.0
        return seconds if 0 <= seconds <= _MAX_SECONDS else None


def _last_position(tail: bytes) -> int | None:
    """How many samples there are at the end of the last page on which a packet ends."""
    start = tail.rfind(_PAGE)
    while start >= 0:
        if start + _HEADER <= len(tail):
            position = int.from_bytes(tail[start + 6 : start + _HEADER], "little")
            if position != _NO_POSITION:
                return position
        start = tail.rfind(_PAGE, 0, start)
    return None
