"""The table as a specification: for a state and a message, the effects, the reply and the next state."""

from dataclasses import replace

import pytest

from state.dialogue.table import TABLE
from state.model.draft_part import Draft
from state.model.language import Language
from state.model.message import Content, Deleted, Edited, Unhandled, Unsupported
from state.model.session import Session, State
from state.model.ticket import TicketStatus, TicketView
from state.model.turn import Facts, Lookup
from state.understanding.meaning import MAX_FILES, interpret
from state.understanding.reading import read
from state.understanding.resolve import resolve
from state.understanding.triggers import Trigger
from tests.support.dialogue import (
    ANOTHERS,
    FRESH,
    MINE,
    MY_CLOSED,
    MY_OTHER,
    PHOTO,
    SESSIONS,
    VOICE,
    WAITING,
    content_of,
    did,
    message,
    mistyped,
    press,
    take,
    ticket,
)

MENU, CONFIRMING, DESCRIBING = State.MENU, State.CONFIRMING, State.DESCRIBING
ASKING_CODE, FOLLOWING, ERASING = State.ASKING_CODE, State.FOLLOWING, State.ERASING

Owned = tuple[TicketView, ...]
NONE: Owned = ()
ONE: Owned = (ticket(MINE),)
TWO: Owned = (ticket(MINE), ticket(MY_OTHER))
RATED: Owned = (replace(ticket(MINE, TicketStatus.CLOSED), rating=4),)
RESOLVED: Owned = (ticket(MINE, TicketStatus.RESOLVED),)
WAITED_FOR: Owned = (ticket(MINE, TicketStatus.WAITING_CUSTOMER),)
DONE: Owned = (ticket(MINE, TicketStatus.RESOLVED), ticket(MY_CLOSED, TicketStatus.CLOSED))

FULL = replace(FRESH, files=(PHOTO,) * MAX_FILES)
MISSED = replace(SESSIONS[CONFIRMING], misses=1)
IN_ONE_PART = SESSIONS[CONFIRMING].with_report(Draft().grown("no prende", (), "wamid.1"))
IN_PARTS = IN_ONE_PART.with_report(IN_ONE_PART.report.grown("no prende\nla notebook", (), "wamid.2"))
NOTED = replace(SESSIONS[FOLLOWING], draft="tampoco anda la impresora")
ASKED = {state: replace(session, open_question=MINE) for state, session in SESSIONS.items()}
FULL_DESCRIBING, FULL_CONFIRMING = replace(FULL, state=DESCRIBING), replace(FULL, state=CONFIRMING)

ALL = tuple(State)
BUT_CONFIRMING = (MENU, DESCRIBING, ASKING_CODE, FOLLOWING, ERASING)
BUT_FOLLOWING = (MENU, CONFIRMING, DESCRIBING, ASKING_CODE, ERASING)
IN_A_REPORT = (CONFIRMING, DESCRIBING)
IDLE = (MENU, ASKING_CODE, ERASING)
TO_CODE = (MENU, ASKING_CODE, FOLLOWING, ERASING)
SAME = None

STORY = "sigue sin prender la pantalla desde ayer"
STICKER = Unsupported(what=Unhandled.STICKER)


# For a message in this state, with these tickets: the next state, the reply, and the other effects.
AT_ANY_TIME: list[tuple[tuple[State, ...], Content | str, Owned, State | None, str | None, str]] = [
    (BUT_CONFIRMING, "hola", ONE, MENU, "welcome", ""),
    ((CONFIRMING,), "hola", ONE, SAME, "confirm_problem", ""),
    (BUT_CONFIRMING, press("menu/menu"), ONE, MENU, "welcome", ""),
    (BUT_CONFIRMING, "quiero reportar un problema", ONE, DESCRIBING, "ask_problem", ""),
    ((CONFIRMING,), "quiero reportar un problema", ONE, DESCRIBING, "file_kept", ""),
    (BUT_CONFIRMING, press("menu/report"), ONE, DESCRIBING, "ask_problem", ""),
    (IDLE, "tengo un problema con mi notebook", ONE, DESCRIBING, "file_kept", ""),
    (IDLE, "mi compu no enciende", ONE, CONFIRMING, "confirm_problem", ""),
    (IDLE, "xkcd wobble", ONE, CONFIRMING, "maybe_problem", ""),
    (IDLE, PHOTO, ONE, CONFIRMING, "file_received", ""),
    (IDLE, replace(PHOTO, caption="no prende"), ONE, CONFIRMING, "confirm_problem", ""),
    (BUT_CONFIRMING, MINE, ONE, FOLLOWING, "ticket_card", ""),
    (BUT_CONFIRMING, f"¡{MINE.lower()}!", ONE, FOLLOWING, "ticket_card", ""),
    ((CONFIRMING,), MINE, ONE, SAME, "ticket_glance", ""),
    (TO_CODE, f"hola, cómo va el {MINE}?", ONE, FOLLOWING, "ticket_card", ""),
    (BUT_CONFIRMING, press(f"following/view/{MINE}"), ONE, FOLLOWING, "ticket_card", ""),
    ((CONFIRMING,), press(f"following/view/{MINE}"), ONE, SAME, "ticket_glance", ""),
    (BUT_CONFIRMING, ANOTHERS, ONE, ASKING_CODE, "code_unknown", ""),
    (BUT_CONFIRMING, press(f"following/view/{ANOTHERS}"), ONE, ASKING_CODE, "code_unknown", ""),
    (BUT_CONFIRMING, mistyped(MINE), ONE, ASKING_CODE, "code_mistyped", ""),
    ((CONFIRMING,), ANOTHERS, ONE, SAME, "code_unknown", ""),
    ((CONFIRMING,), mistyped(MINE), ONE, SAME, "code_mistyped", ""),
    (ALL, "mis tickets", NONE, MENU, "no_tickets", ""),
    (BUT_CONFIRMING, "mis tickets", ONE, FOLLOWING, "ticket_card", ""),
    (BUT_CONFIRMING, "mis tickets", TWO, ASKING_CODE, "choose_ticket", ""),
    (BUT_CONFIRMING, press("menu/tickets"), TWO, ASKING_CODE, "choose_ticket", ""),
    ((CONFIRMING,), "mis tickets", ONE, SAME, "ticket_glance", ""),
    ((CONFIRMING,), "mis tickets", TWO, SAME, "choose_ticket", ""),
    (TO_CODE, f"quiero hablar con alguien por el {MINE}", ONE, FOLLOWING, "human_asked", "note human"),
    (TO_CODE, f"quiero hablar con alguien por el {ANOTHERS}", ONE, FOLLOWING, "human_opened", "open human"),
    (TO_CODE, f"{MINE} {STORY}", ONE, FOLLOWING, "note_added", "note"),
    (TO_CODE, f"{MY_CLOSED} {STORY}", DONE, CONFIRMING, "ticket_closed", ""),
    (TO_CODE, f"{ANOTHERS} {STORY}", ONE, CONFIRMING, "code_and_problem", ""),
    (TO_CODE, f"{mistyped(MINE)} {STORY}", ONE, CONFIRMING, "code_and_problem", ""),
    (BUT_FOLLOWING, "quiero hablar con una persona", ONE, FOLLOWING, "human_opened", "open human"),
    (BUT_FOLLOWING, press("menu/human"), ONE, FOLLOWING, "human_opened", "open human"),
    ((MENU, CONFIRMING, DESCRIBING, ASKING_CODE, FOLLOWING), "cancelar", ONE, MENU, "cancelled", ""),
    ((ERASING,), "cancelar", ONE, MENU, "kept", ""),
    (BUT_CONFIRMING, "gracias", ONE, SAME, "you_are_welcome", ""),
    ((CONFIRMING,), "gracias", ONE, SAME, "confirm_problem", ""),
    ((MENU, ASKING_CODE, FOLLOWING), "english please", ONE, SAME, "language_changed", ""),
    ((DESCRIBING,), "english please", ONE, SAME, "ask_problem", ""),
    ((ERASING,), "english please", ONE, SAME, "erase_explained", ""),
    ((CONFIRMING,), press("menu/language/pt"), ONE, SAME, "confirm_problem", ""),
    (ALL, "cambiar de idioma", ONE, SAME, "choose_language", ""),
    (ALL, "borrar mis datos", ONE, ERASING, "erase_explained", ""),
    ((MENU, ASKING_CODE, ERASING), press("confirming/yes/3"), ONE, MENU, "stale", ""),
    ((FOLLOWING,), press("confirming/yes/3"), ONE, SAME, "stale", ""),
    ((DESCRIBING,), press("confirming/yes/3"), ONE, SAME, "ask_problem", ""),
    ((CONFIRMING,), press("confirming/yes/3"), ONE, SAME, "confirm_problem", ""),
    (TO_CODE, press(f"following/close/{MINE}"), ONE, FOLLOWING, "closed_by_owner", "close"),
    (IN_A_REPORT, press(f"following/close/{MINE}"), ONE, SAME, "closed_by_owner", "close"),
    (TO_CODE, press(f"following/fixed/{MINE}"), RESOLVED, FOLLOWING, "fixed", "fixed"),
    (IN_A_REPORT, press(f"following/fixed/{MINE}"), RESOLVED, SAME, "fixed", "fixed"),
    (TO_CODE, press(f"following/not_fixed/{MINE}"), RESOLVED, FOLLOWING, "reopened", "reopen"),
    (IN_A_REPORT, press(f"following/not_fixed/{MINE}"), RESOLVED, SAME, "reopened", "reopen"),
    (TO_CODE, press(f"following/reopen/{MY_CLOSED}"), DONE, FOLLOWING, "reopened", "reopen"),
    (ALL, press(f"following/rate/{MINE}/5"), RATED, SAME, "rated", "rating"),
    (ALL, press(f"following/rate/{MINE}/4"), RATED, SAME, None, ""),
    (ALL, press(f"following/skip/{MINE}"), RATED, SAME, "not_rated", ""),
    # The ticket has moved on since the button was made: it is shown as it is.
    (BUT_CONFIRMING, press(f"following/fixed/{MINE}"), ONE, FOLLOWING, "ticket_card", ""),
    (BUT_CONFIRMING, press(f"following/fixed/{MINE}"), RATED, FOLLOWING, "ticket_card", ""),
    (BUT_CONFIRMING, press(f"following/not_fixed/{MINE}"), ONE, FOLLOWING, "ticket_card", ""),
    ((CONFIRMING,), press(f"following/not_fixed/{MINE}"), ONE, SAME, "ticket_glance", ""),
    (BUT_CONFIRMING, press(f"following/close/{MINE}"), RATED, FOLLOWING, "ticket_card", ""),
    (BUT_CONFIRMING, press(f"following/rate/{MINE}/4"), ONE, FOLLOWING, "ticket_card", ""),
    ((CONFIRMING,), press(f"following/rate/{MINE}/4"), ONE, SAME, "ticket_glance", ""),
    (BUT_CONFIRMING, press(f"following/close/{ANOTHERS}"), ONE, ASKING_CODE, "code_unknown", ""),
    (BUT_CONFIRMING, press(f"following/rate/{ANOTHERS}/1"), ONE, ASKING_CODE, "code_unknown", ""),
    ((MENU, ASKING_CODE, ERASING), press(f"following/rate/{MINE}/9"), ONE, MENU, "stale", ""),
    ((MENU, ASKING_CODE, ERASING), press("following/fixed/"), ONE, MENU, "stale", ""),
    (ALL, Deleted(of="wamid.earlier"), ONE, SAME, None, ""),
    (ALL, STICKER, ONE, SAME, "unsupported_sticker", ""),
    (ALL, " \n\u200b", ONE, SAME, "unsupported_other", ""),
]  # fmt: skip

# What only this place in the dialogue understands.
HERE: list[tuple[Session, Content | str, Owned, State | None, str | None, str]] = [
    (SESSIONS[MENU], press("confirming/cancel/7"), ONE, SAME, None, ""),
    (SESSIONS[MENU], press("erasing/keep/7"), ONE, SAME, None, ""),
    (SESSIONS[MENU], "sí", ONE, SAME, "welcome", ""),
    (SESSIONS[DESCRIBING], "hace un ruido raro al prender", ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[DESCRIBING], f"es por el {MINE}, sigue igual", ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[DESCRIBING], "tengo un problema con mi notebook", ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[DESCRIBING], VOICE, ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[DESCRIBING], replace(PHOTO, caption="no prende"), ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[DESCRIBING], PHOTO, ONE, SAME, "file_kept", ""),
    (SESSIONS[DESCRIBING], "sí", ONE, SAME, "ask_problem", ""),
    (SESSIONS[DESCRIBING], "no", ONE, MENU, "cancelled", ""),
    (SESSIONS[DESCRIBING], press("describing/cancel/7"), ONE, MENU, "cancelled", ""),
    (SESSIONS[DESCRIBING], press("describing/yes/7"), ONE, SAME, "ask_problem", ""),
    (WAITING, "sí", ONE, FOLLOWING, "ticket_opened", "open"),
    (WAITING, press("describing/yes/7"), ONE, FOLLOWING, "ticket_opened", "open"),
    (WAITING, "hola", ONE, SAME, "file_kept", ""),
    (WAITING, press("menu/report"), ONE, SAME, "file_kept", ""),
    (WAITING, press("confirming/yes/3"), ONE, SAME, "file_kept", ""),
    (WAITING, "quiero hablar con una persona", ONE, FOLLOWING, "human_opened", "open human"),
    (FULL_DESCRIBING, PHOTO, ONE, SAME, "too_many_files", ""),
    (SESSIONS[CONFIRMING], press("confirming/yes/7"), ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[CONFIRMING], "sí", ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[CONFIRMING], press("confirming/cancel/7"), ONE, MENU, "cancelled", ""),
    (SESSIONS[CONFIRMING], "no", ONE, MENU, "cancelled", ""),
    (SESSIONS[CONFIRMING], "tampoco anda el teclado", ONE, SAME, "confirm_problem", ""),
    (SESSIONS[CONFIRMING], "xkcd wobble", ONE, SAME, "confirm_problem", ""),
    (SESSIONS[CONFIRMING], PHOTO, ONE, SAME, "confirm_problem", ""),
    (SESSIONS[CONFIRMING], press("following/other/7"), ONE, SAME, None, ""),
    (IN_PARTS, Deleted(of="wamid.2"), ONE, SAME, "confirm_problem", ""),
    (IN_PARTS, Edited(of="wamid.2", body="la de Ana"), ONE, SAME, "confirm_problem", ""),
    (IN_ONE_PART, Deleted(of="wamid.1"), ONE, DESCRIBING, "ask_problem", ""),
    (IN_ONE_PART, Edited(of="wamid.earlier", body="es la de Ana"), ONE, SAME, "confirm_problem", ""),
    (MISSED, "wobble xkcd", ONE, SAME, "offer_human", ""),
    (FULL_CONFIRMING, PHOTO, ONE, SAME, "too_many_files", ""),
    (SESSIONS[FOLLOWING], "ahora además hace ruido", ONE, SAME, "note_added", "note"),
    (SESSIONS[FOLLOWING], PHOTO, ONE, SAME, "note_added", "note"),
    (SESSIONS[FOLLOWING], "ahora además hace ruido", DONE, CONFIRMING, "ticket_closed", ""),
    (SESSIONS[FOLLOWING], "ahora además hace ruido", NONE, CONFIRMING, "confirm_problem", ""),
    (SESSIONS[FOLLOWING], PHOTO, NONE, CONFIRMING, "file_received", ""),
    (SESSIONS[FOLLOWING], "estado", ONE, SAME, "ticket_card", ""),
    (SESSIONS[FOLLOWING], "quiero hablar con una persona", ONE, SAME, "human_asked", "note human"),
    (SESSIONS[FOLLOWING], press("menu/human"), ONE, SAME, "human_asked", "note human"),
    (SESSIONS[FOLLOWING], press("menu/human"), (ticket(MINE, wants_human=True),), SAME, "ticket_card", ""),
    (SESSIONS[FOLLOWING], press("menu/human"), DONE, SAME, "human_opened", "open human"),
    (SESSIONS[FOLLOWING], press("confirming/yes/7"), ONE, SAME, None, ""),
    (NOTED, press("following/other/7"), ONE, CONFIRMING, "confirm_problem", ""),
    (SESSIONS[FOLLOWING], press("following/other/7"), ONE, SAME, "stale", ""),
    # A finished ticket and something new about it: the same again, or another one.
    (SESSIONS[CONFIRMING], press(f"confirming/reopen/{MINE}/7"), RESOLVED, FOLLOWING, "reopened", "reopen"),
    (SESSIONS[CONFIRMING], press(f"confirming/reopen/{MINE}/7"), ONE, FOLLOWING, "note_added", "note"),
    (SESSIONS[CONFIRMING], press(f"confirming/reopen/{MINE}/6"), RESOLVED, SAME, "reopened", "reopen"),
    (SESSIONS[CONFIRMING], press("confirming/new/7"), RESOLVED, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[FOLLOWING], press("confirming/new/7"), ONE, SAME, None, ""),
    # "Is it fixed?", answered by hand.
    (SESSIONS[FOLLOWING], "sí", RESOLVED, SAME, "fixed", "fixed"),
    (SESSIONS[FOLLOWING], "no", RESOLVED, SAME, "reopened", "reopen"),
    (SESSIONS[FOLLOWING], "sí", ONE, SAME, "note_added", "note"),
    # A technician's question is open: what is no command answers it.
    (ASKED[FOLLOWING], "es una epson l3150", WAITED_FOR, SAME, "answer_added", "note"),
    (ASKED[MENU], "es una epson l3150", WAITED_FOR, FOLLOWING, "answer_added", "note"),
    (ASKED[MENU], "sí", WAITED_FOR, FOLLOWING, "answer_added", "note"),
    (ASKED[MENU], PHOTO, WAITED_FOR, FOLLOWING, "answer_added", "note"),
    (ASKED[MENU], "mi compu no enciende", WAITED_FOR, CONFIRMING, "confirm_problem", ""),
    (ASKED[MENU], "hola", WAITED_FOR, SAME, "welcome", ""),
    (ASKED[CONFIRMING], "tampoco anda el teclado", WAITED_FOR, SAME, "confirm_problem", ""),
    (SESSIONS[ERASING], press("erasing/erase/7"), ONE, MENU, "erased", "erase"),
    (SESSIONS[ERASING], press("erasing/keep/7"), ONE, MENU, "kept", ""),
    (SESSIONS[ERASING], "no", ONE, MENU, "kept", ""),
    (SESSIONS[ERASING], "sí", ONE, SAME, "erase_press", ""),
    (SESSIONS[ERASING], "si, borra todo", ONE, SAME, "erase_press", ""),
    (SESSIONS[FOLLOWING], "otro problema: no anda el mail", ONE, CONFIRMING, "confirm_problem", ""),
    (SESSIONS[FOLLOWING], "quiero cancelar el ticket", ONE, SAME, "note_added", "note"),
]  # fmt: skip

CASES = [
    (SESSIONS[state], said, owned, then, reply, does)
    for states, said, owned, then, reply, does in AT_ANY_TIME
    for state in states
] + HERE

# Rows for somebody who has opened too many tickets: tests/database/test_ticket_cap.py; for quotes: understanding/test_quotes.py; for
# what follows a turn: test_step.py.
ELSEWHERE = {Trigger.REPORT_WAITS, Trigger.HUMAN_WAITS, Trigger.NOTE_ASIDE, Trigger.CANNOT_ASK}
# Rows that no message leads to: the state reads such a message as something of its own.
OF_A_TICKET = {
    Trigger.NOTE,
    Trigger.NOTE_CLOSED,
    Trigger.HUMAN_FOR_TICKET,
    Trigger.CODE_AND_STORY,
}
NEVER = {
    DESCRIBING: {Trigger.PROBLEM, Trigger.UNCLEAR, *OF_A_TICKET},
    CONFIRMING: {Trigger.PROBLEM, Trigger.UNCLEAR, Trigger.FILE, *OF_A_TICKET} - {Trigger.NOTE},
    FOLLOWING: {Trigger.UNCLEAR, Trigger.FILE},
    ERASING: {Trigger.CANCEL},
}


@pytest.mark.parametrize(("session", "said", "owned", "then", "reply", "does"), CASES)
def test_table(
    session: Session, said: Content | str, owned: Owned, then: State | None, reply: str | None, does: str
) -> None:
    turn = take(session, message(said), {view.code: view for view in owned})
    answered = turn.reply.say if turn.reply else None
    assert (turn.session.state, answered, did(turn)) == (then or session.state, reply, does)


def test_every_row_of_the_table_has_its_case() -> None:
    met = {(session.state, _trigger(session, said, owned)) for session, said, owned, *_ in CASES}
    rows = {
        (state, trigger)
        for state, rules in TABLE.items()
        for trigger in set(rules) - ELSEWHERE - NEVER.get(state, set())
    }
    assert met == rows


def _trigger(session: Session, said: Content | str, owned: Owned) -> object:
    meaning = interpret(session, read(content_of(said)))
    mine = {view.code: view for view in owned}
    asked: Lookup = meaning.lookup
    facts = Facts(
        new_code=MINE,
        language=Language.ES,
        ticket=asked.ticket_of(mine),
        tickets=tuple(owned),
    )
    return resolve(meaning, facts).trigger
