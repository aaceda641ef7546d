"""Buttons pressed twice, too late, by mistake, or forged. After a day of silence no older button applies."""

import pytest

from state.model.language import Language
from state.model.message import Press
from state.model.session import Session, State
from tests.support.dialogue import MINE, Customer

DAY = 24 * 3600.0
PROBLEM = "no prende la notebook"
IMPRESORA = "la impresora no imprime"


class TestPressingTwice:
    @pytest.mark.parametrize(("said", "action", "first"), [
        (PROBLEM, "yes", "ticket_opened"),
        (PROBLEM, "cancel", "cancelled_kept"),
        ("borrar mis datos", "keep", "kept"),
    ])  # fmt: skip
    def test_is_once(self, ana: Customer, said: str, action: str, first: str) -> None:
        button = ana.button(said, action)
        assert [ana.says(button), ana.says(button)] == [first, None]
        assert len(ana.opened) == (action == "yes")

    def test_another_problem_is_once(self, bea: Customer) -> None:
        other = bea.button(IMPRESORA, "other")
        assert [bea.says(other), bea.says(other)] == ["ticket_opened", None]
        assert len(bea.opened) == 1

    def test_a_person_is_one_ticket_and_one_alarm(self, ana: Customer) -> None:
        human = Press(id="menu/human")
        assert [ana.says(human), ana.says(human)] == ["human_opened", "ticket_card"]
        assert (len(ana.opened), ana.notes) == (1, [])

    def test_report_leaves_both_bubbles_valid(self, ana: Customer) -> None:
        cancel = ana.button(Press(id="menu/report"), "cancel")
        ana.says(Press(id="menu/report"))
        assert ana.says(cancel) == "cancelled"


class TestOldButtons:
    @pytest.mark.parametrize(
        ("action", "reply", "opened"), [("yes", "ticket_opened", 1), ("cancel", "cancelled_kept", 0)]
    )
    def test_of_three_days_ago_answer_for_the_report_that_waits(
        self, ana: Customer, action: str, reply: str, opened: int
    ) -> None:
        button = ana.button(PROBLEM, action)
        assert ana.says(button, after=3 * DAY) == reply
        assert len(ana.opened) == opened

    @pytest.mark.parametrize("action", ["yes", "cancel"])
    def test_of_a_cancelled_report_give_a_menu(self, ana: Customer, action: str) -> None:
        button = ana.button(PROBLEM, action)
        ana.says("cancelar")
        ana.says("hola", after=3 * DAY)
        assert ana.says(button) in {"stale", None}
        assert ana.opened == []

    def test_of_the_report_before_do_not_register_this_one(self, ana: Customer) -> None:
        old = ana.button(PROBLEM, "yes")
        ana.says("cancelar")
        ana.says(IMPRESORA)
        assert ana.says(old) == "confirm_problem"
        assert ana.opened == []

    def test_of_a_note_before_the_latest_open_nothing(self, bea: Customer) -> None:
        old = bea.button(IMPRESORA, "other")
        bea.says("es la del piso dos", after=60)
        assert bea.says(old) == "stale"
        assert bea.opened == []

    @pytest.mark.parametrize("forged", [
        "", "/", "///", "xxx", "confirming", "confirming/yes", "confirming/yes/", "confirming/yes/0/0", "menu/yes/0",
        "menu/other/0", "erasing/erase", "describing/erase/0", "menu/cancel/0", "following/view/", "following/view/xxx",
        "menu/language/", "menu/language/tlh", "x" * 256, "menu/" * 51, f"following/view/{'7' * 241}", "\x00", "🙂/🙂/🙂",
    ])  # fmt: skip
    @pytest.mark.parametrize("state", State)
    def test_that_we_never_made_do_nothing(self, state: State, forged: str) -> None:
        turn = Customer(
            session=Session(state=state, current_ticket=MINE if state is State.FOLLOWING else None)
        ).turn(Press(id=forged))
        assert [effect for effect in turn.effects if effect is not turn.reply] == []


class TestSilence:
    def test_of_a_day_leaves_only_the_language(self, bea: Customer) -> None:
        bea.says(Press(id="menu/language/pt"))
        assert bea.says("gracias", after=DAY) == "you_are_welcome"
        assert (bea.session.state, bea.session.current_ticket, bea.session.language) == (
            State.MENU,
            None,
            Language.PT,
        )

    def test_of_less_keeps_it(self, bea: Customer) -> None:
        bea.says("gracias", after=DAY - 6)
        assert bea.session.current_ticket == MINE
