"""What a technician writes on the page leaves with their form: no sweep, no waiting, each once and in order."""

import threading
from typing import Any

import pytest

from emulator.meta.sent_message import SentMessage
from state.model.outbox_row import Channel
from tests.support.function import Service, World, settle
from tests.support.technician import Technician


def told(technician: Technician) -> list[SentMessage]:
    """The notifications that the customer has got, once nothing is being sent."""
    settle()
    sent = technician.world.graph.messages
    return [each for each in sent if (each.callback_data or "").startswith("notify/")]


def words(technician: Technician) -> list[str]:
    """The texts quoted in them."""
    lines = [line for each in told(technician) for line in each.text.splitlines()]
    return [line.removeprefix("> ") for line in lines if line.startswith("> ")]


class TestLeaves:
    @pytest.mark.parametrize("action", ["answer", "ask", "resolve", "close"])
    def test_with_the_form(self, technician: Technician, action: str) -> None:
        technician.press(action, "Prueba con otro cable.")
        assert words(technician) == ["Prueba con otro cable."]

    def test_resolved_asks_without_a_word(self, technician: Technician) -> None:
        technician.press("resolve")
        assert ["¿Quedó bien?" in each.text for each in told(technician)] == [True]

    def test_a_bare_change_waits(self, technician: Technician) -> None:
        technician.press("close")
        assert told(technician) == []
        technician.world.make_due()
        technician.world.swept()
        assert len(told(technician)) == 1

    def test_who_takes_it_is_never_told(self, technician: Technician) -> None:
        technician.press("take")
        technician.world.make_due()
        technician.world.swept()
        assert told(technician) == []

    def test_one_call_to_supabase_before_it(self, technician: Technician) -> None:
        form = technician.form("answer", "Prueba con otro cable.")
        technician.world.supabase.call_log.clear()
        technician.send(form)
        settle()
        assert technician.world.supabase.calls() == {"act_on_ticket": 1, "mark_sent": 1}

    def test_the_page_does_not_wait_for_meta(self, technician: Technician) -> None:
        """Meta answers only after the page has."""
        form, go_on = technician.form("answer", "Prueba con otro cable."), threading.Event()
        settle()
        before = len(technician.world.bubbles())
        send: Any = technician.service.desk.pages.sender.whatsapp.send

        def held(*given: Any) -> Any:
            assert go_on.wait(60)
            return send(*given)

        technician.world.monkeypatch.setattr(technician.service.desk.pages.sender.whatsapp, "send", held)
        assert technician.send(form).status_code == 303
        assert len(technician.world.bubbles()) == before
        go_on.set()
        assert words(technician) == ["Prueba con otro cable."]

    def test_outside_the_window_the_template_does(self, technician: Technician) -> None:
        technician.world.rows("update conversations set last_inbound_at = now() - interval '25 h'")
        technician.press("answer", "Prueba con otro cable.")
        (sent,) = told(technician)
        assert sent.parameters[1].endswith("dice: Prueba con otro cable.")

    def test_without_a_free_thread_the_sweep_sends_it(self, technician: Technician) -> None:
        technician.service.fill_threads(Channel.WHATSAPP)
        technician.press("answer", "Prueba con otro cable.")
        assert words(technician) == []
        technician.world.swept()
        assert words(technician) == ["Prueba con otro cable."]


class TestOrder:
    def test_two_texts_are_two_bubbles(self, technician: Technician) -> None:
        technician.press("answer", "uno")
        settle()
        technician.press("answer", "dos")
        assert words(technician) == ["uno", "dos"]
        assert len(told(technician)) == 2

    def test_what_has_not_left_is_one_bubble(self, technician: Technician) -> None:
        technician.world.rows("update tickets set status = 'waiting_customer'")
        technician.press("answer", "Prueba con otro cable.")
        (sent,) = told(technician)
        assert "espera tu respuesta" in sent.text
        assert "> Prueba con otro cable." in sent.text

    def test_the_second_leaves_by_itself_once_the_first_has(self, technician: Technician) -> None:
        """The first is being sent while the second is written."""
        technician.world.graph.faults.delay(0.2, times=1)
        technician.press("answer", "uno")
        technician.press("answer", "dos")
        assert words(technician) == ["uno", "dos"]


class TestOnce:
    def test_a_double_click(self, technician: Technician) -> None:
        form = technician.form("answer", "Prueba con otro cable.")
        answers: list[int] = []
        clicks = [
            threading.Thread(target=lambda: answers.append(technician.send(form).status_code))
            for _ in range(4)
        ]
        for click in clicks:
            click.start()
        for click in clicks:
            click.join()
        assert answers == [303] * 4
        assert words(technician) == ["Prueba con otro cable."]

    def test_after_a_lost_answer_the_same_form_sends_it(self, technician: Technician) -> None:
        form = technician.form("answer", "Prueba con otro cable.")
        technician.world.supabase.faults.error_after_effect(times=1, path="act_on_ticket")
        assert technician.send(form).status_code == 503
        assert words(technician) == []
        assert technician.send(form).status_code == 303
        assert technician.send(form).status_code == 303
        assert words(technician) == ["Prueba con otro cable."]

    def test_elsewhere_the_same_form_leaves_it_to_the_sweep(
        self, world: World, technician: Technician
    ) -> None:
        form = technician.form("answer", "Prueba con otro cable.")
        world.supabase.faults.error_after_effect(times=1, path="act_on_ticket")
        assert technician.send(form).status_code == 503
        other: Service = world.start()
        assert other.client.post(technician.path, data=form).status_code == 303
        assert words(technician) == []
        for _ in range(2):  # its lease ends, and then the time for a delivery status
            world.make_due()
            world.swept()
        assert words(technician) == ["Prueba con otro cable."]
