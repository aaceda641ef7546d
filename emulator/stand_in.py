"""What the stand-ins share: every call is logged, and switched-on faults are applied before the service sees it."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulator.call_log import BoundedList, CallLog, LoggedCall
from emulator.faults import FaultKind, Faults, RenderFault

MAX_LOGGED_TEXT = 4_000
T = TypeVar("T")


class ServiceError(Exception):
    """A service refuses the call; each subclass answers in the form of its service."""

    def response(self) -> Response:
        raise NotImplementedError


async def answer_error(_: Request, error: Any) -> Response:
    """Starlette's exception handler for ServiceError."""
    response: Response = error.response()
    return response


def base_url(request: Request) -> str:
    """The address that this call was made to: in `make run` below /from/<caller>. Files are only fetched from there."""
    caller = f"/from/{request.scope['caller']}" if "caller" in request.scope else ""
    return f"{request.url.scheme}://{request.url.netloc}{caller}{request.scope.get('root_path', '')}"


class StandIn(Generic[T]):
    """Base class of Meta's and Resend's stand-in. `messages` are what it accepted, of type T.

    `app` is what to serve; the caller that serves it sets `url`.
    """

    def __init__(self, routes: Sequence[BaseRoute], render_fault: RenderFault) -> None:
        self.url = ""
        self.call_log, self.faults = CallLog(), Faults(render_fault)
        app = Starlette(routes=routes, exception_handlers={ServiceError: answer_error})
        self.app: ASGIApp = instrument(app, call_log=self.call_log, faults=self.faults)
        self.reset()

    @property
    def messages(self) -> list[T]:
        """All accepted messages, oldest first, including those that will fail later."""
        return self._accepted.all()

    def wait(self, count: int, seconds: float = 10.0) -> list[T]:
        """All accepted messages, once there are at least `count`; raises TimeoutError."""
        return self._accepted.wait(count, seconds)

    def reset(self) -> None:
        """Go to the initial state, at the same address. A subclass adds its own state."""
        self.clock: Callable[[], float] = time.time
        self.faults.clear()
        self.call_log.clear()
        self._accepted: BoundedList[T] = BoundedList()


class RateLimiter:
    """A token bucket for each key: `burst` tokens, one more every `seconds`."""

    def __init__(self, *, burst: int, seconds: float, clock: Callable[[], float]) -> None:
        self._burst, self._seconds, self._clock = burst, seconds, clock
        self._full_at: dict[str, float] = {}

    def take(self, key: str) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        now = self._clock()
        full_at = max(self._full_at.get(key, now), now) + self._seconds
        wait = full_at - now - self._burst * self._seconds
        if wait > 1e-3:  # less is a rounding error
            return wait
        if len(self._full_at) > 10_000:
            self._full_at = {known: at for known, at in self._full_at.items() if at > now}
        self._full_at[key] = full_at
        return 0.0


def instrument(app: ASGIApp, *, call_log: CallLog, faults: Faults) -> ASGIApp:
    """`app` with its calls logged and faults applied. What it appends to `scope["marks"]` is logged too."""

    async def instrumented(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        call = _Call(scope, receive, send, call_log)
        await call.read()
        call_log.begin()
        try:
            await _answer(app, {**scope, "marks": call.marks}, call, faults)
        finally:
            call.settle()

    return instrumented


async def _answer(app: ASGIApp, scope: Scope, call: "_Call", faults: Faults) -> None:
    after_effect = faults.intercept(scope, call.body)
    if after_effect is not None:
        await app(scope, call.receive, call.swallow)
        call.log()
        after_effect()
        await call.drop()
        return
    drawn = faults.draw(scope["path"])
    call.marks += [f"fault:{fault.kind}" for fault in drawn]
    await asyncio.sleep(sum(fault.seconds for fault in drawn if fault.kind is FaultKind.DELAY))
    final = next((fault for fault in drawn if fault.kind is not FaultKind.DELAY), None)
    if final is None:
        await app(scope, call.receive, call.send)
        return
    if final.after_effect:
        await app(scope, call.receive, call.swallow)
    elif final.kind in (FaultKind.FOREIGN, FaultKind.ERROR):
        await call.discard()
    if final.kind is FaultKind.FOREIGN:
        answer = Response(final.body, final.status or 200, media_type=final.media_type or None)
        await answer(scope, call.receive, call.send)
        return
    if final.kind is FaultKind.ERROR:
        await faults.render(final)(scope, call.receive, call.send)
        return
    call.log()
    if final.kind is FaultKind.HANG:
        await call.wait_for_disconnect(final.seconds)
    await call.drop()


class _Call:
    """One call under way: its request, its answer, and how to cut its connection.

    An upload (multipart) is not read before the service reads it, and is in the log by its size only.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, call_log: CallLog) -> None:
        self.marks: list[str] = []
        self.body = b""
        self._scope, self._receive, self._send, self._call_log = scope, receive, send, call_log
        self._answer = _Body()
        self._replayed = self._logged = False
        self._is_upload = Request(scope).headers.get("content-type", "").startswith("multipart/")
        self._uploaded, self._uploading = 0, self._is_upload
        self._status = 0
        self._at, self._started = time.time(), time.perf_counter()

    async def read(self) -> None:
        """Read the whole body, so that it is in the log even if the connection is cut."""
        more = not self._is_upload
        while more:
            message = await self._receive()
            self.body += message.get("body", b"")
            more = message.get("more_body", False)

    async def receive(self) -> Message:
        if self._is_upload:
            message = await self._receive()
            self._uploaded += len(message.get("body", b""))
            self._uploading = message.get("more_body", False)
            return message
        if self._replayed:
            return await self._receive()
        self._replayed = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._answer.start(message.get("headers", []))
        elif message["type"] == "http.response.body":
            self._answer.add(message.get("body", b""))
            if not message.get("more_body", False):
                self.log()  # before the answer leaves: then the call is in the log when the caller has it
        await self._send(message)

    async def discard(self) -> None:
        """Read what is left of an upload: a caller that is still writing would not see the answer."""
        while self._uploading:
            await self.receive()

    async def swallow(self, message: Message) -> None:
        """A `send` that discards the answer."""

    def log(self) -> None:
        """Write the call to the log, once."""
        if self._logged:
            return
        self._logged = True
        query = self._scope["query_string"].decode()
        call = LoggedCall(
            at=self._at,
            method=self._scope["method"],
            path=self._scope["path"] + (f"?{query}" if query else ""),
            request=f"{self._uploaded} bytes" if self._is_upload else _readable(self.body),
            status=self._status,
            answer=self._answer.readable(),
            duration=time.perf_counter() - self._started,
            marks=tuple(self.marks),
            key=Request(self._scope).headers.get("idempotency-key"),
        )
        self._call_log.record(call)
        self._call_log.end()

    def settle(self) -> None:
        """At the end of a call that was never logged: it failed in the stand-in."""
        if not self._logged:
            self._logged = True
            self._call_log.end()

    async def wait_for_disconnect(self, seconds: float | None = None) -> None:
        """Until the caller hangs up, but no longer than `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            return

    async def drop(self) -> None:
        self._scope["transport"].abort()  # put there by emulator.serving
        await self.wait_for_disconnect()


class _Body:
    """The body of an answer for the log: of a large file only its size."""

    def __init__(self) -> None:
        self._content, self._size = bytearray(), 0
        self._is_json = True

    def start(self, headers: list[tuple[bytes, bytes]]) -> None:
        self._is_json = b"json" in dict(headers).get(b"content-type", b"")

    def add(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._is_json or self._size <= MAX_LOGGED_TEXT:
            self._content += chunk

    def readable(self) -> Any:
        small = self._is_json or self._size <= MAX_LOGGED_TEXT
        return _readable(bytes(self._content)) if small else f"{self._size} bytes"


def _readable(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        pass
    try:
        return body.decode()[:MAX_LOGGED_TEXT]
    except UnicodeDecodeError:
        return f"{len(body)} bytes"
