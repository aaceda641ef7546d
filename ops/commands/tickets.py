"""`python -m ops tickets`: `list`, `show`, and what a technician does to a ticket; `export` and `open` are in files of their own."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import uuid4

import typer

from messages.for_technicians import names_of, short_name
from ops.answer_files import opened_files, store
from ops.arguments import technician_text, ticket_code
from ops.cli import settings_of
from ops.commands.tickets_export import export
from ops.commands.tickets_open import open_for
from ops.data_api import DataApi, Row
from ops.errors import OpsError
from ops.operator_settings import find_technician, known_technician
from ops.output import now, plural, show
from ops.ticket_text import event_text, full_text, heading, status_text, ticket_lines
from state.model.ticket import (
    ActionResult,
    EventKind,
    TechnicianAction,
    TicketEvent,
    TicketRecord,
    TicketStatus,
)
from state.model.ticket_code import find_all
from state.store.rows import parse

tickets = typer.Typer(no_args_is_help=True, help="See the tickets and work on them.")
tickets.command()(export)
tickets.command("open")(open_for)

# The participle and the help text of each action.
_ACTIONS: Final = {
    TechnicianAction.TAKE: ("taken", "Take a ticket: you work on it from now on."),
    TechnicianAction.ASK: ("asked about", "Ask the customer something; the ticket waits for their answer."),
    TechnicianAction.ANSWER: ("answered", "Tell the customer something."),
    TechnicianAction.RESOLVE: ("resolved", "It should be fixed; the customer is asked whether it is."),
    TechnicianAction.CLOSE: ("closed", "Close a ticket."),
    TechnicianAction.MERGE: (
        "merged",
        "Close a duplicate: go on in another ticket of the same customer, --into its code.",
    ),
    TechnicianAction.REOPEN: ("reopened", "Open a resolved or closed ticket again."),
    TechnicianAction.HAND_OVER: ("handed over", "Hand a ticket over to a technician, who gets an e-mail."),
    TechnicianAction.GIVE_BACK: ("given back", "Give a ticket back: nobody has it."),
}

Code = Annotated[str, typer.Argument(help="The ticket's code: TK-7F3K-9QX2.")]
Words = Annotated[str, typer.Argument(help="What the customer reads; - reads it from stdin.")]
Author = Annotated[
    str,
    typer.Option(
        "--as",
        help="You: an address of SUPPORT_EMAIL_TO, or a name as the customer reads it; without it: the support team.",
        metavar="WHO",
    ),
]
Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--file",
        help="A photo or a document to send after the text; may be repeated.",
        metavar="PATH",
    ),
]
Colleague = Annotated[
    str, typer.Argument(help="Who is to have it: an address or a name of SUPPORT_EMAIL_TO.", metavar="WHO")
]
Key = Annotated[str, typer.Option(help="For scripts: with the same key it is done once.", metavar="KEY")]
Seen = Annotated[
    int | None,
    typer.Option(
        help="For scripts: only if nothing happened since this event ('seen' of show --json).",
        metavar="ID",
    ),
]
_PAGE: Final = 500
_NONE: Final = "There are no tickets."
_NOTHING_TO_DO: Final = "Nothing to do. --all also shows what is done."


@tickets.command("list")
def list_tickets(
    context: typer.Context,
    state: Annotated[
        list[TicketStatus] | None,
        typer.Option("--state", "--status", help="Only tickets in this state; may be repeated."),
    ] = None,
    mine: Annotated[
        str,
        typer.Option(help="Only those of this technician: an address, or words of the name.", metavar="NAME"),
    ] = "",
    untaken: Annotated[bool, typer.Option("--untaken", help="Only those that nobody has.")] = False,
    search: Annotated[
        str, typer.Option(help="Only with this code, these words, name or number.", metavar="WORDS")
    ] = "",
    before: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what was opened before this day.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is resolved or closed.")] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Show so many, and say how many more there are.")
    ] = None,
) -> None:
    """List the tickets that are not resolved or closed, oldest first: all of them."""
    if state and everything:
        raise OpsError("--all and --state exclude each other")
    settings = settings_of(context)
    wanted = None if everything else state or [each for each in TicketStatus if each.active]
    found = _pages(
        DataApi(settings),
        statuses=wanted,
        mine=mine.strip() or None,
        untaken=untaken,
        technicians=settings.people.addresses or None,
        query=search.strip() or None,
        codes=[each.code for each in find_all(search).codes if each.valid],
        opened_before=before.replace(tzinfo=settings.zone).isoformat() if before else None,
    )
    narrowed = bool(state or mine or untaken or search or before)
    none = "There are no such tickets." if narrowed else _NONE if everything else _NOTHING_TO_DO
    shown = found[:limit]
    show(context, shown, _listed(shown, len(found), none))


def _pages(api: DataApi, **wanted: Any) -> list[Row]:
    """All of them: page after page."""
    found: list[Row] = []
    while True:
        after = found[-1]["id"] if found else 0
        page = api.call("list_tickets", _entries, limit=_PAGE, after=after, **wanted)
        found += page
        if len(page) < _PAGE:
            return found


def _listed(shown: list[Row], count: int, none: str) -> Iterator[str]:
    if not shown:
        yield none
        return
    width = shutil.get_terminal_size().columns
    yield from ticket_lines(shown, width)
    left = count - len(shown)
    yield (
        f"{plural(count, 'ticket')}."
        if not left
        else (f"These are the oldest {len(shown)} of {count}. To see the other {left}: --limit {count}")
    )


@tickets.command("show")
def show_ticket(context: typer.Context, code: Code) -> None:
    """Show one ticket: its customer, its events, and the possible actions."""
    settings = settings_of(context)
    data, ticket = _load(DataApi(settings), ticket_code(code))
    show(context, {**data, "seen": ticket.seen}, full_text(ticket, settings.zone, now()))


def _work(
    context: typer.Context,
    action: TechnicianAction,
    code: str,
    author: str,
    key: str,
    seen: int | None,
    text: str = "",
    to: str = "",
    choice: str = "",
    paths: Sequence[Path] = (),
) -> None:
    wanted, words, settings = ticket_code(code), technician_text(text, required=False), settings_of(context)
    people, api = settings.people, DataApi(settings)
    colleague = known_technician(people, to) if to else None
    technician = find_technician(people, author)
    with opened_files(paths) as files:
        _, before = _load(api, wanted)
        stored = store(settings, api, wanted, files)
    answer, result, ticket = api.call(
        "act_on_ticket",
        _worked,
        code=wanted,
        seen=seen or before.seen,
        action=action,
        text=words or (names_of([file.filename for file in stored]) if stored else ""),
        # Not guessed from the login or git: the customer reads it.
        author=technician.name if technician else short_name(author),
        # Includes the ticket and the action: the same key elsewhere is a different one.
        key=f"ops/{wanted}/{action}/{key or uuid4()}",
        technician=technician and technician.address,
        technicians=people.addresses or None,
        to=colleague and colleague.address,
        to_name=(colleague and colleague.name) or None,
        choice=choice or None,
        files=[asdict(file) for file in stored],
    )
    _refuse(result, action, ticket, before.seen)
    done = f"✓ {heading(ticket)}. {_outcome(result, ticket, before)}"
    waits = stored and result is not ActionResult.REPEATED and _window_is_closed(before)
    show(context, answer, [f"{done}; the files go when the customer writes again" if waits else done])


def _with_words(action: TechnicianAction) -> Callable[..., None]:
    def work(
        context: typer.Context,
        code: Code,
        text: Words = "",
        author: Author = "",
        key: Key = "",
        seen: Seen = None,
    ) -> None:
        _work(context, action, code, author, key, seen, text)

    return work


def _with_files(action: TechnicianAction) -> Callable[..., None]:
    def work(
        context: typer.Context,
        code: Code,
        text: Words = "",
        file: Files = None,
        author: Author = "",
        key: Key = "",
        seen: Seen = None,
    ) -> None:
        _work(context, action, code, author, key, seen, text, paths=file or ())

    return work


def _without_words(action: TechnicianAction) -> Callable[..., None]:
    """Of what the customer hears nothing."""

    def work(
        context: typer.Context, code: Code, author: Author = "", key: Key = "", seen: Seen = None
    ) -> None:
        _work(context, action, code, author, key, seen)

    return work


def _hand_over(
    context: typer.Context, code: Code, to: Colleague, author: Author = "", key: Key = "", seen: Seen = None
) -> None:
    _work(context, TechnicianAction.HAND_OVER, code, author, key, seen, to=to)


def _merge(
    context: typer.Context,
    code: Code,
    into: Annotated[str, typer.Option(help="The ticket to go on in.", metavar="CODE")],
    author: Author = "",
    key: Key = "",
    seen: Seen = None,
) -> None:
    choice = ticket_code(into)
    _work(context, TechnicianAction.MERGE, code, author, key, seen, choice=choice)


_COMMANDS: Final = {TechnicianAction.HAND_OVER: _hand_over, TechnicianAction.MERGE: _merge}

for _action, (_, _help) in _ACTIONS.items():
    _make = _without_words if _action.assigns else _with_files if _action.sends_files else _with_words
    tickets.command(_action.replace("_", "-"), help=_help)(_COMMANDS.get(_action) or _make(_action))


def _refuse(result: ActionResult, action: TechnicianAction, ticket: TicketRecord, seen: int) -> None:
    """Raise OpsError if the action was not done."""
    code, status, legal = ticket.code, status_text(ticket.status), ", ".join(ticket.actions)
    match result:
        case ActionResult.STALE:
            new = _since(ticket, seen) or list(ticket.events[-1:])
            raise OpsError(
                f"{code} has changed meanwhile, so nothing was done: {'; '.join(event_text(ticket, event) for event in new)}. "
                f"It is {status}; possible now: {legal}"
            )
        case ActionResult.ILLEGAL if (
            action is TechnicianAction.MERGE and ticket.status is not TicketStatus.CLOSED
        ):
            raise OpsError(
                f"{code} cannot be {_ACTIONS[action][0]} into that: it needs another ticket of theirs, not closed"
            )
        case ActionResult.ILLEGAL:
            raise OpsError(f"{code} is {status} and cannot be {_ACTIONS[action][0]}; possible now: {legal}")
        case ActionResult.FILES_GONE:
            raise OpsError("the files took more than an hour to store, so nothing was done: run it again")
        case ActionResult.TEXT_MISSING:
            raise OpsError(
                f'{action} needs a text for the customer: python -m ops tickets {action} {code} "..."'
            )


def _outcome(result: ActionResult, ticket: TicketRecord, before: TicketRecord) -> str:
    """Say whether the customer is notified, by the same rule as `notify` in supabase/schemas/60_notifications.sql."""
    if result is ActionResult.REPEATED:
        return "This was done before with the same key, so it was not done again"
    if ticket.customer is None:
        return "Its customer was erased, so nobody is notified"
    if not ticket.has_written:
        return "The customer hears of it when they write for the first time"
    told = [
        event for event in _since(ticket, before.seen) if event.kind in {EventKind.STATUS, EventKind.ANSWER}
    ]
    if any(_leaves_at_once(event) for event in told):
        return "It leaves for the customer's WhatsApp with the next sweep, within a minute"
    if any(event.kind is EventKind.STATUS for event in told):
        return "The customer is notified in WhatsApp within 1 or 2 minutes"
    return "The customer is not notified of this"


def _window_is_closed(ticket: TicketRecord) -> bool:
    """Whether only the template may be sent. Who has never written waits for everything, and is said so."""
    is_open = ticket.window_until is not None and now() < ticket.window_until
    return ticket.customer is not None and ticket.has_written and not is_open


def _leaves_at_once(event: TicketEvent) -> bool:
    return (
        bool(event.text) or event.to_status is TicketStatus.RESOLVED or event.action == TechnicianAction.MERGE
    )


def _since(ticket: TicketRecord, seen: int) -> list[TicketEvent]:
    """The events after the event `seen`, except notifications."""
    return [event for event in ticket.events if event.id > seen and not event.kind.of_delivery]


def _entries(data: Any) -> list[Row]:
    return [{**entry, "status": TicketStatus(entry["status"])} for entry in data]


def _load(api: DataApi, code: str) -> tuple[Row, TicketRecord]:
    """Raises OpsError when there is no such ticket."""
    found = api.call("load_ticket", lambda data: data and (data, parse(TicketRecord, data)), code=code)
    if not found:
        raise OpsError(f"there is no ticket {code}")
    return found


def _worked(data: Row) -> tuple[Row, ActionResult, TicketRecord]:
    return data, ActionResult(data["result"]), parse(TicketRecord, data["ticket"])
