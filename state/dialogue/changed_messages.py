"""A message that the customer edited, or deleted for everybody: in the report that they write, and in the ticket that it is in."""

from dataclasses import replace

from state.dialogue.context import Context
from state.dialogue.problem_report import MAX_DRAFT, confirmation, problem_question
from state.model.message import Deleted, Edited
from state.model.session import Session
from state.model.turn import ChangeKind, ChangeTicket, Effect, Turn


def change(context: Context) -> Turn:
    """Change it without a reply."""
    session, effects = _changed(context)
    return Turn(session=session, effects=effects)


def confirm_changed(context: Context) -> Turn:
    """Change it, and show the report as it is now."""
    session, effects = _changed(context)
    return Turn(session=session, effects=(*effects, confirmation("confirm_problem", session, context)))


def ask_anew(context: Context) -> Turn:
    """Nothing of the report is left: ask again what is wrong."""
    session, effects = _changed(context)
    asked = replace(session, serial=session.serial + 1)
    return Turn(session=asked, effects=(*effects, problem_question(asked)))


def _changed(context: Context) -> tuple[Session, tuple[Effect, ...]]:
    report, code = context.session.report, context.meaning.code
    match context.message.content:
        case Deleted(of=of):
            kind, words, report = ChangeKind.DELETION, "", report.without(of)
        case Edited(of=of, body=body):
            words = body.strip()
            kind, report = ChangeKind.CORRECTION, report.reworded(of, words)
        case _:
            return context.session, ()  # no other content changes a message
    session = replace(context.session.with_report(report), draft=report.words[:MAX_DRAFT])
    return session, (ChangeTicket(code=code, kind=kind, text=words, of=of),) if code else ()
