"""The table as a specification: for a state and a message, the effects, the reply and the next state."""

from dataclasses import replace
from typing import Final

import pytest

from state.dialogue.table import TABLE
from state.model.draft_part import Draft
from state.model.message import Content, Deleted, Edited, Unhandled, Unsupported
from state.model.session import WITH_REPORT, WITH_TICKET, Session, State
from state.model.ticket import TicketStatus, TicketView
from state.understanding.meaning import MAX_FILES
from state.understanding.triggers import Trigger
from tests.support.dialogue import (
    ANOTHERS,
    MINE,
    MY_CLOSED,
    MY_OTHER,
    PHOTO,
    SESSIONS,
    STORY,
    VOICE,
    WITH_PHOTO,
    did,
    message,
    mistyped,
    press,
    take,
    ticket,
    trigger_of,
)

MENU, DESCRIBING, CONFIRMING, UNSURE = State.MENU, State.DESCRIBING, State.CONFIRMING, State.UNSURE
ASKING_CODE, FOLLOWING, ANOTHER_PROBLEM = State.ASKING_CODE, State.FOLLOWING, State.ANOTHER_PROBLEM
CLOSING, REOPENING, RATING, ERASING = State.CLOSING, State.REOPENING, State.RATING, State.ERASING

Owned = tuple[TicketView, ...]
Case = tuple[Session, Content | str, Owned, State | None, str | None, str]
NONE: Owned = ()
ONE: Owned = (ticket(MINE),)
TWO: Owned = (ticket(MINE), ticket(MY_OTHER))
RATED: Owned = (replace(ticket(MINE, TicketStatus.CLOSED), rating=4),)
RESOLVED: Owned = (ticket(MINE, TicketStatus.RESOLVED),)
CLOSED: Owned = (ticket(MINE, TicketStatus.CLOSED),)
WAITED_FOR: Owned = (ticket(MINE, TicketStatus.WAITING_CUSTOMER),)
DONE: Owned = (ticket(MINE, TicketStatus.RESOLVED), ticket(MY_CLOSED, TicketStatus.CLOSED))

IN_ONE_PART = SESSIONS[CONFIRMING].with_report(Draft().grown("no prende", (), "wamid.1"))
IN_PARTS = IN_ONE_PART.with_report(IN_ONE_PART.report.grown("no prende\nla notebook", (), "wamid.2"))
ALL: Final = tuple(State)
IN_A_REPORT: Final = tuple(state for state in State if state in WITH_REPORT)
ABOUT_A_TICKET: Final = tuple(state for state in State if state in WITH_TICKET)
IDLE: Final = (MENU, ASKING_CODE, ERASING)
BUT_IN_A_REPORT: Final = (MENU, DESCRIBING, ASKING_CODE, *ABOUT_A_TICKET, ERASING)
# In the others a code in a text is a part of the report.
TO_CODE: Final = (*IDLE, *ABOUT_A_TICKET)
SAME = None

# Where the current ticket is resolved or closed, a technician's question is open, or a draft was left.
AFTER_RESOLVED = replace(SESSIONS[FOLLOWING], current_status=TicketStatus.RESOLVED, open_question=MINE)
AFTER_CLOSED = replace(SESSIONS[FOLLOWING], current_status=TicketStatus.CLOSED)
ASKED = {state: replace(session, open_question=MINE) for state, session in SESSIONS.items()}
ASKED[FOLLOWING] = replace(ASKED[FOLLOWING], current_status=TicketStatus.WAITING_CUSTOMER)
LEFT = replace(SESSIONS[MENU], draft=STORY, last_reply="cancelled_kept", cancelled=True)
LEFT_TO_ERASE = replace(SESSIONS[ERASING], draft=STORY)
FULL = {state: replace(SESSIONS[state], files=(PHOTO,) * MAX_FILES) for state in IN_A_REPORT}
ASKED_MORE = replace(SESSIONS[CONFIRMING], last_reply="more_needed")

LATER_STORY = "sigue sin prender la pantalla desde ayer"
STICKER = Unsupported(what=Unhandled.STICKER)


# For a message in this state, with these tickets: the next state, the reply, and the other effects.
AT_ANY_TIME: list[tuple[tuple[State, ...], Content | str, Owned, State | None, str | None, str]] = [
    (BUT_IN_A_REPORT, "hola", ONE, MENU, "welcome", ""),
    (IN_A_REPORT, "hola", ONE, CONFIRMING, "kept_draft", ""),
    (BUT_IN_A_REPORT, press("menu/menu"), ONE, MENU, "welcome", ""),
    (IN_A_REPORT, press("menu/menu"), ONE, CONFIRMING, "kept_draft", ""),
    ((*IDLE, *ABOUT_A_TICKET), press("menu/report"), ONE, DESCRIBING, "ask_problem", ""),
    ((DESCRIBING,), press("menu/report"), ONE, SAME, "ask_again", ""),
    (IN_A_REPORT, press("menu/report"), ONE, CONFIRMING, "confirm_problem", ""),
    ((MENU,), "mi compu no enciende", ONE, CONFIRMING, "confirm_problem", ""),
    ((MENU, ASKING_CODE, ERASING), PHOTO, ONE, CONFIRMING, "file_received", ""),
    ((MENU, ASKING_CODE, ERASING), replace(PHOTO, caption="no prende"), ONE, CONFIRMING, "confirm_problem", ""),
    # A code.
    (BUT_IN_A_REPORT, MINE, ONE, FOLLOWING, "ticket_card", ""),
    (BUT_IN_A_REPORT, f"¡{MINE.lower()}!", ONE, FOLLOWING, "ticket_card", ""),
    (IN_A_REPORT, MINE, ONE, CONFIRMING, "ticket_glance", ""),
    (TO_CODE, f"hola, cómo va el {MINE}?", ONE, FOLLOWING, "ticket_card", ""),
    (BUT_IN_A_REPORT, press(f"following/view/{MINE}"), ONE, FOLLOWING, "ticket_card", ""),
    (IN_A_REPORT, press(f"following/view/{MINE}"), ONE, CONFIRMING, "ticket_glance", ""),
    (BUT_IN_A_REPORT, ANOTHERS, ONE, ASKING_CODE, "code_unknown", ""),
    (BUT_IN_A_REPORT, press(f"following/view/{ANOTHERS}"), ONE, ASKING_CODE, "code_unknown", ""),
    (BUT_IN_A_REPORT, mistyped(MINE), ONE, ASKING_CODE, "code_mistyped", ""),
    (IN_A_REPORT, ANOTHERS, ONE, CONFIRMING, "code_unknown", ""),
    (IN_A_REPORT, mistyped(MINE), ONE, CONFIRMING, "code_mistyped", ""),
    ((*IDLE, FOLLOWING, CLOSING, RATING), f"{MINE} {LATER_STORY}", ONE, FOLLOWING, "noted_shown", "note"),
    ((ANOTHER_PROBLEM,), f"{MINE} {LATER_STORY}", ONE, SAME, "noted_shown", "note"),
    (TO_CODE, f"{MINE} {LATER_STORY}", RESOLVED, REOPENING, "reopen_question", ""),
    (TO_CODE, f"{MY_CLOSED} {LATER_STORY}", DONE, REOPENING, "ticket_closed", ""),
    (TO_CODE, f"{ANOTHERS} {LATER_STORY}", ONE, CONFIRMING, "code_and_problem", ""),
    (TO_CODE, f"{mistyped(MINE)} {LATER_STORY}", ONE, CONFIRMING, "code_and_problem", ""),
    # Their tickets.
    (BUT_IN_A_REPORT, "mis tickets", NONE, MENU, "no_tickets", ""),
    (IN_A_REPORT, "mis tickets", NONE, CONFIRMING, "no_tickets", ""),
    (BUT_IN_A_REPORT, "mis tickets", ONE, FOLLOWING, "ticket_card", ""),
    (BUT_IN_A_REPORT, press("menu/tickets"), TWO, ASKING_CODE, "choose_ticket", ""),
    (IN_A_REPORT, "mis tickets", ONE, CONFIRMING, "ticket_glance", ""),
    (IN_A_REPORT, "mis tickets", TWO, SAME, "choose_ticket", ""),
    # A person.
    (TO_CODE, f"quiero hablar con alguien por el {MINE}", ONE, FOLLOWING, "human_asked", "note human"),
    (TO_CODE, f"quiero hablar con alguien por el {ANOTHERS}", ONE, FOLLOWING, "human_opened", "open human"),
    ((*IDLE, DESCRIBING, *IN_A_REPORT), press("menu/human"), ONE, FOLLOWING, "human_opened", "open human"),
    (ABOUT_A_TICKET, press("menu/human"), ONE, FOLLOWING, "human_asked", "note human"),
    (ABOUT_A_TICKET, press("menu/human"), CLOSED, FOLLOWING, "human_opened", "open human"),
    (ABOUT_A_TICKET, press("menu/human"), (ticket(MINE, wants_human=True),), FOLLOWING, "ticket_card", ""),
    # Leaving, and courtesy.
    ((MENU, DESCRIBING, ASKING_CODE, FOLLOWING, ANOTHER_PROBLEM), "olvídalo", ONE, MENU, "cancelled", ""),
    (IN_A_REPORT, "olvídalo", ONE, MENU, "cancelled_kept", ""),
    ((CLOSING,), "olvídalo", ONE, FOLLOWING, "stays_open", ""),
    ((RATING,), "olvídalo", CLOSED, FOLLOWING, "not_rated", ""),
    ((ERASING,), "olvídalo", ONE, MENU, "kept", ""),
    ((MENU, DESCRIBING, ASKING_CODE), "un momento, espera", ONE, SAME, "wait_ticket", ""),
    (IN_A_REPORT, "un momento, espera", ONE, CONFIRMING, "wait", ""),
    (ALL, "gracias", ONE, SAME, "you_are_welcome", ""),
    (ALL, "chau", ONE, SAME, "goodbye", ""),
    # Themselves.
    ((MENU, ASKING_CODE, FOLLOWING), "english please", ONE, SAME, "language_changed", ""),
    ((ANOTHER_PROBLEM,), "english please", ONE, SAME, "note_other", ""),
    ((CLOSING,), "english please", ONE, SAME, "close_question", ""),
    ((RATING,), "english please", CLOSED, SAME, "rate_again", ""),
    ((DESCRIBING,), "english please", ONE, SAME, "ask_again", ""),
    ((ERASING,), "english please", ONE, SAME, "erase_explained", ""),
    ((CONFIRMING,), press("menu/language/pt"), ONE, SAME, "confirm_problem", ""),
    ((UNSURE,), press("menu/language/pt"), ONE, SAME, "unsure", ""),
    ((REOPENING,), press("menu/language/pt"), CLOSED, SAME, "ticket_closed", ""),
    (ALL, "cambiar de idioma", ONE, SAME, "choose_language", ""),
    (ALL, "no me manden más mensajes", ONE, SAME, "quiet", ""),
    ((*IDLE[:2], DESCRIBING, *IN_A_REPORT, *ABOUT_A_TICKET), "borrar mis datos", ONE, ERASING, "erase_explained", ""),
    # What is not for this desk, and what says too little.
    ((*IDLE, DESCRIBING, *IN_A_REPORT), "¿a qué hora abren?", ONE, UNSURE, "not_ours", ""),
    ((FOLLOWING, ANOTHER_PROBLEM, CLOSING, RATING), "¿a qué hora abren?", ONE, FOLLOWING, "not_ours", "note"),
    ((*IDLE, CONFIRMING, FOLLOWING, CLOSING, RATING), "necesito ayuda con mi notebook", ONE, CONFIRMING, "more_needed", ""),
    # How it is going.
    ((FOLLOWING, ANOTHER_PROBLEM, CLOSING, RATING), "¿cuándo estaría listo?", ONE, FOLLOWING, "status_noted", "note"),
    # Buttons that no longer apply.
    (IDLE, press("confirming/yes/3"), ONE, MENU, "stale", ""),
    (ABOUT_A_TICKET, press("confirming/yes/3"), ONE, SAME, "stale", ""),
    ((DESCRIBING,), press("confirming/yes/3"), ONE, SAME, "ask_again", ""),
    (IN_A_REPORT, press("confirming/yes/3"), ONE, CONFIRMING, "confirm_problem", ""),
    (IDLE, press(f"following/rate/{MINE}/9"), ONE, MENU, "stale", ""),
    (IDLE, press("following/fixed/"), ONE, MENU, "stale", ""),
    # Buttons that name their ticket.
    (TO_CODE, press(f"following/close/{MINE}"), ONE, FOLLOWING, "closed_by_owner", "close"),
    (TO_CODE, press(f"following/close_yes/{MINE}"), ONE, FOLLOWING, "closed_by_owner", "close"),
    ((DESCRIBING, *IN_A_REPORT), press(f"following/close/{MINE}"), ONE, SAME, "closed_by_owner", "close"),
    (TO_CODE, press(f"following/fixed/{MINE}"), RESOLVED, RATING, "fixed", "fixed"),
    ((DESCRIBING, CONFIRMING, UNSURE), press(f"following/fixed/{MINE}"), RESOLVED, SAME, "fixed", "fixed"),
    ((REOPENING,), press(f"following/fixed/{MINE}"), RESOLVED, RATING, "fixed", "fixed"),
    (TO_CODE, press(f"following/not_fixed/{MINE}"), RESOLVED, FOLLOWING, "reopened", "reopen"),
    ((DESCRIBING, CONFIRMING, UNSURE), press(f"following/not_fixed/{MINE}"), RESOLVED, SAME, "reopened", "reopen"),
    (TO_CODE, press(f"following/reopen/{MY_CLOSED}"), DONE, FOLLOWING, "reopened", "reopen"),
    ((*IDLE, DESCRIBING, *IN_A_REPORT, FOLLOWING), press(f"following/rate/{MINE}/5"), RATED, SAME, "rated", "rating"),
    ((RATING,), press(f"following/rate/{MINE}/5"), CLOSED, FOLLOWING, "rated", "rating"),
    ((ANOTHER_PROBLEM, CLOSING), press(f"following/rate/{MINE}/5"), RATED, SAME, "rated", "rating"),
    (ALL, press(f"following/rate/{MINE}/4"), RATED, SAME, None, ""),
    ((*IDLE, DESCRIBING, *IN_A_REPORT, FOLLOWING, ANOTHER_PROBLEM, CLOSING), press(f"following/skip/{MINE}"), RATED, SAME, "not_rated", ""),
    ((RATING,), press(f"following/skip/{MINE}"), CLOSED, FOLLOWING, "not_rated", ""),
    # The ticket has moved on since the button was made: it is shown as it is.
    (BUT_IN_A_REPORT, press(f"following/fixed/{MINE}"), ONE, FOLLOWING, "ticket_card", ""),
    (BUT_IN_A_REPORT, press(f"following/fixed/{MINE}"), RATED, FOLLOWING, "ticket_card", ""),
    (BUT_IN_A_REPORT, press(f"following/not_fixed/{MINE}"), ONE, FOLLOWING, "ticket_card", ""),
    (IN_A_REPORT, press(f"following/not_fixed/{MINE}"), ONE, CONFIRMING, "ticket_glance", ""),
    (BUT_IN_A_REPORT, press(f"following/close/{MINE}"), RATED, FOLLOWING, "ticket_card", ""),
    (BUT_IN_A_REPORT, press(f"following/rate/{MINE}/4"), ONE, FOLLOWING, "ticket_card", ""),
    (IN_A_REPORT, press(f"following/rate/{MINE}/4"), ONE, CONFIRMING, "ticket_glance", ""),
    (BUT_IN_A_REPORT, press(f"following/close/{ANOTHERS}"), ONE, ASKING_CODE, "code_unknown", ""),
    (BUT_IN_A_REPORT, press(f"following/rate/{ANOTHERS}/1"), ONE, ASKING_CODE, "code_unknown", ""),
    (ALL, Deleted(of="wamid.earlier"), ONE, SAME, None, ""),
    (ALL, STICKER, ONE, SAME, "unsupported_sticker", ""),
    (ALL, " \n\u200b", ONE, SAME, "unsupported_other", ""),
]  # fmt: skip

# What only this place in the dialogue understands.
HERE: list[Case] = [
    (SESSIONS[MENU], press("confirming/cancel/7"), ONE, SAME, None, ""),
    (SESSIONS[MENU], press("erasing/keep/7"), ONE, SAME, None, ""),
    (SESSIONS[MENU], "sí", ONE, SAME, "welcome", ""),
    # A draft that was left: a button opens a ticket with it, and a report begins another.
    (LEFT, press("menu/open/7"), ONE, FOLLOWING, "ticket_opened", "open"),
    (LEFT, "abrir un ticket", ONE, FOLLOWING, "ticket_opened", "open"),
    (LEFT, "hola", ONE, SAME, "kept_draft", ""),
    (LEFT, "no", ONE, SAME, "cancelled", ""),
    (LEFT, press("menu/human"), ONE, FOLLOWING, "human_opened", "open human"),
    (SESSIONS[MENU], "asdf", ONE, UNSURE, "unsure", ""),
    (LEFT, "cancelar", ONE, SAME, "cancelled_kept", ""),
    # Whatever is about tickets takes it up again.
    *[
        (left, said, owned, then, reply, does)
        for left in (LEFT, LEFT_TO_ERASE)
        for said, owned, then, reply, does in (
            (MINE, ONE, CONFIRMING, "ticket_glance", ""),
            ("mis tickets", ONE, CONFIRMING, "ticket_glance", ""),
            ("mis tickets", TWO, UNSURE, "choose_ticket", ""),
            ("mis tickets", NONE, CONFIRMING, "no_tickets", ""),
            (ANOTHERS, ONE, CONFIRMING, "code_unknown", ""),
            (f"{MINE} {LATER_STORY}", ONE, CONFIRMING, "noted_in_report", "note"),
            (f"{MINE} {LATER_STORY}", RESOLVED, CONFIRMING, "noted_in_report", "note"),
            (f"quiero hablar con alguien por el {MINE}", ONE, CONFIRMING, "human_asked_aside", "note human"),
            (press(f"following/close/{MINE}"), ONE, UNSURE, "closed_by_owner", "close"),
        )
    ],
    (LEFT_TO_ERASE, press("confirming/yes/3"), ONE, MENU, "stale", ""),
    (LEFT_TO_ERASE, press("menu/human"), ONE, FOLLOWING, "human_opened", "open human"),
    (LEFT, press("menu/report"), ONE, DESCRIBING, "ask_problem", ""),
    (LEFT, "mi compu no enciende", ONE, CONFIRMING, "confirm_problem", ""),
    (SESSIONS[MENU], press("menu/open/7"), ONE, SAME, "stale", ""),
    # What is wrong?
    *[(SESSIONS[DESCRIBING], said, NONE, SAME, "ask_again", "") for said in ("otra cosa", "tengo otra cosa", "outra coisa")],
    (SESSIONS[DESCRIBING], "no prende la notebook desde ayer", ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[DESCRIBING], f"es por el {MINE}, la notebook no enciende y se traba", ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[DESCRIBING], VOICE, ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[DESCRIBING], replace(PHOTO, caption="no prende"), ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[DESCRIBING], "tengo un problema con mi notebook", ONE, CONFIRMING, "more_needed", ""),
    (SESSIONS[DESCRIBING], "en el aula 12, edificio C", ONE, CONFIRMING, "more_needed", ""),
    (SESSIONS[DESCRIBING], PHOTO, ONE, CONFIRMING, "file_received", ""),
    (SESSIONS[DESCRIBING], "sí", ONE, SAME, "ask_again", ""),
    (SESSIONS[DESCRIBING], "no", ONE, MENU, "cancelled", ""),
    (SESSIONS[DESCRIBING], press("describing/cancel/7"), ONE, MENU, "cancelled", ""),
    (SESSIONS[DESCRIBING], press("describing/yes/7"), ONE, SAME, "ask_again", ""),
    # A photo came, and we asked what is wrong.
    (WITH_PHOTO, "sí", ONE, FOLLOWING, "ticket_opened", "open"),
    (WITH_PHOTO, press("confirming/yes/7"), ONE, FOLLOWING, "ticket_opened", "open"),
    (WITH_PHOTO, "hola", ONE, SAME, "kept_draft", ""),
    (WITH_PHOTO, press("menu/report"), ONE, SAME, "file_received", ""),
    (WITH_PHOTO, press("confirming/yes/3"), ONE, SAME, "file_received", ""),
    (WITH_PHOTO, "no prende la notebook desde ayer", ONE, FOLLOWING, "ticket_opened", "open"),
    (WITH_PHOTO, VOICE, ONE, FOLLOWING, "ticket_opened", "open"),
    (WITH_PHOTO, "quiero hablar con una persona", ONE, FOLLOWING, "human_opened", "open human"),
    # Shall I open it?
    (SESSIONS[CONFIRMING], press("confirming/yes/7"), ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[CONFIRMING], "sí", ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[CONFIRMING], "Sí, abrirlo", ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[CONFIRMING], "no", ONE, MENU, "cancelled", ""),
    (SESSIONS[CONFIRMING], "tampoco anda el teclado", ONE, SAME, "confirm_problem", ""),
    (SESSIONS[CONFIRMING], PHOTO, ONE, SAME, "confirm_problem", ""),
    (SESSIONS[CONFIRMING], press("another_problem/other/7"), ONE, SAME, "confirm_problem", ""),
    *[(FULL[state], PHOTO, ONE, CONFIRMING, "too_many_files", "") for state in IN_A_REPORT],
    (ASKED_MORE, "la notebook no prende", ONE, FOLLOWING, "ticket_opened", "open"),
    # What shall I do with this?
    (SESSIONS[UNSURE], press("unsure/open/7"), ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[UNSURE], "abrir un ticket", ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[UNSURE], "sí", ONE, SAME, "unsure_again", ""),
    (SESSIONS[UNSURE], "no", ONE, MENU, "cancelled", ""),
    (SESSIONS[UNSURE], "no prende la notebook desde ayer", ONE, CONFIRMING, "confirm_problem", ""),
    (SESSIONS[UNSURE], PHOTO, ONE, CONFIRMING, "confirm_problem", ""),
    (SESSIONS[UNSURE], press("menu/human"), ONE, FOLLOWING, "human_opened", "open human"),
    (replace(SESSIONS[UNSURE], last_reply="not_ours"), "sí", ONE, FOLLOWING, "human_opened", "open human"),
    (replace(SESSIONS[FOLLOWING], last_reply="not_ours"), "sí", ONE, SAME, "human_asked", "note human"),
    # Which ticket?
    (SESSIONS[ASKING_CODE], "2", TWO, FOLLOWING, "ticket_card", ""),
    (SESSIONS[ASKING_CODE], "la segunda", TWO, FOLLOWING, "ticket_card", ""),
    (SESSIONS[ASKING_CODE], "9", TWO, SAME, "choose_ticket", ""),
    (SESSIONS[ASKING_CODE], "no", TWO, MENU, "cancelled", ""),
    # A current ticket.
    (SESSIONS[FOLLOWING], "es la del segundo piso", ONE, SAME, "note_added", "note"),
    *[
        (replace(IN_PARTS, state=state), Deleted(of="wamid.2"), ONE, CONFIRMING, "confirm_problem", "")
        for state in IN_A_REPORT
    ],
    (IN_PARTS, Edited(of="wamid.2", body="la de Ana"), ONE, SAME, "confirm_problem", ""),
    *[
        (replace(IN_ONE_PART, state=state), Deleted(of="wamid.1"), ONE, DESCRIBING, "ask_problem", "")
        for state in IN_A_REPORT
    ],
    (IN_ONE_PART, Edited(of="wamid.earlier", body="es la de Ana"), ONE, SAME, "confirm_problem", ""),
    (SESSIONS[FOLLOWING], PHOTO, ONE, SAME, "note_added", "note"),
    (SESSIONS[FOLLOWING], "la impresora no imprime", ONE, ANOTHER_PROBLEM, "note_other", "note"),
    (SESSIONS[FOLLOWING], "otro problema: no anda el mail", ONE, CONFIRMING, "confirm_problem", ""),
    (SESSIONS[FOLLOWING], "tengo otra cosa", ONE, DESCRIBING, "ask_problem", ""),
    (SESSIONS[FOLLOWING], "¿cuándo estaría listo?", ONE, SAME, "status_noted", "note"),
    (SESSIONS[FOLLOWING], "?", ONE, SAME, "ticket_card", ""),
    (SESSIONS[FOLLOWING], "ya lo arreglé solo, era el cable", ONE, CLOSING, "close_question", "note"),
    (SESSIONS[FOLLOWING], "quiero cancelar el ticket", ONE, CLOSING, "close_question", "note"),
    (SESSIONS[FOLLOWING], "¿cuánto cuesta un mouse?", ONE, SAME, "not_ours", "note"),
    (SESSIONS[FOLLOWING], "sí", ONE, SAME, "you_are_welcome", ""),
    (SESSIONS[FOLLOWING], "quiero hablar con una persona", ONE, SAME, "human_asked", "note human"),
    (SESSIONS[FOLLOWING], "cerrar ticket", ONE, SAME, "closed_by_owner", "close"),
    (SESSIONS[FOLLOWING], "la impresora no imprime", NONE, CONFIRMING, "confirm_problem", ""),
    (SESSIONS[FOLLOWING], PHOTO, NONE, CONFIRMING, "file_received", ""),
    (SESSIONS[FOLLOWING], press("confirming/yes/7"), ONE, SAME, None, ""),
    (SESSIONS[FOLLOWING], press("reopening/new/7"), ONE, SAME, None, ""),
    # It has been resolved: is it fixed?
    (AFTER_RESOLVED, "sí", RESOLVED, RATING, "fixed", "fixed"),
    (AFTER_RESOLVED, "Sí, quedó bien", RESOLVED, RATING, "fixed", "fixed"),
    (AFTER_RESOLVED, "no", RESOLVED, SAME, "reopened", "reopen"),
    (AFTER_RESOLVED, "No, sigue igual", RESOLVED, SAME, "reopened", "reopen"),
    (AFTER_RESOLVED, "espera, todavía no lo probé", RESOLVED, SAME, "tried", ""),
    (AFTER_RESOLVED, PHOTO, RESOLVED, REOPENING, "reopen_question", ""),
    # It has been closed.
    (AFTER_CLOSED, PHOTO, CLOSED, REOPENING, "ticket_closed", ""),
    (AFTER_CLOSED, "Reabrirlo", CLOSED, SAME, "reopened", "reopen"),
    (AFTER_CLOSED, "?", CLOSED, SAME, "ticket_card", ""),
    # Is it another problem?
    (SESSIONS[ANOTHER_PROBLEM], press("another_problem/other/7"), ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[ANOTHER_PROBLEM], "Es otro problema", ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[ANOTHER_PROBLEM], "sí", ONE, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[ANOTHER_PROBLEM], "no", ONE, FOLLOWING, "same_problem", ""),
    (SESSIONS[ANOTHER_PROBLEM], "otro problema: no anda el mail", ONE, CONFIRMING, "confirm_problem", ""),
    (SESSIONS[ANOTHER_PROBLEM], PHOTO, ONE, SAME, "note_added", "note"),
    (SESSIONS[ANOTHER_PROBLEM], "la impresora no imprime", ONE, SAME, "note_other", "note"),
    (SESSIONS[ANOTHER_PROBLEM], "ya lo arreglé solo, era el cable", ONE, CLOSING, "close_question", "note"),
    (SESSIONS[ANOTHER_PROBLEM], "no, es lo mismo, lo que dije de antes", ONE, SAME, "note_added", "note"),
    (SESSIONS[ANOTHER_PROBLEM], PHOTO, NONE, CONFIRMING, "file_received", ""),
    (replace(SESSIONS[FOLLOWING], draft=STORY), press("another_problem/other/7"), ONE, SAME, "ticket_opened", "open"),
    (SESSIONS[FOLLOWING], press("another_problem/other/7"), ONE, SAME, None, ""),
    # Shall I close it?
    (SESSIONS[CLOSING], "sí", ONE, FOLLOWING, "closed_by_owner", "close"),
    (SESSIONS[CLOSING], "Sí, cerrarlo", ONE, FOLLOWING, "closed_by_owner", "close"),
    (SESSIONS[CLOSING], press("closing/close_no/7"), ONE, FOLLOWING, "stays_open", ""),
    (SESSIONS[CLOSING], "No, dejarlo abierto", ONE, FOLLOWING, "stays_open", ""),
    (SESSIONS[CLOSING], "no", ONE, FOLLOWING, "stays_open", ""),
    (SESSIONS[CLOSING], "no, todavía no lo cierren, que sigue haciendo ruido", ONE, FOLLOWING, "note_added", "note"),
    (SESSIONS[CLOSING], "se cayó internet en toda la oficina", ONE, ANOTHER_PROBLEM, "note_other", "note"),
    (SESSIONS[CLOSING], PHOTO, NONE, CONFIRMING, "file_received", ""),
    # Shall I reopen it, or open a new one?
    (SESSIONS[REOPENING], press(f"reopening/reopen/{MINE}/7"), CLOSED, FOLLOWING, "reopened", "reopen"),
    (SESSIONS[REOPENING], "sí", CLOSED, FOLLOWING, "reopened", "reopen"),
    (SESSIONS[REOPENING], "Reabrirlo", CLOSED, FOLLOWING, "reopened", "reopen"),
    (SESSIONS[REOPENING], press(f"reopening/reopen/{MINE}/7"), ONE, FOLLOWING, "note_added", "note"),
    (SESSIONS[REOPENING], press(f"reopening/reopen/{MINE}/6"), CLOSED, FOLLOWING, "reopened", "reopen"),
    (SESSIONS[REOPENING], press("reopening/new/7"), CLOSED, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[REOPENING], "Abrir uno nuevo", CLOSED, FOLLOWING, "ticket_opened", "open"),
    (SESSIONS[REOPENING], press("reopening/cancel/7"), CLOSED, MENU, "cancelled_kept", ""),
    (SESSIONS[REOPENING], "no", CLOSED, MENU, "cancelled", ""),
    (SESSIONS[REOPENING], PHOTO, CLOSED, SAME, "ticket_closed", ""),
    # How was it?
    (SESSIONS[RATING], "5", CLOSED, FOLLOWING, "rated", "rating"),
    (SESSIONS[RATING], "muy bueno", CLOSED, FOLLOWING, "rated", "rating"),
    (SESSIONS[RATING], "no", CLOSED, FOLLOWING, "not_rated", ""),
    (SESSIONS[RATING], "Ahora no, gracias", CLOSED, FOLLOWING, "not_rated", ""),
    (SESSIONS[RATING], "la atención fue muy amable y rápida", CLOSED, SAME, "rate_again", "note"),
    (SESSIONS[RATING], PHOTO, CLOSED, REOPENING, "ticket_closed", ""),
    (SESSIONS[RATING], "la impresora no imprime", ONE, ANOTHER_PROBLEM, "note_other", "note"),
    (SESSIONS[RATING], "ya lo arreglé solo, era el cable", ONE, CLOSING, "close_question", "note"),
    (SESSIONS[RATING], PHOTO, NONE, CONFIRMING, "file_received", ""),
    # A technician's question is open: what is no command answers it.
    (ASKED[FOLLOWING], "es una epson l3150", WAITED_FOR, SAME, "answer_added", "note"),
    (ASKED[FOLLOWING], "la pantalla no prende", WAITED_FOR, SAME, "answer_added", "note"),
    (ASKED[MENU], "es una epson l3150", WAITED_FOR, FOLLOWING, "answer_added", "note"),
    (ASKED[MENU], "sí", WAITED_FOR, FOLLOWING, "answer_added", "note"),
    (ASKED[MENU], "inglés", WAITED_FOR, FOLLOWING, "answer_added", "note"),
    (ASKED[MENU], PHOTO, WAITED_FOR, FOLLOWING, "answer_added", "note"),
    (ASKED[MENU], "hola", WAITED_FOR, SAME, "welcome", ""),
    (ASKED[CONFIRMING], "tampoco anda el teclado", WAITED_FOR, SAME, "confirm_problem", ""),
    # It was answered meanwhile.
    (ASKED[MENU], "no prende la pantalla", ONE, ANOTHER_PROBLEM, "note_other", "note"),
    (ASKED[MENU], "¿cuándo estaría listo?", ONE, FOLLOWING, "status_noted", "note"),
    (ASKED[MENU], "ya lo arreglé solo, era el cable", ONE, CLOSING, "close_question", "note"),
    (ASKED[MENU], "¿a qué hora abren?", ONE, FOLLOWING, "not_ours", "note"),
    # Shall I erase?
    (SESSIONS[ERASING], press("erasing/erase/7"), ONE, MENU, "erased", "erase"),
    (SESSIONS[ERASING], "Borrar mis datos", ONE, MENU, "erased", "erase"),
    (SESSIONS[ERASING], press("erasing/keep/7"), ONE, MENU, "kept", ""),
    (SESSIONS[ERASING], "no", ONE, MENU, "kept", ""),
    (SESSIONS[ERASING], "sí", ONE, SAME, "erase_press", ""),
    (LEFT_TO_ERASE, press("erasing/keep/7"), ONE, MENU, "kept_with_draft", ""),
    (LEFT_TO_ERASE, press("erasing/erase/7"), ONE, MENU, "erased", "erase"),
]  # fmt: skip

CASES: list[Case] = [
    (SESSIONS[state], said, owned, then, reply, does)
    for states, said, owned, then, reply, does in AT_ANY_TIME
    for state in states
] + HERE

# Rows for somebody who has opened too many tickets: tests/database/test_ticket_cap.py; for quotes: understanding/test_quotes.py; for
# what goes before or follows a turn: test_step.py.
ELSEWHERE = {
    Trigger.REPORT_WAITS,
    Trigger.HUMAN_WAITS,
    Trigger.NOTE_ASIDE,
    Trigger.CANNOT_ASK,
    Trigger.TAKEN_UP,
}
# Rows that no message leads to: the state reads such a message as something of its own.
A_NOTE = {  # is about a current ticket, or one that is named outside a report
    Trigger.NOTE,
    Trigger.NOTE_PROBLEM,
    Trigger.NOTE_QUESTION,
    Trigger.NOTE_SOLVED,
    Trigger.NOTE_NOT_OURS,
    Trigger.NOTE_RESOLVED,
    Trigger.NOTE_CLOSED,
    Trigger.HUMAN_FOR_TICKET,
}
BY_CODE = {Trigger.NOTE, Trigger.NOTE_RESOLVED, Trigger.NOTE_CLOSED, Trigger.HUMAN_FOR_TICKET}
IN_REPORT = {*A_NOTE, Trigger.CODE_AND_STORY}  # a code is a part of it
NOT_UNDERSTOOD = {Trigger.UNCLEAR}  # is a detail, is added, or points at none of their tickets
A_REPORT = {Trigger.PROBLEM, Trigger.FILE, Trigger.UNCLEAR}  # is added to the report that waits
NOT_A_NOTE = {Trigger.FILE, Trigger.UNCLEAR, Trigger.NOT_OURS}  # is one
NEVER: dict[State, set[Trigger]] = {
    MENU: {Trigger.RATE_UNCLEAR},
    # PROBLEM: only when the classifier is half sure (test_text_meaning.py).
    DESCRIBING: {*IN_REPORT, *NOT_UNDERSTOOD, Trigger.PROBLEM, Trigger.RATE_UNCLEAR},
    CONFIRMING: {*IN_REPORT, *A_REPORT, Trigger.RATE_UNCLEAR},
    # A wish to report answers their questions, and they never ask what is wrong.
    UNSURE: ({*IN_REPORT, *A_REPORT, Trigger.RATE_UNCLEAR, Trigger.DETAIL, Trigger.DESCRIPTION})
    - {Trigger.UNCLEAR},
    REOPENING: {*IN_REPORT, *A_REPORT, Trigger.RATE_UNCLEAR, Trigger.DETAIL, Trigger.DESCRIPTION}
    - {Trigger.NOTE},
    ASKING_CODE: {*(A_NOTE - BY_CODE), *NOT_UNDERSTOOD, Trigger.RATE_UNCLEAR},
    FOLLOWING: {*NOT_A_NOTE, Trigger.RATE_UNCLEAR},
    ANOTHER_PROBLEM: {*NOT_A_NOTE, Trigger.RATE_UNCLEAR, Trigger.DETAIL, Trigger.WAIT},
    # A yes, a no: there is a question.
    CLOSING: {*NOT_A_NOTE, Trigger.RATE_UNCLEAR, Trigger.NOTE_SOLVED, Trigger.CANCEL, Trigger.WAIT},
    RATING: {*NOT_A_NOTE, Trigger.CANCEL, Trigger.WAIT},
    # UNCLEAR: only when the classifier is half sure.
    ERASING: {
        *(A_NOTE - BY_CODE),
        *NOT_UNDERSTOOD,
        *{Trigger.RATE_UNCLEAR, Trigger.CANCEL, Trigger.WAIT, Trigger.ERASE},
    },
}


def case_id(case: Case) -> str:
    session, said, *_ = case
    return f"{session.state}-{said}"


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_table(case: Case) -> None:
    session, said, owned, then, reply, does = case
    turn = take(session, message(said), {view.code: view for view in owned})
    answered = turn.reply.say if turn.reply else None
    assert (turn.session.state, answered, did(turn)) == (then or session.state, reply, does)


def test_every_row_of_the_table_has_its_case() -> None:
    met = {
        (session.state, trigger_of(session, said, {view.code: view for view in owned}))
        for session, said, owned, *_ in CASES
    }
    rows = {
        (state, trigger)
        for state, rules in TABLE.items()
        for trigger in set(rules) - ELSEWHERE - NEVER.get(state, set())
    }
    assert {(state, trigger) for state, trigger in met if trigger not in ELSEWHERE} == rows
