"""Technicians' actions are notified to the ticket's owner: collected, in a permitted form, without delaying replies."""

from dataclasses import replace

import psycopg
import pytest

from emulator import Json
from emulator.meta.sent_message import SentMessage, status_webhook
from state.model.ticket import TechnicianAction
from tests.support.function import ANA, BETO, Service, World, settle
from tests.support.ticket_case import Case, open_case


@pytest.fixture
def case(world: World, service: Service) -> Case:
    return open_case(world, service)


def close_window(case: Case) -> None:
    case.world.rows("update conversations set last_inbound_at = now() - interval '25 h'")


class TestGathered:
    def test_answered_and_resolved_within_a_minute_is_one_bubble(self, case: Case) -> None:
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        case.work(TechnicianAction.RESOLVE)
        (notification,) = case.notifications()
        assert "Marta, del equipo técnico, te responde sobre tu ticket" in notification.text
        assert "> Prueba con otro cable." in notification.text
        assert case.notified() == ["message"]

    def test_two_minutes_apart_are_two(self, case: Case) -> None:
        case.work(TechnicianAction.ASK, "¿Qué luz parpadea?")
        assert len(case.notifications()) == 1
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        texts = [notification.text for notification in case.notifications()]
        assert [("¿Qué luz" in text, "> Prueba" in text) for text in texts] == [(True, False), (False, True)]

    def test_a_bare_change_waits_a_minute(self, case: Case) -> None:
        case.work(TechnicianAction.CLOSE)
        assert 50 < case.row()["waits"] <= 60
        assert case.world.swept() == {}

    def test_who_has_it_is_not_notified(self, case: Case) -> None:
        """Each bubble costs, and says something: the name comes with the next words."""
        case.work(TechnicianAction.TAKE)
        assert case.status() == "in_progress"
        case.work(TechnicianAction.GIVE_BACK)
        assert case.notifications() == []
        case.work(TechnicianAction.TAKE)
        case.work(TechnicianAction.ASK, "¿Qué luz parpadea?")
        (notification,) = case.notifications()
        assert notification.text.startswith("❓ Marta, del equipo técnico, te pregunta por tu ticket")

    def test_resolved_and_reopened_by_hand_is_not_notified(self, case: Case) -> None:
        case.world.rows("update tickets set status = 'resolved'")
        case.world.rows("update tickets set status = 'open'")
        assert case.notifications() == []
        assert case.notified() == []

    def test_resolved_with_a_text_and_reopened_is_notified(self, case: Case) -> None:
        case.work(TechnicianAction.RESOLVE, "Cambiamos el tóner.")
        case.world.rows("update tickets set status = 'open'")
        (notification,) = case.notifications()
        assert "> Cambiamos el tóner." in notification.text


class TestRecipient:
    """Numbers get new owners, and a notification may leave long after they wrote."""

    @pytest.mark.parametrize("window", ["open", "closed"])
    def test_is_their_bsuid_if_it_is_known(self, case: Case, window: str) -> None:
        if window == "closed":
            close_window(case)
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        (notification,) = case.notifications()
        assert (notification.recipient.phone, notification.person.wa_id) == (None, ANA.wa_id)

    def test_is_their_number_if_nothing_else_is(self, case: Case) -> None:
        case.world.rows("update customers set user_id = null")
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        (notification,) = case.notifications()
        assert notification.recipient.phone

    def test_then_the_number_in_the_same_attempt(self, case: Case) -> None:
        case.world.graph.switches.bsuids = False
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        (notification,) = case.notifications()
        assert (notification.recipient.user_id, case.row()["attempts"]) == (None, 1)


class TestForm:
    def test_resolved_comes_with_its_buttons(self, case: Case) -> None:
        case.work(TechnicianAction.RESOLVE, "Cambiamos el tóner.")
        (notification,) = case.notifications()
        assert notification.choices == {
            f"following/fixed/{case.code}": "Sí, quedó bien",
            f"following/not_fixed/{case.code}": "No, sigue igual",
        }

    def test_texts_of_any_length_reach_them(self, case: Case) -> None:
        """The stand-in refuses what Meta would."""
        case.work(TechnicianAction.ANSWER, "Revisa el cable. " * 120)
        case.work(TechnicianAction.RESOLVE, "Listo. " * 900)
        (notification,) = case.notifications()
        assert notification.text.endswith("¿Quedó bien? Respóndeme *sí* o *no*.")
        assert case.notified() == ["message"]

    @pytest.mark.parametrize(
        ("pressed", "typed", "became"),
        [("fixed", "sí", "closed"), ("not_fixed", "no", "open")],
    )
    def test_the_question_is_answered_by_its_button_or_in_words(
        self, case: Case, pressed: str, typed: str, became: str
    ) -> None:
        case.work(TechnicianAction.RESOLVE)
        case.notifications()
        case.service.press(pressed)
        settle()
        assert case.status() == became
        if became == "closed":
            case.work(TechnicianAction.REOPEN)
        case.work(TechnicianAction.RESOLVE, "Listo. " * 300)
        assert case.notifications()[-1].choices == {}
        case.service.say(typed)
        settle()
        assert case.status() == became

    def test_speaks_the_language_of_the_conversation(self, case: Case) -> None:
        case.service.say("in english please")
        settle()
        case.work(TechnicianAction.ASK, "Which light?")
        assert "Marta from the support team has a question about your ticket" in case.notifications()[0].text


class TestWindow:
    def test_outside_it_the_template_goes(self, case: Case) -> None:
        close_window(case)
        case.work(TechnicianAction.ASK, "¿Qué luz\nparpadea?")
        (notification,) = case.notifications()
        assert notification.kind == "template"
        assert notification.parameters == [
            case.code,
            "Marta, del equipo técnico, pregunta: ¿Qué luz parpadea?",
        ]
        assert case.notified() == ["template"]

    def test_refused_late_it_goes_again_as_the_template(self, case: Case) -> None:
        """Meta said 200, and 131047 minutes later."""
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        (notification,) = case.notifications()
        case.service.post(failed(notification))
        settle()
        assert [notification.kind for notification in case.notifications()] == ["interactive", "template"]
        assert case.notified() == ["message", "template"]

    def test_refused_once_more_the_ticket_says_so(self, case: Case) -> None:
        close_window(case)
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        (notification,) = case.notifications()
        case.service.post(failed(notification))
        assert case.notified() == ["template", "failed"]
        assert case.row()["status"] == "dead"

    def test_and_its_author_is_told_by_e_mail(self, case: Case) -> None:
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        (notification,) = case.notifications()
        case.service.confirm(replace(notification, failing=131026), "failed")
        text = case.mails()[0].text or ""
        assert "Tu mensaje no le llegó al cliente" in text
        assert "Marta escribió" in text
        assert "Prueba con otro cable." in text
        assert "ese número no está en WhatsApp" in text
        assert "/t/" in text

    def test_a_message_in_the_meantime_opens_it(self, case: Case) -> None:
        close_window(case)
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        case.service.say("¿hay novedades?")
        settle()
        assert case.notifications()[0].kind == "interactive"


class TestNothingIsBlocked:
    def test_a_reply_does_not_wait_for_a_notification(self, case: Case) -> None:
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        before = len(case.world.graph.messages)
        case.service.say("hola")
        settle()
        assert len(case.world.graph.messages) == before + 1
        assert case.row()["status"] == "ready"

    def test_nor_for_one_that_is_unclear(self, case: Case) -> None:
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        case.world.graph.faults.error_after_effect(drop=True)
        case.notifications()
        case.world.graph.faults.clear()
        assert case.row()["status"] == "unknown"
        before = len(case.world.graph.messages)
        case.service.say("hola")
        settle()
        assert len(case.world.graph.messages) == before + 1


class TestNobodyToNotify:
    def test_an_erased_customer_gets_no_notification(self, case: Case) -> None:
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        (person,) = case.world.column("select id from customers")
        case.world.rows("select erase_person(%s)", person)
        assert case.notifications() == []
        case.work(TechnicianAction.RESOLVE)
        assert case.notifications() == []

    def test_one_who_is_gone_when_it_leaves(self, case: Case) -> None:
        """By hand, without the function that erases."""
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        case.world.rows("delete from customers")
        assert case.notifications() == []
        assert (case.row()["status"], case.row()["last_error"]) == ("dead", "the customer is gone")

    def test_a_ticket_that_was_deleted_by_hand(self, case: Case) -> None:
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        case.world.rows("delete from tickets")
        assert case.notifications() == []
        assert (case.row()["status"], case.row()["last_error"]) == ("dead", "the ticket is gone")
        assert [line["error"] for line in case.world.log("dead_letter")] == ["the ticket is gone"]


class TestByHand:
    def test_an_update_in_studio_notifies_the_customer(self, case: Case) -> None:
        case.world.rows("update tickets set status = 'resolved' where code = %s", case.code)
        (notification,) = case.notifications()
        assert notification.text.startswith(f"✅ El equipo técnico resolvió tu ticket *{case.code}*.")

    def test_several_tickets_at_once(self, world: World, service: Service) -> None:
        cases = [open_case(world, service), open_case(world, service, BETO)]
        world.rows("update tickets set status = 'resolved'")
        notifications = cases[0].notifications()
        assert {case.code for case in cases} == {
            next(code for case in cases if (code := case.code) in notification.text)
            for notification in notifications
        }
        assert [case.notified() for case in cases] == [["message"], ["message"]]

    def test_what_is_not_legal_is_refused_and_says_what_is(self, case: Case) -> None:
        case.work(TechnicianAction.CLOSE)
        with pytest.raises(
            psycopg.errors.CheckViolation, match="cannot go from closed to resolved"
        ) as refused:
            case.world.rows("update tickets set status = 'resolved'")
        assert refused.value.diag.message_hint == "legal from closed: open"
        assert case.status() == "closed"


def failed(sent: SentMessage) -> Json:
    """Meta's late word that the window had closed."""
    return status_webhook(replace(sent, failing=131047), "failed", sent.at + 60)


class TestAfterATemplate:
    """A template holds one line. What was said comes whole when the customer's next message opens the 24 hours."""

    def test_all_of_it_follows_their_next_message(self, case: Case) -> None:
        close_window(case)
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.\nY después reinicia.")
        assert [notification.kind for notification in case.notifications()] == ["template"]
        case.service.say("hola")
        settle()
        whole = (
            case.world.graph.messages[-1]
            if "cable" in case.world.bubbles()[-1]
            else case.world.graph.messages[-2]
        )
        assert "> Prueba con otro cable.\n> Y después reinicia." in whole.text
        before = len(case.world.bubbles())
        case.service.say("gracias")
        settle()
        assert len(case.world.bubbles()) == before + 1

    def test_it_is_not_listed_as_waiting(self, case: Case) -> None:
        close_window(case)
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        assert case.notifications()
        assert case.world.swept() == {}
        record = case.service.desk.sweep.store.load_ticket(case.code)
        assert record is not None
        assert record.waiting == 0

    def test_a_day_later_the_customer_can_say_whether_it_is_fixed(self, case: Case) -> None:
        case.work(TechnicianAction.RESOLVE, "Era el cable.")
        assert case.notifications()
        case.world.rows(
            "update conversations set session = jsonb_set(session, '{at}', to_jsonb(now() - interval '25 hours'))"
        )
        case.world.start().say("no")
        settle()
        assert case.world.column("select status from tickets") == ["open"]


class TestTemplateRefused:
    """Meta has paused the template, or does not know it."""

    @pytest.fixture
    def held(self, case: Case) -> Case:
        close_window(case)
        for template in case.world.graph.account.templates.all:
            template.status = "PAUSED"
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        assert case.notifications() == []
        return case

    def test_nothing_is_given_up_and_the_operator_is_told(self, held: Case) -> None:
        assert (held.row()["status"], held.row()["held"], held.row()["attempts"]) == ("ready", True, 0)
        (line,) = [line for line in held.world.log("delivery") if line.get("outcome") == "held"]
        assert (line["severity"], line["error"]) == ("ERROR", "meta 132015")
        assert "python -m ops templates status" in line["mend"]

    def test_once_it_is_mended_it_leaves_within_the_hour(self, held: Case) -> None:
        for template in held.world.graph.account.templates.all:
            template.status = "APPROVED"
        held.world.make_due()
        held.world.make_due()
        (notification,) = held.notifications()
        assert notification.kind == "template"
        assert held.notified() == ["template"]

    def test_their_next_message_brings_the_words(self, held: Case) -> None:
        held.service.say("¿hay novedades?")
        settle()
        (notification,) = held.notifications()
        assert "> Prueba con otro cable." in notification.text
        assert held.notified() == ["message"]

    @pytest.mark.parametrize("code", [132000, 132001, 132005, 132007, 132008, 132012, 132016, 132068])
    def test_whatever_is_wrong_with_it(self, case: Case, code: int) -> None:
        close_window(case)
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        case.world.graph.faults.error(code)
        case.notifications()
        assert (case.row()["status"], case.row()["held"]) == ("ready", True)
