"""`python -m ops tickets`: what is on the desk, one ticket in full, and what a technician can do to it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from messages.safe_text import one_line
from ops.calls import connected
from ops.codes import code_of
from ops.errors import OpsError
from ops.settings import settings_of
from ops.show import document, line, table, wants_json
from ops.ticket_words import sheet, status_words
from ops.tickets_export import export
from ops.tickets_work import add_work
from ops.when import moment, now, since, zone_of
from state.model.ticket import TicketRecord, TicketStatus

tickets = typer.Typer(no_args_is_help=True, help="See the tickets and work them.")
_DONE = (TicketStatus.RESOLVED, TicketStatus.CLOSED)


@tickets.command("list")
def list_tickets(
    context: typer.Context,
    status: Annotated[list[TicketStatus] | None, typer.Option(help="Only these; may be repeated.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is resolved or closed.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
) -> None:
    """The tickets that are not done, newest first."""
    if status and everything:
        raise OpsError("--all and --status exclude each other")
    wanted = None if everything else status or [each for each in TicketStatus if each not in _DONE]
    with connected(settings_of(context)) as database:
        # One more than is shown: only then there are more.
        found = database.call("list_tickets", _entries, statuses=wanted, limit=limit + 1)
    if wants_json(context):
        document(found[:limit])
        return
    _tell(found[:limit], everything=everything)
    if len(found) > limit:
        line(f"These are the newest {limit}. For more: --limit {limit * 2}")


@tickets.command()
def show(
    context: typer.Context, code: Annotated[str, typer.Argument(help="Of the ticket: TK-7F3K-9QX2.")]
) -> None:
    """One ticket: who, what happened, and what may be done next."""
    wanted, settings = code_of(code), settings_of(context)
    with connected(settings) as database:
        found = database.call("load_ticket", _record, code=wanted)
    if found is None:
        raise OpsError(f"there is no ticket {wanted}")
    data, ticket = found
    if wants_json(context):
        document({**data, "seen": ticket.seen})
        return
    for each in sheet(ticket, zone_of(settings), now()):
        line(each)


tickets.command()(export)
add_work(tickets)


def _entries(data: Any) -> list[dict[str, Any]]:
    return [{**entry, "status": str(TicketStatus(entry["status"]))} for entry in data]


def _record(data: Any) -> tuple[dict[str, Any], TicketRecord] | None:
    return (dict(data), TicketRecord.from_json(data)) if data else None


def _tell(entries: list[dict[str, Any]], *, everything: bool) -> None:
    if not entries:
        line("There are no tickets." if everything else "Nothing to do. With --all: also what is done.")
        return
    table(
        ("ticket", "state", "opened", "taken by", "customer", "problem"), [_cells(each) for each in entries]
    )


def _cells(entry: dict[str, Any]) -> tuple[str, ...]:
    opened = moment(entry["created_at"])
    assert opened is not None
    wish = "[wishes a person] " if entry["wants_human"] else ""
    return (
        entry["code"],
        status_words(entry["status"]).removesuffix(" for the customer"),
        f"{since(opened, now())} ago",
        one_line(entry["assignee"] or "-"),
        one_line(entry["customer"] or "-"),
        wish + one_line(entry["summary"]),
    )
