"""Meta: the token and its permissions, the number, the app and its webhook, the business account and the template."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from messages.whatsapp.status_template import template_translations
from ops.checks.finding import AtDeploy, Finding, right, warning, wrong
from ops.commands.templates import APPROVED, CATEGORY, Registered, read_registered
from ops.commands.webhook import (
    Subscription,
    callback_url,
    number_override,
    read_subscription,
    subscribed_apps,
)
from ops.errors import MetaError, OpsError
from ops.graph import INVALID_TOKEN, NEW_TOKEN, PERMISSIONS, Graph, Token
from ops.operator_settings import OperatorSettings
from ops.registration import COMMAND, is_registered

_SUBSCRIBE: Final = "python -m ops webhook subscribe"
_REGISTER: Final = "python -m ops templates register"
_STATUS: Final = "python -m ops templates status"
_MANAGER: Final = "WhatsApp Manager, Phone numbers"
_NUMBER_FIELDS: Final = (
    "display_phone_number,verified_name,quality_rating,code_verification_status,platform_type,throughput"
)
_VALUES: Final = 2  # variables in the template: the ticket's code and the update


def check_meta(settings: OperatorSettings) -> Iterator[Finding]:
    """One line without a valid token, as nothing else can be asked then."""
    if missing := settings.missing("WHATSAPP_ACCESS_TOKEN"):
        yield warning("meta", f"not checked: {missing[0]} is missing")
        return
    graph = Graph(settings)
    try:
        token = graph.token
    except MetaError as error:
        yield wrong("token", error.reason, NEW_TOKEN if error.code == INVALID_TOKEN else "")
        return
    except OpsError as error:
        yield wrong("meta", str(error), "is GRAPH_API_URL right, is the network there?")
        return
    yield check_token(token)
    if not token.valid:
        return
    yield _permissions(token)
    for check, look in (("number", check_number), ("app", _app), ("account", _account)):
        try:
            yield from look(graph)
        except OpsError as error:
            yield wrong(check, str(error))


def check_token(token: Token) -> Finding:
    if not token.valid:
        return wrong("token", "Meta says that it is invalid or has expired", NEW_TOKEN)
    if token.expires_at:
        day = datetime.fromtimestamp(token.expires_at, UTC).date()
        return warning("token", f"valid, but it expires on {day}", NEW_TOKEN)
    if token.kind != "SYSTEM_USER":
        text = "valid, but of a person, not of a system user: it ends when they change their password"
        return warning("token", text, NEW_TOKEN)
    return right("token", "valid, of a system user, never expires")


def _permissions(token: Token) -> Finding:
    if missing := [name for name in PERMISSIONS if name not in token.permissions]:
        return wrong("permissions", f"the token lacks {' and '.join(missing)}", NEW_TOKEN)
    return right("permissions", " and ".join(PERMISSIONS))


def check_number(graph: Graph) -> Iterator[Finding]:
    """Its registration, its quality, and whether Meta lets it send."""
    number = graph.settings.get("WHATSAPP_PHONE_NUMBER_ID")
    if not number:  # check_settings reports it
        return
    try:
        yield _registration(graph.get(number, fields=_NUMBER_FIELDS))
    except MetaError as error:
        yield wrong("number", f"WHATSAPP_PHONE_NUMBER_ID: {error.reason}", "copy the id: WhatsApp, API setup")
        return
    try:
        yield _sending(graph.get(number, fields="health_status").get("health_status") or {})
    except OpsError as error:  # not every version of the API has this field
        yield warning("sending", f"not checked: {error}")


def _registration(found: dict[str, Any]) -> Finding:
    name = f"{found.get('display_phone_number')} ({found.get('verified_name')})"
    if not is_registered(found):
        text = f"{name} is not registered with the Cloud API"
        return wrong("number", text, COMMAND, at_deploy=AtDeploy.MENDED_BY_SETUP)
    # "EXPIRED" is usual: it was verified once, and that is enough.
    if found.get("code_verification_status") == "NOT_VERIFIED":
        return wrong("number", f"{name} is not verified", f"verify it: {_MANAGER}")
    quality = found.get("quality_rating")
    if quality in {"YELLOW", "RED"}:
        return warning(
            "number", f"{name}: quality {quality}", "WhatsApp Manager, Insights, says what people report"
        )
    level = (found.get("throughput") or {}).get("level", "unknown")
    return right("number", f"{name}, quality {quality}, throughput {level}")


def _sending(health: dict[str, Any]) -> Finding:
    """Meta's own verdict on number, account, portfolio and app together, with its reasons."""
    verdict = health.get("can_send_message")
    if verdict == "AVAILABLE":
        return right("sending", "Meta lets this number send")
    errors = [error for entity in health.get("entities") or () for error in entity.get("errors") or ()]
    reasons = "; ".join(str(error.get("error_description")) for error in errors)
    fixes = (str(error["possible_solution"]) for error in errors if error.get("possible_solution"))
    fix = "; ".join(dict.fromkeys(fixes))
    if verdict == "LIMITED":
        return warning("sending", f"Meta limits what this number sends: {reasons or 'no reason given'}", fix)
    text = f"Meta does not let this number send: {reasons or verdict or 'no reason given'}"
    return wrong("sending", text, fix, at_deploy=AtDeploy.UNCHANGED)


def _app(graph: Graph) -> Iterator[Finding]:
    """A secret is right if the app's own token, which contains it, may read the app's subscriptions."""
    app, subscription, accepted = graph.app_id, None, False
    if graph.token.app_id and app != graph.token.app_id:
        yield wrong("app", f"WHATSAPP_APP_ID is {app}, but the token is of app {graph.token.app_id}")
        return
    for place, secret in enumerate(graph.settings.all("WHATSAPP_APP_SECRET")):
        try:
            subscription = read_subscription(graph, secret)
            accepted = True
        except MetaError as error:
            yield _bad_secret(error, place, app)
    if accepted:
        yield right("app", f"WHATSAPP_APP_SECRET is that of app {app}")
        yield from _webhook(callback_url(graph.settings), subscription)


def _bad_secret(error: MetaError, place: int, app: str) -> Finding:
    if error.code not in {INVALID_TOKEN, 1}:
        raise error
    text = f"WHATSAPP_APP_SECRET is not that of app {app}"
    if place:  # during a rotation the second is the old one, which Meta no longer knows
        return warning("app", f"{text}: the second of two", "remove it once no instance uses it")
    return wrong("app", text, "Meta's app dashboard, App settings, Basic")


def _webhook(ours: str, subscription: Subscription | None) -> Iterator[Finding]:
    if subscription is None:
        text = "Meta has no address to deliver messages to"
        yield wrong("webhook", text, _SUBSCRIBE, at_deploy=AtDeploy.MENDED)
        return
    if subscription.callback_url != ours:
        text = f"Meta delivers to {subscription.callback_url}, not to {ours}"
        yield wrong("webhook", text, _SUBSCRIBE, at_deploy=AtDeploy.MENDED)
    elif not subscription.active:
        yield wrong("webhook", "Meta has switched it off", _SUBSCRIBE, at_deploy=AtDeploy.MENDED)
    else:
        yield right("webhook", f"Meta delivers to {ours}")
    if missing := subscription.missing_fields:
        text = f"not subscribed: {', '.join(missing)}"
        yield wrong("webhook fields", text, _SUBSCRIBE, at_deploy=AtDeploy.MENDED)
    else:
        yield right("webhook fields", "subscribed to all that are needed")


def _account(graph: Graph) -> Iterator[Finding]:
    account = graph.account_id
    if not graph.has_our_number(account):
        fix = "correct WHATSAPP_BUSINESS_ACCOUNT_ID, or give the system user that account"
        yield wrong("account", f"the number is not one of business account {account}", fix)
        return
    yield right("account", f"the number is one of business account {account}")
    yield _deliveries(graph)
    yield from _templates(graph)


def _deliveries(graph: Graph) -> Finding:
    apps, app = subscribed_apps(graph), graph.app_id
    if app not in apps:
        text = f"the business account sends nothing to app {app}"
        return wrong("deliveries", text, _SUBSCRIBE, at_deploy=AtDeploy.MENDED)
    if (other := apps[app]) and other != callback_url(graph.settings):
        text = f"the business account has an address of its own: {other}"
        return wrong("deliveries", text, _SUBSCRIBE, at_deploy=AtDeploy.MENDED)
    if (other := number_override(graph)) and other != callback_url(graph.settings):
        text = f"the number has an address of its own: {other}"
        return wrong("deliveries", text, _SUBSCRIBE, at_deploy=AtDeploy.MENDED)
    return right("deliveries", f"the business account sends to app {app}")


def _templates(graph: Graph) -> Iterator[Finding]:
    """One line when every language is approved, else a line for each that is not."""
    registered, name = read_registered(graph), graph.settings.get("STATUS_TEMPLATE")
    languages = [ours.language for ours in template_translations()]
    problems = [_template(f"{name} in {language}", registered.get(language)) for language in languages]
    found = [problem for problem in problems if problem is not None]
    yield from found or [right("template", f"{name} is approved in {', '.join(languages)}")]


def _template(which: str, found: Registered | None) -> Finding | None:
    if found is None:
        text = f"{which} is not registered"
        return wrong("template", text, _REGISTER, at_deploy=AtDeploy.MENDED_BY_SETUP)
    if found.variables != _VALUES:
        text = f"{which} takes {found.variables} values, the desk sends {_VALUES}"
        return wrong("template", text, "python -m ops templates")
    if found.status == "PENDING":
        return warning("template", f"{which} waits for Meta's review", _STATUS)
    if found.status != APPROVED:
        reason = f" ({found.reason})" if found.reason else ""
        text = f"{which} is {found.status}{reason}"
        return wrong("template", text, _STATUS, at_deploy=AtDeploy.UNCHANGED)
    if found.category != CATEGORY:
        text = f"{which} is {found.category}, not {CATEGORY}: it costs more and may be held back"
        return warning("template", text, "appeal in WhatsApp Manager, Message templates")
    return None
