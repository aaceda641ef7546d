"""How calls to Supabase leave: supabase-py speaks through httpx, and below httpx is urllib3 in place of httpx's own transport.

The same bytes for half the processor time, and no httpcore, h11, h2 and anyio to import before the first call.
"""

from __future__ import annotations

import time
from ssl import SSLContext
from typing import Final

import httpx
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

_KEPT: Final = 64  # connections
# After this long unused a connection may be dead at the other end (a frozen instance, a NAT).
_IDLE_SECONDS: Final = 30.0


class Transport(httpx.BaseTransport):
    """HTTP/1.1 with the time-outs of the httpx client above. Made without a socket; safe to use from many threads.

    `tls` says whom to trust; None is whom the machine trusts.
    """

    def __init__(self, tls: SSLContext | None = None) -> None:
        self._connections = PoolManager(maxsize=_KEPT, ssl_context=tls)
        self._used_at = time.time()  # the wall clock: a frozen instance's monotonic one may stand still

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One try. Raises the errors of httpx's own transport."""
        self._forget_idle()
        times = request.extensions["timeout"]
        try:
            answer = self._connections.request(
                request.method,
                str(request.url),
                body=request.read(),
                headers=request.headers,
                timeout=Timeout(connect=times["connect"], read=times["read"]),
                retries=False,
                redirect=False,
                decode_content=False,  # httpx does
            )
        except HTTPError as error:
            raise _known(error) from error
        return httpx.Response(answer.status, headers=list(answer.headers.items()), content=answer.data)

    def close(self) -> None:
        self._connections.clear()

    def _forget_idle(self) -> None:
        now, used_at = time.time(), self._used_at
        self._used_at = now
        if now - used_at > _IDLE_SECONDS:
            self._connections.clear()  # the idle ones only; it opens new ones


def _known(error: HTTPError) -> httpx.TransportError:
    """The error that says the same in httpx."""
    match error:
        case NewConnectionError():  # to urllib3 a kind of the next
            return httpx.ConnectError(str(error))
        case ConnectTimeoutError():
            return httpx.ConnectTimeout(str(error))
        case ReadTimeoutError():
            return httpx.ReadTimeout(str(error))
        case _:
            return httpx.NetworkError(str(error))
