"""A problem report, from the first words or file to the ticket: ask what is wrong, confirm the draft, open the ticket."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from state.dialogue.buttons import DESK, Buttons, answers, menu, of_ticket, under_draft
from state.dialogue.context import Context, leave, with_parameters
from state.model.session import WITH_REPORT, WITH_TICKET, Session, State
from state.model.ticket import TicketStatus, TicketView
from state.model.turn import Action, OpenTicket, Reply, Turn
from state.understanding.triggers import Meaning, Trigger

MAX_FILE_GAP: Final = timedelta(seconds=60)  # a file this soon after the last bubble needs none
MAX_DRAFT: Final = 60_000  # characters of one report
_MAX_SUMMARY: Final = 80  # characters
_CONFIRM: Final = (Action.YES, Action.CANCEL)
# They show the words anyway, or are not about them.
_NO_QUOTE: Final = frozenset(
    {"confirm_problem", "kept_draft", "cancelled_kept", "kept_with_draft", "no_tickets", "stale"}
)


def add(session: Session, meaning: Meaning) -> Session:
    """Add the words and files of a message to the draft, unless the draft ends with these words already."""
    draft = session.draft
    if not f"\n{draft}".endswith(f"\n{meaning.text}"):
        draft = "\n".join(part for part in (draft, meaning.text) if part)
    return replace(session, draft=draft[:MAX_DRAFT], files=session.files + meaning.files)


def _report(context: Context) -> Session:
    """Add this message to the report, or begin one: what was cancelled or is in a ticket already is no part of it."""
    session = context.session
    return add(session if session.state in WITH_REPORT else session.without_draft(), context.meaning)


def _ask(context: Context, state: State) -> Session:
    """Add this message to the report, and open the question of `state`.

    A repeated question keeps its serial: the buttons of both bubbles apply.
    """
    session = context.session
    serial = session.serial if session.state is state else session.serial + 1
    return replace(
        _report(context), current_ticket=None, current_status=None, serial=serial, acknowledged_at=None
    )


def ask_problem(context: Context) -> Turn:
    """Ask what is wrong, while nothing has been said yet."""
    asked = _ask(context, State.DESCRIBING)
    return Turn(session=asked, effects=(problem_question(asked),))


def problem_question(session: Session) -> Reply:
    """The reply that asks what is wrong; the second time in other words."""
    again = session.last_reply in {"ask_problem", "ask_again"}
    return Reply(
        say="ask_again" if again else "ask_problem",
        buttons=answers(session, State.DESCRIBING, Action.CANCEL),
    )


@with_parameters
def ask_for_more(context: Context, key: str, *offered: Action) -> Turn:
    """Keep what was said or sent as the draft, and ask for what is missing or whether to open a ticket with it."""
    asked = _ask(context, State.CONFIRMING)
    reply = confirmation(key, asked, context, under_draft(asked, *(offered or _CONFIRM)))
    return _acknowledge(asked, context, reply)


def new_draft(context: Context) -> Session:
    """Start a new draft with this message. One that waits is continued: no word of it is lost."""
    return replace(
        _report(context),
        serial=context.session.serial + 1,
        acknowledged_at=context.message.at if context.meaning.files else None,
    )


@with_parameters
def start(context: Context, key: str, *offered: Action) -> Turn:
    """Start a new draft, and ask to confirm it."""
    drafted = new_draft(context)
    reply = confirmation(key, drafted, context, under_draft(drafted, *(offered or _CONFIRM)))
    return Turn(session=drafted, effects=(reply,))


def shown_ticket(context: Context) -> TicketView:
    """The ticket that the message is about: the one looked up, or that of the customer's list."""
    facts = context.facts
    return facts.ticket or next(
        (each for each in facts.tickets if each.code == context.code), facts.tickets[0]
    )


def confirmation(key: str, session: Session, context: Context, buttons: Buttons = ()) -> Reply:
    """The reply that asks to confirm the draft."""
    if key == "confirm_problem" and not session.draft:
        key = "file_received"
    return Reply(
        say=key,
        values={"draft": session.draft, "files": str(len(session.files)), "code": context.code},
        buttons=buttons or under_draft(session, *_CONFIRM),
        quote=context.quotes and key not in _NO_QUOTE,
    )


def unsure(context: Context) -> Turn:
    """Ask what to do with it; never twice in a row in the same words."""
    asked = _ask(context, State.UNSURE)
    key = "unsure_again" if context.session.last_reply == "unsure" else "unsure"
    return Turn(session=asked, effects=(unsure_question(key, asked, context),))


def unsure_question(key: str, session: Session, context: Context) -> Reply:
    """The reply that asks what to do with the draft."""
    buttons = under_draft(session, Action.OPEN, Action.TICKETS, Action.HUMAN, state=State.UNSURE)
    return confirmation(key, session, context, buttons)


def not_ours(context: Context) -> Turn:
    """Say that it is not for this desk, and offer to pass it to a person."""
    asked = _ask(context, State.UNSURE)
    buttons = under_draft(asked, Action.HUMAN, Action.OPEN, state=State.UNSURE)
    return Turn(session=asked, effects=(confirmation("not_ours", asked, context, buttons),))


@with_parameters
def show_draft(context: Context, key: str, *offered: Action) -> Turn:
    """Reply, with the draft and the buttons under it: it waits for its yes or no."""
    session = context.session
    reply = confirmation(key, session, context, under_draft(session, *(offered or _CONFIRM)))
    return Turn(session=session, effects=(reply,))


@with_parameters
def add_more(context: Context, key: str, *offered: Action) -> Turn:
    """Add to the draft, and show it."""
    if len(context.session.draft) + len(context.meaning.text) >= MAX_DRAFT:
        return _refuse(add(context.session, replace(context.meaning, text="")), context, "report_full")
    added = add(context.session, context.meaning)
    reply = confirmation(key, added, context, under_draft(added, *(offered or _CONFIRM)))
    return _acknowledge(added, context, reply)


def _acknowledge(session: Session, context: Context, reply: Reply) -> Turn:
    """Reply, except to further photos of the same album."""
    if context.meaning.files and context.acknowledged_within(MAX_FILE_GAP):
        return Turn(session=session)
    return Turn(session=replace(session, acknowledged_at=context.message.at), effects=(reply,))


def refuse_file(context: Context) -> Turn:
    """Refuse the file, but keep its caption."""
    return _refuse(add(context.session, replace(context.meaning, files=())), context, "too_many_files")


def _refuse(session: Session, context: Context, key: str) -> Turn:
    """Say that the report is full: once for all that comes in a row, such as the photos of an album."""
    now, last = context.message.at, session.refused_at
    refused = replace(session, refused_at=now)
    if last is not None and now - last < MAX_FILE_GAP:
        return Turn(session=refused)
    return Turn(session=refused, effects=(Reply(say=key, buttons=under_draft(refused, *_CONFIRM)),))


def show_ticket(context: Context) -> Turn:
    """Show a ticket while a draft waits for its yes or no."""
    session, ticket = context.session, shown_ticket(context)
    reply = Reply(say="ticket_glance", ticket=ticket, buttons=under_draft(session, *_CONFIRM))
    return Turn(session=session, effects=(reply,))


@with_parameters
def leave_keeping(context: Context, key: str, key_with_draft: str) -> Turn:
    """Leave what is open. A report is kept until another begins: a button opens a ticket with it."""
    session = context.session
    if session.state in WITH_TICKET or not session.has_draft:
        return leave(key, *DESK)(context)
    kept = replace(
        add(session, context.meaning),
        cancelled=session.cancelled or _cancels(context),
        current_ticket=None,
        current_status=None,
        acknowledged_at=None,
    )
    offered = under_draft(kept, Action.OPEN, Action.TICKETS, Action.HUMAN, state=State.MENU)
    return Turn(session=kept, effects=(confirmation(key_with_draft, kept, context, offered),))


def _cancels(context: Context) -> bool:
    """True if the report is cancelled, and not the erasure that was asked for in the middle of it."""
    return context.meaning.trigger is Trigger.CANCEL and context.session.state is not State.ERASING


@with_parameters
def open_ticket(context: Context, key: str, *, wants_human: bool = False) -> Turn:
    """Open the ticket with the draft and what this message adds to it."""
    code, report = context.facts.new_code, _opened(context)
    ticket = OpenTicket(
        code=code,
        summary=summarise(report.draft),
        description=report.draft,
        language=context.session.language or context.facts.language,
        files=report.files,
        wants_human=wants_human,
    )
    reply = Reply(
        say=key,
        values={"code": code, "summary": ticket.summary, "files": str(len(ticket.files))},
        buttons=(*of_ticket(code, Action.VIEW), *menu(Action.MENU)),
        quote=context.quotes,
    )
    return Turn(session=context.session.without_draft(code, TicketStatus.OPEN), effects=(ticket, reply))


def _opened(context: Context) -> Session:
    """The report to open: for a person also one that was left, after "is it another problem?" the latest notes."""
    left = context.session.has_left_report and context.meaning.trigger is Trigger.HUMAN
    if left or context.meaning.trigger in {Trigger.YES, Trigger.OTHER}:
        return add(context.session, context.meaning)
    return _report(context)


def open_unasked(context: Context) -> Turn:
    """Open the ticket without a yes: its question cannot be shown any more. Further notes need no bubble of their own."""
    turn = open_ticket("ticket_opened")(context)
    effects = (
        replace(effect, quote=False) if isinstance(effect, Reply) else effect for effect in turn.effects
    )
    return Turn(session=replace(turn.session, acknowledged_at=context.message.at), effects=tuple(effects))


def keep_for_later(context: Context) -> Turn:
    """Keep the report as a draft when the hourly limit is reached; a yes opens the ticket later."""
    kept = _ask(context, State.CONFIRMING)
    return Turn(session=kept, effects=(confirmation("report_waits", kept, context),))


def summarise(description: str) -> str:
    """Summarise a description in one line of at most 80 characters, cut at a word. Empty if it is empty."""
    line = ""
    for words in (" ".join(each.split()) for each in description.splitlines()):
        line += " · " * bool(line and words) + words
        if len(line) > _MAX_SUMMARY:
            break  # a report may have 60,000 characters
    else:
        return line
    return line[: _MAX_SUMMARY - 1].rsplit(" ", 1)[0][: _MAX_SUMMARY - 1].rstrip(" ,;:.") + "…"
