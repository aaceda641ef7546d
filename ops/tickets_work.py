"""`tickets take | ask | answer | resolve | close | reopen`: what a technician does, from the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, Any, Final
from uuid import uuid4

import typer

from messages.safe_text import clean, one_line, utf16_length
from messages.whatsapp.notification_bubble import MAX_TECHNICIAN_TEXT
from ops.calls import Database, connected, understood
from ops.codes import code_of
from ops.errors import OpsError
from ops.settings import settings_of
from ops.show import document, line, wants_json
from ops.ticket_words import event_words, heading, status_words
from state.model.ticket import ActionResult, AttemptedAction, EventKind, TechnicianAction, TicketRecord

_HELP: Final = {
    TechnicianAction.TAKE: "It is mine from now on.",
    TechnicianAction.ASK: "Ask the customer something; the ticket waits for them.",
    TechnicianAction.ANSWER: "Tell the customer something.",
    TechnicianAction.RESOLVE: "It should be fixed; the customer is asked.",
    TechnicianAction.CLOSE: "It is done with.",
    TechnicianAction.REOPEN: "It is not done with.",
}
_REFUSED: Final = {
    TechnicianAction.TAKE: "taken",
    TechnicianAction.ASK: "asked about",
    TechnicianAction.ANSWER: "answered",
    TechnicianAction.RESOLVE: "resolved",
    TechnicianAction.CLOSE: "closed",
    TechnicianAction.REOPEN: "reopened",
}
_LONGEST_NAME: Final = 80

Code = Annotated[str, typer.Argument(help="Of the ticket: TK-7F3K-9QX2.")]
Words = Annotated[str, typer.Argument(help="What the customer reads; - reads it from stdin.")]
Author = Annotated[
    str,
    typer.Option(
        "--as", help="Who does it, as the customer reads it; without it: the support team.", metavar="NAME"
    ),
]
Key = Annotated[str, typer.Option(help="For scripts: with the same key it is done once.", metavar="KEY")]
Seen = Annotated[
    int | None,
    typer.Option(
        help="For scripts: only if nothing happened since this event ('seen' of show --json).", metavar="ID"
    ),
]


def add_work(app: typer.Typer) -> None:
    """One command for each action."""
    for action in TechnicianAction:
        app.command(str(action), help=_HELP[action])(_command(action))


def _command(action: TechnicianAction) -> Callable[..., None]:
    def work(
        context: typer.Context,
        code: Code,
        text: Words = "",
        author: Author = "",
        key: Key = "",
        seen: Seen = None,
    ) -> None:
        wanted, said = code_of(code), _text(text)
        arguments = {
            "action": str(action),
            "text": said,
            "author": _author(author),
            # Of this ticket and this action: somebody else's key of the same name is another one.
            "key": f"ops/{wanted}/{action}/{key or uuid4()}",
        }
        with connected(settings_of(context)) as database:
            before = _ticket(database, wanted)
            answer = database.call("work_ticket", dict, code=wanted, seen=seen or before.seen, **arguments)
            worked = understood("work_ticket", answer, _worked)
        _refuse(worked, action, wanted, before)
        if wants_json(context):
            document(answer)
        else:
            _tell(worked, before)

    return work


def _ticket(database: Database, code: str) -> TicketRecord:
    found = database.call(
        "load_ticket", lambda data: TicketRecord.from_json(data) if data else None, code=code
    )
    if found is None:
        raise OpsError(f"there is no ticket {code}")
    return found


def _worked(data: Any) -> AttemptedAction:
    ticket = TicketRecord.from_json(data["ticket"]) if data["ticket"] else None
    return AttemptedAction(result=ActionResult(data["result"]), ticket=ticket)


def _refuse(worked: AttemptedAction, action: TechnicianAction, code: str, before: TicketRecord) -> None:
    """Raises OpsError for what was not done."""
    ticket = worked.ticket
    if ticket is None:
        raise OpsError(f"there is no ticket {code}")
    legal = ", ".join(ticket.actions)
    match worked.result:
        case ActionResult.STALE:
            new = _since(ticket, before.seen) or list(ticket.events[-1:])
            raise OpsError(
                f"{code} moved on meanwhile, so nothing was done: {'; '.join(event_words(event) for event in new)}. "
                f"It is {status_words(ticket.status)}; legal now: {legal}"
            )
        case ActionResult.ILLEGAL:
            raise OpsError(
                f"{code} is {status_words(ticket.status)} and cannot be {_REFUSED[action]}; legal now: {legal}"
            )
        case ActionResult.WORDLESS:
            raise OpsError(
                f'{action} needs words for the customer: python -m ops tickets {action} {code} "..."'
            )


def _tell(worked: AttemptedAction, before: TicketRecord) -> None:
    ticket = worked.ticket
    assert ticket is not None
    if worked.result is ActionResult.REPEATED:
        line(f"✓ {heading(ticket)}. Done before with this key, so not again")
        return
    line(f"✓ {heading(ticket)}. {_told(ticket, before.seen)}")


def _told(ticket: TicketRecord, seen: int) -> str:
    """Whether the customer hears of it, as `tell` in the migrations decides."""
    if ticket.customer is None:
        return "Its customer was erased, so nobody is told"
    if any(event.kind is EventKind.STATUS or event.text for event in _since(ticket, seen)):
        return "The customer is told in WhatsApp within 1 or 2 minutes"
    return "The customer is not told of this"


def _since(ticket: TicketRecord, seen: int) -> list[Any]:
    """What happened after `seen`, but for what the customer was told."""
    return [event for event in ticket.events if event.id > seen and event.kind is not EventKind.NOTIFIED]


def _text(given: str) -> str:
    text = clean(sys.stdin.read() if given == "-" else given).strip()
    if given == "-" and not text:
        raise OpsError("there were no words on stdin")
    if utf16_length(text) > MAX_TECHNICIAN_TEXT:
        raise OpsError(
            f"the text has {utf16_length(text)} signs; a WhatsApp message takes {MAX_TECHNICIAN_TEXT} of yours"
        )
    return text


def _author(given: str) -> str:
    """Nobody, when nobody is named: the customer reads it, so a login or git's name is not guessed."""
    return one_line(given)[:_LONGEST_NAME]
