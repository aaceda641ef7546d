"""`python -m ops webhook`: registers the URL to which Meta delivers messages."""

from dataclasses import dataclass
from typing import Final

import typer

from ops.cli import settings_of
from ops.errors import MetaError, OpsError
from ops.graph import INVALID_TOKEN, NOT_VERIFIED, Graph
from ops.operator_settings import OperatorSettings
from ops.output import show

_OBJECT: Final = "whatsapp_business_account"
# messages: customers' messages, with changes of their number, and delivery statuses of ours; the others warn the operator before
# customers notice. Only fields that exist: Meta refuses all of them because of one that it does not know.
FIELDS: Final = (
    "messages",
    "message_template_status_update",
    "message_template_quality_update",
    "template_category_update",
    "phone_number_quality_update",
    "account_update",
    "account_alerts",
    "account_review_update",
)

webhook = typer.Typer(no_args_is_help=True, help="Where Meta delivers the customers' messages.")


@webhook.callback()
def group() -> None:
    """Register the URL to which Meta delivers the customers' messages."""


@webhook.command()
def subscribe(context: typer.Context) -> None:
    """Register PUBLIC_URL at Meta, and subscribe the app to the business account. Can be run again at any time."""
    done = subscribe_all(settings_of(context))
    lines = (
        f"✓ app {done['app_id']}: {done['app']}",
        f"✓ business account {done['account_id']}: {done['account']}",
    )
    show(context, done, lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """The app's webhook as registered at Meta. fields: without their versions."""

    callback_url: str
    fields: tuple[str, ...]
    active: bool

    @property
    def missing_fields(self) -> list[str]:
        return [name for name in FIELDS if name not in self.fields]


def callback_url(settings: OperatorSettings) -> str:
    return settings.get("PUBLIC_URL") + "/"


def read_subscription(graph: Graph, app_secret: str) -> Subscription | None:
    """Read the app's webhook for WhatsApp; None if there is none. Raises OpsError."""
    for found in graph.items(f"{graph.app_id}/subscriptions", f"{graph.app_id}|{app_secret}"):
        if found.get("object") == _OBJECT:
            return Subscription(
                callback_url=str(found.get("callback_url", "")),
                fields=tuple(field["name"] for field in found.get("fields") or ()),
                active=bool(found.get("active")),
            )
    return None


def subscribed_apps(graph: Graph) -> dict[str, str]:
    """The apps that the business account sends to, each with the URL that replaces the app's own ("": none)."""
    found = graph.items(f"{graph.account_id}/subscribed_apps")
    return {each["whatsapp_business_api_data"]["id"]: each.get("override_callback_uri", "") for each in found}


def subscribe_all(settings: OperatorSettings) -> dict[str, str]:
    """Subscribe the app and the business account. Returns what was done, with their ids. Raises OpsError."""
    settings.need("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN", "PUBLIC_URL")
    graph = Graph(settings)
    return {
        "app_id": graph.app_id,
        "account_id": graph.account_id,
        "app": _subscribe_app(settings, graph),
        "account": _subscribe_account(graph),
    }


def _subscribe_app(settings: OperatorSettings, graph: Graph) -> str:
    """Register the URL, keeping existing fields. Meta calls it first, so the function must be deployed. Raises OpsError."""
    url, secret = callback_url(settings), settings.all("WHATSAPP_APP_SECRET")[0]
    try:
        found = read_subscription(graph, secret)
        if found and found.callback_url == url and found.active and not found.missing_fields:
            return f"already delivers to {url}, with all the fields it needs"
        fields = list(dict.fromkeys((*FIELDS, *(found.fields if found else ()))))
        body = {
            "object": _OBJECT,
            "callback_url": url,
            "verify_token": settings.get("WHATSAPP_VERIFY_TOKEN"),
            "fields": ",".join(fields),
        }
        graph.post(f"{graph.app_id}/subscriptions", body, f"{graph.app_id}|{secret}")
    except MetaError as error:
        raise _explained(error, url, graph.app_id) from None
    before = f", until now to {found.callback_url}" if found and found.callback_url != url else ""
    return f"delivers to {url} now{before}: {', '.join(fields)}"


def _subscribe_account(graph: Graph) -> str:
    if graph.app_id in subscribed_apps(graph):
        return f"already sends to app {graph.app_id}"
    graph.post(f"{graph.account_id}/subscribed_apps", {})
    return f"sends to app {graph.app_id} now"


def _explained(error: MetaError, url: str, app: str) -> OpsError:
    if error.code == NOT_VERIFIED:
        return OpsError(
            f"Meta tried to verify {url} and did not get its challenge back. Nothing was changed. "
            "Is the function deployed there, with the same WHATSAPP_VERIFY_TOKEN? `python -m ops doctor` checks both. "
            f"Meta says: {error.reason}"
        )
    if error.code == INVALID_TOKEN:
        return OpsError(
            f"WHATSAPP_APP_SECRET is not that of app {app} (Meta's app dashboard, App settings, Basic). Nothing was changed"
        )
    return error
