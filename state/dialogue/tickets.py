"""Replies about existing tickets: show, choose, add a note, ask for a person, close, reopen, rate."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from state.dialogue.buttons import Buttons, answers, menu, of_ticket, rating, under_draft
from state.dialogue.context import Context, stay_silent, with_parameters
from state.dialogue.problem_report import MAX_FILE_GAP, add, confirmation, new_draft, shown_ticket
from state.model.message import Unsupported
from state.model.session import WITH_REPORT, Session, State
from state.model.ticket import TicketStatus, TicketView
from state.model.turn import Action, Button, ChangeKind, ChangeTicket, Reply, Turn, status_after
from state.understanding.act import Act
from state.understanding.triggers import Meaning

_ASK: Final = frozenset(
    {Act.CLOSE, Act.CANCEL, Act.OTHER, Act.STATUS}
)  # what we answer with a question of our own
# What the questions under a note offer.
ASK_IF_OTHER: Final = (Action.OTHER, Action.VIEW, Action.MENU)
ASK_TO_CLOSE: Final = (Action.CLOSE_YES, Action.CLOSE_NO)
_MAX_PRAISE_WORDS: Final = 4
_MAX_LINE_GAP: Final = timedelta(seconds=20)  # a line this soon after the last bubble needs none


def _following(session: Session, ticket: TicketView) -> Session:
    """Make this the current ticket. If it is already, keep the draft, for the button "Another problem" of its latest note."""
    if session.current_ticket == ticket.code:
        return replace(session, current_status=ticket.status, acknowledged_at=None)
    return session.without_draft(ticket.code, ticket.status)


def show(context: Context) -> Turn:
    ticket = shown_ticket(context)
    # Somebody with one ticket has just seen all of them.
    elsewhere = Action.REPORT if len(context.facts.tickets) == 1 else Action.TICKETS
    reply = Reply(say="ticket_card", ticket=ticket, buttons=_under_card(ticket, elsewhere))
    return Turn(session=_following(context.session, ticket), effects=(reply,))


def _under_card(ticket: TicketView, elsewhere: Action = Action.TICKETS) -> Buttons:
    """The buttons under a ticket's card: what can be done to it, and what else there is."""
    match ticket.status:
        case TicketStatus.RESOLVED:
            return (*of_ticket(ticket.code, Action.FIXED, Action.NOT_FIXED), *menu(elsewhere))
        case TicketStatus.CLOSED:
            return (*of_ticket(ticket.code, Action.REOPEN), *menu(elsewhere, Action.HUMAN))
        case _:
            return (*of_ticket(ticket.code, Action.CLOSE), *menu(elsewhere, Action.HUMAN))


def answer_question(context: Context) -> Turn:
    """Keep a question for the technicians, and show how the ticket stands, which is all that we know."""
    ticket = shown_ticket(context)
    note = ChangeTicket(code=ticket.code, text=context.meaning.text)
    if not context.facts.can_ask and context.session.acknowledged_at is not None:
        return Turn(session=context.session, effects=(note,))  # as any note outside the service window
    noted = replace(_following(context.session, ticket), acknowledged_at=context.message.at)
    reply = Reply(say="status_noted", ticket=ticket, buttons=_under_card(ticket))
    return Turn(session=noted, effects=(note, reply))


def choose(context: Context) -> Turn:
    tickets = context.facts.tickets
    rows = tuple(Button.of_ticket(Action.VIEW, ticket.code) for ticket in tickets)
    reply = Reply(say="choose_ticket", tickets=tickets, buttons=rows)
    return Turn(session=context.session.without_draft(), effects=(reply,))


@with_parameters
def not_found(context: Context, key: str) -> Turn:
    """Say that there is no such ticket. A report that is being written goes on waiting."""
    session = context.session
    if session.state in WITH_REPORT:
        buttons = under_draft(session, Action.YES, Action.CANCEL, Action.TICKETS)
    else:
        session, buttons = session.without_draft(), menu(Action.TICKETS, Action.REPORT, Action.HUMAN)
    return Turn(session=session, effects=(Reply(say=key, values={"code": context.code}, buttons=buttons),))


def open_question(session: Session, context: Context) -> Reply | None:
    """The question about the current ticket that is open, to be shown once more; None if there is none."""
    code, draft = session.current_ticket or "", session.draft
    match session.state:
        case State.ANOTHER_PROBLEM:
            buttons = _under_note(session, code, ASK_IF_OTHER)
            return Reply(say="note_other", values={"draft": draft, "code": code}, buttons=buttons)
        case State.CLOSING:
            buttons = _under_note(session, code, ASK_TO_CLOSE)
            return Reply(say="close_question", values={"draft": draft, "code": code}, buttons=buttons)
        case State.REOPENING:
            return _reopen_question(session, context)
        case State.RATING:
            return Reply(say="rate_again", buttons=rating(code))
        case _:
            return None


@with_parameters
def add_note(context: Context, key: str, *offered: Action) -> Turn:
    """Add a note to the ticket. The draft collects what "Another problem" would report: all since its bubble."""
    meaning, ticket = context.meaning, _noted(context)
    note = ChangeTicket(code=context.code, text=meaning.text, files=meaning.files)
    if context.session.current_ticket == context.code and _needs_no_bubble(context):
        return Turn(session=add(context.session, meaning), effects=(note,))
    waits = ticket is not None and ticket.status is TicketStatus.WAITING_CUSTOMER
    status = status_after(ticket.status, note.kind) if ticket else None
    noted = replace(
        add(context.session.without_draft(context.code, status), meaning),
        serial=context.session.serial + 1,
        acknowledged_at=context.message.at,
    )
    if ticket and meaning.codes and key == "note_added" and not waits:
        # They named it, so it is shown.
        card = Reply(say="noted_shown", ticket=ticket, buttons=_under_card(ticket))
        return Turn(session=noted, effects=(note, card))
    reply = Reply(
        say="answer_added" if waits and key == "note_added" else key,
        ticket=ticket,
        values={"draft": meaning.text, "code": context.code},
        buttons=_under_note(noted, context.code, offered),
        quote=True,
    )
    return Turn(session=noted, effects=(note, reply))


def _noted(context: Context) -> TicketView | None:
    """The ticket that a note is for, as it was looked up or listed."""
    listed = (ticket for ticket in context.facts.tickets if ticket.code == context.code)
    return context.facts.ticket or next(listed, None)


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
    if session.state in WITH_REPORT:
        return (*under_draft(session, Action.YES, Action.CANCEL), *of_it)
    if session.state is State.DESCRIBING:
        return (*answers(session, State.DESCRIBING, Action.CANCEL), *of_it)
    return (*of_it, *menu(Action.MENU))


def _under_note(session: Session, code: str, offered: tuple[Action, ...]) -> Buttons:
    """The buttons that answer for this note, or name its ticket, and those that start something new."""
    buttons: Buttons = ()
    for action in offered or (Action.VIEW, Action.MENU):
        match action:
            case Action.OTHER:
                buttons += answers(session, State.ANOTHER_PROBLEM, action)
            case Action.CLOSE_NO:
                buttons += answers(session, State.CLOSING, action)
            case Action.VIEW | Action.CLOSE_YES:
                buttons += of_ticket(code, action)
            case _:
                buttons += menu(action)
    return buttons


def _needs_no_bubble(context: Context) -> bool:
    """True for further photos of an album and further lines written in quick succession, but not for a question.

    Outside the service window an acknowledgement is a template, which is dear: one is enough.
    """
    if not context.facts.can_ask:
        return context.session.acknowledged_at is not None
    if isinstance(context.message.content, Unsupported):
        return False  # it has to be told what of it is missing
    if context.meaning.files:
        return context.acknowledged_within(MAX_FILE_GAP)
    if context.meaning.act in _ASK:
        return False
    return "?" not in context.meaning.text and context.acknowledged_within(_MAX_LINE_GAP)


def refuse_note(context: Context, code: str) -> Turn:
    """Say that the ticket is full for today, once; the technicians see it in the ticket. Nothing else is done."""
    if context.facts.full_told:
        return stay_silent(context)
    full = ChangeTicket(code=code, kind=ChangeKind.FULL)
    buttons = (*of_ticket(code, Action.VIEW), *menu(Action.MENU))
    reply = Reply(say="ticket_full", values={"code": code}, buttons=buttons, quote=context.quotes)
    return Turn(session=context.session, effects=(full, reply))


def ask_to_reopen(context: Context) -> Turn:
    """Offer to reopen a finished ticket with this message: a closed one, or to open another; a resolved one, or it is fixed."""
    if context.session.state is State.REOPENING:
        drafted = add(context.session, context.meaning)
    else:
        ticket = _noted(context)
        status = ticket.status if ticket else None
        drafted = replace(new_draft(context), current_ticket=context.code, current_status=status)
    return Turn(session=drafted, effects=(_reopen_question(drafted, context),))


def _reopen_question(drafted: Session, context: Context) -> Reply:
    code = drafted.current_ticket or ""
    if drafted.current_status is TicketStatus.RESOLVED:
        key = "reopen_question"
        buttons = (_reopen(drafted, Action.REOPEN_YES), *of_ticket(code, Action.REOPEN_NO))
    else:
        key = "ticket_closed"
        other = answers(drafted, State.REOPENING, Action.NEW, Action.CANCEL)
        buttons = (_reopen(drafted, Action.REOPEN), *other)
    about = replace(context, meaning=replace(context.meaning, code=code))
    return confirmation(key, drafted, about, buttons)


def _reopen(session: Session, action: Action) -> Button:
    """The button that reopens the current ticket with the draft."""
    return Button(state=State.REOPENING, action=action, argument=f"{session.current_ticket}/{session.serial}")


def ask_human_aside(context: Context) -> Turn:
    """Ask for a person about a ticket while a draft waits for confirmation."""
    note = ChangeTicket(code=context.code, kind=ChangeKind.HUMAN, text=context.meaning.text)
    buttons = under_draft(context.session, Action.YES, Action.CANCEL)
    reply = Reply(say="human_asked_aside", values={"code": context.code}, buttons=buttons)
    return Turn(session=context.session, effects=(note, reply))


def ask_human(context: Context) -> Turn:
    ticket = shown_ticket(context)
    note = ChangeTicket(code=ticket.code, kind=ChangeKind.HUMAN, text=context.meaning.text)
    buttons = (*of_ticket(ticket.code, Action.VIEW), *menu(Action.MENU))
    reply = Reply(say="human_asked", values={"code": ticket.code}, buttons=buttons)
    asked = replace(ticket, status=status_after(ticket.status, note.kind))
    return Turn(session=_following(context.session, asked), effects=(note, reply))


@with_parameters
def change(context: Context, key: str, what: ChangeKind) -> Turn:
    """Change the status of the owner's ticket, and make it the current one."""
    code, meaning = context.code, _told(context)
    changed = ChangeTicket(code=code, kind=what, text=meaning.text, files=meaning.files)
    reply = Reply(
        say=key,
        values={"code": code, "draft": meaning.text, "files": str(len(meaning.files))},
        buttons=_after(what, code),
    )
    status = status_after(shown_ticket(context).status, what)
    return Turn(session=context.session.without_draft(code, status), effects=(changed, reply))


def _told(context: Context) -> Meaning:
    """What the change says: also what we asked about, whether to reopen the ticket with it, as it is in no ticket yet."""
    session, meaning = context.session, context.meaning
    told_already = (
        meaning.text.startswith(session.draft) and meaning.files[: len(session.files)] == session.files
    )
    if session.state is not State.REOPENING or told_already:
        return meaning
    told = add(session, meaning)
    return replace(meaning, text=told.draft, files=told.files)


def _after(what: ChangeKind, code: str) -> Buttons:
    match what:
        case ChangeKind.FIXED:
            return rating(code)
        case ChangeKind.CLOSE:
            return (*of_ticket(code, Action.REOPEN), *menu(Action.REPORT))
        case _:
            return (*of_ticket(code, Action.VIEW), *menu(Action.MENU))


def ask_to_rate(context: Context) -> Turn:
    """Ask for the stars once more. More than a few words are kept in the ticket."""
    code, said = context.session.current_ticket or "", context.meaning.text
    kept = (ChangeTicket(code=code, text=said),) if len(said.split()) > _MAX_PRAISE_WORDS else ()
    return Turn(session=context.session, effects=(*kept, Reply(say="rate_again", buttons=rating(code))))


def rate(context: Context) -> Turn:
    rated = ChangeTicket(code=context.code, kind=ChangeKind.RATING, rating=context.meaning.rating)
    return Turn(session=context.session, effects=(rated, Reply(say="rated")))
