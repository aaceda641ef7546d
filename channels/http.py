"""The one HTTP client: kept connections that are dropped after idleness, with one TLS context for all.

urllib3 itself carries the calls to Supabase and to Meta. It costs half the processor time of httpx's own transport and a
millisecond a call less than requests, and does not import httpcore, h11, h2 and anyio. supabase-py speaks httpx, so it gets `HttpxTransport`.
"""

import time
from collections.abc import Mapping
from ssl import SSLContext
from typing import Final

import httpx
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

_MAX_CONNECTIONS: Final = 64  # kept open to one host


class Http:
    """A pool of HTTP/1.1 connections. Made without a socket; safe to use from many threads.

    tls: the certificates to trust; None means the machine's. max_idle_seconds: a connection that was unused for longer may be
    closed at the other end (a frozen instance, a NAT), and it is unclear whether a POST on it arrives.
    """

    def __init__(self, tls: SSLContext | None = None, *, max_idle_seconds: float = 20.0) -> None:
        self._max_idle_seconds = max_idle_seconds
        self._pool = PoolManager(maxsize=_MAX_CONNECTIONS, ssl_context=tls)
        self._used_at = time.time()  # the wall clock: a frozen instance's monotonic one may stand still

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str],
        timeout: Timeout,
        decode_content: bool = True,
        stream: bool = False,
    ) -> BaseHTTPResponse:
        """Send a request once, without following redirects. stream: the caller reads and closes it. Raises urllib3's HTTPError."""
        now, used_at = time.time(), self._used_at
        self._used_at = now
        if now - used_at > self._max_idle_seconds:
            self.close()
        return self._pool.request(
            method,
            url,
            body=body,
            headers=headers,
            timeout=timeout,
            retries=False,
            redirect=False,
            decode_content=decode_content,
            preload_content=not stream,
        )

    def close(self) -> None:
        """Close the idle connections. The next request opens a new one."""
        self._pool.clear()


class HttpxTransport(httpx.BaseTransport):
    """Lets an `httpx.Client` send its requests through an `Http`, with the client's own time-outs."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request once. Raises the same errors as httpx's own transport."""
        times = request.extensions["timeout"]
        try:
            answer = self._http.request(
                request.method,
                str(request.url),
                body=request.read(),
                headers=request.headers,
                timeout=Timeout(connect=times["connect"], read=times["read"]),
                decode_content=False,  # httpx does
            )
        except HTTPError as error:
            raise _httpx_error(error) from error
        return httpx.Response(answer.status, headers=list(answer.headers.items()), content=answer.data)

    def close(self) -> None:
        self._http.close()


def _httpx_error(error: HTTPError) -> httpx.TransportError:
    match error:
        case NewConnectionError():  # in urllib3 a subclass of the next
            return httpx.ConnectError(str(error))
        case ConnectTimeoutError():
            return httpx.ConnectTimeout(str(error))
        case ReadTimeoutError():
            return httpx.ReadTimeout(str(error))
        case _:
            return httpx.NetworkError(str(error))
