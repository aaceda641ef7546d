"""The number at Meta: ours, registered, of good standing, and able to send."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ops.errors import OpsError
from ops.findings import Finding, right, warning, wrong
from ops.graph import Graph, MetaError

_FIELDS: Final = (
    "display_phone_number,verified_name,quality_rating,code_verification_status,platform_type,throughput"
)
_MANAGER: Final = "WhatsApp Manager, Phone numbers"


def check_number(graph: Graph, number: str) -> Iterator[Finding]:
    """Nothing when there is no number to ask for: another check says so."""
    if not number:
        return
    try:
        yield _standing(graph.get(number, fields=_FIELDS))
    except MetaError as error:
        yield wrong("number", f"WHATSAPP_PHONE_NUMBER_ID: {error.told}", "copy the id: WhatsApp, API setup")
        return
    except OpsError as error:
        yield wrong("number", str(error))
        return
    try:
        yield _health(graph.get(number, fields="health_status").get("health_status") or {})
    except OpsError as error:  # a field that not every version of the API has
        yield warning("sending", f"not checked: {error}")


def _standing(found: dict[str, Any]) -> Finding:
    name = f"{found.get('display_phone_number')} ({found.get('verified_name')})"
    if found.get("platform_type") != "CLOUD_API":
        return wrong("number", f"{name} is not registered with the Cloud API", f"register it: {_MANAGER}")
    # "EXPIRED" is usual: the code was right once, and that is enough.
    if found.get("code_verification_status") == "NOT_VERIFIED":
        return wrong("number", f"{name} is not verified", f"verify it: {_MANAGER}")
    quality = found.get("quality_rating")
    if quality in {"YELLOW", "RED"}:
        return warning(
            "number", f"{name}: quality {quality}", "WhatsApp Manager, Insights, says what people report"
        )
    level = (found.get("throughput") or {}).get("level", "unknown")
    return right("number", f"{name}, quality {quality}, throughput {level}")


def _health(health: dict[str, Any]) -> Finding:
    """Meta's own judgement of number, account, portfolio and app together, with its reasons."""
    verdict = health.get("can_send_message")
    errors = [error for entity in health.get("entities") or () for error in entity.get("errors") or ()]
    reasons = "; ".join(str(error.get("error_description")) for error in errors)
    mend = "; ".join(
        dict.fromkeys(str(each["possible_solution"]) for each in errors if each.get("possible_solution"))
    )
    if verdict == "AVAILABLE":
        return right("sending", "Meta lets this number send")
    if verdict == "LIMITED":
        return warning("sending", f"Meta limits what this number sends: {reasons or 'no reason given'}", mend)
    return wrong(
        "sending", f"Meta does not let this number send: {reasons or verdict or 'no reason given'}", mend
    )
