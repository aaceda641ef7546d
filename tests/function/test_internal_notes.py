"""An internal note is for technicians: no customer ever reads it, or can tell that there is one."""

import json

import pytest

from state.model.ticket import Mark, TechnicianAction
from tests.support.function import ANA, Service, World, settle
from tests.support.technician import Shown, Technician

NOTE = "Ojo: dos veces no pagó"


def write_note(technician: Technician) -> None:
    assert technician.press(Mark.INTERNAL, NOTE, "Lucas").status_code == 303


def all_leaves(world: World) -> None:
    for _ in range(3):
        settle()
        world.make_due()
        assert world.sweep().status_code == 200
    settle()


def sent_to_customers(world: World) -> str:
    """Everything that was ever asked of Meta."""
    return json.dumps([entry.request for entry in world.sends()], ensure_ascii=False)


class TestCustomers:
    def test_none_hears_of_it(self, world: World, technician: Technician) -> None:
        write_note(technician)
        all_leaves(world)
        assert NOTE not in sent_to_customers(world)
        assert (
            world.column("select content from outbox where channel = 'whatsapp' and content <> 'rendered'")
            == []
        )

    def test_their_card_does_not_say_it(self, world: World, technician: Technician) -> None:
        technician.press("answer", "Prueba otro cable.")
        all_leaves(world)
        write_note(technician)
        technician.service.say(technician.code)
        settle()
        assert "Prueba otro cable." in world.bubbles()[-1]
        assert NOTE not in sent_to_customers(world)

    def test_their_card_does_not_change_at_all(self, world: World, technician: Technician) -> None:
        before = world.rows("select ticket_view(t) as view from tickets t")
        write_note(technician)
        technician.press(Mark.URGENT)
        assert world.rows("select ticket_view(t) as view from tickets t") == before

    def test_their_conversation_has_no_fact_of_it(self, world: World, technician: Technician) -> None:
        settle()
        before = world.rows("select version, facts from conversations")
        write_note(technician)
        assert world.rows("select version, facts from conversations") == before

    def test_what_is_sent_next_has_it_not(self, world: World, technician: Technician) -> None:
        technician.press("answer", "Prueba otro cable.")
        write_note(technician)
        technician.press("resolve", "Ya quedó.")
        all_leaves(world)
        assert "Ya quedó." in sent_to_customers(world)
        assert NOTE not in sent_to_customers(world)

    def test_nor_has_the_template(self, world: World, technician: Technician) -> None:
        world.rows("update conversations set last_inbound_at = now() - interval '2 days'")
        technician.press("answer", "Prueba otro cable.")
        write_note(technician)
        all_leaves(world)
        assert [sent.kind for sent in world.graph.messages][-1] == "template"
        assert NOTE not in sent_to_customers(world)

    def test_not_even_if_a_notification_held_its_event(self, world: World, technician: Technician) -> None:
        technician.press("answer", "Prueba otro cable.")
        write_note(technician)
        world.rows(
            "update outbox set events = (select array_agg(id order by id) from ticket_events where actor = 'technician') "
            "where content = 'notification'"
        )
        all_leaves(world)
        assert "Prueba otro cable." in sent_to_customers(world)
        assert NOTE not in sent_to_customers(world)


class TestTechnicians:
    def test_it_takes_nothing(self, world: World, technician: Technician) -> None:
        before = world.rows("select status, assignee, updated_at from tickets")
        write_note(technician)
        assert world.rows("select status, assignee, updated_at from tickets") == before

    def test_it_is_shown_apart(self, technician: Technician) -> None:
        write_note(technician)
        shown = technician.shown()
        assert "Nota interna de Lucas: el cliente no la ve" in shown.text
        assert NOTE in shown.text
        assert "bubble internal" in shown.loads("class")

    def test_the_page_says_that_nobody_else_sees_it(self, technician: Technician) -> None:
        answer = technician.press(Mark.INTERNAL, NOTE)
        shown = Shown(technician.get(answer.headers["Location"].removeprefix(technician.path).split("#")[0]))
        assert "Nota guardada. El cliente no la ve." in shown.text
        assert "Para el equipo: el cliente no la ve" in shown.text

    def test_the_colleagues_get_a_mail(self, world: World, technician: Technician) -> None:
        write_note(technician)
        all_leaves(world)
        mail = world.resend.messages[-1]
        assert (mail.text or "").startswith("Nota interna: ")
        assert NOTE in (mail.text or "")
        assert "Lucas dejó una nota interna (el cliente no la ve)" in (mail.text or "")

    def test_it_does_not_hide_what_the_customer_did(self, world: World, technician: Technician) -> None:
        technician.service.say("ahora tampoco prende")
        settle()
        write_note(technician)
        all_leaves(world)
        mail = world.resend.messages[-1]
        assert (mail.text or "").startswith("Novedades del cliente: ")
        assert "ahora tampoco prende" in (mail.text or "")
        assert NOTE in (mail.text or "")

    @pytest.mark.parametrize("before", [TechnicianAction.RESOLVE, TechnicianAction.CLOSE])
    def test_in_every_status(self, technician: Technician, before: TechnicianAction) -> None:
        technician.does(before)
        write_note(technician)
        assert technician.events()[-1]["body"] == NOTE

    def test_pressed_twice_it_is_one(self, technician: Technician) -> None:
        form = technician.form(Mark.INTERNAL, NOTE)
        assert [technician.send(form).status_code for _ in range(2)] == [303, 303]
        assert [event["kind"] for event in technician.events()] == ["internal"]

    def test_it_needs_words(self, technician: Technician) -> None:
        answer = technician.press(Mark.INTERNAL)
        assert answer.status_code == 422
        assert "Falta la nota" in Shown(answer).text
        assert technician.events() == []

    def test_what_the_customer_wrote_meanwhile_does_not_stop_it(self, technician: Technician) -> None:
        form = technician.form(Mark.INTERNAL, NOTE)
        technician.service.say("ahora tampoco prende")
        settle()
        assert technician.send(form).status_code == 303

    def test_a_colleague_reads_it_before_their_answer_leaves(self, technician: Technician) -> None:
        form = technician.form("answer", "Te lo llevamos hoy.")
        write_note(technician)
        answer = technician.send(form)
        assert answer.status_code == 409
        assert NOTE in Shown(answer).text

    def test_it_is_no_answer(self, world: World, technician: Technician) -> None:
        write_note(technician)
        assert world.column("select answered_at from ticket_times") == [None]
        assert "Nadie lo atiende" in technician.shown().text

    def test_the_log_does_not_say_it(self, world: World, technician: Technician) -> None:
        write_note(technician)
        all_leaves(world)
        assert "no pagó" not in world.output()


def test_it_stays_when_the_customer_is_erased(world: World, service: Service, technician: Technician) -> None:
    """As all words of technicians do; nothing in it leads to the person any more."""
    write_note(technician)
    world.rows("select erase_customer(id, '') from customers")
    assert NOTE in technician.shown().text
    assert ANA.wa_id is not None
    assert ANA.wa_id not in technician.shown().text
    del service
