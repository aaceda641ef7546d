"""The webhook at Meta: where it has to go, which fields it has to bring, and how it is registered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ops.graph import Graph
from ops.settings import Settings

OBJECT: Final = "whatsapp_business_account"
# messages: what customers write, and what becomes of ours; user_id_update: a customer has a new number; the others tell
# the operator before customers notice.
FIELDS: Final = (
    "messages",
    "user_id_update",
    "message_template_status_update",
    "message_template_quality_update",
    "phone_number_quality_update",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """As Meta has it. fields: without the versions."""

    callback_url: str
    fields: tuple[str, ...]
    active: bool

    @property
    def lacking(self) -> list[str]:
        return [name for name in FIELDS if name not in self.fields]


def callback_url(settings: Settings) -> str:
    return settings.get("PUBLIC_URL") + "/"


def read_subscription(graph: Graph, app: str, app_token: str) -> Subscription | None:
    """None when the app has none for WhatsApp. Raises MetaError, Unreachable."""
    for found in graph.listed(f"{app}/subscriptions", app_token):
        if found.get("object") == OBJECT:
            return Subscription(
                callback_url=str(found.get("callback_url", "")),
                fields=tuple(_names(found.get("fields") or ())),
                active=bool(found.get("active")),
            )
    return None


def subscribed_apps(graph: Graph, account: str) -> dict[str, str]:
    """The apps that the business account sends to, each with the address that it has put in the app's place ("": none).

    Raises MetaError, Unreachable.
    """
    found = graph.listed(f"{account}/subscribed_apps")
    return {
        str(each.get("whatsapp_business_api_data", {}).get("id", "")): str(
            each.get("override_callback_uri") or ""
        )
        for each in found
    }


def _names(fields: Any) -> Iterator[str]:
    for each in fields:  # an object with its version, in older versions of the API only the name
        yield str(each.get("name", "")) if isinstance(each, dict) else str(each)
