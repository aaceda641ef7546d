"""Two sessions of one person become one: nothing of either is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from state.dialogue.catch_up import MAX_SILENCE, catch_up
from state.dialogue.join_sessions import join
from state.model.language import Language
from state.model.session import Session, State
from state.model.ticket_fact import OtherSession
from tests.support.dialogue import MINE, MY_OTHER, NOON, PHOTO, SESSIONS, VOICE

LATER = NOON + timedelta(minutes=5)
REPORT = SESSIONS[State.CONFIRMING]
FOLLOWING = replace(SESSIONS[State.FOLLOWING], draft="una nota")
REPORTS = {State.CONFIRMING, State.UNSURE, State.REOPENING}


def later(session: Session) -> Session:
    return replace(session, at=LATER)


@pytest.mark.parametrize("state", [state for state in State if state not in REPORTS])
def test_a_report_goes_on_also_if_it_is_the_older(state: State) -> None:
    assert join(later(SESSIONS[state]), REPORT) == later(REPORT) == join(REPORT, later(SESSIONS[state]))


@pytest.mark.parametrize("state", [State.DESCRIBING, State.ASKING_CODE, State.ERASING])
def test_a_question_goes_on_rather_than_a_current_ticket(state: State) -> None:
    assert join(later(FOLLOWING), SESSIONS[state]) == later(SESSIONS[state])


def test_a_current_ticket_rather_than_the_menu() -> None:
    assert join(later(SESSIONS[State.MENU]), FOLLOWING) == later(FOLLOWING)
    assert join(Session(), FOLLOWING) == FOLLOWING


def test_of_equals_the_newer() -> None:
    newer = replace(later(FOLLOWING), current_ticket=MY_OTHER)
    assert join(FOLLOWING, newer) == newer == join(newer, FOLLOWING)


def test_two_reports_become_one_in_the_order_they_were_written() -> None:
    newer = replace(later(REPORT), draft="y la pantalla parpadea", files=(VOICE,), serial=9)
    joined = join(newer, replace(REPORT, files=(PHOTO,)))
    assert joined.draft == "no prende la notebook\ny la pantalla parpadea"
    assert (joined.files, joined.serial, joined.state) == ((PHOTO, VOICE), 9, State.CONFIRMING)


def test_a_note_that_is_in_its_ticket_is_no_report() -> None:
    assert join(later(REPORT), FOLLOWING).draft == REPORT.draft


def test_a_technician_s_question_and_a_chosen_language_are_kept() -> None:
    asked = replace(FOLLOWING, open_question=MINE, language=Language.PT, chosen=True)
    joined = join(later(REPORT), asked)
    assert (joined.open_question, joined.language, joined.chosen) == (MINE, Language.PT, True)


def test_a_report_that_was_left_a_day_ago_is_kept() -> None:
    old = replace(REPORT, at=NOON - MAX_SILENCE)
    joined = catch_up(later(FOLLOWING), [OtherSession(session=old)], LATER)
    assert joined == replace(later(old), state=State.MENU, last_reply=None)


@pytest.mark.parametrize(("one", "other", "both"), [(True, True, True), (True, False, False)])
def test_what_was_cancelled_is_no_longer_if_the_other_was_not(one: bool, other: bool, both: bool) -> None:
    left = replace(REPORT, state=State.MENU)
    joined = join(replace(later(left), draft="x", cancelled=one), replace(left, cancelled=other))
    assert (joined.draft, joined.cancelled) == ("no prende la notebook\nx", both)
