"""One HTTP call to a service: with timeouts, without redirects, and with a plain reason when nobody answers."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies

from ops.errors import Unreachable

_TIMEOUT: Final = (5.0, 20.0)  # connect, read; Meta's set-up calls are slow


def call(method: str, url: str, token: str = "", **request: Any) -> requests.Response:
    """Whatever was answered, an error too. `token` is sent as a bearer token. Raises Unreachable."""
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    headers = bearer | request.pop("headers", {})
    with requests.Session() as session:
        session.trust_env = False  # or .netrc would replace our token; so the proxy is passed by hand
        try:
            proxies = {} if is_local(url) else get_environ_proxies(url)
            return session.request(
                method,
                url,
                headers=headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
                proxies=proxies,
                **request,
            )
        except requests.RequestException as error:  # its message may quote the whole URL
            raise Unreachable(_reason(error)) from None
        except ValueError:  # from urlsplit
            raise Unreachable("not a valid URL") from None


def is_local(url: str) -> bool:
    """Whether it is on this machine, where no proxy is used. Raises ValueError for an invalid URL."""
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}


def json_object(response: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer; {} when it is none."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _reason(error: requests.RequestException) -> str:
    match error:
        case requests.exceptions.SSLError():
            return "its certificate is not valid"
        case requests.Timeout():
            return "no answer in time"
        case requests.ConnectionError():
            return "there is no such host" if "resolve" in str(error).lower() else "nobody answers there"
    return f"not a valid URL ({type(error).__name__})"
