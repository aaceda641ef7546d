"""The dialogue as a table: in which state, entered with which trigger, what is done and which state is next.

Only this table changes `Session.state`. The diagram in docs/dialogue.md is drawn from it by `state/dialogue/diagram.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from state.dialogue.buttons import DESK, LANGUAGES, menu
from state.dialogue.context import Act, keeping_draft, leave, say, stay_silent
from state.dialogue.person import (
    ask_to_press_erase,
    choose_language,
    erase,
    explain_erasure,
    refuse_unsupported,
)
from state.dialogue.report import (
    add_to_draft,
    ask_problem,
    confirm_again,
    confirm_other_problem,
    draft,
    glance_at_ticket,
    keep_file,
    keep_for_later,
    open_ticket,
    refuse_file,
    show_unknown_code,
)
from state.dialogue.tickets import (
    add_note,
    add_to_finished,
    ask_human,
    change,
    choose_ticket,
    no_such_ticket,
    rate,
    show_ticket,
)
from state.model.session import State
from state.model.turn import Action, Change
from state.understanding.triggers import Trigger


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done about a trigger, and the state after it. `next` None: the state stays."""

    act: Act
    next: State | None


SAME: Final = None
_OR_A_PERSON: Final = (Action.YES, Action.HUMAN, Action.CANCEL)
_OR_A_TICKET: Final = (Action.YES, Action.CANCEL, Action.TICKETS)

# Understood in every state, where the state has no row of its own below.
IN_EVERY_STATE: Final[Mapping[Trigger, Rule]] = {
    Trigger.GREETING: Rule(leave("welcome", *DESK), State.MENU),
    Trigger.REPORT: Rule(ask_problem, State.DESCRIBING),
    Trigger.PROBLEM: Rule(draft("confirm_problem"), State.CONFIRMING),
    Trigger.FILE: Rule(draft("file_received"), State.CONFIRMING),
    Trigger.UNCLEAR: Rule(draft("maybe_problem", *_OR_A_PERSON), State.CONFIRMING),
    Trigger.CODE_FOUND: Rule(show_ticket, State.FOLLOWING),
    Trigger.CODE_UNKNOWN: Rule(no_such_ticket("code_unknown"), State.ASKING_CODE),
    Trigger.CODE_MISTYPED: Rule(no_such_ticket("code_mistyped"), State.ASKING_CODE),
    Trigger.CODE_AND_STORY: Rule(draft("code_and_problem", *_OR_A_TICKET), State.CONFIRMING),
    Trigger.NO_TICKETS: Rule(leave("no_tickets", *menu(Action.REPORT, Action.HUMAN)), State.MENU),
    Trigger.ONE_TICKET: Rule(show_ticket, State.FOLLOWING),
    Trigger.MANY_TICKETS: Rule(choose_ticket, State.ASKING_CODE),
    Trigger.NOTE: Rule(add_note, State.FOLLOWING),
    Trigger.NOTE_CLOSED: Rule(add_to_finished, State.CONFIRMING),
    Trigger.CLOSE: Rule(change("closed_by_owner", Change.CLOSE), State.FOLLOWING),
    Trigger.FIXED: Rule(change("fixed", Change.FIXED), State.FOLLOWING),
    Trigger.REOPEN: Rule(change("reopened", Change.REOPEN), State.FOLLOWING),
    Trigger.RATE: Rule(rate, SAME),
    Trigger.SKIP: Rule(say("not_rated"), SAME),
    Trigger.REPORT_WAITS: Rule(keep_for_later, State.CONFIRMING),
    Trigger.HUMAN: Rule(open_ticket("human_opened", wants_human=True), State.FOLLOWING),
    Trigger.HUMAN_WAITS: Rule(say("too_many_tickets", *menu(Action.TICKETS, Action.MENU)), SAME),
    Trigger.HUMAN_FOR_TICKET: Rule(ask_human, State.FOLLOWING),
    Trigger.CANCEL: Rule(leave("cancelled", *DESK), State.MENU),
    Trigger.THANKS: Rule(say("you_are_welcome"), SAME),
    Trigger.LANGUAGE_CHOSEN: Rule(choose_language, SAME),
    Trigger.LANGUAGE_ASKED: Rule(say("choose_language", *LANGUAGES), SAME),
    Trigger.ERASE: Rule(explain_erasure, State.ERASING),
    Trigger.STALE: Rule(leave("stale", *DESK), State.MENU),
    Trigger.REPEATED: Rule(stay_silent, SAME),
    Trigger.UNSUPPORTED: Rule(refuse_unsupported, SAME),
}

_CHANGES_DURING_REPORT: Final[Mapping[Trigger, Rule]] = {
    Trigger.CLOSE: Rule(keeping_draft(change("closed_by_owner", Change.CLOSE)), SAME),
    Trigger.FIXED: Rule(keeping_draft(change("fixed", Change.FIXED)), SAME),
    Trigger.REOPEN: Rule(keeping_draft(change("reopened", Change.REOPEN)), SAME),
}

IN_STATE: Final[Mapping[State, Mapping[Trigger, Rule]]] = {
    State.MENU: {},
    State.DESCRIBING: {
        Trigger.DESCRIPTION: Rule(open_ticket("ticket_opened"), State.FOLLOWING),
        Trigger.FILE: Rule(keep_file, SAME),
        Trigger.TOO_MANY_FILES: Rule(refuse_file, SAME),
        Trigger.YES: Rule(open_ticket("ticket_opened"), State.FOLLOWING),
        Trigger.STALE: Rule(ask_problem, SAME),
        **_CHANGES_DURING_REPORT,
    },
    State.CONFIRMING: {
        Trigger.YES: Rule(open_ticket("ticket_opened"), State.FOLLOWING),
        Trigger.MORE: Rule(add_to_draft("confirm_problem"), SAME),
        Trigger.MORE_UNCLEAR: Rule(add_to_draft("offer_human", *_OR_A_PERSON), SAME),
        Trigger.TOO_MANY_FILES: Rule(refuse_file, SAME),
        Trigger.GREETING: Rule(confirm_again, SAME),
        Trigger.THANKS: Rule(confirm_again, SAME),
        Trigger.STALE: Rule(confirm_again, SAME),
        Trigger.CODE_UNKNOWN: Rule(show_unknown_code("code_unknown"), SAME),
        Trigger.CODE_MISTYPED: Rule(show_unknown_code("code_mistyped"), SAME),
        Trigger.CODE_FOUND: Rule(glance_at_ticket, SAME),
        Trigger.ONE_TICKET: Rule(glance_at_ticket, SAME),
        Trigger.MANY_TICKETS: Rule(keeping_draft(choose_ticket), SAME),
        Trigger.REOPEN_WITH: Rule(change("reopened", Change.REOPEN), State.FOLLOWING),
        **_CHANGES_DURING_REPORT,
    },
    State.ASKING_CODE: {},
    State.FOLLOWING: {
        Trigger.OTHER: Rule(confirm_other_problem, State.CONFIRMING),
        Trigger.STALE: Rule(say("stale", *DESK), SAME),
    },
    State.ERASING: {
        Trigger.ERASE_YES: Rule(erase, State.MENU),
        Trigger.ERASE_WRITTEN: Rule(ask_to_press_erase, SAME),
        Trigger.ERASE_NO: Rule(leave("kept", *DESK), State.MENU),
    },
}

# Every state with all its rows.
TABLE: Final[Mapping[State, Mapping[Trigger, Rule]]] = {
    state: {**IN_EVERY_STATE, **IN_STATE[state]} for state in State
}
