"""`python -m ops number`: registers the phone number with the Cloud API, and shows how it stands."""

from dataclasses import asdict

import typer

from ops.checks.finding import any_wrong
from ops.checks.meta_account import check_number
from ops.cli import settings_of
from ops.errors import OpsError
from ops.graph import Graph
from ops.output import show
from ops.registration import ask, read_number
from ops.registration import register as register_number

number = typer.Typer(no_args_is_help=True, help="The phone number of the desk.")


@number.callback()
def group() -> None:
    """The phone number of the desk: its registration with the Cloud API, its quality, and whether Meta lets it send."""


@number.command()
def register(context: typer.Context) -> None:
    """Register the number with the Cloud API, once. Says what that does, asks for the six-digit PIN, and for a yes."""
    graph = Graph(settings_of(context))
    found = read_number(graph)
    done = register_number(graph, found, ask(found))
    findings = [done, *check_number(graph)]
    show(context, [asdict(each) for each in findings], map(str, findings))
    if any_wrong(findings):
        raise OpsError("registered, but see the lines with ✗")


@number.command()
def status(context: typer.Context) -> None:
    """Show whether it is registered and verified, its quality, and whether Meta lets it send. Exit code 1 if something is wrong."""
    settings = settings_of(context)
    settings.need("WHATSAPP_PHONE_NUMBER_ID")
    findings = list(check_number(Graph(settings)))
    show(context, [asdict(each) for each in findings], map(str, findings))
    if any_wrong(findings):
        raise typer.Exit(1)
