"""Meta, Resend and the way to Supabase, as far away as one likes: `python -m bench.gate PORT [JWT]`, in a process of its own.

Meta and Resend answer the same thing to everybody; what they check is not measured here. A call to Supabase is passed on,
with a key that PostgREST understands if one is given. Each kind of call is counted. The emulator's stand-ins know far more
and use as much processor as the function: with two cores, that would be what is measured.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import socket
import sys
from collections import Counter
from contextlib import suppress
from typing import Final

from bench.line import Lines, read_message
from emulator.serving import listen

_KEY: Final = re.compile(rb"(?i)\r\nauthorization: [^\r]*")
_CREATED: Final = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]"


class Gate:
    """Answers each call after the seconds that `far` says for its service: rest, graph or resend."""

    def __init__(self, upstream: int, jwt: str = "") -> None:
        self._upstream = Lines(upstream)
        self._jwt = jwt.encode()
        self._calls: Counter[str] = Counter()
        self._far: dict[str, float] = {}
        self._ids = itertools.count(1)

    async def serve(self, listener: socket.socket) -> None:
        server = await asyncio.start_server(self._connected, sock=listener, limit=2**20)
        print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
        async with server:
            await server.serve_forever()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Whoever calls hangs up when it likes.
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head, body = await read_message(reader)
                writer.write(await self._answer(head, body))
        writer.close()

    async def _answer(self, head: bytes, body: bytes) -> bytes:
        _, path, _ = head.split(b" ", 2)
        service, _, rest = path.decode()[1:].partition("/")
        if service == "control":
            return self._control(body)
        name = _name(service, rest, body)
        self._calls[name] += 1
        if seconds := self._far.get(service, 0.0):
            await asyncio.sleep(seconds)
        if service == "rest":
            return await self._pass_on(rest, head, body)
        return self._written(service, name)

    def _control(self, body: bytes) -> bytes:
        """How far away the services are from now on. Answers how often each was called, and forgets that."""
        self._far = json.loads(body)
        calls, self._calls = self._calls, Counter()
        return _json(calls)

    def _written(self, service: str, name: str) -> bytes:
        number = next(self._ids)
        if name == "receipt":
            return _json({"success": True})
        if service == "resend":
            return _json({"id": f"00000000-0000-4000-8000-{number:012}"})
        return _json({"messaging_product": "whatsapp", "messages": [{"id": f"wamid.bench{number:09}"}]})

    async def _pass_on(self, rest: str, head: bytes, body: bytes) -> bytes:
        if not self._jwt:
            if not rest.startswith("v1/rpc/"):
                return _CREATED  # the emulator's Data API has no inserts into tables: our product makes none
            return b"".join(await self._upstream.call(head + body))
        bare = head.replace(b" /rest/v1/", b" /", 1)
        return b"".join(
            await self._upstream.call(_KEY.sub(b"\r\nauthorization: Bearer " + self._jwt, bare) + body)
        )


def _name(service: str, rest: str, body: bytes) -> str:
    """What a call is counted as."""
    if service == "graph":
        return "receipt" if b'"status"' in body else "reply"
    return "mail" if service == "resend" else rest.rpartition("/")[2].partition("?")[0]


def _json(content: object) -> bytes:
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


if __name__ == "__main__":
    with listen() as own:
        asyncio.run(Gate(int(sys.argv[1]), *sys.argv[2:]).serve(own))
