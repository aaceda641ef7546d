"""Meta's Graph API for the operator: calls with clear errors; finds the app and the account behind the token."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from ops.errors import MetaError, OpsError, Unreachable
from ops.http_client import Answer, call, json_object, objects
from ops.operator_settings import OperatorSettings

PERMISSIONS: Final = ("whatsapp_business_messaging", "whatsapp_business_management")
NEW_TOKEN: Final = (
    "business.facebook.com, Settings, System users: generate a token for the app, "
    f"with {' and '.join(PERMISSIONS)}, that never expires"
)

# Meta's codes; the last three are subcodes.
INVALID_TOKEN: Final = 190
NOT_VERIFIED: Final = 2200
UNKNOWN_FIELD: Final = 100  # among other things
NO_OBJECT: Final = 33
ALREADY_THERE: Final = 2388024
_REASONS: Final = {
    INVALID_TOKEN: "the token is invalid or has expired",
    15: "this needs the app's own token",
    368: "the account is blocked for a violation of Meta's policies",
    2: "Meta has a temporary problem; try again in a few minutes",
    **dict.fromkeys((4, 17, 80007, 80008), "too many calls in an hour; wait, then try again"),
    **dict.fromkeys((3, 10, *range(200, 300)), "the token has no permission for this"),
}


class Graph:
    """Calls with the access token, or as the app (`APP_ID|APP_SECRET`) where Meta requires that.

    Every method raises MetaError and Unreachable.
    """

    def __init__(self, settings: OperatorSettings) -> None:
        settings.need("WHATSAPP_ACCESS_TOKEN")
        self.settings = settings
        self._url = f"{settings.get('GRAPH_API_URL')}/{settings.get('GRAPH_API_VERSION')}"

    def get(self, path: str, token: str = "", **parameters: str) -> dict[str, Any]:
        return self._call("GET", path, token, params=parameters)

    def items(self, path: str, token: str = "", **parameters: str) -> list[dict[str, Any]]:
        """The first page of a list; its 100 items are more than this project creates."""
        found = self.get(path, token, **{"limit": "100", **parameters})
        return [*objects(found["data"], _unlike_meta())]

    def post(self, path: str, body: Mapping[str, Any], token: str = "") -> dict[str, Any]:
        return self._call("POST", path, token, json=dict(body))

    def delete(self, path: str, token: str = "", **parameters: str) -> dict[str, Any]:
        return self._call("DELETE", path, token, params=parameters)

    @cached_property
    def token(self) -> "Token":
        """Meta's description of the access token, which may inspect itself."""
        given = self.settings.get("WHATSAPP_ACCESS_TOKEN")
        data = self.get("debug_token", input_token=given)["data"]
        if not isinstance(data, dict):
            raise _unlike_meta()
        ids = (
            target
            for scope in data.get("granular_scopes") or ()
            if scope.get("scope") in PERMISSIONS
            for target in scope.get("target_ids") or ()
        )
        return Token(
            valid=bool(data.get("is_valid")),
            kind=str(data.get("type", "")),
            expires_at=int(data.get("expires_at") or 0),
            permissions=tuple(data.get("scopes") or ()),
            app_id=str(data.get("app_id", "")),
            accounts=tuple(dict.fromkeys(ids)),
        )

    @cached_property
    def app_id(self) -> str:
        """WHATSAPP_APP_ID, or the token's app. Raises OpsError."""
        found = self.settings.get("WHATSAPP_APP_ID") or self.token.app_id
        if not found:
            raise OpsError(
                "the app's id is not known: set WHATSAPP_APP_ID (Meta's app dashboard, at the top)"
            )
        return found

    @cached_property
    def account_id(self) -> str:
        """WHATSAPP_BUSINESS_ACCOUNT_ID, or the one of the token's accounts that has our number. Raises OpsError."""
        if given := self.settings.get("WHATSAPP_BUSINESS_ACCOUNT_ID"):
            return given
        if len(self.token.accounts) == 1:
            return self.token.accounts[0]
        for account in self.token.accounts:
            if self.has_our_number(account):
                return account
        raise OpsError(
            "the WhatsApp Business Account is not known: set WHATSAPP_BUSINESS_ACCOUNT_ID "
            "(business.facebook.com, WhatsApp Manager, Account settings)"
        )

    def has_our_number(self, account: str) -> bool:
        """Return True if the account has WHATSAPP_PHONE_NUMBER_ID and the token may see it. Raises Unreachable."""
        try:
            numbers = self.items(f"{account}/phone_numbers", fields="id")
        except MetaError:
            return False
        return self.settings.get("WHATSAPP_PHONE_NUMBER_ID") in {number["id"] for number in numbers}

    def _call(self, method: str, path: str, token: str, **request: Any) -> dict[str, Any]:
        try:
            token = token or self.settings.get("WHATSAPP_ACCESS_TOKEN")
            response = call(method, f"{self._url}/{path}", token, **request)
        except Unreachable as error:
            raise Unreachable(f"Meta ({self.settings.get('GRAPH_API_URL')}): {error}") from None
        found = json_object(response)
        if response.is_success and found and "error" not in found:
            return Answer(found, _unlike_meta())
        if response.is_success and not found:
            raise _unlike_meta()
        raise self._refusal(found.get("error"), response.status_code)

    def _refusal(self, error: Any, status: int) -> OpsError:
        if not isinstance(error, dict):
            return OpsError(f"Meta answers {status} without an error message: is GRAPH_API_URL right?")
        code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
        reason = _REASONS.get(code)
        if (code, subcode) == (100, NO_OBJECT):
            reason = "there is no such id, or the token may not see it"
        elif not reason:
            reason = str(error.get("error_user_msg") or error.get("message") or status)
            details = error.get("error_data")
            if isinstance(details, dict) and details.get("details"):
                reason = f"{reason}: {details['details']}"
        return MetaError(self.settings.conceal(reason), code, subcode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """kind: SYSTEM_USER, USER, ...; expires_at: unix seconds, 0 for never; accounts: the business accounts it names."""

    valid: bool
    kind: str
    expires_at: int
    permissions: tuple[str, ...]
    app_id: str
    accounts: tuple[str, ...]


def _unlike_meta() -> OpsError:
    return OpsError(
        "Meta's answer is not as it is documented: are GRAPH_API_URL and GRAPH_API_VERSION right?"
    )


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
