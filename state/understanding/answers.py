"""What each act answers, where the talk stands: a table for each place. The question that is open comes first in it."""

from collections.abc import Mapping
from typing import Final

from state.model.session import WITH_TICKET, Session, State
from state.model.ticket import TicketStatus
from state.understanding.act import Act, Place
from state.understanding.triggers import Question, Trigger

Answers = Mapping[Act | None, Trigger | Question]
# None: not understood. What is not listed means the same as anywhere.
_ANYWHERE: Final[Answers] = {
    None: Trigger.UNCLEAR,
    Act.GREETING: Trigger.GREETING,
    Act.PROBLEM: Trigger.PROBLEM,
    Act.ANOTHER: Trigger.PROBLEM,
    Act.REPORT: Trigger.REPORT,
    Act.INFO: Trigger.UNCLEAR,
    Act.STATUS: Question.TICKETS,
    Act.MINE: Question.TICKETS,
    Act.WHICH: Question.WHICH,
    Act.HUMAN: Trigger.HUMAN,
    Act.AFFIRM: Trigger.GREETING,
    Act.DENY: Trigger.CANCEL,
    Act.WAIT: Trigger.WAIT,
    Act.CANCEL: Trigger.CANCEL,
    Act.CLOSE: Question.TICKETS,
    Act.REOPEN: Question.TICKETS,
    Act.THANKS: Trigger.THANKS,
    Act.BYE: Trigger.BYE,
    Act.RATE: Trigger.THANKS,
    Act.LANGUAGE: Trigger.LANGUAGE_ASKED,
    Act.ERASE: Trigger.ERASE,
    Act.QUIET: Trigger.QUIET,
    Act.OTHER: Trigger.NOT_OURS,
    Act.UNCLEAR: Trigger.UNCLEAR,
}
_DESCRIBING: Final[Answers] = {
    None: Trigger.DETAIL,
    Act.INFO: Trigger.DETAIL,
    Act.UNCLEAR: Trigger.DETAIL,
    Act.RATE: Trigger.DETAIL,
    Act.AFFIRM: Trigger.REPORT,
    Act.CLOSE: Trigger.CANCEL,
    Act.PROBLEM: Trigger.DESCRIPTION,
    Act.ANOTHER: Trigger.DESCRIPTION,
}
_WITH_DRAFT: Final[Answers] = {
    None: Trigger.MORE,
    Act.PROBLEM: Trigger.MORE,
    Act.ANOTHER: Trigger.MORE,
    Act.INFO: Trigger.MORE,
    Act.UNCLEAR: Trigger.MORE,
    Act.RATE: Trigger.MORE,
    Act.AFFIRM: Trigger.YES,
    Act.DENY: Trigger.NO,
    Act.CLOSE: Trigger.CANCEL,
    Act.WHICH: Question.WHICH,
}
_UNSURE: Final[Answers] = {
    **_WITH_DRAFT,
    None: Trigger.UNCLEAR,
    Act.UNCLEAR: Trigger.UNCLEAR,
    Act.AFFIRM: Trigger.UNCLEAR,  # yes to which of the three?
    Act.REPORT: Trigger.YES,  # "open a ticket" is one of them
}
_REOPENING: Final[Answers] = {
    **_WITH_DRAFT,
    Act.AFFIRM: Question.REOPEN,
    Act.REOPEN: Question.REOPEN,
    Act.REPORT: Trigger.YES,
    Act.ANOTHER: Trigger.YES,
}
_ABOUT_TICKET: Final[Answers] = {
    None: Question.NOTE,
    Act.PROBLEM: Question.NOTE,
    Act.INFO: Question.NOTE,
    Act.STATUS: Question.NOTE,
    Act.HUMAN: Question.HUMAN,
    Act.DENY: Question.NOTE,
    Act.WAIT: Question.NOTE,
    Act.CANCEL: Question.NOTE,
    Act.CLOSE: Question.NOTE,
    Act.REOPEN: Question.NOTE,
    Act.UNCLEAR: Question.NOTE,
    Act.OTHER: Question.NOTE,
    Act.AFFIRM: Trigger.THANKS,
}
# We do not know how the ticket stands: whoever knows it, `resolve`, reads a yes.
_UNKNOWN: Final[Answers] = {**_ABOUT_TICKET, Act.AFFIRM: Question.NOTE, Act.RATE: Question.NOTE}
_ANOTHER_PROBLEM: Final[Answers] = {
    **_ABOUT_TICKET,
    Act.AFFIRM: Trigger.OTHER,
    Act.ANOTHER: Trigger.OTHER,
    Act.REPORT: Trigger.OTHER,
    Act.DENY: Trigger.SAME_PROBLEM,
}
_CLOSING: Final[Answers] = {
    **_ABOUT_TICKET,
    Act.AFFIRM: Question.CLOSE,
    Act.CLOSE: Question.CLOSE,
    Act.DENY: Trigger.KEEP_OPEN,
    Act.WAIT: Trigger.KEEP_OPEN,
    Act.CANCEL: Trigger.KEEP_OPEN,
}
_RESOLVED: Final[Answers] = {
    **_ABOUT_TICKET,
    Act.AFFIRM: Question.FIXED,
    Act.CLOSE: Question.FIXED,
    Act.RATE: Trigger.THANKS,
    Act.DENY: Question.REOPEN,
    Act.PROBLEM: Question.REOPEN,
    Act.REOPEN: Question.REOPEN,
    Act.WAIT: Trigger.WAIT,
    Act.CANCEL: Trigger.WAIT,
}
_RATING: Final[Answers] = {
    **_ABOUT_TICKET,
    Act.RATE: Trigger.RATE_UNCLEAR,
    Act.DENY: Trigger.SKIP,
    Act.CANCEL: Trigger.SKIP,
    Act.WAIT: Trigger.SKIP,
}
_CLOSED: Final[Answers] = {
    **_ABOUT_TICKET,
    Act.WAIT: Trigger.WAIT,
    Act.CLOSE: Trigger.THANKS,
    Act.REOPEN: Question.REOPEN,
}
_WAITING: Final[Answers] = {
    **dict.fromkeys((None, *Act), Question.NOTE),
    Act.GREETING: Trigger.GREETING,
    Act.ANOTHER: Trigger.PROBLEM,
    Act.HUMAN: Question.HUMAN,
    Act.LANGUAGE: Trigger.LANGUAGE_ASKED,
    Act.ERASE: Trigger.ERASE,
    Act.THANKS: Trigger.THANKS,
    Act.BYE: Trigger.BYE,
    Act.MINE: Question.TICKETS,
}
_CHOOSING: Final[Answers] = {
    None: Question.WHICH,
    Act.WHICH: Question.WHICH,
    Act.INFO: Question.WHICH,
    Act.UNCLEAR: Question.WHICH,
    Act.AFFIRM: Question.WHICH,
    Act.STATUS: Question.WHICH,
}
_ERASING: Final[Answers] = {
    Act.AFFIRM: Trigger.ERASE_WRITTEN,
    Act.ERASE: Trigger.ERASE_WRITTEN,
    Act.DENY: Trigger.ERASE_NO,
    Act.CANCEL: Trigger.ERASE_NO,
    Act.WAIT: Trigger.ERASE_NO,
}
_IN_STATE: Final[Mapping[State, tuple[Place, Answers]]] = {
    State.MENU: (Place.MENU, {}),
    State.DESCRIBING: (Place.DESCRIBING, _DESCRIBING),
    State.CONFIRMING: (Place.CONFIRMING, _WITH_DRAFT),
    State.UNSURE: (Place.CONFIRMING, _UNSURE),
    State.REOPENING: (Place.CONFIRMING, _REOPENING),
    State.ASKING_CODE: (Place.CHOOSING, _CHOOSING),
    State.FOLLOWING: (Place.FOLLOWING, _ABOUT_TICKET),
    State.ANOTHER_PROBLEM: (Place.FOLLOWING, _ANOTHER_PROBLEM),
    State.CLOSING: (Place.RESOLVED, _CLOSING),
    State.RATING: (Place.RATING, _RATING),
    State.ERASING: (Place.ERASING, _ERASING),
}


def place_of(session: Session) -> tuple[Place, Answers]:
    """The place in which a text of this session is said, and what each act answers there."""
    if session.state not in {State.MENU, *WITH_TICKET}:
        return _IN_STATE[session.state]
    asked = session.open_question is not None and session.current_ticket in {None, session.open_question}
    if asked and session.current_status is not TicketStatus.RESOLVED:
        return Place.WAITING, _WAITING
    if session.state is State.FOLLOWING and session.current_status is None:
        return Place.FOLLOWING, _UNKNOWN
    if session.state is State.FOLLOWING and session.current_status is TicketStatus.RESOLVED:
        return Place.RESOLVED, _RESOLVED
    if session.state is State.FOLLOWING and session.current_status is TicketStatus.CLOSED:
        return Place.CLOSED, _CLOSED
    return _IN_STATE[session.state]


def answer_of(answers: Answers, act: Act | None) -> Trigger | Question:
    """The answer to an act in a place; what its table does not list means what it means anywhere."""
    return answers[act] if act in answers else _ANYWHERE[act]
