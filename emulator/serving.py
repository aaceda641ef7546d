"""Serve an ASGI app on 127.0.0.1, on a given port or a free one."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from emulator import EmulatorError

START_SECONDS = 10.0


def free_port() -> int:
    """A port that the system gives to nobody else for half a minute or more, so that a process can be started on it.

    A connection that the listener's side closed first waits there in TIME_WAIT: only who asks for this very port, with
    SO_REUSEADDR as all servers do, can have it.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place: tuple[str, int] = listener.getsockname()
        with socket.create_connection(place), listener.accept()[0]:
            return place[1]


def listen(port: int = 0) -> socket.socket:
    """A listening socket for uvicorn, without Nagle's delay of 40 ms. Raises EmulatorError.

    asyncio disables Nagle only on sockets that say they are TCP; accepted connections inherit the option from here.
    """
    try:
        listener = socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else error
        raise EmulatorError(f"port {port} on 127.0.0.1: {reason}") from None
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def address(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def quiet_server(app: ASGIApp, patience: int = 3) -> uvicorn.Server:
    """A server without an access log. At shutdown, calls under way have `patience` seconds to finish."""
    return uvicorn.Server(
        uvicorn.Config(
            _with_transport(app), log_level="warning", access_log=False, timeout_graceful_shutdown=patience
        )
    )


def _with_transport(app: ASGIApp) -> ASGIApp:
    """Put the connection's transport into the scope, so that a fault can cut the connection.

    ASGI has no way to do that. uvicorn's `send` is a method of the object that has the transport, as long as no
    middleware has wrapped it.
    """

    async def outermost(scope: Scope, receive: Receive, send: Send) -> None:
        scope["transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        await app(scope, receive, send)

    return outermost


@contextmanager
def serve_in_thread(app: ASGIApp, listener: socket.socket | None = None, patience: int = 3) -> Iterator[str]:
    """Serve the app in a thread while the block lasts; yields its address. Raises RuntimeError if it does not start."""
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
