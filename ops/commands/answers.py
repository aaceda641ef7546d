"""`python -m ops answers`: the canned answers that technicians choose on a ticket's page."""

from typing import Annotated, Final

import typer

from messages.safe_text import one_line
from ops.arguments import technician_text
from ops.cli import settings_of
from ops.data_api import DataApi, rows
from ops.errors import OpsError
from ops.output import show, table
from state.model.language import Language

MAX_NAME: Final = 60  # as in supabase/schemas/25_answers.sql
_MAX_SHOWN: Final = 60

answers = typer.Typer(
    no_args_is_help=True, help="The canned answers on the tickets' pages: list, set, remove."
)

Name = Annotated[str, typer.Argument(help="What technicians choose it by.")]


@answers.command("list")
def list_answers(context: typer.Context) -> None:
    """List the canned answers, by name."""
    found = DataApi(settings_of(context)).call("list_answers", rows)
    cells = [(each["name"], each["language"], one_line(each["body"])[:_MAX_SHOWN]) for each in found]
    none = 'There are none. python -m ops answers set NAME --text "..."'
    show(context, found, [table(("name", "language", "text"), cells) if cells else none])


@answers.command("set")
def set_answer(
    context: typer.Context,
    name: Name,
    text: Annotated[
        str, typer.Option(help="What is put into the form; {nombre} and {ticket} are filled. - reads stdin.")
    ],
    language: Annotated[
        Language | None, typer.Option(help="The language of the text; without it: the desk's.")
    ] = None,
) -> None:
    """Store a canned answer, or change the one of this name."""
    settings = settings_of(context)
    spoken = language or settings.default_language
    stored = DataApi(settings).call(
        "set_answer",
        bool,
        name=_name(name),
        language=spoken,
        body=_text(text),
    )
    if not stored:
        raise OpsError("there are 200 already, in one list on the page: remove some first")
    show(
        context,
        {"name": _name(name), "language": spoken},
        [f"✓ {_name(name)} ({spoken}) is on the tickets' pages"],
    )


@answers.command("remove")
def remove_answer(context: typer.Context, name: Name) -> None:
    """Delete a canned answer."""
    if not DataApi(settings_of(context)).call("remove_answer", bool, name=_name(name)):
        raise OpsError(f"there is no answer {_name(name)}: see python -m ops answers list")
    show(context, {"name": _name(name)}, [f"✓ {_name(name)} is removed"])


def _name(given: str) -> str:
    name = one_line(given)
    if not 0 < len(name) <= MAX_NAME:
        raise OpsError(f"a name has 1 to {MAX_NAME} characters")
    return name


def _text(given: str) -> str:
    text = technician_text(given, required=False)
    if not one_line(text):
        raise OpsError("the text is empty")
    return text
