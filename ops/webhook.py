"""`python -m ops webhook`: Meta is told where to deliver, and which fields."""

from __future__ import annotations

import typer

from ops.errors import OpsError
from ops.graph import NO_TOKEN, NOT_VERIFIED, Graph, MetaError
from ops.meta import account_id, app_id, app_token, read_token
from ops.settings import Settings, settings_of
from ops.show import document, line, wants_json
from ops.subscription import FIELDS, OBJECT, callback_url, read_subscription, subscribed_apps

webhook = typer.Typer(no_args_is_help=True, help="Where Meta delivers what customers write.")


@webhook.callback()
def group() -> None:
    """Where Meta delivers what customers write."""


@webhook.command()
def subscribe(context: typer.Context) -> None:
    """Register PUBLIC_URL with Meta, and the business account with the app. Can be run again at any time."""
    told = register(settings_of(context))
    if wants_json(context):
        document(told)
        return
    line(f"✓ app {told['app_id']}: {told['app']}")
    line(f"✓ business account {told['account_id']}: {told['account']}")


def register(settings: Settings) -> dict[str, str]:
    """What became of it, by `app` and `account`, with their ids. Raises OpsError."""
    settings.need("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN", "PUBLIC_URL")
    graph = Graph(settings)
    token = read_token(graph)
    app, account = app_id(settings, token), account_id(settings, graph, token)
    return {
        "app_id": app,
        "account_id": account,
        "app": _subscribe_app(settings, graph, app),
        "account": _subscribe_account(graph, app, account),
    }


def _subscribe_app(settings: Settings, graph: Graph, app: str) -> str:
    """Meta asks the address first, so the function must be there. Fields that others subscribed to stay. Raises OpsError."""
    url, key = callback_url(settings), app_token(settings, app)
    try:
        found = read_subscription(graph, app, key)
        if found and found.callback_url == url and found.active and not found.lacking:
            return f"already delivers to {url}, all fields that are needed"
        fields = list(dict.fromkeys((*FIELDS, *(found.fields if found else ()))))
        asked = {
            "object": OBJECT,
            "callback_url": url,
            "verify_token": settings.get("WHATSAPP_VERIFY_TOKEN"),
            "fields": ",".join(fields),
        }
        graph.post(f"{app}/subscriptions", asked, key)
    except MetaError as error:
        raise _in_plain_words(error, url, app) from None
    before = f", until now to {found.callback_url}" if found and found.callback_url != url else ""
    return f"delivers to {url} now{before}: {', '.join(fields)}"


def _subscribe_account(graph: Graph, app: str, account: str) -> str:
    if app in subscribed_apps(graph, account):
        return f"already sends to app {app}"
    graph.post(f"{account}/subscribed_apps", {})
    return f"sends to app {app} now"


def _in_plain_words(error: MetaError, url: str, app: str) -> OpsError:
    if error.code == NOT_VERIFIED:
        return OpsError(
            f"Meta asked {url} whether it is ours and did not get its challenge back. Nothing was changed. "
            "Is the function deployed there, with the same WHATSAPP_VERIFY_TOKEN? `python -m ops doctor` tries both. "
            f"Meta says: {error.told}"
        )
    if error.code == NO_TOKEN:
        return OpsError(
            f"WHATSAPP_APP_SECRET is not that of app {app} (Meta's app dashboard, App settings, Basic). Nothing was changed"
        )
    return error
