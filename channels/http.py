"""The one HTTP client: kept connections that are dropped after idleness, with one TLS context for all.

urllib3 itself carries the calls to Supabase and to Meta. It costs half the processor time of httpx's own transport and a
millisecond a call less than requests, and does not import httpcore, h11, h2 and anyio. supabase-py speaks httpx, so it gets an `HttpxClient`.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ssl import SSLContext
from typing import Any, BinaryIO, Final, cast

import httpx
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, PoolManager, Timeout
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NewConnectionError,
    ReadTimeoutError,
)
from urllib3.util import Url, parse_url

_MAX_CONNECTIONS: Final = 64  # kept open to one host
_OF_BODY: Final = ("content-type", "content-length", "transfer-encoding")
_MAX_ANSWER: Final = 256 * 1024  # bytes: what Meta and Resend answer has a few hundred


class AnswerTooLong(HTTPError):
    """An answer has more bytes than we read. What was asked for may have been done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response that was read whole. body: decoded, if the request wanted that."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON; None if it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@lru_cache(maxsize=64)  # a call to Supabase or to Meta's messages has one of a few; parsing takes 17 µs
def parse_address(url: str) -> Url:
    """The parts of an absolute URL, as the connection is made: whoever checks an address reads it with this.

    Two parsers may see two hosts in one URL, such as `https://a\\@b/`. Raises LocationValueError, which is an HTTPError.
    """
    address = parse_url(url)
    if not address.scheme or not address.host:
        raise LocationValueError("not an absolute URL")
    return address


class Http:
    """A pool of HTTP/1.1 connections. Made without a socket; safe to use from many threads.

    tls: the certificates to trust; None means the machine's. max_idle_seconds: a connection that was unused for longer may be
    closed at the other end (a frozen instance, a NAT), and it is unclear whether a POST on it arrives. max_answer: how many bytes
    of an answer are read.
    """

    def __init__(
        self, tls: SSLContext | None = None, *, max_idle_seconds: float = 20.0, max_answer: int = _MAX_ANSWER
    ) -> None:
        self._tls = tls
        self._max_idle_seconds = max_idle_seconds
        self._max_answer = max_answer
        self._pools: dict[tuple[str | None, str | None, int | None], HTTPConnectionPool] = {}  # by origin
        self._used_at = time.time()  # the wall clock: a frozen instance's monotonic one may stand still

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str],
        timeout: Timeout,
        decode_content: bool = True,
        before_body: Callable[[], None] | None = None,
        max_answer: int | None = None,
    ) -> Answer:
        """Send a request once, without following redirects, and read the answer. Raises urllib3's HTTPError.

        before_body: called when all but the body is on the wire; if it raises, the body is not sent, so the request has no effect.
        max_answer: in bytes, for this one.
        """
        answer = self.open(method, url, body=body, headers=headers, timeout=timeout, before_body=before_body)
        most = self._max_answer if max_answer is None else max_answer
        content = answer.read(most + 1, decode_content=decode_content)
        if len(content) > most:
            answer.close()
            raise AnswerTooLong(f"more than {most} bytes")
        answer.read(1, decode_content=decode_content)  # that one was cut off only a second read notices
        answer.release_conn()
        return Answer(status=answer.status, headers=answer.headers, body=content)

    def open(
        self,
        method: str,
        url: str,
        *,
        body: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str],
        timeout: Timeout,
        before_body: Callable[[], None] | None = None,
    ) -> BaseHTTPResponse:
        """Send a request once, without following redirects. The caller reads and closes the answer. Raises urllib3's HTTPError."""
        now, used_at = time.time(), self._used_at
        self._used_at = now
        if now - used_at > self._max_idle_seconds:
            self.close()
        pool, target = self._pool(url)
        if isinstance(body, bytes) and before_body is not None:
            headers = {**headers, "Content-Length": str(len(body))}
        return pool.urlopen(
            method,
            target,
            body=_after(before_body, body) if isinstance(body, bytes) and before_body is not None else body,
            headers=headers,
            timeout=timeout,
            retries=False,
            redirect=False,
            preload_content=False,
        )

    def post_file(
        self,
        url: str,
        *,
        fields: Mapping[str, str],
        file: tuple[str, BinaryIO, str],
        headers: Mapping[str, str],
        timeout: Timeout,
    ) -> Answer:
        """Post a form with one file, which is sent as it is read. file: its name, content and MIME type. Otherwise as `request`."""
        body, described = _form(fields, {"file": file})
        return self.request("POST", url, body=body, headers={**headers, **described}, timeout=timeout)

    def close(self) -> None:
        """Close the idle connections. The next request opens a new one."""
        self._pools = {}  # a pool closes its connections when the last request on it has ended

    def _pool(self, url: str) -> tuple[HTTPConnectionPool, str]:
        """The pool of the URL's host, and what to ask there. A PoolManager takes several times as long to find them."""
        address, pools = parse_address(url), self._pools
        origin = address.scheme, address.host, address.port
        if origin not in pools:
            manager = PoolManager(maxsize=_MAX_CONNECTIONS, ssl_context=self._tls)
            pools.setdefault(origin, manager.connection_from_host(address.host, address.port, address.scheme))
        return pools[origin], address.request_uri


def _form(fields: Any, files: Any) -> tuple[Iterable[bytes], dict[str, str]]:
    """A multipart form as httpx encodes it: its body, and the headers that describe that."""
    encoded = httpx.Request("POST", "http://form", data=fields, files=files)
    described = {name: encoded.headers[name] for name in _OF_BODY if name in encoded.headers}
    return cast("Iterable[bytes]", encoded.stream), described


def _after(call: Callable[[], None], body: bytes) -> Iterator[bytes]:
    """The body, once the call has returned. urllib3 asks for it when the connection is there and the headers are sent."""
    call()
    yield body


class HttpxClient(httpx.Client):
    """An `httpx.Client` for supabase-py that hands each request to an `Http` at once.

    It adds the default headers and keeps the time-outs. Authentication flows, redirects and cookies, which supabase-py's `rpc` and
    Storage do not use, are left out: they and the building of a request take half the processor time of a call. A file is sent as it
    is read: it is never in memory as a whole.
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
        json: Any = None,
        data: Any = None,
        files: Any = None,
        **_: Any,
    ) -> httpx.Response:
        """Send the request once. Raises the same errors as httpx's own client."""
        sent = self._default_headers | dict(headers.items())
        body: bytes | Iterable[bytes] | None = content
        if files is not None:
            body, described = _form(data, files)
            sent |= described
        elif json is not None:
            encoded = httpx.Request(method, url, json=json)
            body = encoded.content
            sent["content-type"] = encoded.headers["content-type"]
        try:
            answer = self._http.request(
                method,
                f"{url}?{params}" if params else url,
                body=body,
                headers=sent,
                timeout=Timeout(connect=self.timeout.connect, read=self.timeout.read),
                decode_content=False,  # httpx does
            )
        except HTTPError as error:
            raise _httpx_error(error) from error
        return httpx.Response(
            answer.status, headers=answer.headers, content=answer.body, request=_request(method, url)
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
