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
    keep_report,
    leave_report,
    start_afresh,
)
from state.dialogue.buttons import DESK, LANGUAGES, menu
from state.dialogue.context import Act, close_politely, keeping_draft, leave, leave_as_is, say, stay_silent
from state.model.session import State
from state.model.turn import Action, ChangeKind
from state.understanding.triggers import Trigger

A = TypeVar("A", Act, ActBetweenTurns)


@dataclass(frozen=True, slots=True)
class Rule(Generic[A]):
    """The action for a trigger, and the next state. `next` None: the state does not change."""

    act: A
    next: State | None


SAME: Final = None
_OR_TICKETS_OR_PERSON: Final = (Action.YES, Action.TICKETS, Action.HUMAN)
_OR_A_TICKET: Final = (Action.YES, Action.CANCEL, Action.TICKETS)

# Whoever looks at a ticket or writes about one while a report was left is asked about the report again.
TAKES_UP: Final = frozenset(
    {
        Trigger.CODE_FOUND,
        Trigger.CODE_UNKNOWN,
        Trigger.CODE_MISTYPED,
        Trigger.NO_TICKETS,
        Trigger.ONE_TICKET,
        Trigger.MANY_TICKETS,
        Trigger.NOTE_ASIDE,
        Trigger.HUMAN_FOR_TICKET,
        Trigger.CLOSE,
        Trigger.FIXED,
        Trigger.REOPEN,
        Trigger.REPORT_WAITS,
    }
)
# Whatever would begin another report continues one that was left, unless that one was cancelled.
CONTINUES: Final = frozenset(
    {
        Trigger.REPORT,
        Trigger.DETAIL,
        Trigger.PROBLEM,
        Trigger.FILE,
        Trigger.UNCLEAR,
        Trigger.NOT_OURS,
        Trigger.CODE_AND_STORY,
        Trigger.NOTE_RESOLVED,
        Trigger.NOTE_CLOSED,
    }
)

# The rules of every state, unless the state has its own rule for the trigger below.
IN_EVERY_STATE: Final[Mapping[Trigger, Rule[Act]]] = {
    Trigger.GREETING: Rule(problem_report.leave_keeping("welcome", "kept_draft"), State.MENU),
    Trigger.REPORT: Rule(problem_report.ask_problem, State.DESCRIBING),
    Trigger.DETAIL: Rule(problem_report.ask_for_more("more_needed"), State.CONFIRMING),
    Trigger.PROBLEM: Rule(problem_report.start("confirm_problem"), State.CONFIRMING),
    Trigger.FILE: Rule(problem_report.start("file_received"), State.CONFIRMING),
    Trigger.UNCLEAR: Rule(problem_report.unsure, State.UNSURE),
    Trigger.NOT_OURS: Rule(problem_report.not_ours, State.UNSURE),
    Trigger.CODE_FOUND: Rule(tickets.show, State.FOLLOWING),
    Trigger.CODE_UNKNOWN: Rule(tickets.not_found("code_unknown"), State.ASKING_CODE),
    Trigger.CODE_MISTYPED: Rule(tickets.not_found("code_mistyped"), State.ASKING_CODE),
    Trigger.CODE_AND_STORY: Rule(problem_report.start("code_and_problem", *_OR_A_TICKET), State.CONFIRMING),
    Trigger.NO_TICKETS: Rule(leave("no_tickets", *menu(Action.REPORT, Action.HUMAN)), State.MENU),
    Trigger.ONE_TICKET: Rule(tickets.show, State.FOLLOWING),
    Trigger.MANY_TICKETS: Rule(tickets.choose, State.ASKING_CODE),
    Trigger.NOTE: Rule(tickets.add_note("note_added"), State.FOLLOWING),
    Trigger.NOTE_PROBLEM: Rule(tickets.add_note("note_other", *tickets.ASK_IF_OTHER), State.ANOTHER_PROBLEM),
    Trigger.NOTE_QUESTION: Rule(tickets.answer_question, State.FOLLOWING),
    Trigger.NOTE_SOLVED: Rule(tickets.add_note("close_question", *tickets.ASK_TO_CLOSE), State.CLOSING),
    Trigger.NOTE_NOT_OURS: Rule(tickets.add_note("not_ours", Action.HUMAN, Action.MENU), State.FOLLOWING),
    Trigger.NOTE_RESOLVED: Rule(tickets.ask_to_reopen, State.REOPENING),
    Trigger.NOTE_CLOSED: Rule(tickets.ask_to_reopen, State.REOPENING),
    Trigger.CLOSE: Rule(tickets.change("closed_by_owner", ChangeKind.CLOSE), State.FOLLOWING),
    Trigger.FIXED: Rule(tickets.change("fixed", ChangeKind.FIXED), State.RATING),
    Trigger.REOPEN: Rule(tickets.change("reopened", ChangeKind.REOPEN), State.FOLLOWING),
    Trigger.RATE: Rule(tickets.rate, SAME),
    Trigger.RATE_UNCLEAR: Rule(tickets.ask_to_rate, SAME),
    Trigger.SKIP: Rule(say("not_rated"), SAME),
    Trigger.REPORT_WAITS: Rule(problem_report.keep_for_later, State.CONFIRMING),
    Trigger.HUMAN: Rule(problem_report.open_ticket("human_opened", wants_human=True), State.FOLLOWING),
    Trigger.HUMAN_WAITS: Rule(say("too_many_tickets", *menu(Action.TICKETS, Action.MENU)), SAME),
    Trigger.HUMAN_FOR_TICKET: Rule(tickets.ask_human, State.FOLLOWING),
    Trigger.CANCEL: Rule(problem_report.leave_keeping("cancelled", "cancelled_kept"), State.MENU),
    Trigger.WAIT: Rule(say("wait_ticket"), SAME),
    Trigger.THANKS: Rule(close_politely("you_are_welcome"), SAME),
    Trigger.BYE: Rule(close_politely("goodbye"), SAME),
    Trigger.QUIET: Rule(say("quiet"), SAME),
    Trigger.LANGUAGE_CHOSEN: Rule(customer_data.choose_language, SAME),
    Trigger.LANGUAGE_ASKED: Rule(say("choose_language", *LANGUAGES), SAME),
    Trigger.ERASE: Rule(customer_data.explain_erasure, State.ERASING),
    Trigger.STALE: Rule(problem_report.leave_keeping("stale", "stale"), State.MENU),
    Trigger.REPEATED: Rule(stay_silent, SAME),
    Trigger.UNSUPPORTED: Rule(customer_data.refuse, SAME),
    Trigger.MESSAGE_CHANGED: Rule(changed_messages.change, SAME),
}

# A report waits through everything that is not a yes or a no.
_WITH_REPORT: Final[Mapping[Trigger, Rule[Act]]] = {
    Trigger.YES: Rule(problem_report.open_ticket("ticket_opened"), State.FOLLOWING),
    Trigger.NO: Rule(leave("cancelled", *DESK), State.MENU),
    Trigger.DESCRIPTION: Rule(problem_report.open_ticket("ticket_opened"), State.FOLLOWING),
    Trigger.MORE: Rule(problem_report.add_more("confirm_problem"), State.CONFIRMING),
    Trigger.TOO_MANY_FILES: Rule(problem_report.refuse_file, State.CONFIRMING),
    Trigger.GREETING: Rule(problem_report.show_draft("kept_draft", *_OR_TICKETS_OR_PERSON), State.CONFIRMING),
    Trigger.REPORT: Rule(problem_report.show_draft("confirm_problem"), State.CONFIRMING),
    Trigger.WAIT: Rule(problem_report.show_draft("wait"), State.CONFIRMING),
    Trigger.STALE: Rule(problem_report.show_draft("confirm_problem"), State.CONFIRMING),
    Trigger.CODE_UNKNOWN: Rule(tickets.not_found("code_unknown"), State.CONFIRMING),
    Trigger.CODE_MISTYPED: Rule(tickets.not_found("code_mistyped"), State.CONFIRMING),
    Trigger.CODE_FOUND: Rule(problem_report.show_ticket, State.CONFIRMING),
    Trigger.ONE_TICKET: Rule(problem_report.show_ticket, State.CONFIRMING),
    Trigger.MANY_TICKETS: Rule(keeping_draft(tickets.choose), SAME),
    Trigger.NO_TICKETS: Rule(problem_report.show_draft("no_tickets"), State.CONFIRMING),
    Trigger.NOTE_ASIDE: Rule(tickets.add_aside("noted_in_report"), State.CONFIRMING),
    Trigger.REPORT_CHANGED: Rule(changed_messages.confirm_changed, State.CONFIRMING),
    Trigger.REPORT_EMPTIED: Rule(changed_messages.ask_anew, State.DESCRIBING),
    Trigger.HUMAN_FOR_TICKET: Rule(tickets.ask_human_aside, State.CONFIRMING),
    Trigger.CANNOT_ASK: Rule(problem_report.open_unasked, State.FOLLOWING),
    Trigger.HUMAN_WAITS: Rule(say("too_many_tickets", *menu(Action.TICKETS, Action.MENU)), SAME),
    Trigger.CLOSE: Rule(keeping_draft(tickets.change("closed_by_owner", ChangeKind.CLOSE)), SAME),
    Trigger.FIXED: Rule(keeping_draft(tickets.change("fixed", ChangeKind.FIXED)), SAME),
    Trigger.REOPEN: Rule(keeping_draft(tickets.change("reopened", ChangeKind.REOPEN)), SAME),
}
_WITH_TICKET: Final[Mapping[Trigger, Rule[Act]]] = {
    Trigger.STALE: Rule(say("stale", *DESK), SAME),
    Trigger.WAIT: Rule(say("tried"), SAME),
    Trigger.NOTE_ASIDE: Rule(tickets.add_aside("noted_in_another"), SAME),
}
# A yes that comes later is an answer to something else.
_UNASKED: Final = Rule(stay_silent, State.FOLLOWING)

IN_STATE: Final[Mapping[State, Mapping[Trigger, Rule[Act]]]] = {
    # A draft here was left, and a button still opens a ticket with it.
    State.MENU: {
        Trigger.YES: Rule(problem_report.open_ticket("ticket_opened"), State.FOLLOWING),
        Trigger.NO: Rule(leave("cancelled", *DESK), SAME),
        Trigger.TAKEN_UP: Rule(stay_silent, State.UNSURE),
    },
    State.DESCRIBING: {
        Trigger.DESCRIPTION: Rule(problem_report.open_ticket("ticket_opened"), State.FOLLOWING),
        Trigger.FILE: Rule(problem_report.ask_for_more("file_received"), State.CONFIRMING),
        Trigger.STALE: Rule(problem_report.ask_problem, SAME),
        Trigger.NOTE_ASIDE: Rule(tickets.add_aside("noted_before_report"), SAME),
        Trigger.CLOSE: Rule(keeping_draft(tickets.change("closed_by_owner", ChangeKind.CLOSE)), SAME),
        Trigger.FIXED: Rule(keeping_draft(tickets.change("fixed", ChangeKind.FIXED)), SAME),
        Trigger.REOPEN: Rule(keeping_draft(tickets.change("reopened", ChangeKind.REOPEN)), SAME),
    },
    State.CONFIRMING: _WITH_REPORT,
    State.UNSURE: {
        **_WITH_REPORT,
        Trigger.UNCLEAR: Rule(problem_report.unsure, SAME),
    },
    State.ASKING_CODE: {},
    State.FOLLOWING: {
        **_WITH_TICKET,
        # The button under the latest note, after a look at the ticket.
        Trigger.OTHER: Rule(problem_report.open_ticket("ticket_opened"), SAME),
    },
    State.ANOTHER_PROBLEM: {
        **_WITH_TICKET,
        Trigger.OTHER: Rule(problem_report.open_ticket("ticket_opened"), State.FOLLOWING),
        Trigger.SAME_PROBLEM: Rule(leave_as_is("same_problem"), State.FOLLOWING),
        Trigger.NOTE: Rule(tickets.add_note("note_added"), SAME),
        Trigger.CANNOT_ASK: _UNASKED,
    },
    State.CLOSING: {
        **_WITH_TICKET,
        Trigger.KEEP_OPEN: Rule(leave_as_is("stays_open"), State.FOLLOWING),
        Trigger.CANNOT_ASK: _UNASKED,
    },
    State.REOPENING: {
        **_WITH_REPORT,
        Trigger.MORE: Rule(tickets.ask_to_reopen, SAME),
        Trigger.REOPEN: Rule(tickets.change("reopened", ChangeKind.REOPEN), State.FOLLOWING),
        Trigger.FIXED: Rule(tickets.change("fixed", ChangeKind.FIXED), State.RATING),
        Trigger.TAKEN_UP: Rule(stay_silent, State.UNSURE),
    },
    State.RATING: {
        **_WITH_TICKET,
        Trigger.RATE: Rule(tickets.rate, State.FOLLOWING),
        Trigger.SKIP: Rule(say("not_rated"), State.FOLLOWING),
        Trigger.CANNOT_ASK: _UNASKED,
    },
    State.ERASING: {
        Trigger.ERASE_YES: Rule(customer_data.erase, State.MENU),
        Trigger.ERASE_WRITTEN: Rule(customer_data.ask_to_press_erase, SAME),
        Trigger.ERASE_NO: Rule(problem_report.leave_keeping("kept", "kept_with_draft"), State.MENU),
        Trigger.CANCEL: Rule(problem_report.leave_keeping("kept", "kept_with_draft"), State.MENU),
        Trigger.TAKEN_UP: Rule(stay_silent, State.UNSURE),
        Trigger.CANNOT_ASK: Rule(stay_silent, State.MENU),
    },
}

# Between two turns the customer follows a ticket that has something to tell them, unless they are busy with something else.
BETWEEN_TURNS_IN_EVERY_STATE: Final[Mapping[Trigger, Rule[ActBetweenTurns]]] = {
    Trigger.TICKET_ANSWERED: Rule(follow, State.FOLLOWING),
    Trigger.NOTIFIED: Rule(follow, State.FOLLOWING),
    Trigger.OPENED_FOR_THEM: Rule(close_question, SAME),
    Trigger.TICKET_CHANGED: Rule(close_question, SAME),
    Trigger.SILENCE: Rule(start_afresh, State.MENU),
    Trigger.SILENCE_WITH_QUESTION: Rule(start_afresh, State.FOLLOWING),
    Trigger.SILENCE_WITH_REPORT: Rule(leave_report, State.MENU),
}

_BUSY: Final[Mapping[Trigger, Rule[ActBetweenTurns]]] = {
    Trigger.TICKET_ANSWERED: Rule(keep_place, SAME),
    Trigger.NOTIFIED: Rule(keep_place, SAME),
}
# Nothing is open that a ticket could interrupt which a technician opens for them.
_IDLE: Final[Mapping[Trigger, Rule[ActBetweenTurns]]] = {
    Trigger.OPENED_FOR_THEM: Rule(follow, State.FOLLOWING),
}
_ABOUT_ANOTHER: Final[Mapping[Trigger, Rule[ActBetweenTurns]]] = {
    Trigger.OTHER_TICKET_ANSWERED: Rule(keep_place, SAME),
}
BETWEEN_TURNS_IN_STATE: Final[Mapping[State, Mapping[Trigger, Rule[ActBetweenTurns]]]] = {
    State.MENU: {**_IDLE, Trigger.ANSWERED_BESIDE_REPORT: Rule(keep_report, SAME)},
    State.DESCRIBING: {Trigger.TICKET_ANSWERED: Rule(keep_place, SAME)},
    State.CONFIRMING: _BUSY,
    State.UNSURE: _BUSY,
    State.ASKING_CODE: _IDLE,
    State.FOLLOWING: {**_IDLE, **_ABOUT_ANOTHER},
    State.ANOTHER_PROBLEM: _ABOUT_ANOTHER,
    State.CLOSING: _ABOUT_ANOTHER,
    State.REOPENING: _BUSY,
    State.RATING: _ABOUT_ANOTHER,
    State.ERASING: _BUSY,
}

# Every state with all its rules: for messages, and between two turns.
TABLE: Final[Mapping[State, Mapping[Trigger, Rule[Act]]]] = {
    state: {**IN_EVERY_STATE, **IN_STATE[state]} for state in State
}
BETWEEN_TURNS: Final[Mapping[State, Mapping[Trigger, Rule[ActBetweenTurns]]]] = {
    state: {**BETWEEN_TURNS_IN_EVERY_STATE, **BETWEEN_TURNS_IN_STATE[state]} for state in State
}
