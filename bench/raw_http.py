"""HTTP read and written by hand, because this shares two cores with what is measured.

0.7 ms of processor time per message of a customer, 2.4 ms with http.server and urllib3.
"""

import asyncio
import json
import re
from typing import Final

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


class Connection:
    """A connection to a port of this machine, opened again when it was closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self, request: bytes) -> bytes:
        if self._streams is None or self._streams[0].at_eof():
            self.close()
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        return b"".join(await read_message(reader))

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
            self._streams = None


async def read_message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head and body of an HTTP request or response, as they came. Raises asyncio.IncompleteReadError at the end."""
    head = await reader.readuntil(b"\r\n\r\n")
    if length := _LENGTH.search(head):
        return head, await reader.readexactly(int(length[1]))
    body, size = b"", b"0" if not _CHUNKED.search(head) else b""
    while size != b"0":
        line = await reader.readuntil(b"\r\n")
        size = line.strip()
        body += line + await reader.readexactly(int(size, 16) + 2)
    return head, body


def json_response(content: object) -> bytes:
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body
