"""Meta, Resend and the way to Supabase with a chosen latency: `python -m bench.latency_proxy PORT [JWT]`.

Meta and Resend give everybody the same answer; what they check is not measured here. A call to Supabase is forwarded to PORT,
with this JWT instead of its key if one is given. Each kind of call is counted, Meta's own webhook calls with the delivery
statuses of what it accepted too.
"""

import asyncio
import itertools
import json
import re
import socket
import sys
import time
from collections import Counter, deque
from contextlib import suppress
from typing import Final

from bench.raw_http import Connection, json_response, read_message
from bench.status_webhooks import StatusWebhooks
from emulator import Json
from emulator.meta.webhook_payload import new_wamid
from emulator.serving import listen

_KEY: Final = re.compile(rb"\r\nauthorization: [^\r]*", re.IGNORECASE)
_MAX_ACCEPTED: Final = 1000  # of those that nobody asks for
_CREATED: Final = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]"


class LatencyProxy:
    """Waits so many seconds before each answer of a service (rest, graph, resend) as `POST /control/delays` said last.

    `/control/delays` answers with the calls by name since it was last asked, `/control/accepted` with the times at which Meta took
    messages. `/control/statuses` waits until Meta has
    delivered all statuses, and says where it delivers those of the messages that it accepts from now on.
    """

    def __init__(self, upstream: int, jwt: str = "") -> None:
        self._upstream, self._jwt = upstream, jwt.encode()
        self._calls: Counter[str] = Counter()
        self._delays: dict[str, float] = {}
        self._ids = itertools.count(1)
        self._accepted_at: deque[float] = deque(maxlen=_MAX_ACCEPTED)
        self._statuses = StatusWebhooks(self._count_status)

    async def serve(self, listener: socket.socket) -> None:
        server = await asyncio.start_server(self._connected, sock=listener, limit=2**20)
        async with server:
            await server.serve_forever()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream = Connection(self._upstream)
        with suppress(asyncio.IncompleteReadError, ConnectionError):  # the function hangs up when it likes
            while True:
                head, body = await read_message(reader)
                writer.write(await self._answer(head, body, upstream))
        writer.close()
        upstream.close()

    async def _answer(self, head: bytes, body: bytes, upstream: "Connection") -> bytes:
        service, _, path = head.split(b" ", 2)[1].decode()[1:].partition("/")
        if service == "control":
            return json_response(await self._control(path, json.loads(body)))
        name = _call_name(service, path, body)
        self._calls[name] += 1
        if seconds := self._delays.get(service, 0.0):
            await asyncio.sleep(seconds)
        if service != "rest":
            return self._accepted(json.loads(body) if name == "reply" else None)
        if self._jwt:
            bare = head.replace(b" /rest/v1/", b" /", 1)  # PostgREST itself serves at the root
            return await upstream.call(_KEY.sub(b"\r\nauthorization: Bearer " + self._jwt, bare) + body)
        if path.startswith("v1/rpc/"):
            return await upstream.call(head + body)
        return _CREATED  # the emulator's Data API has no inserts, which only the baseline bot makes

    async def _control(self, what: str, wanted: Json) -> Json:
        match what:
            case "delays":
                self._delays, calls, self._calls = wanted, self._calls, Counter()
                return calls
            case "accepted":
                at = list(self._accepted_at)
                self._accepted_at.clear()
                return {"at": at}
            case "pending":
                return {"pending": self._statuses.pending}
            case "statuses":
                try:
                    await self._statuses.finish()
                except RuntimeError as error:
                    return {"error": str(error)}
                self._statuses.aim(wanted["ports"], wanted["scale"])
                self._statuses.report_many(wanted["messages"], wanted["seconds"])
        return {}

    def _accepted(self, message: Json | None) -> bytes:
        """An answer for anything: Meta's to a message (its statuses will follow) and to a receipt, and Resend's to an e-mail."""
        wamid = new_wamid()
        if message is not None:
            self._accepted_at.append(time.monotonic())
            self._statuses.report(message, wamid)
        email = f"00000000-0000-4000-8000-{next(self._ids):012}"
        return json_response({"success": True, "id": email, "messages": [{"id": wamid}]})

    def _count_status(self) -> None:
        self._calls["status"] += 1


def _call_name(service: str, path: str, body: bytes) -> str:
    """What a call is counted as."""
    if service == "graph":
        return "receipt" if b'"status"' in body else "reply"
    return "mail" if service == "resend" else path.rpartition("/")[2].partition("?")[0]


if __name__ == "__main__":
    with listen() as own:
        print(json.dumps({"port": own.getsockname()[1]}), flush=True)
        asyncio.run(LatencyProxy(int(sys.argv[1]), *sys.argv[2:]).serve(own))
