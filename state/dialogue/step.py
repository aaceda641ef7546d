"""One turn of the dialogue, pure: no clock, no network, no random number, no word of text.

Whoever takes a message calls, in this order:

    reading = read(message.content)                         once a message: all that takes time
    session = conversation.session.after_silence(message.at)   for each session it meets, from here on
    meaning = interpret(session, reading)
    facts   = ... what `meaning.lookup` asks for, from the database
    turn    = step(session, message, meaning, facts)

When the database answers that the session has changed in between, only the lines after the first are repeated.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from state.dialogue.machine import TABLE, Step
from state.model.language import Language
from state.model.message import Message
from state.model.session import Session
from state.model.ticket import TicketStatus
from state.model.turn import Facts, Turn
from state.understanding.meaning import Meaning, Trigger, settle

# What leaves the count of misses to its action; all else is understood and ends it.
_MISSES: Final = {Trigger.UNCLEAR, Trigger.MORE_UNCLEAR, Trigger.UNSUPPORTED}


def step(session: Session, message: Message, meaning: Meaning, facts: Facts) -> Turn:
    """One turn: the next session and what the message does. Pure; the same arguments give the same turn.

    session: after the silence before this message; meaning: of this message in this session.
    """
    settled = settle(meaning, facts)
    trigger = settled.trigger
    assert isinstance(trigger, Trigger), "settle() leaves no question"
    speaking = replace(
        session,
        language=_language(session, settled, facts),
        asked=_still_asked(session, settled, facts),
        at=_latest(session, message),
    )
    rule = TABLE[speaking.state][trigger]
    session_after, effects = rule.act(Step(session=speaking, meaning=settled, facts=facts, message=message))
    misses = session_after.misses if trigger in _MISSES else 0
    return Turn(
        session=replace(session_after, state=rule.next or speaking.state, misses=misses), effects=effects
    )


def _language(session: Session, meaning: Meaning, facts: Facts) -> Language:
    """The customer's choice, else the language of their words, else the one we have been speaking, else their country's."""
    if session.chosen and session.language:
        return session.language
    return meaning.heard or session.language or facts.language


def _still_asked(session: Session, meaning: Meaning, facts: Facts) -> str | None:
    """The technician's open question: until it is answered, or the ticket is seen to wait no more."""
    if meaning.code != session.asked or meaning.code is None:
        return session.asked
    waits = facts.ticket is not None and facts.ticket.status is TicketStatus.WAITING_CUSTOMER
    return session.asked if waits and meaning.trigger is Trigger.CODE_FOUND else None


def _latest(session: Session, message: Message) -> datetime:
    return max(message.at, session.at) if session.at else message.at
