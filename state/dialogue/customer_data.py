"""Replies about the customer rather than a ticket: their language, erasing their data, messages that we cannot use."""

from dataclasses import replace

from state.dialogue.buttons import DESK, answers
from state.dialogue.context import Context
from state.dialogue.problem_report import confirmation, problem_question, unsure_question
from state.dialogue.tickets import open_question
from state.model.message import Unhandled
from state.model.session import WITH_TICKET, Session, State
from state.model.turn import Action, EraseCustomer, Reply, Turn


def choose_language(context: Context) -> Turn:
    """Switch to another language, and repeat the open question in it."""
    session = replace(context.session, language=context.meaning.wanted_language, chosen=True)
    match session.state:
        case State.UNSURE:
            reply = unsure_question("unsure", session, context)
        case State.CONFIRMING:
            reply = confirmation("confirm_problem", session, context)
        case State.DESCRIBING:
            reply = problem_question(session)
        case State.ERASING:
            reply = _erasure_question("erase_explained", session)
        case _:
            changed = Reply(say="language_changed", buttons=DESK)
            reply = open_question(session, context) or changed
    return Turn(session=session, effects=(reply,))


def explain_erasure(context: Context) -> Turn:
    session = context.session
    kept = session.without_draft() if session.state in WITH_TICKET else session
    asked = replace(kept, current_ticket=None, current_status=None, serial=session.serial + 1)
    return Turn(session=asked, effects=(_erasure_question("erase_explained", asked),))


def ask_to_press_erase(context: Context) -> Turn:
    return Turn(session=context.session, effects=(_erasure_question("erase_press", context.session),))


def _erasure_question(key: str, session: Session) -> Reply:
    return Reply(say=key, buttons=answers(session, State.ERASING, Action.ERASE, Action.KEEP))


def erase(context: Context) -> Turn:
    fresh = Session(language=context.session.language, at=context.session.at)
    return Turn(session=fresh, effects=(EraseCustomer(), Reply(say="erased")))


def refuse(context: Context) -> Turn:
    what = context.meaning.unhandled or Unhandled.OTHER
    return Turn(session=context.session, effects=(Reply(say=f"unsupported_{what}", quote=True),))
