"""`python -m ops templates`: the text that Meta has to approve, its registration and what became of it."""

from __future__ import annotations

import typer

from messages.whatsapp.status_template import TemplateTranslation, template_translations
from ops.errors import OpsError
from ops.graph import ALREADY_THERE, Graph, MetaError
from ops.meta import account_id, read_token
from ops.settings import Settings, settings_of
from ops.show import document, line, table, wants_json
from ops.template import CATEGORY, Registered, read_registered, register

templates = typer.Typer(help="The template that is used when the 24 hours are over: show, register, status.")


@templates.callback(invoke_without_command=True)
def show(context: typer.Context) -> None:
    """Without a command: the text in every language, as it is to be registered."""
    if context.invoked_subcommand is not None:
        return
    name = settings_of(context).get("STATUS_TEMPLATE")
    if wants_json(context):
        document(
            {
                "name": name,
                "category": CATEGORY,
                "translations": [_as_json(ours) for ours in template_translations()],
            }
        )
        return
    line(
        f"Name: {name}   Category: {CATEGORY}   Variables: {{{{1}}}} the ticket's code, {{{{2}}}} one line of news"
    )
    for ours in template_translations():
        line(f"\n--- {ours.language} ---\n{ours.body}\n")
        line(f"Example: {{{{1}}}} = {ours.example[0]}   {{{{2}}}} = {ours.example[1]}")
    line("\nRegister it at Meta: python -m ops templates register")


@templates.command("register")
def register_all(context: typer.Context) -> None:
    """Ask Meta to approve every translation that is not there yet. Can be run again at any time."""
    name, told = register_missing(settings_of(context))
    if wants_json(context):
        document({"name": name, "translations": told})
        return
    for language, text in told.items():
        line(f"{name} in {language}: {text}")


def register_missing(settings: Settings) -> tuple[str, dict[str, str]]:
    """The template's name, and what became of each translation, by language. Raises OpsError."""
    graph, account, name = _account(settings)
    there = read_registered(graph, account, name)
    return name, {
        ours.language: _register(graph, account, name, ours, there.get(ours.language))
        for ours in template_translations()
    }


@templates.command("status")
def status(context: typer.Context) -> None:
    """Whether Meta has approved it, by language. Exit code 1 if not all of them are."""
    settings = settings_of(context)
    graph, account, name = _account(settings)
    there = read_registered(graph, account, name)
    rows = [_status(ours, there.get(ours.language)) for ours in template_translations()]
    if wants_json(context):
        keys = ("language", "status", "category", "reason", "text")
        document({"name": name, "translations": [dict(zip(keys, row, strict=True)) for row in rows]})
    else:
        table(("Language", "Status", "Category", "Reason", "Text"), rows)
    if any(row[1] != "APPROVED" for row in rows):
        raise typer.Exit(1)


def _account(settings: Settings) -> tuple[Graph, str, str]:
    """Raises OpsError."""
    settings.need("WHATSAPP_ACCESS_TOKEN")
    graph = Graph(settings)
    return graph, account_id(settings, graph, read_token(graph)), settings.get("STATUS_TEMPLATE")


def _register(
    graph: Graph, account: str, name: str, ours: TemplateTranslation, there: Registered | None
) -> str:
    if there is not None:
        return _there(there, ours)
    try:
        return f"registered, {register(graph, account, name, ours)}"
    except MetaError as error:
        if error.subcode == ALREADY_THERE:  # deleted a moment ago, or made by somebody else meanwhile
            return f"Meta says it is there, or was until a moment ago: {error.told}"
        raise OpsError(f"{name} in {ours.language}: {error}") from None


def _there(there: Registered, ours: TemplateTranslation) -> str:
    if there.same_text(ours):
        return f"already there, {there.status}"
    return (
        f"already there, {there.status}, with another text than ours: {there.body!r}. It is left as it is; "
        "edit it in WhatsApp Manager, or set STATUS_TEMPLATE to a new name"
    )


def _status(ours: TemplateTranslation, there: Registered | None) -> tuple[str, str, str, str, str]:
    if there is None:
        return (ours.language, "NOT THERE", "", "python -m ops templates register", "")
    same = "ours" if there.same_text(ours) else "another than ours"
    return (ours.language, there.status, there.category, there.reason, same)


def _as_json(ours: TemplateTranslation) -> dict[str, object]:
    return {"language": ours.language, "body": ours.body, "example": list(ours.example)}
