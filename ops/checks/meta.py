"""Meta: the token and what it may do, the app's secret, the number, the business account, the webhook and the template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ops.errors import OpsError
from ops.findings import Finding, right, warning, wrong
from ops.graph import NO_TOKEN, Graph, MetaError
from ops.meta import NEW_TOKEN, PERMISSIONS, Token, account_id, app_id, numbers_of, read_token
from ops.settings import Settings
from ops.subscription import Subscription, callback_url, read_subscription, subscribed_apps
from ops.template import CATEGORY, Registered, languages, read_registered

_NUMBER: Final = (
    "display_phone_number,verified_name,quality_rating,code_verification_status,platform_type,throughput"
)
_SUBSCRIBE: Final = "python -m ops webhook subscribe"
_REGISTER: Final = "python -m ops templates register"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meta:
    """What the later checks share."""

    settings: Settings
    graph: Graph
    token: Token


def check_meta(settings: Settings) -> Iterator[Finding]:
    """Without a good token there is one line, as nothing else can be asked."""
    if missing := settings.missing("WHATSAPP_ACCESS_TOKEN"):
        yield warning("meta", f"not checked: {missing[0]} is missing")
        return
    graph = Graph(settings)
    try:
        token = read_token(graph)
    except MetaError as error:
        yield wrong("token", error.told, NEW_TOKEN if error.code == NO_TOKEN else "")
        return
    except OpsError as error:
        yield wrong("meta", str(error), "is GRAPH_API_URL right, is the network there?")
        return
    yield _token(token)
    if not token.valid:
        return
    yield _permissions(token)
    meta = _Meta(settings=settings, graph=graph, token=token)
    for look in (_app, _number, _account):
        try:
            yield from look(meta)
        except OpsError as error:
            yield wrong(look.__name__.strip("_"), str(error))


def _token(token: Token) -> Finding:
    if not token.valid:
        return wrong("token", "Meta says that it is not valid, or no longer", NEW_TOKEN)
    if token.expires_at:
        day = datetime.fromtimestamp(token.expires_at, UTC).date()
        return warning("token", f"valid, but it ends on {day}", NEW_TOKEN)
    if token.kind != "SYSTEM_USER":
        return warning(
            "token", "valid, but of a person, not of a system user: it ends with their password", NEW_TOKEN
        )
    return right("token", "valid, of a system user, never expires")


def _permissions(token: Token) -> Finding:
    lacking = [name for name in PERMISSIONS if name not in token.permissions]
    if lacking:
        return wrong("permissions", f"the token lacks {' and '.join(lacking)}", NEW_TOKEN)
    return right("permissions", " and ".join(PERMISSIONS))


def _app(meta: _Meta) -> Iterator[Finding]:
    """The secret is right if the app's own token, which is made of it, opens the app's subscriptions."""
    app = app_id(meta.settings, meta.token)
    if meta.token.app_id and app != meta.token.app_id:
        yield wrong("app", f"WHATSAPP_APP_ID is {app}, but the token is of app {meta.token.app_id}")
        return
    subscription, opened = None, False
    for place, secret in enumerate(meta.settings.all("WHATSAPP_APP_SECRET")):
        try:
            subscription = read_subscription(meta.graph, app, f"{app}|{secret}")
            opened = True
        except MetaError as error:
            yield from _bad_secret(error, place, app)
    if opened:
        yield right("app", f"WHATSAPP_APP_SECRET is that of app {app}")
        yield from _webhook(meta.settings, subscription)


def _bad_secret(error: MetaError, place: int, app: str) -> Iterator[Finding]:
    if error.code != NO_TOKEN and error.code != 1:
        raise error
    text, mend = f"WHATSAPP_APP_SECRET is not that of app {app}", "Meta's app dashboard, App settings, Basic"
    if place:  # during a rotation the second is the old one, which Meta no longer knows
        yield warning("app", f"{text}: the second of two", "take it out once no instance signs with it")
    else:
        yield wrong("app", text, mend)


def _webhook(settings: Settings, subscription: Subscription | None) -> Iterator[Finding]:
    ours = callback_url(settings)
    if subscription is None:
        yield wrong("webhook", "Meta has no address to deliver messages to", _SUBSCRIBE)
        return
    if subscription.callback_url != ours:
        yield wrong("webhook", f"Meta delivers to {subscription.callback_url}, not to {ours}", _SUBSCRIBE)
    elif not subscription.active:
        yield wrong("webhook", "Meta has switched it off", _SUBSCRIBE)
    else:
        yield right("webhook", f"Meta delivers to {ours}")
    if subscription.lacking:
        yield wrong("webhook fields", f"not subscribed: {', '.join(subscription.lacking)}", _SUBSCRIBE)
    else:
        yield right("webhook fields", "all that are needed")


def _number(meta: _Meta) -> Iterator[Finding]:
    if meta.settings.missing("WHATSAPP_PHONE_NUMBER_ID"):
        return
    try:
        found = meta.graph.get(meta.settings.get("WHATSAPP_PHONE_NUMBER_ID"), fields=_NUMBER)
    except MetaError as error:
        yield wrong("number", f"WHATSAPP_PHONE_NUMBER_ID: {error.told}", "copy the id: WhatsApp, API setup")
        return
    name = f"{found.get('display_phone_number')} ({found.get('verified_name')})"
    if found.get("platform_type") != "CLOUD_API":
        yield wrong(
            "number",
            f"{name} is not registered with the Cloud API",
            "register it: WhatsApp Manager, Phone numbers",
        )
    elif found.get("code_verification_status") == "NOT_VERIFIED":
        yield wrong("number", f"{name} is not verified", "verify it: WhatsApp Manager, Phone numbers")
    elif (quality := found.get("quality_rating")) in {"YELLOW", "RED"}:
        yield warning(
            "number", f"{name}: quality {quality}", "WhatsApp Manager, Insights, says what people report"
        )
    else:
        level = (found.get("throughput") or {}).get("level", "unknown")
        yield right("number", f"{name}, quality {quality}, throughput {level}")


def _account(meta: _Meta) -> Iterator[Finding]:
    account = account_id(meta.settings, meta.graph, meta.token)
    number = meta.settings.get("WHATSAPP_PHONE_NUMBER_ID")
    if number not in numbers_of(meta.graph, account):
        yield wrong(
            "account",
            f"the number is not one of business account {account}",
            "correct WHATSAPP_BUSINESS_ACCOUNT_ID, or give the system user that account",
        )
        return
    yield right("account", f"the number is one of business account {account}")
    yield _deliveries(meta, account)
    yield from _templates(meta, account)


def _deliveries(meta: _Meta, account: str) -> Finding:
    apps = subscribed_apps(meta.graph, account)
    app = app_id(meta.settings, meta.token)
    if app not in apps:
        return wrong("deliveries", f"the business account sends nothing to app {app}", _SUBSCRIBE)
    if (other := apps[app]) and other != callback_url(meta.settings):
        return wrong("deliveries", f"the business account has an address of its own: {other}", _SUBSCRIBE)
    return right("deliveries", f"the business account sends to app {app}")


def _templates(meta: _Meta, account: str) -> Iterator[Finding]:
    name = meta.settings.get("STATUS_TEMPLATE")
    registered = read_registered(meta.graph, account, name)
    findings = [_template(name, language, registered.get(language)) for language in languages()]
    bad = [finding for finding in findings if finding is not None]
    yield from bad
    if not bad:
        yield right("template", f"{name} is approved in {', '.join(languages())}")


def _template(name: str, language: str, found: Registered | None) -> Finding | None:
    which = f"{name} in {language}"
    if found is None:
        return wrong("template", f"{which} is not there", _REGISTER)
    if found.variables != 2:
        return wrong(
            "template", f"{which} takes {found.variables} values, the desk sends 2", "python -m ops templates"
        )
    if found.status == "PENDING":
        return warning("template", f"{which} waits for Meta's review", "python -m ops templates status")
    if found.status != "APPROVED":
        why = f" ({found.reason})" if found.reason else ""
        return wrong("template", f"{which} is {found.status}{why}", "python -m ops templates status")
    if found.category != CATEGORY:
        return warning(
            "template",
            f"{which} is {found.category}, not {CATEGORY}: it costs more and may be held back",
            "appeal in WhatsApp Manager, Message templates",
        )
    return None
