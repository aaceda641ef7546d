"""What a turn comes to, in the words of `python -m state.dialogue --jsonl`: where the talk stands, what is asked and said.

Two tables: the state of each place and back, and for each reply what it asks or says. Tests keep both complete.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from state.model.session import Session, State
from state.model.ticket import TicketStatus
from state.model.turn import ChangeKind, Reply
from state.understanding.act import Place

NEW: Final = "new"  # as Place.MENU, but the customer has no tickets

# The state that stands for a place. With a current ticket its status makes the difference.
STATE_AT: Final[Mapping[Place, State]] = {
    Place.MENU: State.MENU,
    Place.DESCRIBING: State.DESCRIBING,
    Place.CONFIRMING: State.CONFIRMING,
    Place.FOLLOWING: State.FOLLOWING,
    Place.WAITING: State.FOLLOWING,
    Place.RESOLVED: State.FOLLOWING,
    Place.CLOSED: State.FOLLOWING,
    Place.RATING: State.RATING,
    Place.CHOOSING: State.ASKING_CODE,
    Place.ERASING: State.ERASING,
}
PLACE_OF: Final[Mapping[State, Place]] = {
    State.MENU: Place.MENU,
    State.DESCRIBING: Place.DESCRIBING,
    State.CONFIRMING: Place.CONFIRMING,
    State.UNSURE: Place.CONFIRMING,
    State.REOPENING: Place.CONFIRMING,
    State.FOLLOWING: Place.FOLLOWING,
    State.ANOTHER_PROBLEM: Place.FOLLOWING,
    State.CLOSING: Place.FOLLOWING,
    State.RATING: Place.RATING,
    State.ASKING_CODE: Place.CHOOSING,
    State.ERASING: Place.ERASING,
}
# The status that a ticket has in a place, and the place that a current ticket's status makes of FOLLOWING.
STATUS_AT: Final[Mapping[Place, TicketStatus]] = {
    Place.WAITING: TicketStatus.WAITING_CUSTOMER,
    Place.RESOLVED: TicketStatus.RESOLVED,
    Place.CLOSED: TicketStatus.CLOSED,
    Place.RATING: TicketStatus.CLOSED,
}
_PLACE_BY_STATUS: Final[Mapping[TicketStatus, Place]] = {
    TicketStatus.WAITING_CUSTOMER: Place.WAITING,
    TicketStatus.RESOLVED: Place.RESOLVED,
    TicketStatus.CLOSED: Place.CLOSED,
}


class Asks(StrEnum):
    """The question of a bubble."""

    WHAT_IS_WRONG = auto()
    CONFIRM_REPORT = auto()
    UNSURE = auto()
    WHICH_TICKET = auto()
    CONFIRM_ERASE = auto()
    IS_IT_FIXED = auto()
    RATING = auto()
    CONFIRM_CLOSE = auto()
    CONFIRM_REOPEN = auto()
    ANOTHER_PROBLEM = auto()
    LANGUAGE = auto()


class Says(StrEnum):
    """What a bubble without a question is."""

    MENU = auto()
    THANKS = auto()
    GOODBYE = auto()
    CANCELLED = auto()
    NOT_OURS = auto()
    KEPT = auto()
    LANGUAGE = auto()
    ADDED = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Told:
    """What a reply asks or says; shows: whether it shows its tickets."""

    asks: Asks | None = None
    says: Says | None = None
    shows: bool = False


_OTHER: Final = Told(says=Says.OTHER)

# By the key of the reply.
TOLD: Final[Mapping[str, Told]] = {
    "welcome": Told(says=Says.MENU),
    "choose_language": Told(Asks.LANGUAGE),
    "language_changed": Told(says=Says.LANGUAGE),
    "you_are_welcome": Told(says=Says.THANKS),
    "goodbye": Told(says=Says.GOODBYE),
    "cancelled": Told(says=Says.CANCELLED),
    "cancelled_kept": Told(says=Says.CANCELLED),
    "stale": _OTHER,
    "unsupported_sticker": _OTHER,
    "unsupported_edit": _OTHER,
    "unsupported_poll": _OTHER,
    "unsupported_contact": _OTHER,
    "unsupported_too_large": _OTHER,
    "unsupported_other": _OTHER,
    "ask_problem": Told(Asks.WHAT_IS_WRONG),
    "ask_again": Told(Asks.WHAT_IS_WRONG),
    "more_needed": Told(Asks.WHAT_IS_WRONG),
    "wait": Told(Asks.CONFIRM_REPORT),
    "kept_draft": Told(says=Says.MENU),
    "confirm_problem": Told(Asks.CONFIRM_REPORT),
    "file_received": Told(Asks.CONFIRM_REPORT),
    "too_many_files": Told(Asks.CONFIRM_REPORT),
    "report_full": Told(Asks.CONFIRM_REPORT),
    "report_waits": Told(Asks.CONFIRM_REPORT),
    "code_and_problem": Told(Asks.CONFIRM_REPORT),
    "ticket_glance": Told(Asks.CONFIRM_REPORT, shows=True),
    "unsure": Told(Asks.UNSURE),
    "unsure_again": Told(Asks.UNSURE),
    "not_ours": Told(says=Says.NOT_OURS),
    "quiet": _OTHER,
    "enough_for_today": _OTHER,
    "wait_ticket": _OTHER,
    "tried": _OTHER,
    "too_many_tickets": _OTHER,
    "ticket_full": _OTHER,
    "ticket_opened": _OTHER,
    "human_opened": _OTHER,
    "human_asked": _OTHER,
    "human_asked_aside": Told(Asks.CONFIRM_REPORT),
    "note_added": Told(says=Says.ADDED),
    "note_other": Told(Asks.ANOTHER_PROBLEM, Says.ADDED),
    "same_problem": Told(says=Says.ADDED),
    "answer_added": Told(says=Says.ADDED),
    "noted_in_report": Told(Asks.CONFIRM_REPORT),
    "noted_before_report": Told(Asks.WHAT_IS_WRONG),
    "noted_in_another": Told(says=Says.ADDED),
    "ticket_closed": Told(Asks.CONFIRM_REOPEN),
    "reopen_question": Told(Asks.CONFIRM_REOPEN),
    "close_question": Told(Asks.CONFIRM_CLOSE),
    "stays_open": _OTHER,
    "closed_by_owner": _OTHER,
    "fixed": Told(Asks.RATING),
    "rate_again": Told(Asks.RATING),
    "reopened": _OTHER,
    "rated": Told(says=Says.THANKS),
    "not_rated": _OTHER,
    "ticket_card": Told(says=Says.OTHER, shows=True),
    "status_noted": Told(says=Says.ADDED, shows=True),
    "noted_shown": Told(says=Says.ADDED, shows=True),
    "choose_ticket": Told(Asks.WHICH_TICKET, shows=True),
    "code_unknown": Told(Asks.WHICH_TICKET),
    "code_mistyped": Told(Asks.WHICH_TICKET),
    "no_tickets": _OTHER,
    "erase_explained": Told(Asks.CONFIRM_ERASE),
    "erase_press": Told(Asks.CONFIRM_ERASE),
    "erased": _OTHER,
    "kept": Told(says=Says.KEPT),
    "kept_with_draft": Told(says=Says.KEPT),
}
_ASKS_IF_FIXED: Final = Told(Asks.IS_IT_FIXED, shows=True)

# What a change of a ticket is called.
CHANGE_ACTS: Final[Mapping[ChangeKind, str]] = {
    ChangeKind.NOTE: "note",
    ChangeKind.HUMAN: "call_person",
    ChangeKind.CLOSE: "close",
    ChangeKind.FIXED: "fixed",
    ChangeKind.REOPEN: "reopen",
    ChangeKind.RATING: "rate",
    ChangeKind.CORRECTION: "note",
    ChangeKind.DELETION: "note",
    ChangeKind.FULL: "note",
}


def told(reply: Reply) -> Told:
    """What a reply asks or says. The card of a resolved ticket asks whether it is fixed."""
    if reply.say == "ticket_card" and reply.ticket and reply.ticket.status is TicketStatus.RESOLVED:
        return _ASKS_IF_FIXED
    return TOLD[reply.say]


def where(session: Session, tickets: Mapping[str, TicketStatus]) -> str:
    """Where the talk stands after a turn."""
    place = PLACE_OF[session.state]
    if place is Place.MENU and not tickets:
        return NEW
    status = tickets.get(session.current_ticket or "")
    return _PLACE_BY_STATUS.get(status, place) if place is Place.FOLLOWING and status else place
