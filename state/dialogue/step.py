"""One turn of the dialogue. Pure: no clock, no network, no randomness, no text.

Whoever processes a message calls, in this order:

    reading = read(message.content, titles)  # once for each message: the expensive part
    session = catch_up(conversation.session, conversation.facts, message.at)
    meaning = interpret(session, reading, quoted)
    facts = ...                              # looked up in the database by `meaning.lookup`
    turn = step(session, message, meaning, facts)

If the conversation has changed when the turn is committed, repeat all but the first line with the new one.
"""

from dataclasses import replace
from typing import Final

from state.dialogue.context import Context
from state.dialogue.table import TABLE, TAKES_UP
from state.model.draft_part import Draft
from state.model.language import Language
from state.model.message import Edited, Message
from state.model.session import WITH_REPORT, Session, State
from state.model.ticket import TicketStatus
from state.model.turn import Facts, OpenTicket, Reply, Turn
from state.understanding.resolve import resolve
from state.understanding.triggers import Meaning, Trigger

# Triggers of a message that changes an earlier one: it answers nothing, and adds nothing.
_CHANGES: Final = {Trigger.MESSAGE_CHANGED, Trigger.REPORT_CHANGED, Trigger.REPORT_EMPTIED}


def step(session: Session, message: Message, meaning: Meaning, facts: Facts) -> Turn:
    """Process one message. The same arguments give the same turn.

    session: the result of `catch_up`; meaning: the result of `interpret`; facts: the answer to `meaning.lookup`.
    """
    meaning = resolve(meaning, facts)
    trigger = meaning.trigger
    assert isinstance(trigger, Trigger), "resolve() leaves no question"
    session = replace(
        session,
        language=_language(session, meaning, facts),
        open_question=_open_question(session, meaning, facts),
        at=max(message.at, session.at or message.at),
    )
    if session.has_left_report and trigger in TAKES_UP:
        taken_up = TABLE[session.state][Trigger.TAKEN_UP]
        session = replace(session, state=taken_up.next or session.state)
    rule = TABLE[session.state][trigger]
    turn = rule.act(Context(session=session, meaning=meaning, facts=facts, message=message))
    turn = _with_regret(turn) if meaning.angry else turn
    turn = _ended(turn, rule.next or session.state)
    turn = turn if facts.can_ask else settle(turn, message, facts)
    return turn if trigger in _CHANGES else _with_parts(session.report, turn, message)


def _with_parts(before: Draft, turn: Turn, message: Message) -> Turn:
    """The turn, in which the draft and the ticket that it became say what came from this message."""
    wamid = message.content.of if isinstance(message.content, Edited) else message.wamid
    after = before.grown(turn.session.draft, turn.session.files, wamid)
    effects = (
        replace(effect, parts=before.grown(effect.description, effect.files, wamid).parts)
        if isinstance(effect, OpenTicket)
        else effect
        for effect in turn.effects
    )
    return replace(turn, session=turn.session.with_report(after), effects=tuple(effects))


def _ended(turn: Turn, state: State) -> Turn:
    """The turn, with the next state and the latest reply in its session."""
    last = turn.reply.say if turn.reply else turn.session.last_reply
    return replace(turn, session=replace(turn.session, state=state, last_reply=last))


def settle(turn: Turn, message: Message, facts: Facts) -> Turn:
    """Take back a question that cannot be shown any more: nobody answers it. If it was about a report, open its ticket.

    A turn has at most one effect on a ticket: beside another, or beyond the hourly limit, the report waits.
    """
    session = replace(turn.session, last_reply=None)
    rule = TABLE[session.state].get(Trigger.CANNOT_ASK)
    if rule is None or (session.state in WITH_REPORT and not _can_open(turn, facts)):
        return replace(turn, session=session)
    meaning = Meaning(trigger=Trigger.CANNOT_ASK)
    settled = rule.act(Context(session=session, meaning=meaning, facts=facts, message=message))
    effects = settled.effects or turn.effects
    return Turn(session=replace(settled.session, state=rule.next or session.state), effects=effects)


def _can_open(turn: Turn, facts: Facts) -> bool:
    only_replies = all(isinstance(effect, Reply) for effect in turn.effects)
    return turn.session.has_draft and facts.can_open_ticket and only_replies


# The replies that one sentence of regret goes well with: how a ticket stands, and what we offer or have done.
_REGRETFUL: Final = frozenset(
    """
    confirm_problem ticket_opened more_needed ask_problem ask_again human_opened human_asked ticket_card status_noted
    ticket_glance choose_ticket note_added note_other reopened ticket_closed reopen_question unsure no_tickets
    """.split()
)


def _with_regret(turn: Turn) -> Turn:
    """Anger gets one sentence of regret before the state or the offer."""
    return replace(
        turn,
        effects=tuple(
            replace(effect, regret=True) if isinstance(effect, Reply) and effect.say in _REGRETFUL else effect
            for effect in turn.effects
        ),
    )


def _language(session: Session, meaning: Meaning, facts: Facts) -> Language:
    """The language the customer chose, else that of this message, else that of the session, else that of their country."""
    if session.chosen and session.language:
        return session.language
    return meaning.language or session.language or facts.language


def _open_question(session: Session, meaning: Meaning, facts: Facts) -> str | None:
    """The open question, or None once it is answered or its ticket no longer waits for the customer."""
    if meaning.code != session.open_question or meaning.code is None or meaning.trigger in _CHANGES:
        return session.open_question
    waits = facts.ticket is not None and facts.ticket.status is TicketStatus.WAITING_CUSTOMER
    return session.open_question if waits and meaning.trigger is Trigger.CODE_FOUND else None
