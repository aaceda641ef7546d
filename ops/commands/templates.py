"""`python -m ops templates`: the status template, its registration at Meta, and whether it is approved."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import typer

from messages.whatsapp.status_template import TemplateTranslation, template_translations
from ops.cli import settings_of
from ops.errors import MetaError, OpsError
from ops.graph import ALREADY_THERE, Graph
from ops.operator_settings import OperatorSettings
from ops.output import show, table

CATEGORY: Final = "UTILITY"
APPROVED: Final = "APPROVED"
_FIELDS: Final = "name,language,status,category,components,rejected_reason"
_VARIABLE: Final = re.compile(r"\{\{\d+\}\}")
_STATUS_COLUMNS: Final = ("language", "status", "category", "reason", "text")

templates = typer.Typer(
    help="The message template for customers who last wrote more than 24 hours ago: show, register, status."
)


@templates.callback(invoke_without_command=True)
def show_texts(context: typer.Context) -> None:
    """Print the text in every language, as it is registered."""
    if context.invoked_subcommand is not None:
        return
    name = settings_of(context).get("STATUS_TEMPLATE")
    translations = [
        {"language": ours.language, "body": ours.body, "example": list(ours.example)}
        for ours in template_translations()
    ]
    show(context, {"name": name, "category": CATEGORY, "translations": translations}, _texts(name))


@templates.command("register")
def register(context: typer.Context) -> None:
    """Ask Meta to approve every translation that is not registered yet. Can be run again at any time."""
    name, done = register_missing(settings_of(context))
    lines = (f"{name} in {language}: {text}" for language, text in done.items())
    show(context, {"name": name, "translations": done}, lines)


@templates.command("status")
def status(context: typer.Context) -> None:
    """Show whether Meta has approved it, by language. Exit code 1 if any is not approved."""
    settings = settings_of(context)
    name, found = settings.get("STATUS_TEMPLATE"), read_registered(Graph(settings))
    rows = [_status(ours, found.get(ours.language)) for ours in template_translations()]
    data = [dict(zip(_STATUS_COLUMNS, row, strict=True)) for row in rows]
    headers = [column.capitalize() for column in _STATUS_COLUMNS]
    show(context, {"name": name, "translations": data}, [table(headers, rows)])
    if any(row[1] != APPROVED for row in rows):
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A translation as registered at Meta. reason: why it was rejected, or ""."""

    status: str
    category: str
    body: str
    reason: str

    @property
    def variables(self) -> int:
        return len(set(_VARIABLE.findall(self.body)))

    def same_text(self, ours: TemplateTranslation) -> bool:
        return self.body.split() == ours.body.split()


def read_registered(graph: Graph) -> dict[str, Registered]:
    """Read the registered translations, by language. Raises OpsError."""
    name = graph.settings.get("STATUS_TEMPLATE")
    found = graph.items(f"{graph.account_id}/message_templates", name=name, fields=_FIELDS)
    # Meta also returns names that only contain this one.
    return {each["language"]: _registered(each) for each in found if each.get("name") == name}


def register_missing(settings: OperatorSettings) -> tuple[str, dict[str, str]]:
    """Register missing translations. Returns the template's name and what was done, by language. Raises OpsError."""
    graph, name = Graph(settings), settings.get("STATUS_TEMPLATE")
    found = read_registered(graph)
    return name, {
        ours.language: _register(graph, name, ours, found.get(ours.language))
        for ours in template_translations()
    }


def _registered(found: dict[str, Any]) -> Registered:
    components: list[dict[str, Any]] = found.get("components") or []
    bodies = (str(part.get("text", "")) for part in components if part.get("type") == "BODY")
    reason = str(found.get("rejected_reason") or "")
    return Registered(
        status=str(found.get("status", "")),
        category=str(found.get("category", "")),
        body=next(bodies, ""),
        reason="" if reason == "NONE" else reason,
    )


def _register(graph: Graph, name: str, ours: TemplateTranslation, registered: Registered | None) -> str:
    if registered is not None:
        return _already(registered, ours)
    component = {"type": "BODY", "text": ours.body, "example": {"body_text": [list(ours.example)]}}
    body = {"name": name, "language": ours.language, "category": CATEGORY, "components": [component]}
    try:
        answer = graph.post(f"{graph.account_id}/message_templates", body)
    except MetaError as error:
        if error.subcode == ALREADY_THERE:  # just deleted, or just made by somebody else
            return f"Meta says that it exists, or did until a moment ago: {error.reason}"
        raise OpsError(f"{name} in {ours.language}: {error}") from None
    return f"registered, {answer.get('status', 'PENDING')}"


def _already(registered: Registered, ours: TemplateTranslation) -> str:
    if registered.same_text(ours):
        return f"already registered, {registered.status}"
    return (
        f"already registered, {registered.status}, with a text other than ours: {registered.body!r}. It was not "
        "changed; edit it in WhatsApp Manager, or set STATUS_TEMPLATE to a new name"
    )


def _texts(name: str) -> Iterator[str]:
    yield (
        f"Name: {name}   Category: {CATEGORY}   Variables: {{{{1}}}} the ticket's code, {{{{2}}}} a line with the news"
    )
    for ours in template_translations():
        yield f"\n--- {ours.language} ---\n{ours.body}\n"
        yield f"Example: {{{{1}}}} = {ours.example[0]}   {{{{2}}}} = {ours.example[1]}"
    yield "\nRegister it at Meta: python -m ops templates register"


def _status(ours: TemplateTranslation, registered: Registered | None) -> tuple[str, str, str, str, str]:
    if registered is None:
        return (ours.language, "NOT REGISTERED", "", "python -m ops templates register", "")
    text = "ours" if registered.same_text(ours) else "not ours"
    return (ours.language, registered.status, registered.category, registered.reason, text)
