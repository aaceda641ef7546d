"""Answer the question of a meaning with the facts from the database, which turns the question into a trigger."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from state.model.ticket import TicketStatus, TicketView
from state.model.turn import Facts
from state.understanding.act import Act
from state.understanding.decision import MAX_BARE_WORDS
from state.understanding.pointing import pointed_at
from state.understanding.triggers import Meaning, Question, Trigger

# The statuses in which the owner can do this. In others the ticket has changed since, and is shown instead.
_ALLOWED: Final = {
    Question.CLOSE: (Trigger.CLOSE, set(TicketStatus) - {TicketStatus.CLOSED}),
    Question.FIXED: (Trigger.FIXED, {TicketStatus.RESOLVED}),
    Question.REOPEN: (Trigger.REOPEN, {TicketStatus.RESOLVED, TicketStatus.CLOSED}),
    Question.RATE: (Trigger.RATE, {TicketStatus.RESOLVED, TicketStatus.CLOSED}),
}
# What a text does to the ticket that it is about, by the status of the ticket. All others are notes.
_ON_ACTIVE: Final[Mapping[Act | None, Trigger]] = {
    Act.PROBLEM: Trigger.NOTE_PROBLEM,
    Act.STATUS: Trigger.NOTE_QUESTION,
    Act.CLOSE: Trigger.NOTE_SOLVED,
    Act.CANCEL: Trigger.NOTE_SOLVED,
    Act.OTHER: Trigger.NOTE_NOT_OURS,
}
_ON_RESOLVED: Final[Mapping[Act | None, Trigger]] = {
    Act.AFFIRM: Trigger.FIXED,
    Act.CLOSE: Trigger.FIXED,
    Act.RATE: Trigger.FIXED,
    Act.DENY: Trigger.REOPEN,
    Act.PROBLEM: Trigger.REOPEN,
    Act.REOPEN: Trigger.REOPEN,
    Act.STATUS: Trigger.CODE_FOUND,
}
_NOTES: Final = frozenset({Trigger.NOTE, Trigger.NOTE_RESOLVED, Trigger.NOTE_CLOSED, *_ON_ACTIVE.values()})
# These say by themselves what a few words say.
_SAY_IT_ALL: Final = frozenset({Trigger.FIXED, Trigger.REOPEN})
_NOT_A_CHOICE: Final = frozenset({None, Act.INFO, Act.UNCLEAR})  # they say something else
_ON_CLOSED: Final[Mapping[Act | None, Trigger]] = {Act.STATUS: Trigger.CODE_FOUND}
# What a text does to a finished ticket that it names: nobody has asked them anything, so nothing is done without a question.
_CONTENT: Final = (Act.AFFIRM, Act.CLOSE, Act.CANCEL, Act.THANKS, Act.BYE, Act.RATE)
_ON_NAMED: Final[Mapping[TicketStatus, Mapping[Act | None, Trigger]]] = {
    TicketStatus.RESOLVED: {
        Act.STATUS: Trigger.NOTE_QUESTION,
        **dict.fromkeys(_CONTENT, Trigger.NOTE_SOLVED),
    },
    TicketStatus.CLOSED: {Act.STATUS: Trigger.NOTE_QUESTION, **dict.fromkeys(_CONTENT, Trigger.NOTE)},
}
_WITH_ANY_WORDS: Final = {
    TicketStatus.RESOLVED: Trigger.NOTE_RESOLVED,
    TicketStatus.CLOSED: Trigger.NOTE_CLOSED,
}


def resolve(meaning: Meaning, facts: Facts) -> Meaning:
    """The meaning with its question answered by `facts`. A ticket beyond the hourly limit has to wait."""
    resolved = _resolve(_about(meaning, facts.ticket), facts)
    match resolved.trigger:
        case Trigger.HUMAN if not facts.can_open_ticket and not resolved.text:
            return replace(resolved, trigger=Trigger.HUMAN_WAITS)
        case Trigger.YES | Trigger.DESCRIPTION | Trigger.HUMAN if not facts.can_open_ticket:
            return replace(resolved, trigger=Trigger.REPORT_WAITS)
        case _:
            return resolved


def _about(meaning: Meaning, ticket: TicketView | None) -> Meaning:
    """The meaning, about the one of the named tickets that is theirs, or the other meaning if none is."""
    if not meaning.codes:
        return meaning
    if ticket and ticket.code in meaning.codes:
        return replace(meaning, code=ticket.code)
    return meaning.otherwise or meaning


def _resolve(meaning: Meaning, facts: Facts) -> Meaning:
    ticket = facts.ticket
    match meaning.trigger:
        case Trigger():
            return meaning
        case Question.TICKETS if meaning.act is Act.CLOSE and not facts.tickets:
            return replace(meaning, trigger=Trigger.CANCEL)  # it works again, and there is no ticket to close
        case Question.TICKETS:
            found = (Trigger.NO_TICKETS, Trigger.ONE_TICKET, Trigger.MANY_TICKETS)
            return replace(meaning, trigger=found[min(len(facts.tickets), 2)])
        case Question.WHICH:
            return _which(meaning, facts)
        case Question.CODE:
            return replace(meaning, trigger=Trigger.CODE_FOUND if ticket else Trigger.CODE_UNKNOWN)
        case Question.NOTE:
            return _note(meaning, ticket)
        case Question.HUMAN:
            return replace(meaning, trigger=_human(meaning, ticket))
        case question:
            return replace(meaning, trigger=_change(question, meaning, ticket))


def _which(meaning: Meaning, facts: Facts) -> Meaning:
    """The meaning of words that point at one of the tickets: that ticket.

    What points at none answers the technician who asked, or is kept if it says more than a few words and chooses nothing; else
    the list again.
    """
    ticket, otherwise = pointed_at(meaning.text, facts.tickets), meaning.otherwise
    if ticket and not (otherwise and otherwise.code == ticket.code):
        return replace(meaning, trigger=Trigger.CODE_FOUND, code=ticket.code)
    asked = next((ticket for ticket in facts.tickets if ticket.code == meaning.code), None)
    if asked and asked.status is TicketStatus.WAITING_CUSTOMER:
        return replace(meaning, trigger=Trigger.NOTE)
    if otherwise:
        return _unfound(otherwise, facts)
    if not facts.tickets:  # "la de recepción", of a customer without tickets, says something else
        return replace(meaning, trigger=Trigger.UNCLEAR if meaning.text else Trigger.NO_TICKETS)
    if meaning.act in _NOT_A_CHOICE and len(meaning.text.split()) > MAX_BARE_WORDS:
        return replace(meaning, trigger=Trigger.UNCLEAR)
    return replace(meaning, trigger=Trigger.MANY_TICKETS)


def _unfound(otherwise: Meaning, facts: Facts) -> Meaning:
    """The meaning of a text that seemed to choose a ticket, but points at none, or at the one that they write about."""
    current = next((ticket for ticket in facts.tickets if ticket.code == otherwise.code), None)
    return _resolve(otherwise, replace(facts, ticket=current))


def _note(meaning: Meaning, ticket: TicketView | None) -> Meaning:
    """The meaning of a text about a ticket, by the status of the ticket."""
    if ticket is None:
        # The current ticket no longer exists, but the message must not be lost. A code in the text is an unknown one.
        return replace(meaning, trigger=Trigger.CODE_AND_STORY if meaning.codes else Trigger.PROBLEM)
    act = None if meaning.files else meaning.act
    match ticket.status:
        case TicketStatus.RESOLVED | TicketStatus.CLOSED if meaning.codes:
            trigger = _ON_NAMED[ticket.status].get(act, _WITH_ANY_WORDS[ticket.status])
        case TicketStatus.RESOLVED:
            trigger = _ON_RESOLVED.get(act, Trigger.NOTE_RESOLVED)
        case TicketStatus.CLOSED:
            trigger = _ON_CLOSED.get(act, Trigger.NOTE_CLOSED)
        case TicketStatus.WAITING_CUSTOMER if act is Act.PROBLEM:
            trigger = Trigger.NOTE  # it answers the technician
        case _:
            trigger = _ON_ACTIVE.get(act, Trigger.NOTE)
    bare = len(meaning.text.split()) <= MAX_BARE_WORDS
    if meaning.aside and bare and trigger is Trigger.NOTE_QUESTION and not meaning.codes:
        return replace(meaning, trigger=Trigger.CODE_FOUND)  # shown where they are
    if meaning.aside and trigger in _NOTES:
        trigger = Trigger.NOTE_ASIDE
    if trigger in _SAY_IT_ALL and bare and not meaning.codes and act is not Act.PROBLEM:
        return replace(meaning, trigger=trigger, text="")
    return replace(meaning, trigger=trigger)


def _human(meaning: Meaning, ticket: TicketView | None) -> Trigger:
    """The trigger of a request for a person. Repeated before anybody took the ticket, it only shows the ticket."""
    if ticket is None or not ticket.status.active:
        return Trigger.HUMAN
    asked_already = ticket.wants_human and ticket.status is TicketStatus.OPEN
    return Trigger.CODE_FOUND if asked_already and not meaning.text else Trigger.HUMAN_FOR_TICKET


def _change(question: Question, meaning: Meaning, ticket: TicketView | None) -> Trigger:
    if ticket is None:
        return Trigger.CODE_UNKNOWN
    trigger, statuses = _ALLOWED[question]
    if ticket.status not in statuses:
        return Trigger.NOTE if meaning.text or meaning.files else Trigger.CODE_FOUND
    if trigger is Trigger.RATE and ticket.rating == meaning.rating:
        return Trigger.REPEATED
    return trigger
