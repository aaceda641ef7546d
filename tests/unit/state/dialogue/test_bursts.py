"""How long a reply waits for the customer's next line, and which replies may."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from state.dialogue.bursts import in_burst, wait_for_next_line
from state.model.message import Content
from state.model.session import Session, State
from state.model.ticket import TicketStatus
from state.model.turn import Reply
from tests.support.dialogue import (
    MINE,
    MY_CLOSED,
    NOON,
    PHOTO,
    SESSIONS,
    message,
    press,
    take,
    ticket,
)

OWNED = {MINE: ticket(MINE), MY_CLOSED: ticket(MY_CLOSED, TicketStatus.CLOSED)}
LINE = Reply(say="confirm_problem", may_wait=True)


def wait(
    *,
    before: float | None = 2,
    arrives: float = 0.5,
    reply: Reply | None = LINE,
    more_follow: bool = False,
) -> float:
    """before, arrives: seconds from the message before it to it, and from it to now."""
    written_before: datetime | None = None if before is None else NOON - timedelta(seconds=before)
    return wait_for_next_line(
        reply,
        message("no prende"),
        written_before=written_before,
        more_follow=more_follow,
        now=NOON + timedelta(seconds=arrives),
    ).total_seconds()


class TestTheWait:
    def test_the_first_line_is_answered_at_once(self) -> None:
        assert wait(before=None) == wait(before=4) == wait(before=3600) == 0

    @pytest.mark.parametrize("before", [0, 1, 3])
    def test_the_next_waits_until_three_seconds_after_it(self, before: float) -> None:
        assert wait(before=before) == 3.5

    def test_one_that_was_written_before_the_newest_is_of_its_burst(self) -> None:
        assert wait(before=-2) == 3.5

    @pytest.mark.parametrize("reply", [None, Reply(say="welcome")])
    def test_what_may_not_wait_does_not(self, reply: Reply | None) -> None:
        assert wait(reply=reply) == wait(reply=reply, more_follow=True) == 0

    def test_what_was_held_up_on_its_way_does_not_wait_that_long_again(self) -> None:
        assert wait(arrives=3) == 1
        assert wait(arrives=5) == wait(arrives=60) == 0

    def test_it_waits_a_second_for_what_comes_with_it(self) -> None:
        assert wait(before=90, arrives=60, more_follow=True) == 1
        assert wait(more_follow=True) == 3.5

    def test_so_does_what_comes_late_as_others_may_follow(self) -> None:
        assert wait(before=90, arrives=3600) == 1


@pytest.mark.parametrize(("gap", "burst"), [(0, True), (3, True), (4, False), (-5, True)])
def test_a_burst(gap: float, burst: bool) -> None:
    assert in_burst(NOON - timedelta(seconds=gap), message("hola")) is burst


def reply_to(session: Session, said: Content | str, *, can_ask: bool = True) -> Reply:
    reply = take(session, message(said), OWNED, can_ask=can_ask).reply
    assert reply is not None
    return reply


class TestWhatMayWait:
    @pytest.mark.parametrize(
        ("state", "said"),
        [
            (State.MENU, "no prende la compu"),
            (State.MENU, "xkcd wobble"),
            (State.MENU, PHOTO),
            (State.DESCRIBING, PHOTO),
            (State.CONFIRMING, "y hace un ruido raro"),
            (State.UNSURE, "xkcd wobble flurb"),
            (State.REOPENING, "y además huele a quemado"),
            (State.FOLLOWING, "sigue igual que ayer"),
            (State.FOLLOWING, "¿cuándo lo van a revisar?"),
            (State.FOLLOWING, "tampoco anda el monitor"),
        ],
    )
    def test_a_line_of_a_report_or_a_note(self, state: State, said: Content | str) -> None:
        assert reply_to(SESSIONS[state], said).may_wait

    @pytest.mark.parametrize(
        ("state", "said"),
        [
            (State.MENU, "hola"),
            (State.MENU, "mis tickets"),
            (State.MENU, "quiero hablar con una persona"),
            (State.MENU, "quiero reportar un problema"),
            (State.MENU, press("menu/report")),
            (State.MENU, MINE),
            (State.MENU, "borrar mis datos"),
            (State.DESCRIBING, "no prende la compu"),
            (State.CONFIRMING, "sí"),
            (State.CONFIRMING, "no"),
            (State.CONFIRMING, "espera"),
            (State.CONFIRMING, press("confirming/yes/7")),
            (State.UNSURE, "sí"),
            (State.FOLLOWING, "ya lo arreglé solo, ciérrenlo"),
            (State.FOLLOWING, "quiero hablar con una persona"),
            (State.CLOSING, "sí"),
            (State.ERASING, "sí"),
            (State.ERASING, press("erasing/erase/7")),
        ],
    )
    def test_but_no_command_answer_or_button(self, state: State, said: Content | str) -> None:
        assert not reply_to(SESSIONS[state], said).may_wait

    def test_nor_the_answer_to_a_technician(self) -> None:
        waits = replace(
            SESSIONS[State.FOLLOWING], current_status=TicketStatus.WAITING_CUSTOMER, open_question=MINE
        )
        owned = {MINE: ticket(MINE, TicketStatus.WAITING_CUSTOMER)}
        reply = take(waits, message("el serial es 30000385"), owned).reply
        assert reply is not None
        assert (reply.say, reply.may_wait) == ("answer_added", False)

    def test_nor_a_template(self) -> None:
        assert not reply_to(SESSIONS[State.FOLLOWING], "sigue igual", can_ask=False).may_wait


class TestWhetherItAsksWhatIsOpen:
    @pytest.mark.parametrize(
        ("state", "said"),
        [
            (State.CONFIRMING, "y hace un ruido raro"),
            (State.CONFIRMING, "hola"),
            (State.UNSURE, "xkcd wobble flurb"),
            (State.FOLLOWING, "tampoco anda el monitor"),
            (State.CLOSING, "idioma español"),
            (State.REOPENING, "y además huele a quemado"),
            (State.MENU, "borrar mis datos"),
        ],
    )
    def test_it_does(self, state: State, said: str) -> None:
        assert reply_to(SESSIONS[state], said).asks is True

    @pytest.mark.parametrize("said", ["gracias", "idioma", "mis tickets"])
    def test_a_question_is_open_beside_it(self, said: str) -> None:
        assert reply_to(SESSIONS[State.CONFIRMING], said).asks is False

    @pytest.mark.parametrize(
        ("state", "said"),
        [
            (State.CONFIRMING, "sí"),
            (State.CONFIRMING, "no"),
            (State.FOLLOWING, "sigue igual"),
            (State.MENU, "hola"),
        ],
    )
    def test_no_question_is_open(self, state: State, said: str) -> None:
        assert reply_to(SESSIONS[state], said).asks is None


class TestLinesOfABurst:
    def test_a_greeting_after_the_welcome_gets_no_second_one(self) -> None:
        greeted = take(Session(), message("hola"), {}).session
        assert take(greeted, message("buenas", NOON + timedelta(seconds=2)), {}).reply is None
        assert take(greeted, message("buenas", NOON + timedelta(seconds=10)), {}).reply is not None
        assert take(greeted, message("hola", NOON + timedelta(seconds=2)), {}).reply is not None

    @pytest.mark.parametrize("said", ["urgente!!", "por favor"])
    def test_only_plain_words_open_the_ticket(self, said: str) -> None:
        asked = take(Session(), message("no prende la compu"), {}).session
        turn = take(asked, message(said, NOON + timedelta(seconds=2)), {})
        assert (turn.session.state, turn.session.draft) == (State.CONFIRMING, f"no prende la compu\n{said}")

    def test_a_plain_yes_does(self) -> None:
        asked = take(Session(), message("no prende la compu"), {}).session
        turn = take(asked, message("sí", NOON + timedelta(seconds=2)), {})
        assert turn.session.state is State.FOLLOWING
