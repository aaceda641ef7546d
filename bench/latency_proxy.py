"""Meta, Resend and the way to Supabase with a chosen latency: `python -m bench.latency_proxy PORT [JWT]`.

Meta and Resend give everybody the same answer; what they check is not measured here. A call to Supabase is forwarded to PORT,
with this JWT instead of its key if one is given. Each kind of call is counted. HTTP is read by hand, because this shares two
cores with what is measured: 0.7 ms of processor time per message, 2.4 ms with http.server and urllib3.
"""

import asyncio
import itertools
import json
import re
import socket
import sys
from collections import Counter
from contextlib import suppress
from typing import Final

from emulator.serving import listen

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_KEY: Final = re.compile(rb"\r\nauthorization: [^\r]*", re.IGNORECASE)
_CREATED: Final = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]"


class LatencyProxy:
    """Waits so many seconds before each answer of a service (rest, graph, resend) as `POST /control` said last."""

    def __init__(self, upstream: int, jwt: str = "") -> None:
        self._upstream, self._jwt = upstream, jwt.encode()
        self._calls: Counter[str] = Counter()
        self._delays: dict[str, float] = {}
        self._ids = itertools.count(1)

    async def serve(self, listener: socket.socket) -> None:
        server = await asyncio.start_server(self._connected, sock=listener, limit=2**20)
        async with server:
            await server.serve_forever()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream = _Upstream(self._upstream)
        with suppress(asyncio.IncompleteReadError, ConnectionError):  # the function hangs up when it likes
            while True:
                head, body = await read_message(reader)
                writer.write(await self._answer(head, body, upstream))
        writer.close()
        upstream.close()

    async def _answer(self, head: bytes, body: bytes, upstream: "_Upstream") -> bytes:
        service, _, path = head.split(b" ", 2)[1].decode()[1:].partition("/")
        if service == "control":
            self._delays, calls, self._calls = json.loads(body), self._calls, Counter()
            return _json(calls)
        self._calls[_call_name(service, path, body)] += 1
        if seconds := self._delays.get(service, 0.0):
            await asyncio.sleep(seconds)
        if service != "rest":
            return self._accepted()
        if self._jwt:
            bare = head.replace(b" /rest/v1/", b" /", 1)  # PostgREST itself serves at the root
            return await upstream.call(_KEY.sub(b"\r\nauthorization: Bearer " + self._jwt, bare) + body)
        if path.startswith("v1/rpc/"):
            return await upstream.call(head + body)
        return _CREATED  # the emulator's Data API has no inserts, which only the baseline bot makes

    def _accepted(self) -> bytes:
        """An answer for anything: Meta's to a message and to a receipt, and Resend's to an e-mail."""
        number = next(self._ids)
        messages = [{"id": f"wamid.bench{number:09}"}]
        return _json({"success": True, "id": f"00000000-0000-4000-8000-{number:012}", "messages": messages})


class _Upstream:
    """A connection to Supabase, opened again when it was closed."""

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


def _call_name(service: str, path: str, body: bytes) -> str:
    """What a call is counted as."""
    if service == "graph":
        return "receipt" if b'"status"' in body else "reply"
    return "mail" if service == "resend" else path.rpartition("/")[2].partition("?")[0]


def _json(content: object) -> bytes:
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


if __name__ == "__main__":
    with listen() as own:
        print(json.dumps({"port": own.getsockname()[1]}), flush=True)
        asyncio.run(LatencyProxy(int(sys.argv[1]), *sys.argv[2:]).serve(own))
