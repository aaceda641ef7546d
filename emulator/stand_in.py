"""The front door of every stand-in: each call is written down, and the faults have it first."""

import asyncio
import json
import time
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulator.call_list import Ledger
from emulator.faults import Fault, Faults, Kind

KEPT_TEXT = 4_000


def front(app: ASGIApp, *, ledger: Ledger, faults: Faults) -> ASGIApp:
    """`app` behind the door. It may append words to `scope["marks"]`; they end up in the ledger."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        call = _Call(scope, receive, send, ledger)
        await call.read()
        await _answer(app, {**scope, "marks": call.marks}, call, faults)

    return guarded


async def _answer(app: ASGIApp, scope: Scope, call: "_Call", faults: Faults) -> None:
    sprung = faults.trap(scope, call.body)
    if sprung is not None:
        await app(scope, call.receive, call.swallow)
        call.close()
        sprung()
        await call.drop()
        return
    drawn = faults.draw(scope["path"])
    call.marks += [f"fault:{fault.kind}" for fault in drawn]
    await asyncio.sleep(sum(fault.seconds for fault in drawn if fault.kind is Kind.DELAY))
    end = next((fault for fault in drawn if fault.kind is not Kind.DELAY), None)
    if end is None:
        await app(scope, call.receive, call.send)
        return
    if end.after_effect:
        await app(scope, call.receive, call.swallow)
    await _refuse(end, call, faults)


async def _refuse(fault: Fault, call: "_Call", faults: Faults) -> None:
    if fault.kind is Kind.ERROR:
        await call.answer(faults.render(fault))
        return
    call.close()
    if fault.kind is Kind.HANG:
        await call.wait_until_gone(fault.seconds)
    await call.drop()


class _Call:
    """One call under way: what came, what went, and the means to cut the line."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, ledger: Ledger) -> None:
        self.marks: list[str] = []
        self._scope, self._receive, self._send, self._ledger = scope, receive, send, ledger
        self._request, self._answer = bytearray(), bytearray()
        self._replayed = self._closed = False
        self._status = 0
        self._at, self._started = time.time(), time.perf_counter()

    @property
    def body(self) -> bytes:
        return bytes(self._request)

    async def read(self) -> None:
        """Reads the body to its end, so that a call that is cut is in the ledger whole."""
        more = True
        while more:
            message = await self._receive()
            self._request += message.get("body", b"")
            more = message.get("more_body", False)

    async def receive(self) -> Message:
        if self._replayed:
            return await self._receive()
        self._replayed = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        elif message["type"] == "http.response.body":
            self._answer += message.get("body", b"")
            if not message.get("more_body", False):
                self.close()  # before it leaves: who has the answer finds the call in the ledger
        await self._send(message)

    async def swallow(self, message: Message) -> None:
        """Takes what the service answers and tells nobody."""

    async def answer(self, response: Response) -> None:
        await response(self._scope, self.receive, self.send)

    def close(self) -> None:
        """Writes the call down, once."""
        if self._closed:
            return
        self._closed = True
        query = self._scope["query_string"].decode()
        self._ledger.record(
            at=self._at,
            method=self._scope["method"],
            path=self._scope["path"] + (f"?{query}" if query else ""),
            request=_readable(self.body),
            status=self._status,
            answer=_readable(bytes(self._answer)),
            duration=time.perf_counter() - self._started,
            marks=tuple(self.marks),
            key=self._header(b"idempotency-key"),
        )

    def _header(self, name: bytes) -> str | None:
        return next((value.decode("latin-1") for key, value in self._scope["headers"] if key == name), None)

    async def wait_until_gone(self, seconds: float) -> None:
        """Until the caller hangs up, but no longer than `seconds`."""
        try:
            await asyncio.wait_for(self._gone(), seconds)
        except TimeoutError:
            return

    async def drop(self) -> None:
        self._scope["transport"].abort()  # emulator.serving puts it there
        await self._gone()

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _readable(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        pass
    try:
        return body.decode()[:KEPT_TEXT]
    except UnicodeDecodeError:
        return f"{len(body)} bytes"
