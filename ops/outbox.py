"""`python -m ops outbox`: what has not left and why, and what an operator can do about it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from ops.calls import connected
from ops.errors import OpsError
from ops.outbox_sheet import facts, tell, words_of
from ops.outbox_words import channel, what, why
from ops.settings import settings_of
from ops.show import document, line, wants_json
from ops.when import now, zone_of
from state.model.outbox_row import Kind

outbox = typer.Typer(no_args_is_help=True, help="See what has not left, and send or drop it.")


class Status(StrEnum):
    """Of a row of the outbox."""

    READY = "ready"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DEAD = "dead"


Number = Annotated[int, typer.Argument(help="Of the row, as list shows it.", metavar="ID", min=1)]
_REFUSED: Final = {
    "missing": "there is no row {number} in the outbox",
    "sent": "{number} was sent already",
    "leased": "{number} is being sent this very moment: wait half a minute, then look again",
    "forgotten": "{number} has no words any more: its customer was erased",
    "late": "{number} was first tried more than 23 h ago, and Resend no longer knows its key: if that try did arrive, "
    "this is a second e-mail. If that is meant: --anyway",
    "unclear": "{number} may have arrived, and Meta's word about it may still come: the customer could read it twice. "
    "If that is meant: --anyway",
}


@outbox.command("list")
def list_rows(
    context: typer.Context,
    status: Annotated[list[Status] | None, typer.Option(help="Only these; may be repeated.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what was sent, superseded or dropped.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
) -> None:
    """What waits or was given up, newest first, and why."""
    if status and everything:
        raise OpsError("--all and --status exclude each other")
    settings = settings_of(context)
    wanted = list(Status) if everything else status or None
    with connected(settings) as database:
        found = database.call("list_outbox", _entries, statuses=wanted, limit=limit + 1)
    if wants_json(context):
        document(found[:limit])
        return
    tell(found[:limit], zone_of(settings), chosen=wanted is not None)
    if len(found) > limit:
        line(f"These are the newest {limit}. For more: --limit {limit * 2}")


@outbox.command()
def show(
    context: typer.Context,
    number: Number,
    body: Annotated[bool, typer.Option("--body", help="Also what it says: that may be personal.")] = False,
) -> None:
    """All about one row, without its words."""
    settings = settings_of(context)
    with connected(settings) as database:
        found = database.call("list_outbox", _entries, id=number)
        words = database.row("outbox", number, "body,fallback") if body else None
    if not found:
        raise OpsError(_REFUSED["missing"].format(number=number))
    if wants_json(context):
        document({**found[0], **(words or {})})
        return
    for name, value in facts(found[0], zone_of(settings)):
        line(f"{name:<11}{value}")
    if words is not None:
        line(f"\n{words_of(words)}")


@outbox.command()
def retry(
    context: typer.Context,
    number: Number,
    anyway: Annotated[bool, typer.Option("--anyway", help="Even if it could arrive twice.")] = False,
) -> None:
    """A row that was given up, or waits, leaves with the next sweep."""
    with connected(settings_of(context)) as database:
        result, entry = database.call("retry_outbox", _decided, id=number, anyway=anyway)
    _refuse(result, number)
    if wants_json(context):
        document({"result": result, "row": entry})
        return
    line(f"✓ {number}, {what(entry)}: {why(entry, now())}")


@outbox.command()
def drop(
    context: typer.Context,
    number: Number,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """A row never leaves."""
    with connected(settings_of(context)) as database:
        found = database.call("list_outbox", _entries, id=number)
        if not found:
            raise OpsError(_REFUSED["missing"].format(number=number))
        if not yes:
            about = f" of {found[0]['ticket']}" if found[0]["ticket"] else ""
            typer.confirm(f"Never send {number}, {what(found[0])}{about}?", abort=True, err=True)
        result, entry = database.call("drop_outbox", _decided, id=number)
    _refuse(result, number)
    if wants_json(context):
        document({"result": result, "row": entry})
        return
    line(f"✓ {number} is dropped. As long as it is kept, outbox retry {number} brings it back")


@outbox.command()
def resume(
    context: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="The channel.", show_default=False)],
) -> None:
    """End a channel's pause, once what it was refused for is mended."""
    with connected(settings_of(context)) as database:
        answer = database.call("resume_channel", dict, kind=kind)
    if wants_json(context):
        document({"kind": kind, **answer})
    elif answer["paused"]:
        line(f"✓ {channel(kind)} goes on: {answer['waiting']} wait, and leave with the next sweep")
    else:
        line(f"✓ {channel(kind)} was not paused; {answer['waiting']} wait")


def _entries(data: Any) -> list[dict[str, Any]]:
    return [{**entry, "status": str(Status(entry["status"]))} for entry in data]


def _decided(data: Any) -> tuple[str, dict[str, Any]]:
    return str(data["result"]), dict(data["row"] or {})


def _refuse(result: str, number: int) -> None:
    """Raises OpsError for what was not done."""
    if result != "done":
        raise OpsError(_REFUSED.get(result, "{number} was refused").format(number=number))
