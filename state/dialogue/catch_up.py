"""What happened since a customer's last turn: ticket facts, then their silence. Pure, like `step`.

Each is a trigger of the table, as a message is, but it has no reply: technicians' words reach the customer as a notification.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from state.dialogue.between_turns import Happening
from state.dialogue.join_sessions import join
from state.dialogue.table import BETWEEN_TURNS
from state.model.session import WITH_TICKET, Session, State
from state.model.ticket_fact import Fact, FactKind, OtherSession, TicketFact
from state.understanding.triggers import Trigger

MAX_SILENCE: Final = timedelta(hours=24)  # then the dialogue starts afresh, as Meta's service window closes
# As long as this a customer may still be writing about their current ticket.
MAX_PAUSE: Final = timedelta(minutes=10)


def catch_up(session: Session, facts: Iterable[Fact], at: datetime) -> Session:
    """The session in which a message of the time `at` is read: after the facts, oldest first, and the silence before it."""
    has_written = session.at is not None
    for fact in facts:
        match fact:
            case TicketFact():
                session = _merged(session, fact)
                happening = Happening(session=session, ticket=fact.ticket, status=fact.status, at=fact.at)
                session = _apply(trigger_of(session, fact), happening)
            case OtherSession():
                session = join(_after_silence(session, at), _after_silence(fact.session, at))
    # Whom a technician has opened a ticket for may take days to write for the first time: it is about that ticket all the same.
    return _after_silence(session, at) if has_written else session


def _merged(session: Session, fact: TicketFact) -> Session:
    """The session with what was about a duplicate about the ticket that it was merged into."""
    if fact.duplicate is None:
        return session
    if session.current_ticket == fact.duplicate:
        session = replace(session, current_ticket=fact.ticket, current_status=fact.status)
    if session.open_question == fact.duplicate:
        session = replace(session, open_question=fact.ticket)
    return session


def _after_silence(session: Session, at: datetime) -> Session:
    if session.at is None or at - session.at < MAX_SILENCE:
        return session
    asked = session.open_question
    trigger = _silence(session)
    status = session.current_status if asked == session.current_ticket else None
    return _apply(trigger, Happening(session=session, ticket=asked, status=status, at=at))


def _silence(session: Session) -> Trigger:
    if session.has_report:
        return Trigger.SILENCE_WITH_REPORT
    return Trigger.SILENCE_WITH_QUESTION if session.open_question else Trigger.SILENCE


def trigger_of(session: Session, fact: TicketFact) -> Trigger:
    """The trigger that a fact is in this session, as `interpret` finds that of a message."""
    if (
        fact.kind is FactKind.OPENED
        and not session.has_left_report
        and not _writes_about_another(session, fact)
    ):
        return Trigger.OPENED_FOR_THEM
    if fact.kind is FactKind.OPENED:
        return Trigger.TICKET_CHANGED
    if not fact.matters:
        return Trigger.TICKET_CHANGED
    if session.state is State.MENU and session.has_left_report:
        return Trigger.ANSWERED_BESIDE_REPORT
    if fact.kind is FactKind.NOTIFIED:
        return Trigger.NOTIFIED
    return Trigger.OTHER_TICKET_ANSWERED if _writes_about_another(session, fact) else Trigger.TICKET_ANSWERED


def _writes_about_another(session: Session, fact: TicketFact) -> bool:
    """True if the customer wrote just now, and about another ticket. They stay there until the notification is sent."""
    if session.state not in WITH_TICKET or session.current_ticket == fact.ticket:
        return False
    return session.at is None or fact.at - session.at <= MAX_PAUSE


def _apply(trigger: Trigger, happening: Happening) -> Session:
    before = happening.session
    rule = BETWEEN_TURNS[before.state][trigger]
    return replace(rule.act(happening), state=rule.next or before.state)
