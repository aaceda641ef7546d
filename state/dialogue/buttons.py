"""The buttons under a reply: those that are always valid, those of one ticket, those that answer one question."""

from typing import Final

from state.model.language import Language
from state.model.session import Session, State
from state.model.turn import Action, Button

Buttons = tuple[Button, ...]


def menu(*actions: Action) -> Buttons:
    """Buttons that start something new, valid at any time."""
    return tuple(Button(state=State.MENU, action=action) for action in actions)


DESK: Final = menu(Action.REPORT, Action.TICKETS, Action.HUMAN)
LANGUAGES: Final = tuple(
    Button(state=State.MENU, action=Action.LANGUAGE, argument=language) for language in Language
)

_FOR_A_DRAFT: Final = frozenset({Action.YES, Action.OPEN, Action.CANCEL})


def of_ticket(code: str, *actions: Action) -> Buttons:
    """Buttons that name their ticket, valid for as long as it exists."""
    return tuple(Button.of_ticket(action, code) for action in actions)


def rating(code: str) -> Buttons:
    """The buttons to rate a ticket from five stars down to one, and to skip the rating."""
    stars = (Button.of_ticket(Action.RATE, f"{code}/{number}") for number in range(5, 0, -1))
    return (*stars, *of_ticket(code, Action.SKIP))


def answers(session: Session, state: State, *actions: Action) -> Buttons:
    """Buttons that answer the question of `state`, valid until the session's serial changes."""
    return tuple(Button(state=state, action=action, argument=str(session.serial)) for action in actions)


def under_draft(session: Session, *actions: Action, state: State = State.CONFIRMING) -> Buttons:
    """Buttons under a draft: YES, OPEN and CANCEL answer for it in `state`, others start something new."""
    return tuple(
        button
        for action in actions
        for button in (answers(session, state, action) if action in _FOR_A_DRAFT else menu(action))
    )
