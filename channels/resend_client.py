"""Resend's SDK on kept connections, for sending and for receiving, and what its errors mean for a row."""

from collections.abc import Mapping
from json import dumps
from typing import TYPE_CHECKING, Any, Final

from urllib3 import Timeout

from channels.http import Answer, Http
from state.model.outbox_row import Outcome, Result

if TYPE_CHECKING:
    from resend.exceptions import ResendError

_TIMEOUT_SECONDS: Final = 10
_MAX_READ: Final = 8 * 1024 * 1024  # bytes: of an answer to a GET, which may be a received mail
_QUOTA_SECONDS: Final = 3600.0  # pause before probing again; the quota resets daily
_RETRY_AFTER_DEFAULT: Final = 2.0
_MAX_RETRY_AFTER: Final = 3600.0  # the idempotency key lives for a day
_QUOTAS: Final = {"daily_quota_exceeded", "monthly_quota_exceeded"}
_OK: Final = 200
_ERRORS: Final = 400
_REFUSED: Final = {400, 404, 405, 413, 422}  # this e-mail will never be accepted


def resend_sdk(api_key: str, http: Http) -> Any:
    """The SDK. It is imported with the first call, in that call's thread.

    It has one key and one client for the whole process. Whoever sends and whoever receives have the same key, and each sets a
    client that does the same.
    """
    import resend

    resend.api_key = api_key
    resend.default_http_client = KeptConnections(http)  # type: ignore[assignment]  # has all that is called
    return resend


class KeptConnections:
    """What the SDK sends its requests with. Its own client opens a connection, with a TLS handshake, for each call."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def request(
        self, method: str, url: str, headers: Mapping[str, str], json: object
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send a request once. The SDK makes any error a ResendError whose code is 500 and whose context is that error."""
        timeout = Timeout(connect=_TIMEOUT_SECONDS, read=_TIMEOUT_SECONDS)
        if method == "get":
            answer = self._http.request("GET", url, headers=headers, timeout=timeout, max_answer=_MAX_READ)
        else:
            answer = self._http.request(
                method.upper(),
                url,
                body=dumps(json).encode(),
                headers={**headers, "Content-Type": "application/json"},
                timeout=timeout,
            )
        if not _is_resends(answer):
            raise UnclearAnswer(answer.status, answer.headers)
        return answer.body, answer.status, answer.headers


class UnclearAnswer(Exception):
    """Not the answer of Resend's API, but perhaps of a proxy in front of it: whether the e-mail was accepted is not known.

    The SDK would believe its status, and take a 200 without an id, or a redirect, for a success.
    """

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"resend unclear {status}")
        self._status = status
        self._headers = headers

    def result(self) -> Result:
        """What it means. Too many, and too large, are the same whoever says so."""
        match self._status:
            case 429:
                retry_seconds = _retry_after(self._headers)
                return Result(outcome=Outcome.LIMITED, error=str(self), retry_seconds=retry_seconds)
            case 413:
                return Result(outcome=Outcome.DEAD, error=str(self))
            case _:
                return Result(outcome=Outcome.UNKNOWN, error=str(self))


def _is_resends(answer: Answer) -> bool:
    """Return True if the answer has the shape of Resend's: JSON with the id of the e-mail, or with the name of an error."""
    said = answer.json()
    if "application/json" not in answer.headers.get("content-type", "") or not isinstance(said, dict):
        return False
    if answer.status == _OK:
        return isinstance(said.get("id"), str) and said["id"] != ""
    is_error = answer.status >= _ERRORS and said.get("statusCode", answer.status) == answer.status
    return is_error and isinstance(said.get("name"), str)


def result_of_error(error: "ResendError") -> Result:
    """What an error of the SDK means for what was to be sent."""
    if isinstance(error.__context__, UnclearAnswer):
        return error.__context__.result()
    return result_of(error.code, error.error_type, error.headers)


def result_of(code: str | int, error_type: str, headers: dict[str, str]) -> Result:
    """Map a refusal to a Result; `Outcome` says what each leads to.

    Source: Resend's error table; the SDK reports a broken connection as HttpClientError.
    """
    status = int(code) if str(code).isdecimal() else 500
    error = f"resend {status} {error_type}"[:120]
    if error_type == "invalid_idempotent_request":
        return Result(outcome=Outcome.SENT, error=error)  # an earlier attempt, with other bytes, was accepted
    if error_type in _QUOTAS:
        return Result(outcome=Outcome.PAUSED, error=error, retry_seconds=_QUOTA_SECONDS)
    if status == 429:
        return Result(outcome=Outcome.LIMITED, error=error, retry_seconds=_retry_after(headers))
    if status in {401, 403}:
        return Result(outcome=Outcome.PAUSED, error=error, retry_seconds=60.0)
    if status in _REFUSED:
        return Result(outcome=Outcome.DEAD, error=error)
    return Result(outcome=Outcome.UNKNOWN, error=error)


def _retry_after(headers: Mapping[str, str]) -> float:
    given = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    if not given.replace(".", "", 1).isdecimal():
        return _RETRY_AFTER_DEFAULT
    return min(float(given), _MAX_RETRY_AFTER)
