"""Replies about existing tickets: show, choose, add a note, ask for a person, close, reopen, rate."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from state.dialogue.buttons import Buttons, answers, menu, of_ticket, rating, under_draft
from state.dialogue.context import Context, with_parameters
from state.dialogue.problem_report import MAX_FILE_GAP, add, confirmation, new_draft
from state.model.session import Session, State
from state.model.ticket import TicketStatus
from state.model.turn import Action, Button, ChangeKind, ChangeTicket, Reply, Turn

_MAX_LINE_GAP: Final = timedelta(seconds=20)  # a line this soon after the last bubble needs none


def _following(session: Session, code: str) -> Session:
    """Make this the current ticket. If it is already, keep the draft, for the button "Another problem" of its latest note."""
    return (
        replace(session, acknowledged_at=None)
        if session.current_ticket == code
        else session.without_draft(code)
    )


def show(context: Context) -> Turn:
    ticket = context.facts.ticket or context.facts.tickets[0]
    # Somebody with one ticket has just seen all of them.
    elsewhere = Action.REPORT if len(context.facts.tickets) == 1 else Action.TICKETS
    match ticket.status:
        case TicketStatus.RESOLVED:
            buttons = (*of_ticket(ticket.code, Action.FIXED, Action.NOT_FIXED), *menu(elsewhere))
        case TicketStatus.CLOSED:
            buttons = (*of_ticket(ticket.code, Action.REOPEN), *menu(elsewhere, Action.HUMAN))
        case _:
            buttons = (*of_ticket(ticket.code, Action.CLOSE), *menu(elsewhere, Action.HUMAN))
    reply = Reply(say="ticket_card", ticket=ticket, buttons=buttons)
    return Turn(session=_following(context.session, ticket.code), effects=(reply,))


def choose(context: Context) -> Turn:
    tickets = context.facts.tickets
    rows = tuple(Button.of_ticket(Action.VIEW, ticket.code) for ticket in tickets)
    reply = Reply(say="choose_ticket", tickets=tickets, buttons=rows)
    return Turn(session=context.session.without_draft(), effects=(reply,))


@with_parameters
def not_found(context: Context, key: str) -> Turn:
    buttons = menu(Action.TICKETS, Action.REPORT, Action.HUMAN)
    reply = Reply(say=key, values={"code": context.code}, buttons=buttons)
    return Turn(session=context.session.without_draft(), effects=(reply,))


def add_note(context: Context) -> Turn:
    """Add a note to the ticket. The draft collects what the button "Another problem" would report: all since its bubble."""
    meaning, ticket = context.meaning, context.facts.ticket
    note = ChangeTicket(code=context.code, text=meaning.text, files=meaning.files)
    if context.session.current_ticket == context.code and _needs_no_bubble(context):
        return Turn(session=add(context.session, meaning), effects=(note,))
    noted = replace(
        add(context.session.without_draft(context.code), meaning),
        serial=context.session.serial + 1,
        acknowledged_at=context.message.at,
    )
    waits = ticket is not None and ticket.status is TicketStatus.WAITING_CUSTOMER
    reply = Reply(
        say="answer_added" if waits else "note_added",
        ticket=ticket,
        buttons=(
            *answers(noted, State.FOLLOWING, Action.OTHER),
            *of_ticket(context.code, Action.VIEW),
            *menu(Action.MENU),
        ),
        quote=True,
    )
    return Turn(session=noted, effects=(note, reply))


@with_parameters
def add_aside(context: Context, key: str) -> Turn:
    """Add a note to the ticket that the message quotes, and leave the customer where they are."""
    note = ChangeTicket(code=context.code, text=context.meaning.text, files=context.meaning.files)
    values = {"code": context.code, "current": context.session.current_ticket or ""}
    reply = Reply(say=key, values=values, buttons=_beside(context), quote=True)
    return Turn(session=context.session, effects=(note, reply))


def _beside(context: Context) -> Buttons:
    """The buttons under a note to another ticket. A finished one can be reopened: the note alone does not."""
    session, ticket = context.session, context.facts.ticket
    finished = ticket is not None and not ticket.status.active
    of_it = of_ticket(context.code, Action.REOPEN if finished else Action.VIEW)
    match session.state:
        case State.CONFIRMING:
            return (*under_draft(session, Action.YES, Action.CANCEL), *of_it)
        case State.DESCRIBING:
            return (*answers(session, State.DESCRIBING, Action.CANCEL), *of_it)
        case _:
            return (*of_it, *menu(Action.MENU))


def _needs_no_bubble(context: Context) -> bool:
    """True for further photos of an album and further lines written in quick succession, but not for a question.

    Outside the service window an acknowledgement is a template, which is dear: one is enough.
    """
    if not context.facts.can_ask:
        return context.session.acknowledged_at is not None
    if context.meaning.files:
        return context.acknowledged_within(MAX_FILE_GAP)
    return "?" not in context.meaning.text and context.acknowledged_within(_MAX_LINE_GAP)


def add_to_finished(context: Context) -> Turn:
    """Offer to reopen a resolved or closed ticket with this message, or to open another one."""
    drafted = new_draft(context)
    reopen = Button(state=State.CONFIRMING, action=Action.REOPEN, argument=f"{context.code}/{drafted.serial}")
    buttons = (reopen, *answers(drafted, State.CONFIRMING, Action.NEW, Action.CANCEL))
    return Turn(session=drafted, effects=(confirmation("ticket_closed", drafted, context, buttons),))


def ask_human_aside(context: Context) -> Turn:
    """Ask for a person about a ticket while a draft waits for confirmation."""
    note = ChangeTicket(code=context.code, kind=ChangeKind.HUMAN, text=context.meaning.text)
    buttons = under_draft(context.session, Action.YES, Action.CANCEL)
    reply = Reply(say="human_asked_aside", values={"code": context.code}, buttons=buttons)
    return Turn(session=context.session, effects=(note, reply))


def ask_human(context: Context) -> Turn:
    code = context.code
    note = ChangeTicket(code=code, kind=ChangeKind.HUMAN, text=context.meaning.text)
    buttons = (*of_ticket(code, Action.VIEW), *menu(Action.MENU))
    reply = Reply(say="human_asked", values={"code": code}, buttons=buttons)
    return Turn(session=_following(context.session, code), effects=(note, reply))


@with_parameters
def change(context: Context, key: str, what: ChangeKind) -> Turn:
    """Change the status of the owner's ticket, and make it the current one."""
    code, meaning = context.code, context.meaning
    changed = ChangeTicket(code=code, kind=what, text=meaning.text, files=meaning.files)
    reply = Reply(
        say=key,
        values={"code": code, "draft": meaning.text, "files": str(len(meaning.files))},
        buttons=_after(what, code),
    )
    return Turn(session=context.session.without_draft(code), effects=(changed, reply))


def _after(what: ChangeKind, code: str) -> Buttons:
    match what:
        case ChangeKind.FIXED:
            return rating(code)
        case ChangeKind.CLOSE:
            return (*of_ticket(code, Action.REOPEN), *menu(Action.REPORT))
        case _:
            return (*of_ticket(code, Action.VIEW), *menu(Action.MENU))


def rate(context: Context) -> Turn:
    rated = ChangeTicket(code=context.code, kind=ChangeKind.RATING, rating=context.meaning.rating)
    return Turn(session=context.session, effects=(rated, Reply(say="rated")))
