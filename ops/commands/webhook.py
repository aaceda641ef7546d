"""`python -m ops webhook`: registers the URL to which Meta delivers messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

import typer

from ops.cli import settings_of
from ops.errors import MetaError, OpsError
from ops.graph import INVALID_TOKEN, NOT_VERIFIED, UNKNOWN_FIELD, Graph
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
    lines = [
        f"✓ app {done['app_id']}: {done['app']}",
        f"✓ business account {done['account_id']}: {done['account']}",
    ]
    if "number" in done:
        lines.append(f"✓ number: {done['number']}")
    show(context, done, lines)


@webhook.command()
def unsubscribe(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="For scripts: do not ask for confirmation.")] = False,
) -> None:
    """Remove the app's webhook at Meta, whatever its URL: from then on Meta delivers the app's messages to nobody."""
    settings = settings_of(context)
    settings.need("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET")
    graph, secret = Graph(settings), settings.all("WHATSAPP_APP_SECRET")[0]
    found = read_subscription(graph, secret)
    if found is None:
        text = "has no webhook; nothing was changed"
    else:
        if not yes:
            _confirm(
                f"App {graph.app_id} delivers to {found.callback_url}, and then to nobody", "unsubscribe"
            )
        remove_subscription(graph, secret)
        text = f"delivers to nobody now, until now to {found.callback_url}"
    show(context, {"app_id": graph.app_id, "app": text}, [f"✓ app {graph.app_id}: {text}"])


def _confirm(what: str, word: str) -> None:
    """Ask on stderr, as stdout is for scripts. Raises OpsError for any other answer."""
    typed: str = typer.prompt(f"{what}. Type {word} to go on", default="", show_default=False, err=True)
    if typed.strip().lower() != word:
        raise OpsError("nothing was changed")


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


def write_subscription(
    graph: Graph, app_secret: str, url: str, verify_token: str, fields: Iterable[str]
) -> None:
    """Register the app's webhook in place of the one before. Meta calls the URL first. Raises MetaError."""
    body = {"object": _OBJECT, "callback_url": url, "verify_token": verify_token, "fields": ",".join(fields)}
    graph.post(f"{graph.app_id}/subscriptions", body, f"{graph.app_id}|{app_secret}")


def remove_subscription(graph: Graph, app_secret: str) -> None:
    """Remove the app's webhook for WhatsApp, with all its fields. Raises MetaError."""
    graph.delete(f"{graph.app_id}/subscriptions", f"{graph.app_id}|{app_secret}", object=_OBJECT)


def subscribed_apps(graph: Graph) -> dict[str, str]:
    """The apps that the business account sends to, each with the URL that replaces the app's own ("": none)."""
    found = graph.items(f"{graph.account_id}/subscribed_apps")
    return {each["whatsapp_business_api_data"]["id"]: each.get("override_callback_uri", "") for each in found}


def subscribe_all(settings: OperatorSettings) -> dict[str, str]:
    """Subscribe the app and the business account. Returns what was done, with their ids. Raises OpsError."""
    settings.need("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN", "PUBLIC_URL")
    graph = Graph(settings)
    done = {
        "app_id": graph.app_id,
        "account_id": graph.account_id,
        "app": _subscribe_app(settings, graph),
        "account": _subscribe_account(graph),
    }
    if (other := number_override(graph)) and other != callback_url(settings):
        override_number(graph)
        done["number"] = f"has no address of its own now, until now {other}"
    return done


def _subscribe_app(settings: OperatorSettings, graph: Graph) -> str:
    """Register the URL, keeping existing fields. Meta calls it first, so the function must be deployed. Raises OpsError."""
    url, secret = callback_url(settings), settings.all("WHATSAPP_APP_SECRET")[0]
    try:
        found = read_subscription(graph, secret)
        if found and found.callback_url == url and found.active and not found.missing_fields:
            return f"already delivers to {url}, with all the fields it needs"
        fields = list(dict.fromkeys((*FIELDS, *(found.fields if found else ()))))
        write_subscription(graph, secret, url, settings.get("WHATSAPP_VERIFY_TOKEN"), fields)
    except MetaError as error:
        raise explained(error, url, graph.app_id) from None
    before = f", until now to {found.callback_url}" if found and found.callback_url != url else ""
    return f"delivers to {url} now{before}: {', '.join(fields)}"


def _subscribe_account(graph: Graph) -> str:
    """Without an address of the account's own, which would replace the app's."""
    app, apps = graph.app_id, subscribed_apps(graph)
    override = apps.get(app, "")
    if app in apps and override in {"", callback_url(graph.settings)}:
        return f"already sends to app {app}"
    subscribe_account(graph)
    return f"sends to app {app} now" + (f", until now to {override}" if override else "")


def number_override(graph: Graph) -> str:
    """The URL that replaces the app's and the account's for this number alone ("": none, or Meta does not say)."""
    number = graph.settings.get("WHATSAPP_PHONE_NUMBER_ID")
    try:
        found = graph.get(number, fields="webhook_configuration") if number else {}
    except MetaError as error:
        if error.code == UNKNOWN_FIELD:  # not every version of the API has it
            return ""
        raise
    return str((found.get("webhook_configuration") or {}).get("phone_number", ""))


def override_number(graph: Graph, url: str = "", verify_token: str = "") -> None:
    """Have the number's messages delivered to `url`, which Meta calls first, or without one where the others' go. Raises MetaError."""
    wanted = {"override_callback_uri": url, **({"verify_token": verify_token} if url else {})}
    graph.post(graph.settings.get("WHATSAPP_PHONE_NUMBER_ID"), {"webhook_configuration": wanted})


def subscribe_account(graph: Graph, override: str = "", verify_token: str = "") -> None:
    """Let the business account send to the app: to its webhook, or to `override`, which Meta calls first. Raises MetaError."""
    body = {"override_callback_uri": override, "verify_token": verify_token} if override else {}
    graph.post(f"{graph.account_id}/subscribed_apps", body)


def unsubscribe_account(graph: Graph) -> None:
    """The business account sends nothing to the app any more. Raises MetaError."""
    graph.delete(f"{graph.account_id}/subscribed_apps")


def explained(error: MetaError, url: str, app: str) -> OpsError:
    """The same error in the words of an operator, where they can do something about it."""
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
