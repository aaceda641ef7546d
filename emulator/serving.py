"""Serve an ASGI app on 127.0.0.1, at the port asked for or a free one, without the 40 ms of Nagle's delay."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

START_SECONDS = 10.0


def listen(port: int = 0) -> socket.socket:
    """A socket for uvicorn. asyncio switches Nagle off only on sockets that say they are TCP; this one passes it on."""
    listener = socket.create_server(("127.0.0.1", port))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def address(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def quiet_server(app: ASGIApp, patience: int = 3) -> uvicorn.Server:
    """`patience` in seconds: how long calls that are under way may take at the end."""
    config = uvicorn.Config(
        _with_transport(app), log_level="warning", access_log=False, timeout_graceful_shutdown=patience
    )
    return uvicorn.Server(config)


def _with_transport(app: ASGIApp) -> ASGIApp:
    """Hands the connection itself down in the scope, for a fault that cuts it.

    ASGI has no word for that; uvicorn's `send` is a method of what holds it, but only as long as nobody has wrapped it.
    """

    async def outermost(scope: Scope, receive: Receive, send: Send) -> None:
        scope["transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        await app(scope, receive, send)

    return outermost


@contextmanager
def serve_in_thread(app: ASGIApp, listener: socket.socket | None = None, patience: int = 3) -> Iterator[str]:
    """The app's address, for as long as the block lasts. Raises RuntimeError when it does not start."""
    with listener or listen() as listener:
        server = quiet_server(app, patience)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield address(listener)
        finally:
            server.should_exit = True
            thread.join()


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(0.005)
