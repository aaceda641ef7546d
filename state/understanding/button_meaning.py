"""The meaning of a pressed button. Old buttons stay in the chat: some no longer apply."""

from dataclasses import replace
from typing import Final

from state.model import ticket_code
from state.model.language import Language
from state.model.session import WITH_REPORT, WITH_TICKET, Session, State
from state.model.turn import Action, Button
from state.understanding.triggers import Meaning, Question, Trigger

# Buttons that start something new are always valid.
_ALWAYS_VALID: Final[dict[Action, Trigger | Question]] = {
    Action.REPORT: Trigger.REPORT,
    Action.TICKETS: Question.TICKETS,
    Action.HUMAN: Trigger.HUMAN,
    Action.MENU: Trigger.GREETING,
}

# Buttons that name their ticket do what its status allows, however old they are.
_FOR_A_TICKET: Final[dict[Action, Trigger | Question]] = {
    Action.VIEW: Question.CODE,
    Action.CLOSE: Question.CLOSE,
    Action.CLOSE_YES: Question.CLOSE,
    Action.FIXED: Question.FIXED,
    Action.NOT_FIXED: Question.REOPEN,
    Action.REOPEN: Question.REOPEN,
    Action.REOPEN_YES: Question.REOPEN,
    Action.REOPEN_NO: Question.FIXED,
    Action.RATE: Question.RATE,
    Action.SKIP: Trigger.SKIP,
}
_RATINGS: Final = {"1", "2", "3", "4", "5"}

# Buttons that answer one question: after it has been answered they must do nothing.
_ANSWERS: Final[dict[tuple[State, Action], Trigger]] = {
    (State.MENU, Action.OPEN): Trigger.YES,
    (State.DESCRIBING, Action.CANCEL): Trigger.CANCEL,
    (State.CONFIRMING, Action.YES): Trigger.YES,
    (State.CONFIRMING, Action.CANCEL): Trigger.CANCEL,
    (State.UNSURE, Action.OPEN): Trigger.YES,
    (State.REOPENING, Action.NEW): Trigger.YES,
    (State.REOPENING, Action.CANCEL): Trigger.CANCEL,
    (State.ANOTHER_PROBLEM, Action.OTHER): Trigger.OTHER,
    (State.CLOSING, Action.CLOSE_NO): Trigger.KEEP_OPEN,
    (State.ERASING, Action.ERASE): Trigger.ERASE_YES,
    (State.ERASING, Action.KEEP): Trigger.ERASE_NO,
}
# The state that an answer leads to: the same button pressed again there is a double tap.
_LEADS_TO: Final = {
    (Action.YES, State.FOLLOWING),
    (Action.OPEN, State.FOLLOWING),
    (Action.NEW, State.FOLLOWING),
    (Action.OTHER, State.FOLLOWING),
    (Action.CLOSE_NO, State.FOLLOWING),
    (Action.CANCEL, State.MENU),
    (Action.KEEP, State.MENU),
}


def interpret_button(session: Session, button: Button | None) -> Meaning:
    """The meaning of a pressed button. None: an id that the desk does not know."""
    if button is None:
        return Meaning(trigger=Trigger.STALE)
    if button.action in _FOR_A_TICKET:
        return _for_a_ticket(session, button)
    if button.action is Action.LANGUAGE and button.argument in set(Language):
        return Meaning(trigger=Trigger.LANGUAGE_CHOSEN, wanted_language=Language(button.argument))
    if button.action is Action.HUMAN and session.state in WITH_TICKET and session.current_ticket:
        return Meaning(trigger=Question.HUMAN, code=session.current_ticket)
    if button.action in _ALWAYS_VALID:
        return Meaning(trigger=_ALWAYS_VALID[button.action])
    return Meaning(trigger=_answer(session, button))


def _answer(session: Session, button: Button) -> Trigger:
    trigger = _ANSWERS.get((button.state, button.action), Trigger.STALE)
    if button.argument != str(session.serial):
        return Trigger.STALE
    if button.state is not session.state and not _still_asked(session, button, trigger):
        double_tap = trigger is not Trigger.STALE and (button.action, session.state) in _LEADS_TO
        return Trigger.REPEATED if double_tap else Trigger.STALE
    if trigger in {Trigger.YES, Trigger.OTHER} and not session.has_draft:
        return Trigger.STALE
    return trigger


def _still_asked(session: Session, button: Button, trigger: Trigger) -> bool:
    """True for "Another problem" under a note, after a look at the ticket; for a report's buttons, after a day of silence."""
    if session.state is State.MENU and button.state in WITH_REPORT:
        return session.has_left_report and not session.cancelled
    return trigger is Trigger.OTHER and session.state is State.FOLLOWING and session.has_draft


def interpret_typed(session: Session, action: Action) -> Meaning | None:
    """The meaning of a button's title that was typed; None if such a button does not apply now."""
    code = session.current_ticket
    if action in _FOR_A_TICKET:
        button = Button.of_ticket(action, code) if code else None
        if action in {Action.REOPEN, Action.REOPEN_YES} and session.state is State.REOPENING:
            button = Button(state=session.state, action=action, argument=f"{code}/{session.serial}")
    elif (session.state, action) in _ANSWERS:
        button = Button(state=session.state, action=action, argument=str(session.serial))
    else:
        button = Button(state=State.MENU, action=action) if action in _ALWAYS_VALID else None
    if button is None:
        return None
    meaning = interpret_button(session, button)
    return None if meaning.trigger is Trigger.STALE else meaning


def _for_a_ticket(session: Session, button: Button) -> Meaning:
    """The meaning of a button whose argument is a ticket's code, followed by the rating or the serial."""
    code, _, rest = button.argument.partition("/")
    if not ticket_code.is_code(code) or (button.action is Action.RATE and rest not in _RATINGS):
        return Meaning(trigger=Trigger.STALE)
    meaning = Meaning(trigger=_FOR_A_TICKET[button.action], code=code)
    if button.action is Action.RATE:
        return replace(meaning, rating=int(rest))
    if button.state is State.REOPENING is session.state and rest == str(session.serial):
        return replace(meaning, text=session.draft, files=session.files)  # reopened with what was just said
    return meaning
