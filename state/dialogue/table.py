"""The dialogue as a table: for each state and trigger, the action and the next state.

Only its rules change `Session.state`: those of messages in a turn (`step`), those between two turns when the next message
comes (`catch_up`). The diagram in docs/dialogue.md is drawn from both by `state/dialogue/diagram.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from state.dialogue import changed_messages, customer_data, problem_report, tickets
from state.dialogue.between_turns import (
    ActBetweenTurns,
    close_question,
    follow,
    keep_place,
    start_afresh,
)
from state.dialogue.buttons import DESK, LANGUAGES, menu
from state.dialogue.context import Act, keeping_draft, leave, say, stay_silent
from state.model.session import Session, State
from state.model.turn import Action, ChangeKind
from state.understanding.triggers import Trigger

A = TypeVar("A", Act, ActBetweenTurns)


@dataclass(frozen=True, slots=True)
class Rule(Generic[A]):
    """The action for a trigger, and the next state. `next` None: the state does not change."""

    act: A
    next: State | None


SAME: Final = None
_OR_A_PERSON: Final = (Action.YES, Action.HUMAN, Action.CANCEL)
_OR_A_TICKET: Final = (Action.YES, Action.CANCEL, Action.TICKETS)

# The rules of every state, unless the state has its own rule for the trigger below.
IN_EVERY_STATE: Final[Mapping[Trigger, Rule[Act]]] = {
    Trigger.GREETING: Rule(leave("welcome", *DESK), State.MENU),
    Trigger.REPORT: Rule(problem_report.ask_problem, State.DESCRIBING),
    Trigger.PROBLEM: Rule(problem_report.start("confirm_problem"), State.CONFIRMING),
    Trigger.FILE: Rule(problem_report.start("file_received"), State.CONFIRMING),
    Trigger.UNCLEAR: Rule(problem_report.start("maybe_problem", *_OR_A_PERSON), State.CONFIRMING),
    Trigger.CODE_FOUND: Rule(tickets.show, State.FOLLOWING),
    Trigger.CODE_UNKNOWN: Rule(tickets.not_found("code_unknown"), State.ASKING_CODE),
    Trigger.CODE_MISTYPED: Rule(tickets.not_found("code_mistyped"), State.ASKING_CODE),
    Trigger.CODE_AND_STORY: Rule(problem_report.start("code_and_problem", *_OR_A_TICKET), State.CONFIRMING),
    Trigger.NO_TICKETS: Rule(leave("no_tickets", *menu(Action.REPORT, Action.HUMAN)), State.MENU),
    Trigger.ONE_TICKET: Rule(tickets.show, State.FOLLOWING),
    Trigger.MANY_TICKETS: Rule(tickets.choose, State.ASKING_CODE),
    Trigger.NOTE: Rule(tickets.add_note, State.FOLLOWING),
    Trigger.NOTE_CLOSED: Rule(tickets.add_to_finished, State.CONFIRMING),
    Trigger.CLOSE: Rule(tickets.change("closed_by_owner", ChangeKind.CLOSE), State.FOLLOWING),
    Trigger.FIXED: Rule(tickets.change("fixed", ChangeKind.FIXED), State.FOLLOWING),
    Trigger.REOPEN: Rule(tickets.change("reopened", ChangeKind.REOPEN), State.FOLLOWING),
    Trigger.RATE: Rule(tickets.rate, SAME),
    Trigger.SKIP: Rule(say("not_rated"), SAME),
    Trigger.REPORT_WAITS: Rule(problem_report.keep_for_later, State.CONFIRMING),
    Trigger.HUMAN: Rule(problem_report.open_ticket("human_opened", wants_human=True), State.FOLLOWING),
    Trigger.HUMAN_WAITS: Rule(say("too_many_tickets", *menu(Action.TICKETS, Action.MENU)), SAME),
    Trigger.HUMAN_FOR_TICKET: Rule(tickets.ask_human, State.FOLLOWING),
    Trigger.CANCEL: Rule(leave("cancelled", *DESK), State.MENU),
    Trigger.THANKS: Rule(say("you_are_welcome"), SAME),
    Trigger.LANGUAGE_CHOSEN: Rule(customer_data.choose_language, SAME),
    Trigger.LANGUAGE_ASKED: Rule(say("choose_language", *LANGUAGES), SAME),
    Trigger.ERASE: Rule(customer_data.explain_erasure, State.ERASING),
    Trigger.STALE: Rule(leave("stale", *DESK), State.MENU),
    Trigger.REPEATED: Rule(stay_silent, SAME),
    Trigger.UNSUPPORTED: Rule(customer_data.refuse, SAME),
    Trigger.MESSAGE_CHANGED: Rule(changed_messages.change, SAME),
}

_CHANGES_DURING_REPORT: Final[Mapping[Trigger, Rule[Act]]] = {
    Trigger.CLOSE: Rule(keeping_draft(tickets.change("closed_by_owner", ChangeKind.CLOSE)), SAME),
    Trigger.FIXED: Rule(keeping_draft(tickets.change("fixed", ChangeKind.FIXED)), SAME),
    Trigger.REOPEN: Rule(keeping_draft(tickets.change("reopened", ChangeKind.REOPEN)), SAME),
}

IN_STATE: Final[Mapping[State, Mapping[Trigger, Rule[Act]]]] = {
    State.MENU: {},
    State.DESCRIBING: {
        Trigger.DESCRIPTION: Rule(problem_report.open_ticket("ticket_opened"), State.FOLLOWING),
        Trigger.FILE: Rule(problem_report.keep_file, SAME),
        Trigger.TOO_MANY_FILES: Rule(problem_report.refuse_file, SAME),
        Trigger.YES: Rule(problem_report.open_ticket("ticket_opened"), State.FOLLOWING),
        Trigger.STALE: Rule(problem_report.ask_problem, SAME),
        Trigger.NOTE_ASIDE: Rule(tickets.add_aside("noted_before_report"), SAME),
        Trigger.CANNOT_ASK: Rule(problem_report.open_unasked, State.FOLLOWING),
        **_CHANGES_DURING_REPORT,
    },
    State.CONFIRMING: {
        Trigger.YES: Rule(problem_report.open_ticket("ticket_opened"), State.FOLLOWING),
        Trigger.MORE: Rule(problem_report.add_more("confirm_problem"), SAME),
        Trigger.MORE_UNCLEAR: Rule(problem_report.add_more("offer_human", *_OR_A_PERSON), SAME),
        Trigger.TOO_MANY_FILES: Rule(problem_report.refuse_file, SAME),
        Trigger.GREETING: Rule(problem_report.confirm_again, SAME),
        Trigger.THANKS: Rule(problem_report.confirm_again, SAME),
        Trigger.STALE: Rule(problem_report.confirm_again, SAME),
        Trigger.CODE_UNKNOWN: Rule(problem_report.show_unknown_code("code_unknown"), SAME),
        Trigger.CODE_MISTYPED: Rule(problem_report.show_unknown_code("code_mistyped"), SAME),
        Trigger.CODE_FOUND: Rule(problem_report.show_ticket, SAME),
        Trigger.ONE_TICKET: Rule(problem_report.show_ticket, SAME),
        Trigger.MANY_TICKETS: Rule(keeping_draft(tickets.choose), SAME),
        Trigger.NOTE_ASIDE: Rule(tickets.add_aside("noted_in_report"), SAME),
        Trigger.REPORT_CHANGED: Rule(changed_messages.confirm_changed, SAME),
        Trigger.REPORT_EMPTIED: Rule(changed_messages.ask_anew, State.DESCRIBING),
        Trigger.HUMAN_FOR_TICKET: Rule(tickets.ask_human_aside, SAME),
        Trigger.REOPEN_WITH: Rule(tickets.change("reopened", ChangeKind.REOPEN), State.FOLLOWING),
        Trigger.CANNOT_ASK: Rule(problem_report.open_unasked, State.FOLLOWING),
        **_CHANGES_DURING_REPORT,
    },
    State.ASKING_CODE: {},
    State.FOLLOWING: {
        Trigger.OTHER: Rule(problem_report.confirm_other_problem, State.CONFIRMING),
        Trigger.STALE: Rule(say("stale", *DESK), SAME),
        Trigger.NOTE_ASIDE: Rule(tickets.add_aside("noted_in_another"), SAME),
    },
    State.ERASING: {
        Trigger.ERASE_YES: Rule(customer_data.erase, State.MENU),
        Trigger.ERASE_WRITTEN: Rule(customer_data.ask_to_press_erase, SAME),
        Trigger.ERASE_NO: Rule(leave("kept", *DESK), State.MENU),
    },
}

# A report that is being described, and has a file or words already, is for these like one that waits for its yes: it is kept.
_KEEP_REPORT: Final = {
    Trigger.CODE_FOUND,
    Trigger.CODE_UNKNOWN,
    Trigger.CODE_MISTYPED,
    Trigger.NO_TICKETS,
    Trigger.ONE_TICKET,
    Trigger.MANY_TICKETS,
    Trigger.NOTE_ASIDE,
    Trigger.HUMAN_FOR_TICKET,
}


def state_for(session: Session, trigger: Trigger) -> State:
    """The state whose rule applies to a message in this session."""
    described = session.state is State.DESCRIBING and session.has_draft
    return State.CONFIRMING if described and trigger in _KEEP_REPORT else session.state


# Between two turns the customer follows a ticket that has something to tell them, unless they are busy with something else.
BETWEEN_TURNS_IN_EVERY_STATE: Final[Mapping[Trigger, Rule[ActBetweenTurns]]] = {
    Trigger.TICKET_ANSWERED: Rule(follow, State.FOLLOWING),
    Trigger.NOTIFIED: Rule(follow, State.FOLLOWING),
    Trigger.TICKET_CHANGED: Rule(close_question, SAME),
    Trigger.SILENCE: Rule(start_afresh, State.MENU),
    Trigger.SILENCE_WITH_QUESTION: Rule(start_afresh, State.FOLLOWING),
}

BETWEEN_TURNS_IN_STATE: Final[Mapping[State, Mapping[Trigger, Rule[ActBetweenTurns]]]] = {
    State.MENU: {},
    State.DESCRIBING: {
        Trigger.TICKET_ANSWERED: Rule(keep_place, SAME),
        Trigger.NOTIFIED_DURING_REPORT: Rule(keep_place, SAME),
    },
    State.CONFIRMING: {
        Trigger.TICKET_ANSWERED: Rule(keep_place, SAME),
        Trigger.NOTIFIED: Rule(keep_place, SAME),
    },
    State.ASKING_CODE: {},
    State.FOLLOWING: {
        Trigger.OTHER_TICKET_ANSWERED: Rule(keep_place, SAME),
    },
    State.ERASING: {
        Trigger.TICKET_ANSWERED: Rule(keep_place, SAME),
        Trigger.NOTIFIED: Rule(keep_place, SAME),
    },
}

# Every state with all its rules: for messages, and between two turns.
TABLE: Final[Mapping[State, Mapping[Trigger, Rule[Act]]]] = {
    state: {**IN_EVERY_STATE, **IN_STATE[state]} for state in State
}
BETWEEN_TURNS: Final[Mapping[State, Mapping[Trigger, Rule[ActBetweenTurns]]]] = {
    state: {**BETWEEN_TURNS_IN_EVERY_STATE, **BETWEEN_TURNS_IN_STATE[state]} for state in State
}
