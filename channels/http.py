"""The one HTTP client: kept connections that are dropped after idleness, with one TLS context for all.

urllib3 itself carries the calls to Supabase and to Meta. It costs half the processor time of httpx's own transport and a
millisecond a call less than requests, and does not import httpcore, h11, h2 and anyio. supabase-py speaks httpx, so it gets an `HttpxClient`.
"""

import time
from collections.abc import Mapping
from functools import lru_cache
from ssl import SSLContext
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, PoolManager, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

_MAX_CONNECTIONS: Final = 64  # kept open to one host


class Http:
    """A pool of HTTP/1.1 connections. Made without a socket; safe to use from many threads.

    tls: the certificates to trust; None means the machine's. max_idle_seconds: a connection that was unused for longer may be
    closed at the other end (a frozen instance, a NAT), and it is unclear whether a POST on it arrives.
    """

    def __init__(self, tls: SSLContext | None = None, *, max_idle_seconds: float = 20.0) -> None:
        self._tls = tls
        self._max_idle_seconds = max_idle_seconds
        self._pools: dict[str, HTTPConnectionPool] = {}  # by origin
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
        pool, target = self._pool(url)
        return pool.urlopen(
            method,
            target,
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
        self._pools = {}  # a pool closes its connections when the last request on it has ended

    def _pool(self, url: str) -> tuple[HTTPConnectionPool, str]:
        """The pool of the URL's host, and what to ask there. A PoolManager takes several times as long to find them."""
        scheme, host, path, query, _ = urlsplit(url)
        origin, pools = f"{scheme}://{host}", self._pools
        if origin not in pools:
            made = PoolManager(maxsize=_MAX_CONNECTIONS, ssl_context=self._tls).connection_from_url(origin)
            pools.setdefault(origin, made)
        return pools[origin], f"{path or '/'}?{query}" if query else path or "/"


class HttpxClient(httpx.Client):
    """An `httpx.Client` for supabase-py that hands each request to an `Http` at once.

    It adds the default headers and keeps the time-outs. Authentication flows, redirects and cookies, which supabase-py's `rpc`
    does not use, are left out: they and the building of a request take half the processor time of a call.
    """

    def __init__(self, http: Http) -> None:
        super().__init__(transport=httpx.BaseTransport())  # which refuses all that is not a `request`
        self._http = http
        self._default_headers = dict(self.headers)

    def request(  # type: ignore[override]
        self,
        method: str,
        url: str,
        *,
        headers: httpx.Headers,
        content: bytes | None = None,
        params: httpx.QueryParams | None = None,
        **_: Any,
    ) -> httpx.Response:
        """Send the request once. Raises the same errors as httpx's own client."""
        try:
            answer = self._http.request(
                method,
                f"{url}?{params}" if params else url,
                body=content,
                headers=self._default_headers | dict(headers.items()),
                timeout=Timeout(connect=self.timeout.connect, read=self.timeout.read),
                decode_content=False,  # httpx does
            )
        except HTTPError as error:
            raise _httpx_error(error) from error
        return httpx.Response(
            answer.status, headers=answer.headers, content=answer.data, request=_request(method, url)
        )

    def close(self) -> None:
        """Close the idle connections. The next request opens a new one."""
        self._http.close()


@lru_cache(maxsize=32)
def _request(method: str, url: str) -> httpx.Request:
    """What a response says it answers: postgrest looks whether that asked for a count."""
    return httpx.Request(method, url)


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
