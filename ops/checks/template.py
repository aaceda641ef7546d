"""The status template: approved in every language, with the two values that the desk sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ops.findings import Finding, right, warning, wrong
from ops.graph import Graph
from ops.template import CATEGORY, Registered, languages, read_registered

_REGISTER: Final = "python -m ops templates register"


def check_template(graph: Graph, account: str, name: str) -> Iterator[Finding]:
    """One line when every language is approved, else one for each that is not. Raises OpsError."""
    registered = read_registered(graph, account, name)
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
