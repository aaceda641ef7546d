"""What happens to a session between two turns: the actions for ticket facts and for a day of silence. They reply nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from state.model.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """The input of an action between two turns.

    ticket: the code of the ticket that the fact is about; after a silence, of the one with the open question, if there is one.
    asks: True if it waits for the customer. at: when it happened.
    """

    session: Session
    ticket: str | None
    asks: bool
    at: datetime


# Like an `Act`, it does not change the state of the session: `catch_up` sets the next state by the table.
ActBetweenTurns = Callable[[Happening], Session]


def follow(happening: Happening) -> Session:
    """Make its ticket the current one: what the customer writes next is about it."""
    return replace(keep_place(happening).without_draft(happening.ticket), at=happening.at)


def keep_place(happening: Happening) -> Session:
    """Leave the customer where they are. Only a question of the technician is noted, or is over."""
    if happening.asks:
        return replace(happening.session, open_question=happening.ticket)
    return close_question(happening)


def close_question(happening: Happening) -> Session:
    """Close the open question if it was about this ticket, and the ticket waits no more."""
    if happening.asks or happening.session.open_question != happening.ticket:
        return happening.session
    return replace(happening.session, open_question=None)


def start_afresh(happening: Happening) -> Session:
    """Discard all but the language and a technician's question. Older buttons no longer apply."""
    session = happening.session
    return replace(session.without_draft(happening.ticket), serial=session.serial + 1)
