"""The length of a voice note: Opus in an Ogg file, as WhatsApp records them.

Source: RFC 3533 (pages of an Ogg file), RFC 7845 (Opus in it: 48,000 samples a second, whatever was recorded, and a pre-skip).
"""

from collections.abc import Iterator
from typing import Final

_PAGE: Final = b"OggS"
_OPUS: Final = b"OpusHead"
_HEADER: Final = 27  # bytes of a page before its table of segments, whose length is the last of them
_POSITION: Final = slice(6, 14)
_BEGINS: Final = 2  # flag of the first page of a stream
_PRE_SKIP: Final = slice(10, 12)  # in the first packet
_SAMPLES_PER_SECOND: Final = 48_000
_NO_POSITION: Final = 2**64 - 1  # no packet ends on that page
_MAX_SECONDS: Final = 24 * 3600.0


class VoiceLength:
    """Learns the length of a voice note from its content as it passes through. Of the content at most a chunk and a page are kept."""

    def __init__(self) -> None:
        self._rest = bytearray()  # a page that has not come whole
        self._is_opus = True
        self._streams: list[_Stream] = []  # one after the other, as a rule one

    def watch(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The same chunks."""
        for chunk in chunks:
            if self._is_opus:
                self._rest += chunk
                self._read_pages()
            yield chunk

    @property
    def seconds(self) -> float | None:
        """None unless all that was watched is Opus in an Ogg file, whole pages of it."""
        if self._rest or not self._is_opus or not self._streams:
            return None
        lengths = [stream.samples for stream in self._streams]
        seconds = sum(lengths) / _SAMPLES_PER_SECOND
        return seconds if min(lengths) >= 0 and seconds <= _MAX_SECONDS else None

    def _read_pages(self) -> None:
        while self._is_opus and len(self._rest) >= _HEADER:
            body = _HEADER + self._rest[_HEADER - 1]
            end = body + sum(self._rest[_HEADER:body])
            if not self._rest.startswith(_PAGE):
                self._is_opus = False
            elif len(self._rest) < max(body, end):
                return
            else:
                self._read_page(bytes(self._rest[:body]), bytes(self._rest[body:end]))
                del self._rest[:end]

    def _read_page(self, header: bytes, body: bytes) -> None:
        if header[5] & _BEGINS:
            self._is_opus = body.startswith(_OPUS)
            self._streams.append(_Stream(int.from_bytes(body[_PRE_SKIP], "little")))
        elif not self._streams:
            self._is_opus = False
        position = int.from_bytes(header[_POSITION], "little")
        if self._is_opus and position != _NO_POSITION:
            self._streams[-1].position = position


class _Stream:
    """position: how many samples there are up to the end of the last page, those to be skipped among them."""

    def __init__(self, pre_skip: int) -> None:
        self.pre_skip = pre_skip
        self.position = 0

    @property
    def samples(self) -> int:
        return self.position - self.pre_skip


def voice_seconds(content: bytes) -> float | None:
    """The length of a voice note that is there whole; None if it is not Opus in an Ogg file."""
    length = VoiceLength()
    for _ in length.watch(iter((content,))):
        pass
    return length.seconds
