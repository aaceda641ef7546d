"""The number's registration with the Cloud API, which Meta offers by API only."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import typer

from ops.checks.finding import Finding, right, wrong
from ops.errors import MetaError, OpsError
from ops.graph import Graph

COMMAND: Final = "python -m ops number register"
_FIELDS: Final = "display_phone_number,verified_name,code_verification_status,platform_type"
_REGISTERED: Final = "CLOUD_API"
_MANAGER: Final = "WhatsApp Manager, Phone numbers"
_PIN_DIGITS: Final = 6
_WAIT: Final = "wait some hours before the next try: each try makes it longer"
# Meta's codes: what they mean, and what to do.
_REASONS: Final = {
    133000: "an earlier deregistration is not finished. Try again in some minutes",
    133004: "Meta's server does not answer. Try again in some minutes",
    133005: (
        "that is not the PIN of the number's two-step verification. If nobody knows it, it can be changed in "
        f"{_MANAGER}, Settings, Two-step verification"
    ),
    133006: f"the number has to be verified first: {_MANAGER} sends it a code by SMS or by a call",
    133008: f"too many wrong PINs. Meta takes none for this number for a while: {_WAIT}",
    133009: "that was too soon after a wrong PIN. Wait some minutes before the next",
    133010: "the number is not registered",
    133015: "the number was removed elsewhere a moment ago. Meta needs some minutes: try again then",
    133016: "this number was registered 10 times in 72 hours, and Meta allows no more. Wait 72 hours before the next",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """The number as Meta describes it. name: with its display name."""

    id: str
    name: str
    is_registered: bool
    is_verified: bool


def read_number(graph: Graph) -> Number:
    """Raises OpsError."""
    graph.settings.need("WHATSAPP_PHONE_NUMBER_ID")
    number = graph.settings.get("WHATSAPP_PHONE_NUMBER_ID")
    found = graph.get(number, fields=_FIELDS)
    return Number(
        id=number,
        name=f"{found.get('display_phone_number')} ({found.get('verified_name')})",
        is_registered=is_registered(found),
        # "EXPIRED" is usual: it was verified once, and that is enough.
        is_verified=found.get("code_verification_status") != "NOT_VERIFIED",
    )


def is_registered(found: dict[str, Any]) -> bool:
    return found.get("platform_type") == _REGISTERED


def explain(number: Number) -> Iterator[str]:
    """What a registration does, for who has to decide."""
    yield f"{number.name}, id {number.id}"
    if number.is_registered:
        yield "  It is registered already. Again only after its display name was changed: Meta shows the new one then."
    yield "  Registering connects the number to the Cloud API. It cannot be used in the WhatsApp app any more: if it is, delete"
    yield "  the account there first (its chats are lost)."
    yield "  The PIN is that of the number's two-step verification, six digits. If it has one, type that one; if it has none, the"
    yield "  one that you type becomes it. Keep it: whoever registers or moves the number again needs it."


def ask(number: Number) -> str:
    """Explain, and ask for the PIN and a yes, on stderr. Returns the PIN. Raises OpsError for any other answer."""
    print(*explain(number), sep="\n", file=sys.stderr)
    pin: str = typer.prompt("PIN", hide_input=True, confirmation_prompt="The PIN again", err=True)
    if len(pin) != _PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        raise OpsError("a PIN has six digits. Nothing was changed")
    typed: str = typer.prompt("Type yes to register the number", default="", show_default=False, err=True)
    if typed.strip().lower() != "yes":
        raise OpsError("nothing was changed")
    return pin


def register(graph: Graph, number: Number, pin: str) -> Finding:
    """Register the number. Returns how it stands then, as Meta says it. Raises OpsError."""
    try:
        graph.post(f"{number.id}/register", {"messaging_product": "whatsapp", "pin": pin})
    except MetaError as error:
        reason = _REASONS.get(error.code, error.reason).replace(pin, "***")
        raise OpsError(f"{number.name} was not registered: {reason} (Meta's code {error.code})") from None
    now = read_number(graph)
    if not now.is_registered:
        return wrong(
            "number",
            f"{now.name}: Meta accepted it, but does not show it as registered yet",
            "python -m ops number status",
        )
    return right("number", f"{now.name} is registered with the Cloud API")


def register_if_needed(graph: Graph, stage: str) -> str:
    """For the deploy: ask where somebody can answer. Returns what was done, or what is left to do. Raises OpsError."""
    number = read_number(graph)
    if number.is_registered:
        return f"{number.name} is registered already"
    if not sys.stdin.isatty():
        return f"{number.name} is NOT registered, and nobody can be asked for its PIN here. In a terminal: {COMMAND} --stage {stage}"
    return register(graph, number, ask(number)).text
