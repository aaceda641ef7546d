"""`python -m ops tickets take | ask | answer | resolve | close | reopen`: what a technician does to a ticket."""

import sys
from collections.abc import Callable
from typing import Annotated, Any, Final
from uuid import uuid4

import typer

from messages.safe_text import clean, one_line, utf16_length
from messages.whatsapp.notification_bubble import MAX_TECHNICIAN_TEXT
from ops.arguments import ticket_code
from ops.cli import settings_of
from ops.data_api import connect, understood
from ops.errors import OpsError
from ops.output import show
from ops.ticket_text import event_text, heading, status_text
from state.model.ticket import ActionResult, EventKind, TechnicianAction, TicketEvent, TicketRecord
from state.store.rows import parse

# Its participle, and its help.
_ACTIONS: Final = {
    TechnicianAction.TAKE: ("taken", "Take a ticket: you work on it from now on."),
    TechnicianAction.ASK: ("asked about", "Ask the customer something; the ticket waits for their answer."),
    TechnicianAction.ANSWER: ("answered", "Tell the customer something."),
    TechnicianAction.RESOLVE: ("resolved", "It should be fixed; the customer is asked whether it is."),
    TechnicianAction.CLOSE: ("closed", "Close a ticket."),
    TechnicianAction.REOPEN: ("reopened", "Open a resolved or closed ticket again."),
}
_MAX_NAME: Final = 80

Code = Annotated[str, typer.Argument(help="The ticket's code: TK-7F3K-9QX2.")]
Words = Annotated[str, typer.Argument(help="What the customer reads; - reads it from stdin.")]
Author = Annotated[
    str,
    typer.Option(
        "--as", help="Your name, as the customer reads it; without it: the support team.", metavar="NAME"
    ),
]
Key = Annotated[str, typer.Option(help="For scripts: with the same key it is done once.", metavar="KEY")]
Seen = Annotated[
    int | None,
    typer.Option(
        help="For scripts: only if nothing happened since this event ('seen' of show --json).",
        metavar="ID",
    ),
]


def add_work(app: typer.Typer) -> None:
    """One command for each action."""
    for action, (_, text) in _ACTIONS.items():
        app.command(str(action), help=text)(_command(action))


def _command(action: TechnicianAction) -> Callable[..., None]:
    def work(
        context: typer.Context,
        code: Code,
        text: Words = "",
        author: Author = "",
        key: Key = "",
        seen: Seen = None,
    ) -> None:
        wanted, words = ticket_code(code), _text(text)
        with connect(settings_of(context)) as api:
            before = api.call("load_ticket", _ticket, code=wanted)
            if before is None:
                raise OpsError(f"there is no ticket {wanted}")
            answer = api.call(
                "work_ticket",
                dict,
                code=wanted,
                seen=seen or before.seen,
                action=str(action),
                text=words,
                # Not guessed from the login or git: the customer reads it.
                author=one_line(author)[:_MAX_NAME],
                # Of this ticket and action: the same key elsewhere is another one.
                key=f"ops/{wanted}/{action}/{key or uuid4()}",
            )
            result = understood("work_ticket", answer["result"], ActionResult)
            ticket = understood("work_ticket", answer["ticket"], _ticket)
        if ticket is None:
            raise OpsError(f"there is no ticket {wanted}")
        _refuse(result, action, ticket, before.seen)
        show(context, answer, [f"✓ {heading(ticket)}. {_outcome(result, ticket, before)}"])

    return work


def _ticket(data: Any) -> TicketRecord | None:
    return parse(TicketRecord, data) if data else None


def _refuse(result: ActionResult, action: TechnicianAction, ticket: TicketRecord, seen: int) -> None:
    """Raises OpsError for what was not done."""
    code, status, legal = ticket.code, status_text(ticket.status), ", ".join(ticket.actions)
    match result:
        case ActionResult.STALE:
            new = _since(ticket, seen) or list(ticket.events[-1:])
            raise OpsError(
                f"{code} has changed meanwhile, so nothing was done: {'; '.join(event_text(ticket, event) for event in new)}. "
                f"It is {status}; possible now: {legal}"
            )
        case ActionResult.ILLEGAL:
            raise OpsError(f"{code} is {status} and cannot be {_ACTIONS[action][0]}; possible now: {legal}")
        case ActionResult.WORDLESS:
            raise OpsError(
                f'{action} needs a text for the customer: python -m ops tickets {action} {code} "..."'
            )


def _outcome(result: ActionResult, ticket: TicketRecord, before: TicketRecord) -> str:
    """Whether the customer is notified, as `notify` in the migrations decides."""
    if result is ActionResult.REPEATED:
        return "This was done before with the same key, so it was not done again"
    if ticket.customer is None:
        return "Its customer was erased, so nobody is notified"
    if any(event.kind is EventKind.STATUS or event.text for event in _since(ticket, before.seen)):
        return "The customer is notified in WhatsApp within 1 or 2 minutes"
    return "The customer is not notified of this"


def _since(ticket: TicketRecord, seen: int) -> list[TicketEvent]:
    """What happened after the event `seen`, except notifications."""
    return [event for event in ticket.events if event.id > seen and event.kind is not EventKind.NOTIFIED]


def _text(given: str) -> str:
    text = clean(sys.stdin.read() if given == "-" else given).strip()
    if given == "-" and not text:
        raise OpsError("there is no text on stdin")
    if utf16_length(text) > MAX_TECHNICIAN_TEXT:
        raise OpsError(
            f"the text has {utf16_length(text)} characters; a WhatsApp message has room for {MAX_TECHNICIAN_TEXT} of yours"
        )
    return text
