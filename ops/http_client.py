"""One HTTP call to a service: with timeouts, without redirects, and with a plain reason if there is no response, or another one."""

from typing import Any, Final, Never
from urllib.parse import urlsplit

import httpx

from ops.errors import OpsError, Unreachable

LOCAL_HOSTS: Final = {"localhost", "127.0.0.1", "::1"}
_MAYBE_DONE: Final = ": the change may or may not have been made, so look before you try again"
_TIMEOUT: Final = httpx.Timeout(20, connect=5)  # seconds; Meta's set-up calls are slow


class Answer(dict[str, Any]):
    """A JSON object of a service. A key that it lacks is no mistake of who reads it: the service is not the one, or of another version."""

    def __init__(self, found: dict[str, Any], refusal: OpsError) -> None:
        super().__init__(found)
        self._refusal = refusal

    def __missing__(self, key: str) -> Never:
        raise self._refusal


def call(
    method: str, url: str, token: str = "", timeout: httpx.Timeout | None = None, **request: Any
) -> httpx.Response:
    """Send a request. Returns any response, also an error. token: sent as a bearer token; timeout: None for the usual one.

    Raises Unreachable.
    """
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    headers = bearer | request.pop("headers", {})
    try:
        proxied = not is_local(url)
        return httpx.request(
            method, url, headers=headers, timeout=timeout or _TIMEOUT, trust_env=proxied, **request
        )
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, ValueError):
        raise Unreachable("not a valid URL, or the key is malformed") from None
    except httpx.TimeoutException as error:
        sent = method == "POST" and isinstance(error, httpx.ReadTimeout)
        raise Unreachable(f"no answer in time{_MAYBE_DONE if sent else ''}") from None
    except httpx.HTTPError as error:  # its message may quote the whole URL
        raise Unreachable(_reason(str(error).lower())) from None


def is_local(url: str) -> bool:
    """Return True if the URL is on this machine, where no proxy is used. Raises ValueError for an invalid URL."""
    return urlsplit(url).hostname in LOCAL_HOSTS


def json_object(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of a response, or {} if it is not one."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def objects(found: Any, refusal: OpsError) -> list[Answer]:
    """A list of JSON objects. Raises `refusal` if it is something else, and later for each key that one of them lacks."""
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise refusal
    return [Answer(each, refusal) for each in found]


def _reason(message: str) -> str:
    if "certificate" in message:
        return "its certificate is not valid"
    return "there is no such host" if "name" in message else "nobody answers there"
