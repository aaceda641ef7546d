"""Meta's Graph API for the operator: a call is an answer, or one clear sentence with Meta's code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ops.errors import OpsError
from ops.http import Unreachable, call, document
from ops.settings import Settings

NO_TOKEN: Final = 190
NO_OBJECT: Final = 33
ALREADY_THERE: Final = 2388024
NOT_VERIFIED: Final = 2200
_LIMITED: Final = {4, 17, 80007, 80008}
_MEANINGS: Final = {
    NO_TOKEN: "the token is not valid, or no longer",
    15: "this needs the app's own token",
    10: "the token lacks a permission for this",
    3: "the token lacks a permission for this",
    368: "the account is blocked for a violation of Meta's policies",
    2: "Meta has a passing trouble; try again in some minutes",
}


class MetaError(OpsError):
    """Meta refused the call. `code` and `subcode` are Meta's; `subcode` is 0 when there is none."""

    def __init__(self, told: str, code: int, subcode: int) -> None:
        numbers = f"code {code}" + (f", subcode {subcode}" if subcode else "")
        super().__init__(f"Meta: {told} ({numbers})")
        self.told, self.code, self.subcode = told, code, subcode


class Graph:
    """Calls with the access token, or as the app (`APP_ID|APP_SECRET`) where Meta wants that."""

    def __init__(self, settings: Settings) -> None:
        settings.need("WHATSAPP_ACCESS_TOKEN")
        self._settings = settings
        self._url = f"{settings.get('GRAPH_API_URL')}/{settings.get('GRAPH_API_VERSION')}"
        self._token = settings.get("WHATSAPP_ACCESS_TOKEN")

    def get(self, path: str, token: str = "", **parameters: str) -> dict[str, Any]:
        """Raises MetaError, Unreachable."""
        return self._call("GET", path, token, params=parameters)

    def listed(self, path: str, token: str = "", **parameters: str) -> list[dict[str, Any]]:
        """The items of a list, its first page; 100 are more than this project makes. Raises MetaError, Unreachable."""
        items: list[dict[str, Any]] = self.get(path, token, **{"limit": "100", **parameters}).get("data", [])
        return items

    def post(self, path: str, body: Mapping[str, Any], token: str = "") -> dict[str, Any]:
        """Raises MetaError, Unreachable."""
        return self._call("POST", path, token, json=dict(body))

    def describe_token(self) -> dict[str, Any]:
        """What Meta says of our access token; a token may ask about itself. Raises MetaError, Unreachable."""
        data: dict[str, Any] = self.get("debug_token", input_token=self._token).get("data", {})
        return data

    def _call(self, method: str, path: str, token: str, **request: Any) -> dict[str, Any]:
        try:
            response = call(method, f"{self._url}/{path}", token or self._token, **request)
        except Unreachable as error:
            raise Unreachable(f"Meta ({self._settings.get('GRAPH_API_URL')}): {error}") from None
        found = document(response)
        if response.ok and "error" not in found:
            return found
        raise self._refusal(found.get("error"), response.status_code)

    def _refusal(self, error: Any, status: int) -> OpsError:
        if not isinstance(error, dict):
            return OpsError(f"Meta answers {status} without a word: is GRAPH_API_URL right?")
        code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
        told = _meaning(code, subcode) or str(error.get("error_user_msg") or error.get("message") or status)
        details = error.get("error_data")
        if isinstance(details, dict) and details.get("details") and not _meaning(code, subcode):
            told = f"{told}: {details['details']}"
        return MetaError(self._settings.conceal(told), code, subcode)


def _meaning(code: int, subcode: int) -> str:
    if (code, subcode) == (100, NO_OBJECT):
        return "there is no such id, or the token may not see it"
    if code in _LIMITED:
        return "too many calls in an hour; wait, then try again"
    if 200 <= code < 300:
        return "the token lacks a permission for this"
    return _MEANINGS.get(code, "")


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
