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

from state.dialogue.bursts import in_burst
from state.dialogue.context import Context
from state.dialogue.repetition import NOT_KEPT, count, is_one_too_many
from state.dialogue.table import CONTINUES, TABLE, TAKES_UP
from state.dialogue.tickets import refuse_note
from state.model.draft_part import Draft
from state.model.language import Language
from state.model.message import Edited, Message, Text, Unsupported
from state.model.session import WITH_REPORT, Session, State
from state.model.ticket import TicketStatus
from state.model.turn import (
    Action,
    ChangeKind,
    ChangeTicket,
    Effect,
    EraseCustomer,
    Facts,
    OpenTicket,
    Reply,
    Turn,
)
from state.understanding.resolve import resolve
from state.understanding.triggers import Meaning, Trigger

# Triggers of a line that only goes on with a report or a note: its reply may wait for the next line.
_MAY_WAIT: Final = {
    Trigger.PROBLEM,
    Trigger.MORE,
    Trigger.DETAIL,
    Trigger.UNCLEAR,
    Trigger.NOT_OURS,
    Trigger.FILE,
    Trigger.TOO_MANY_FILES,
    Trigger.CODE_AND_STORY,
    Trigger.NOTE,
    Trigger.NOTE_PROBLEM,
    Trigger.NOTE_QUESTION,
    Trigger.NOTE_NOT_OURS,
    Trigger.NOTE_RESOLVED,
    Trigger.NOTE_CLOSED,
}
# Triggers of a message that changes an earlier one: it answers nothing, and adds nothing.
_CHANGES: Final = {Trigger.MESSAGE_CHANGED, Trigger.REPORT_CHANGED, Trigger.REPORT_EMPTIED}
# The reply that says that they have had too many today.
ENOUGH: Final = "enough_for_today"


def step(session: Session, message: Message, meaning: Meaning, facts: Facts) -> Turn:
    """Process one message. The same arguments give the same turn.

    session: the result of `catch_up`; meaning: the result of `interpret`; facts: the answer to `meaning.lookup`.
    """
    before, window_is_open = session, facts.can_ask
    facts = replace(facts, can_ask=window_is_open and facts.replies_left > 0)
    meaning = _one_more_line(session, message, resolve(meaning, facts))
    trigger = meaning.trigger
    assert isinstance(trigger, Trigger), "resolve() leaves no question"
    session = count(before, session, message)
    if trigger is Trigger.GREETING and session.times == 1 and _is_greeted(session, message):
        trigger = Trigger.REPEATED
    session = replace(
        session,
        language=_language(session, meaning, facts),
        open_question=_open_question(session, meaning, facts),
        at=max(message.at, session.at or message.at),
    )
    where_they_were = replace(session, open_question=before.open_question)
    if _takes_up(session, meaning):
        taken_up = TABLE[session.state][Trigger.TAKEN_UP]
        session = replace(session, state=taken_up.next or session.state, cancelled=False)
    rule = TABLE[session.state][trigger]
    context = Context(session=session, meaning=meaning, facts=facts, message=message)
    turn, state = rule.act(context), rule.next or session.state
    changed = next((effect.code for effect in turn.effects if isinstance(effect, ChangeTicket)), None)
    if changed and not facts.can_note:
        turn, state = refuse_note(replace(context, session=where_they_were), changed), before.state
    turn = _with_regret(turn) if meaning.angry else turn
    turn = _with_missing(turn, message)
    turn = _ended(turn, state)
    if not facts.can_ask:
        turn = _without_reply_today(settle(turn, message, facts), before, facts, window_is_open)
    elif is_one_too_many(turn, trigger):
        turn = _unanswered(turn, before, message, facts)
    elif turn.reply is None and turn.session.state is not before.state:
        turn = settle(turn, message, facts)  # nobody answers a question that was not asked
    turn = _marked(
        turn, may_wait=facts.can_ask and trigger in _MAY_WAIT and bool(meaning.text or meaning.files)
    )
    return turn if trigger in _CHANGES else _with_parts(session.report, turn, message)


def _takes_up(session: Session, meaning: Meaning) -> bool:
    """True if a report that was left comes back; or one for a ticket is for it no more, as they change another ticket."""
    if session.state is State.REOPENING:
        return meaning.trigger in {Trigger.FIXED, Trigger.REOPEN} and meaning.code != session.current_ticket
    continues = meaning.trigger in CONTINUES and not session.cancelled
    return session.has_left_report and (continues or meaning.trigger in TAKES_UP)


def _one_more_line(session: Session, message: Message, meaning: Meaning) -> Meaning:
    """The meaning, but in a burst only plain words answer the question about the report: "urgente!!" is one more line of it."""
    answers = meaning.trigger in {Trigger.YES, Trigger.NO} or (
        meaning.trigger is Trigger.UNCLEAR and not meaning.text
    )
    guessed = answers and meaning.guessed and session.state in WITH_REPORT
    if not (guessed and isinstance(message.content, Text) and in_burst(session.at, message)):
        return meaning
    return replace(meaning, trigger=Trigger.MORE, text=message.content.body.strip())


def _is_greeted(session: Session, message: Message) -> bool:
    """True if we have just answered another greeting of the same burst: "hola", "buenas". Who says the same again may not have seen it."""
    greeted = session.state in {State.MENU, State.CONFIRMING} and session.last_reply in {
        "welcome",
        "kept_draft",
    }
    return greeted and isinstance(message.content, Text) and in_burst(session.at, message)


def _marked(turn: Turn, *, may_wait: bool) -> Turn:
    """The turn, whose reply says whether it may wait for the next line, and whether it asks the question that is open."""
    reply, state = turn.reply, turn.session.state
    if reply is None:
        return turn
    may_wait = may_wait and reply.say != "answer_added" and not any(map(_is_costly, turn.effects))
    asks = None
    if Trigger.CANNOT_ASK in TABLE[state]:
        asks = any(button.state is state or button.action is Action.RATE for button in reply.buttons)
    return _with_reply(turn, replace(reply, may_wait=may_wait, asks=asks))


def _is_costly(effect: Effect) -> bool:
    match effect:
        case Reply() | ChangeTicket(kind=ChangeKind.NOTE):
            return False
        case _:
            return True


def _unanswered(turn: Turn, before: Session, message: Message, facts: Facts) -> Turn:
    """The turn without its reply. A question that they have not seen is taken back."""
    after = turn.session
    if (after.state, after.serial) != (before.state, before.serial):
        turn = settle(turn, message, facts)
    return _with_reply(turn, None, last=before.last_reply)


def _without_reply_today(turn: Turn, before: Session, facts: Facts, window_is_open: bool) -> Turn:
    """The turn without its reply if they have had too many today; the first time, one that says so. An erasure is confirmed."""
    erases = any(isinstance(effect, EraseCustomer) for effect in turn.effects)
    if facts.replies_left > 0 or turn.reply is None or erases:
        return turn
    if facts.replies_left == 0 and window_is_open:
        return _with_reply(turn, Reply(say=ENOUGH), last=ENOUGH)
    return _with_reply(turn, None, last=before.last_reply)


def _with_reply(turn: Turn, reply: Reply | None, last: str | None = None) -> Turn:
    """The turn with this reply in the place of its own. last: the key of the latest reply, if that changes."""
    others = tuple(effect for effect in turn.effects if not isinstance(effect, Reply))
    session = replace(turn.session, last_reply=last) if last else turn.session
    return Turn(session=session, effects=(*others, reply) if reply else others)


def _with_parts(before: Draft, turn: Turn, message: Message) -> Turn:
    """The turn, in which the draft and the ticket say what came from this message: with one that was edited, from that."""
    of = message.content.of if isinstance(message.content, Edited) else None
    wamid = of or message.wamid
    after = before.grown(turn.session.draft, turn.session.files, wamid)
    effects: list[Effect] = []
    for effect in turn.effects:
        match effect:
            case OpenTicket():
                grown = before.grown(effect.description, effect.files, wamid)
                effects.append(replace(effect, parts=grown.parts))
            case ChangeTicket():
                effects.append(replace(effect, of=of))
            case _:
                effects.append(effect)
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
    noted_shown ticket_glance choose_ticket note_added note_other reopened ticket_closed reopen_question unsure no_tickets
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


def _with_missing(turn: Turn, message: Message) -> Turn:
    """What we could not use is told before the reply to the words that came with it, if those are kept."""
    content, reply = message.content, turn.reply
    if not isinstance(content, Unsupported) or not content.words or reply is None or reply.say in NOT_KEPT:
        return turn
    told = replace(reply, missing=content.what)
    return replace(turn, effects=tuple(told if each is reply else each for each in turn.effects))


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
