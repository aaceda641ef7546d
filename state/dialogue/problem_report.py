"""A problem report, from the first words or file to the ticket: ask what is wrong, confirm the draft, open the ticket."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from state.dialogue.buttons import Buttons, answers, menu, of_ticket, under_draft
from state.dialogue.context import Context, with_parameters
from state.model.session import Session, State
from state.model.turn import Action, OpenTicket, Reply, Turn
from state.understanding.triggers import Meaning

MAX_FILE_GAP: Final = timedelta(seconds=60)  # a file this soon after the last bubble needs none
MAX_DRAFT: Final = 60_000  # characters of one report
_MAX_SUMMARY: Final = 80  # characters
_CONFIRM: Final = (Action.YES, Action.CANCEL)


def add(session: Session, meaning: Meaning) -> Session:
    """Add the words and files of a message to the draft, unless the draft ends with these words already."""
    draft = session.draft
    if not f"\n{draft}".endswith(f"\n{meaning.text}"):
        draft = "\n".join(part for part in (draft, meaning.text) if part)
    return replace(session, draft=draft[:MAX_DRAFT], files=session.files + meaning.files)


def _report(context: Context) -> Session:
    """Add this message to the report. In FOLLOWING, start a new draft: the old one is in the ticket already."""
    session = context.session
    return add(session.without_draft() if session.state is State.FOLLOWING else session, context.meaning)


def _ask(context: Context, state: State) -> Session:
    """Add this message to the report, and open the question of `state`.

    A repeated question keeps its serial: the buttons of both bubbles apply.
    """
    session = context.session
    serial = session.serial if session.state is state else session.serial + 1
    return replace(_report(context), current_ticket=None, serial=serial, acknowledged_at=None)


def ask_problem(context: Context) -> Turn:
    """Ask what is wrong. An existing draft is kept, and any description in this message is added to it."""
    asked = _ask(context, State.DESCRIBING)
    return Turn(session=asked, effects=(problem_question(asked),))


def problem_question(session: Session) -> Reply:
    """The reply that asks what is wrong or, if there is a draft, offers to open the ticket with it."""
    if not session.has_draft:
        return Reply(say="ask_problem", buttons=answers(session, State.DESCRIBING, Action.CANCEL))
    return Reply(
        say="file_kept",
        values={"draft": session.draft, "files": str(len(session.files))},
        buttons=answers(session, State.DESCRIBING, *_CONFIRM),
    )


def new_draft(context: Context) -> Session:
    """Start a new draft with this message."""
    return replace(
        add(context.session.without_draft(), context.meaning),
        serial=context.session.serial + 1,
        acknowledged_at=context.message.at if context.meaning.files else None,
    )


@with_parameters
def start(context: Context, key: str, *offered: Action) -> Turn:
    """Start a new draft, and ask to confirm it."""
    drafted = new_draft(context)
    reply = confirmation(key, drafted, context, under_draft(drafted, *(offered or _CONFIRM)))
    return Turn(session=drafted, effects=(reply,))


def confirmation(key: str, session: Session, context: Context, buttons: Buttons = ()) -> Reply:
    """The reply that asks to confirm the draft."""
    if key == "confirm_problem" and not session.draft:
        key = "file_received"
    return Reply(
        say=key,
        values={"draft": session.draft, "files": str(len(session.files)), "code": context.code},
        buttons=buttons or under_draft(session, *_CONFIRM),
        quote=context.quotes and key != "confirm_problem",
    )


def confirm_again(context: Context) -> Turn:
    """Show the draft once more."""
    return Turn(session=context.session, effects=(confirmation("confirm_problem", context.session, context),))


@with_parameters
def add_more(context: Context, key: str, *offered: Action) -> Turn:
    """Add to the draft, and show it."""
    if len(context.session.draft) + len(context.meaning.text) >= MAX_DRAFT:
        return _refuse(add(context.session, replace(context.meaning, text="")), context, "report_full")
    added = add(context.session, context.meaning)
    reply = confirmation(key, added, context, under_draft(added, *(offered or _CONFIRM)))
    return _acknowledge(added, context, reply)


def keep_file(context: Context) -> Turn:
    """Keep a file that arrived before any description."""
    kept = add(context.session, context.meaning)
    return _acknowledge(kept, context, problem_question(kept))


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
    return Turn(
        session=refused, effects=(Reply(say=key, buttons=answers(refused, refused.state, *_CONFIRM)),)
    )


@with_parameters
def show_unknown_code(context: Context, key: str) -> Turn:
    """Reply that the code is unknown, while a draft waits for confirmation."""
    buttons = under_draft(context.session, *_CONFIRM, Action.TICKETS)
    reply = Reply(say=key, values={"code": context.code}, buttons=buttons)
    return Turn(session=context.session, effects=(reply,))


def show_ticket(context: Context) -> Turn:
    """Show a ticket while a draft waits for confirmation."""
    ticket = context.facts.ticket or context.facts.tickets[0]
    reply = Reply(say="ticket_glance", ticket=ticket, buttons=under_draft(context.session, *_CONFIRM))
    return Turn(session=context.session, effects=(reply,))


def confirm_other_problem(context: Context) -> Turn:
    """Turn the latest note into the draft of another ticket."""
    drafted = replace(context.session, current_ticket=None)  # keeps the serial, so a double tap is recognised
    return Turn(session=drafted, effects=(confirmation("confirm_problem", drafted, context),))


@with_parameters
def open_ticket(context: Context, key: str, *, wants_human: bool = False) -> Turn:
    """Open the ticket with the draft and what this message adds to it."""
    code, report = context.facts.new_code, _report(context)
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
    return Turn(session=context.session.without_draft(code), effects=(ticket, reply))


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
