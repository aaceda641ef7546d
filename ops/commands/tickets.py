"""`python -m ops tickets`: `list` and `show`; the other commands are in tickets_work.py and tickets_export.py."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from messages.safe_text import one_line
from ops.arguments import ticket_code
from ops.cli import settings_of
from ops.commands.tickets_export import export
from ops.commands.tickets_work import add_work
from ops.data_api import Row, connect
from ops.errors import OpsError
from ops.output import between, now, show, table, time_of
from ops.ticket_text import full_text, status_text
from state.model.ticket import TicketRecord, TicketStatus
from state.store.rows import parse

tickets = typer.Typer(no_args_is_help=True, help="See the tickets and work on them.")
_COLUMNS = ("ticket", "state", "opened", "taken by", "customer", "problem")


@tickets.command("list")
def list_tickets(
    context: typer.Context,
    status: Annotated[
        list[TicketStatus] | None, typer.Option(help="Only tickets in this state; may be repeated.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is resolved or closed.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most tickets to show.")] = 50,
) -> None:
    """The tickets that are not resolved or closed, newest first."""
    if status and everything:
        raise OpsError("--all and --status exclude each other")
    wanted = None if everything else status or [each for each in TicketStatus if each.active]
    with connect(settings_of(context)) as api:
        # One more than is shown tells whether there are more.
        found = api.call("list_tickets", _entries, statuses=wanted, limit=limit + 1)

    def lines() -> Iterator[str]:
        if found:
            yield table(_COLUMNS, map(_cells, found[:limit]))
        else:
            yield "There are no tickets." if everything else "Nothing to do. --all also shows what is done."
        if len(found) > limit:
            yield f"These are the newest {limit}. To see more: --limit {limit * 2}"

    show(context, found[:limit], lines())


@tickets.command("show")
def show_ticket(
    context: typer.Context, code: Annotated[str, typer.Argument(help="The ticket's code: TK-7F3K-9QX2.")]
) -> None:
    """One ticket: its customer, what happened, and what may be done next."""
    wanted, settings = ticket_code(code), settings_of(context)
    with connect(settings) as api:
        found = api.call("load_ticket", _record, code=wanted)
    if found is None:
        raise OpsError(f"there is no ticket {wanted}")
    data, ticket = found
    show(context, {**data, "seen": ticket.seen}, full_text(ticket, settings.zone, now()))


tickets.command()(export)
add_work(tickets)


def _entries(data: Any) -> list[Row]:
    return [{**entry, "status": TicketStatus(entry["status"])} for entry in data]


def _record(data: Any) -> tuple[Row, TicketRecord] | None:
    return (dict(data), parse(TicketRecord, data)) if data else None


def _cells(entry: Row) -> tuple[str, ...]:
    opened = time_of(entry["created_at"])
    assert opened is not None
    request = "[asked for a person] " if entry["wants_human"] else ""
    return (
        entry["code"],
        status_text(entry["status"]).removesuffix(" for the customer"),
        f"{between(opened, now())} ago",
        one_line(entry["assignee"] or "-"),
        one_line(entry["customer"] or "-"),
        request + one_line(entry["summary"]),
    )
