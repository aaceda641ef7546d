"""Files as chunks, and chunks as a file for libraries that want to read one: of a download or of a body nothing is kept."""

import io
from collections.abc import Iterator
from typing import BinaryIO, Final

_BUFFER: Final = 64 * 1024


def chunks_of(content: BinaryIO) -> Iterator[bytes]:
    """All of a file, from its beginning."""
    content.seek(0)
    while chunk := content.read(_BUFFER):
        yield chunk


def reader_of(chunks: Iterator[bytes], size: int) -> io.BufferedReader:
    """A binary file of `size` bytes over chunks that are read once. Reading raises what the chunks raise."""
    return io.BufferedReader(_ChunkReader(chunks, size), _BUFFER)


class _ChunkReader(io.RawIOBase):
    """`seek` only tells the size, so that a Content-Length can be given: it goes nowhere once something was read."""

    def __init__(self, chunks: Iterator[bytes], size: int) -> None:
        self._chunks = chunks
        self._size = size
        self._rest = memoryview(b"")
        self._read = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._read, io.SEEK_END: self._size}[whence]
        if self._read and place != self._read:
            raise io.UnsupportedOperation("it was read")
        return place

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        self._read += count
        return count
