"""Answer the question of a meaning with the facts from the database, which turns the question into a trigger."""

from dataclasses import replace
from typing import Final

from state.model.ticket import TicketStatus, TicketView
from state.model.turn import Facts
from state.understanding.triggers import Meaning, Question, Trigger

# The statuses in which the owner can do this. In others the ticket has changed since, and is shown instead.
_ALLOWED: Final = {
    Question.CLOSE: (Trigger.CLOSE, set(TicketStatus) - {TicketStatus.CLOSED}),
    Question.FIXED: (Trigger.FIXED, {TicketStatus.RESOLVED}),
    Question.REOPEN: (Trigger.REOPEN, {TicketStatus.RESOLVED, TicketStatus.CLOSED}),
    Question.RATE: (Trigger.RATE, {TicketStatus.RESOLVED, TicketStatus.CLOSED}),
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
        case Question.TICKETS:
            found = (Trigger.NO_TICKETS, Trigger.ONE_TICKET, Trigger.MANY_TICKETS)
            return replace(meaning, trigger=found[min(len(facts.tickets), 2)])
        case Question.CODE:
            return replace(meaning, trigger=Trigger.CODE_FOUND if ticket else Trigger.CODE_UNKNOWN)
        case Question.NOTE:
            return _note(meaning, ticket)
        case Question.HUMAN:
            return replace(meaning, trigger=_human(meaning, ticket))
        case question:
            return replace(meaning, trigger=_change(question, meaning, ticket))


def _note(meaning: Meaning, ticket: TicketView | None) -> Meaning:
    """The meaning of a note. On a resolved ticket a bare yes or no answers "is it fixed?"; on an active one it is a note."""
    if ticket is None:
        # The current ticket no longer exists, but the message must not be lost. A code in the text is an unknown one.
        return replace(meaning, trigger=Trigger.CODE_AND_STORY if meaning.codes else Trigger.PROBLEM)
    if ticket.status.active:
        return replace(meaning, trigger=Trigger.NOTE_ASIDE if meaning.aside else Trigger.NOTE)
    if ticket.status is TicketStatus.RESOLVED and meaning.yes_or_no is not None:
        return replace(meaning, trigger=Trigger.FIXED if meaning.yes_or_no else Trigger.REOPEN, text="")
    return replace(meaning, trigger=Trigger.NOTE_ASIDE if meaning.aside else Trigger.NOTE_CLOSED)


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
    tells = bool(meaning.text or meaning.files)
    if ticket.status not in statuses:
        return Trigger.NOTE if tells else Trigger.CODE_FOUND
    if trigger is Trigger.REOPEN and tells:
        return Trigger.REOPEN_WITH
    if trigger is Trigger.RATE and ticket.rating == meaning.rating:
        return Trigger.REPEATED
    return trigger
