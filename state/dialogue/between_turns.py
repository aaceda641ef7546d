"""What happens to a session between two turns: the actions for ticket facts and for a day of silence. They reply nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from state.model.session import Session
from state.model.ticket import TicketStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """The input of an action between two turns.

    ticket: the code of the ticket that the fact is about; after a silence, of the one with the open question, if there is one.
    status: the status of the ticket after it. at: when it happened.
    """

    session: Session
    ticket: str | None
    status: TicketStatus | None
    at: datetime

    @property
    def asks(self) -> bool:
        """True if the technician waits for the customer."""
        return self.status is not None and self.status.asks


# Like an `Act`, it does not change the state of the session: `catch_up` sets the next state by the table.
ActBetweenTurns = Callable[[Happening], Session]


def follow(happening: Happening) -> Session:
    """Make its ticket the current one: what the customer writes next is about it."""
    session = keep_place(happening).without_draft(happening.ticket, happening.status)
    return replace(session, last_reply=None, at=happening.at)


def keep_place(happening: Happening) -> Session:
    """Leave the customer where they are. Only a question of the technician is noted, or is over."""
    session = replace(
        _knowing(happening), repeated=None, times=0
    )  # what they say next may be an answer to it
    if happening.asks:
        return replace(session, open_question=happening.ticket)
    return _without_question(session, happening)


def keep_report(happening: Happening) -> Session:
    """Keep a report that was left. What they write next is about this ticket, and the report is asked about again with it."""
    return replace(keep_place(happening), open_question=happening.ticket)


def close_question(happening: Happening) -> Session:
    """Close the open question if it was about this ticket, and the ticket waits no more."""
    return _without_question(_knowing(happening), happening)


def _without_question(session: Session, happening: Happening) -> Session:
    if happening.asks or session.open_question != happening.ticket:
        return session
    return replace(session, open_question=None)


def _knowing(happening: Happening) -> Session:
    """The session with the new status, if the fact is about the current ticket."""
    session = happening.session
    is_current = happening.ticket is not None and session.current_ticket == happening.ticket
    return replace(session, current_status=happening.status) if is_current else session


def start_afresh(happening: Happening) -> Session:
    """Discard all but the language and a technician's question. Older buttons no longer apply."""
    session = happening.session
    return replace(
        session.without_draft(happening.ticket, happening.status), serial=session.serial + 1, last_reply=None
    )


def leave_report(happening: Happening) -> Session:
    """Leave the report and its question, as `menu` and "cancelar" do: it is kept, and its buttons still open a ticket with it."""
    return replace(
        happening.session,
        current_ticket=None,
        current_status=None,
        acknowledged_at=None,
        refused_at=None,
        last_reply=None,
    )
