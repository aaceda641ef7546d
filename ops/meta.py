"""Who we are at Meta: what the access token says of itself, the app it belongs to and the business account of the number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ops.errors import OpsError
from ops.graph import Graph, MetaError
from ops.settings import Settings

MESSAGING: Final = "whatsapp_business_messaging"
MANAGEMENT: Final = "whatsapp_business_management"
PERMISSIONS: Final = (MESSAGING, MANAGEMENT)
NEW_TOKEN: Final = (
    "business.facebook.com, Settings, System users: generate a token for the app, "
    f"with {MESSAGING} and {MANAGEMENT}, that never expires"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """kind: SYSTEM_USER, USER, ...; expires_at: unix seconds, 0 for never; accounts: those that it names as its own."""

    valid: bool
    kind: str
    expires_at: int
    permissions: tuple[str, ...]
    app_id: str
    accounts: tuple[str, ...] = field(default=())


def read_token(graph: Graph) -> Token:
    """Raises MetaError, Unreachable."""
    data = graph.describe_token()
    scopes: list[dict[str, Any]] = data.get("granular_scopes") or []
    ids = (
        target
        for scope in scopes
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


def app_id(settings: Settings, token: Token) -> str:
    """From WHATSAPP_APP_ID, or as the token says. Raises OpsError."""
    found = settings.get("WHATSAPP_APP_ID") or token.app_id
    if not found:
        raise OpsError("the app's id is not known: set WHATSAPP_APP_ID (Meta's app dashboard, at the top)")
    return found


def app_token(settings: Settings, app: str) -> str:
    """The app's own token, with the newest secret. Raises OpsError when there is none."""
    settings.need("WHATSAPP_APP_SECRET")
    return f"{app}|{settings.all('WHATSAPP_APP_SECRET')[0]}"


def account_id(settings: Settings, graph: Graph, token: Token) -> str:
    """From WHATSAPP_BUSINESS_ACCOUNT_ID, or of those that the token names the one that has our number.

    Raises OpsError when it cannot be known.
    """
    if given := settings.get("WHATSAPP_BUSINESS_ACCOUNT_ID"):
        return given
    number = settings.get("WHATSAPP_PHONE_NUMBER_ID")
    if len(token.accounts) == 1:
        return token.accounts[0]
    for account in token.accounts:
        if number in numbers_of(graph, account):
            return account
    raise OpsError(
        "the WhatsApp Business Account is not known: set WHATSAPP_BUSINESS_ACCOUNT_ID "
        "(business.facebook.com, WhatsApp Manager, Account settings)"
    )


def numbers_of(graph: Graph, account: str) -> list[str]:
    """The ids of its numbers; none if the token may not see it. Raises Unreachable."""
    try:
        return [str(number["id"]) for number in graph.listed(f"{account}/phone_numbers", fields="id")]
    except MetaError:
        return []
