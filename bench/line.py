"""HTTP/1.1 in as few steps as it takes, for whoever must not use up the processor that is being measured."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Final, Self

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_CLOSES: Final = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_IDLE_SECONDS: Final = 1.0  # gunicorn hangs up after 2


async def read_message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head and body of a request or an answer, as they came. Raises asyncio.IncompleteReadError at the end."""
    head = await reader.readuntil(b"\r\n\r\n")
    if length := _LENGTH.search(head):
        return head, await reader.readexactly(int(length[1]))
    if not _CHUNKED.search(head):
        return head, b""
    body = b""
    while True:
        size = await reader.readuntil(b"\r\n")
        chunk = await reader.readexactly(int(size, 16) + 2)
        body += size + chunk
        if int(size, 16) == 0:
            return head, body


class Line:
    """A connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._used_at = time.monotonic()
        self._closed = False

    @classmethod
    async def open(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    @property
    def fresh(self) -> bool:
        """Whether the other end will not have hung up by now."""
        return not self._closed and time.monotonic() - self._used_at < _IDLE_SECONDS

    async def call(self, request: bytes) -> tuple[bytes, bytes]:
        self._writer.write(request)
        head, body = await read_message(self._reader)
        self._used_at, self._closed = time.monotonic(), _CLOSES.search(head) is not None
        return head, body

    def close(self) -> None:
        self._writer.close()


class Lines:
    """Connections to one port, opened as they are needed and used again, the latest first."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[Line] = []

    async def call(self, request: bytes) -> tuple[bytes, bytes]:
        """Head and body of the answer. If a kept connection turns out to be closed, the request is sent again, as Meta does."""
        line = await self._take()
        try:
            answer = await line.call(request)
        except (asyncio.IncompleteReadError, ConnectionError):
            line.close()
            line = await Line.open(self._port)
            answer = await line.call(request)
        self._free.append(line)
        return answer

    def close(self) -> None:
        for line in self._free:
            line.close()

    async def _take(self) -> Line:
        while self._free:
            line = self._free.pop()
            if line.fresh:
                return line
            line.close()
        return await Line.open(self._port)
