"""One call to a service by HTTP: with time-outs, without redirects, and with a plain word when nobody answers."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies

from ops.errors import OpsError

_TIMEOUT: Final = (5.0, 20.0)  # connect, read; Meta's set-up calls are slow


class Unreachable(OpsError):
    """Nobody answered."""


def call(method: str, url: str, token: str = "", **request: Any) -> requests.Response:
    """Whatever was answered, also an error. Raises Unreachable. `token` goes as a bearer, never into the address."""
    with requests.Session() as session:
        session.trust_env = False  # no .netrc in place of our token; a proxy is welcome
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **request.pop("headers", {})}
        try:
            return session.request(
                method,
                url,
                headers=headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
                proxies={} if is_local(url) else get_environ_proxies(url),
                **request,
            )
        except requests.RequestException as error:  # its words may quote the address with all that is in it
            raise Unreachable(_why(error)) from None
        except ValueError:  # no address at all, which requests leaves to the standard library to say
            raise Unreachable("not an address that can be called") from None


def is_local(url: str) -> bool:
    """On this machine, where no proxy has a business. Raises ValueError for what is no address."""
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}


def document(response: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer, {} when it is none."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _why(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not valid"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.ConnectionError):
        said = str(error).lower()
        return "there is no such host" if "resolve" in said else "nobody answers there"
    return f"not an address that can be called ({type(error).__name__})"
