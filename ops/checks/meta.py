"""Meta: the token and what it may do, the app's secret, the business account and the webhook; then number and template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ops.checks.number import check_number
from ops.checks.template import check_template
from ops.errors import OpsError
from ops.findings import Finding, right, warning, wrong
from ops.graph import NO_TOKEN, Graph, MetaError
from ops.meta import NEW_TOKEN, PERMISSIONS, Token, account_id, app_id, numbers_of, read_token
from ops.settings import Settings
from ops.subscription import Subscription, callback_url, read_subscription, subscribed_apps

_SUBSCRIBE: Final = "python -m ops webhook subscribe"


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
    yield from check_number(graph, settings.get("WHATSAPP_PHONE_NUMBER_ID"))
    for look in (_app, _account):
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
    yield from check_template(meta.graph, account, meta.settings.get("STATUS_TEMPLATE"))


def _deliveries(meta: _Meta, account: str) -> Finding:
    apps = subscribed_apps(meta.graph, account)
    app = app_id(meta.settings, meta.token)
    if app not in apps:
        return wrong("deliveries", f"the business account sends nothing to app {app}", _SUBSCRIBE)
    if (other := apps[app]) and other != callback_url(meta.settings):
        return wrong("deliveries", f"the business account has an address of its own: {other}", _SUBSCRIBE)
    return right("deliveries", f"the business account sends to app {app}")
