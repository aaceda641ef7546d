"""`python -m ops outbox`: shows the rows that wait and why they do; retries or drops them, resumes channels."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from ops.cli import settings_of
from ops.data_api import DataApi, row
from ops.errors import OpsError
from ops.outbox_text import (
    TASK_CHANNELS,
    Entry,
    body_text,
    channel_name,
    details,
    is_task,
    listing,
    reason_now,
    title,
)
from ops.output import plural, show, show_newest
from state.model.outbox_row import Channel
from state.store.rows import RowStatus

outbox = typer.Typer(no_args_is_help=True, help="See what has not been sent; send it again, or drop it.")


class Decision(StrEnum):
    """The answers of `retry_outbox` and `drop_outbox`."""

    DONE = "done"
    MISSING = "missing"
    SENT = "sent"
    LEASED = "leased"
    FORGOTTEN = "forgotten"
    LATE = "late"
    UNCLEAR = "unclear"


Number = Annotated[int, typer.Argument(help="The row's id, as `outbox list` shows it.", metavar="ID", min=1)]
_REFUSED: Final = {
    Decision.MISSING: "there is no row {number} in the outbox",
    Decision.SENT: "{number} was {done} already",
    Decision.LEASED: "{number} is being {done} right now: look again in half a minute",
    Decision.FORGOTTEN: "{number} has no content any more: its customer was erased",
    Decision.LATE: "{number} was first tried more than 23 h ago, and Resend no longer knows its key: if that try did "
    "arrive, this would be a second e-mail. To send it all the same: --anyway",
    Decision.UNCLEAR: "{number} may have arrived, and Meta may still report it: the customer could receive it twice. "
    "To send it all the same: --anyway",
}


@outbox.command("list")
def list_rows(
    context: typer.Context,
    status: Annotated[
        list[RowStatus] | None, typer.Option(help="Only rows with this status; may be repeated.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what was sent, superseded or dropped.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most rows to show.")] = 50,
) -> None:
    """List the rows that wait or were given up, newest first, and why."""
    if status and everything:
        raise OpsError("--all and --status exclude each other")
    settings = settings_of(context)
    wanted = list(RowStatus) if everything else status or None
    # One more than is shown tells whether there are more.
    found = DataApi(settings).call("list_outbox", _entries, statuses=wanted, limit=limit + 1)
    none = "There are no such rows." if wanted else "✓ Nothing waits, and nothing was given up."
    show_newest(context, found, limit, lambda rows: listing(rows, settings.zone), none)


@outbox.command("show")
def show_row(
    context: typer.Context,
    number: Number,
    body: Annotated[
        bool, typer.Option("--body", help="Also its content, which may be personal data.")
    ] = False,
) -> None:
    """Show one row in full, without its content."""
    settings = settings_of(context)
    entry = _entry(DataApi(settings), number, content=body)

    def lines() -> Iterator[str]:
        yield from (f"{name:<15}{value}" for name, value in details(entry, settings.zone))
        if body:
            yield f"\n{body_text(entry)}"

    show(context, entry, lines())


@outbox.command()
def retry(
    context: typer.Context,
    number: Number,
    anyway: Annotated[bool, typer.Option("--anyway", help="Even if it could arrive twice.")] = False,
) -> None:
    """Retry a waiting or failed row at the next sweep."""
    entry = _decide(DataApi(settings_of(context)), "retry_outbox", number, anyway=anyway)
    sentence = f"✓ {number}, {title(entry)}: {reason_now(entry)}"
    show(context, {"result": Decision.DONE, "row": entry}, [sentence])


@outbox.command()
def drop(
    context: typer.Context,
    number: Number,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Drop a row: it is never sent, or what it was to do is never done."""
    api = DataApi(settings_of(context))
    if not yes:
        found = _entry(api, number)
        ticket = f" of {found['ticket']}" if found["ticket"] else ""
        typer.confirm(
            f"Never {'do' if is_task(found) else 'send'} {number}, {title(found)}{ticket}?",
            abort=True,
            err=True,
        )
    entry = _decide(api, "drop_outbox", number)
    sentence = f"✓ {number} is dropped. As long as the row is kept, this brings it back: python -m ops outbox retry {number}"
    show(context, {"result": Decision.DONE, "row": entry}, [sentence])


@outbox.command()
def resume(
    context: typer.Context,
    channel: Annotated[Channel, typer.Argument(help="The channel.", show_default=False)],
) -> None:
    """Resume a paused channel, once the cause is fixed."""
    answer = DataApi(settings_of(context)).call("resume_channel", row, channel=channel)
    waiting = plural(answer["waiting"], "row")
    to_do = "to do" if channel in TASK_CHANNELS else "to send"
    sentence = (
        f"{channel_name(channel)} is resumed: {waiting} {to_do} with the next sweep"
        if answer["paused"]
        else f"{channel_name(channel)} was not paused; {waiting} {to_do}"
    )
    show(context, {"channel": channel, **answer}, [f"✓ {sentence}"])


@outbox.command()
def refetch(context: typer.Context) -> None:
    """Fetch again the files of the last week that could not be kept, once the token or STORED_MEGABYTES is mended."""
    count = DataApi(settings_of(context)).call("refetch_files", int)
    sentence = (
        f"{plural(count, 'file')} to fetch with the next sweep"
        if count
        else "no file is missing that Meta still has"
    )
    show(context, {"files": count}, [f"✓ {sentence}"])


def _entries(data: Any) -> list[Entry]:
    return [{**entry, "status": RowStatus(entry["status"])} for entry in data]


def _entry(api: DataApi, number: int, *, content: bool = False) -> Entry:
    """Raises OpsError when there is no such row."""
    found = api.call("list_outbox", _entries, id=number, content=content)
    if not found:
        raise OpsError(_REFUSED[Decision.MISSING].format(number=number))
    return found[0]


def _decide(api: DataApi, function: str, number: int, **arguments: Any) -> Entry:
    """The row as it is now. Raises OpsError for what was refused."""

    def read(data: Any) -> tuple[Decision, Entry]:
        return Decision(data["result"]), row(data["row"] or {})

    decision, entry = api.call(function, read, id=number, **arguments)
    if decision is not Decision.DONE:
        done = "done" if entry and is_task(entry) else "sent"
        raise OpsError(_REFUSED[decision].format(number=number, done=done))
    return entry
