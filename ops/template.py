"""The status template at Meta: what was registered, and how it differs from what the desk sends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from messages.whatsapp.status_template import TemplateTranslation, template_translations
from ops.graph import Graph

CATEGORY: Final = "UTILITY"
_FIELDS: Final = "name,language,status,category,components,rejected_reason"
_VARIABLE: Final = re.compile(r"\{\{\d+\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One translation as Meta has it. reason: why it was rejected, "" when it was not."""

    language: str
    status: str
    category: str
    body: str
    reason: str

    @property
    def variables(self) -> int:
        return len(set(_VARIABLE.findall(self.body)))

    def same_text(self, ours: TemplateTranslation) -> bool:
        return " ".join(self.body.split()) == " ".join(ours.body.split())


def read_registered(graph: Graph, account: str, name: str) -> dict[str, Registered]:
    """By language. Raises MetaError, Unreachable."""
    found = graph.listed(f"{account}/message_templates", name=name, fields=_FIELDS)
    # Meta searches for a part of the name: others may come along.
    return {each["language"]: _registered(each) for each in found if each.get("name") == name}


def register(graph: Graph, account: str, name: str, ours: TemplateTranslation) -> str:
    """Asks Meta to approve one translation; returns its status. Raises MetaError, Unreachable."""
    body = {"type": "BODY", "text": ours.body, "example": {"body_text": [list(ours.example)]}}
    asked = {"name": name, "language": ours.language, "category": CATEGORY, "components": [body]}
    return str(graph.post(f"{account}/message_templates", asked).get("status", "PENDING"))


def languages() -> list[str]:
    return [ours.language for ours in template_translations()]


def _registered(found: dict[str, Any]) -> Registered:
    components: list[dict[str, Any]] = found.get("components") or []
    bodies = (str(part.get("text", "")) for part in components if part.get("type") == "BODY")
    reason = str(found.get("rejected_reason") or "")
    return Registered(
        language=found["language"],
        status=str(found.get("status", "")),
        category=str(found.get("category", "")),
        body=next(bodies, ""),
        reason="" if reason == "NONE" else reason,
    )
