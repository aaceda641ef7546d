"""A customer's changes to their ticket are e-mailed to the technicians: collected, in one thread, once, and never as a flood."""

import re

import pytest

from state.model.ticket import TechnicianAction
from state.model.turn import ChangeKind
from tests.support.database import capped
from tests.support.function import ANA, Service, World, settle
from tests.support.links import MAILBOX
from tests.support.ticket_case import Case, open_case


@pytest.fixture
def case(world: World, service: Service) -> Case:
    return open_case(world, service)


def says(case: Case, text: str) -> None:
    case.service.say(text)
    settle()


class TestGathered:
    def test_all_of_a_minute_is_one_mail_with_the_files_in_it(self, case: Case) -> None:
        says(case, "la luz roja parpadea y no imprime nada")
        stored = case.world.graph.media.put(b"a photo", "image/jpeg")
        photo = ANA.image(b"a photo", media_id=stored, mime_type="image/jpeg")
        assert case.service.post(ANA.webhook(photo)).status_code == 200
        settle()
        (mail,) = case.mails()
        assert "Estado: Abierto\n" in (mail.text or "")
        assert "> la luz roja parpadea y no imprime nada" in (mail.text or "")
        assert "- Imagen" in (mail.text or "")
        assert [file.filename for file in mail.attachments] == [f"{case.code}-1.jpg"]

    def test_at_most_one_in_five_minutes(self, case: Case) -> None:
        says(case, "la luz roja parpadea y no imprime nada")
        assert len(case.mails()) == 1
        says(case, "y ahora sale humo de la impresora")
        assert 290 < case.row("email")["waits"] <= 300
        says(case, "la desenchufé porque olía a quemado")
        (_, second) = case.mails()
        assert "> y ahora sale humo" in (second.text or "")
        assert "> la desenchufé" in (second.text or "")

    def test_each_ticket_has_its_own(self, world: World, service: Service) -> None:
        first = open_case(world, service)
        says(first, "la luz roja parpadea y no imprime nada")
        service.press("menu")
        settle()
        second = open_case(world, service)
        says(second, "la pantalla se apaga y no prende")
        codes = {mail.tags["ticket"] for mail in second.mails()}
        assert codes == {first.code, second.code}


class TestAnswered:
    def test_the_customer_s_answer_moves_the_ticket_and_comes_by_mail(self, case: Case) -> None:
        case.work(TechnicianAction.ASK, "¿Qué luz parpadea?")
        assert case.status() == "waiting_customer"
        case.notifications()
        says(case, "parpadea la luz roja de la impresora")
        assert case.status() == "in_progress"
        (mail,) = case.mails()
        assert "Estado: En curso\n" in (mail.text or "")
        assert "> parpadea la luz roja de la impresora" in (mail.text or "")


class TestChanged:
    def test_reopened_says_so(self, case: Case) -> None:
        case.work(TechnicianAction.RESOLVE)
        case.changes(ChangeKind.REOPEN, "volvió a fallar")
        (mail,) = case.mails()
        assert "Estado: Abierto\n" in (mail.text or "")
        assert (mail.text or "").startswith(f"El cliente reabrió el ticket: {case.code}\n")
        assert "> volvió a fallar" in (mail.text or "")

    def test_fixed_and_rated_is_one_mail(self, case: Case) -> None:
        case.work(TechnicianAction.RESOLVE)
        case.changes(ChangeKind.FIXED)
        case.changes(ChangeKind.RATING, rating=5)
        (mail,) = case.mails()
        assert "Estado: Cerrado\n" in (mail.text or "")
        assert "★★★★★ (5 de 5)" in (mail.text or "")

    def test_what_a_technician_does_is_not_mailed_to_them(self, case: Case) -> None:
        case.work(TechnicianAction.TAKE)
        case.work(TechnicianAction.RESOLVE)
        assert case.mails() == []


class TestHuman:
    def test_a_request_for_a_person_is_sent_at_once_and_says_which_ticket(self, case: Case) -> None:
        case.work(TechnicianAction.TAKE)
        says(case, "quiero hablar con una persona")
        (mail,) = [mail for mail in case.world.resend.messages if "/opened" not in (mail.key or "")]
        assert mail.subject == f"[{case.code}] Ana Pérez: mi impresora no imprime y se traba"
        assert (mail.text or "").startswith("El cliente pide hablar con una persona")
        assert "Pidió hablar con una persona (" in (mail.text or "")


class TestLink:
    def test_a_fresh_link_is_good_however_old_the_ticket(self, case: Case) -> None:
        """Whoever asks for one had a link that expired: the ticket has been left alone for a month."""
        case.world.rows("update tickets set updated_at = now() - interval '90 days'")
        case.world.rows("update ticket_events set created_at = now() - interval '90 days'")
        assert case.service.desk.sweep.store.mail_link(case.code, MAILBOX.address)
        (mail,) = case.mails()
        (path,) = set(re.findall(r"https://mostrador\.example(/t/\S+/)", mail.text or ""))
        assert case.service.client.get(path).status_code == 200
        assert mail.attachments == ()


class TestThread:
    def test_all_mails_of_a_ticket_name_one_root(self, case: Case) -> None:
        says(case, "la luz roja parpadea y no imprime nada")
        case.mails()
        assert case.service.desk.sweep.store.mail_link(case.code, MAILBOX.address)
        case.mails()
        mails = case.world.resend.messages
        assert len(mails) == 3
        assert {mail.headers["References"] for mail in mails} == {f"<{case.code}@example.com>"}
        assert len({mail.headers["Message-ID"] for mail in mails}) == 3

    def test_a_reply_reaches_the_technicians(self, world: World) -> None:
        service = world.start(SUPPORT_EMAIL_TO="a@example.com, b@example.com")
        open_case(world, service)
        replies = {mail.reply_to for mail in world.resend.messages}
        assert replies == {("a@example.com", "b@example.com")}


class TestNoAutoReplies:
    def test_no_mail_asks_for_an_absence_notice(self, world: World, service: Service) -> None:
        """It would go to all technicians, whom a reply reaches."""
        case = open_case(world, service)
        says(case, "la luz roja parpadea y no imprime nada")
        says(case, "quiero hablar con una persona")
        case.mails()
        with capped(world.database_url, "max_emails_per_hour", 1):
            says(case, "y ahora sale humo")
        assert case.service.desk.sweep.store.mail_link(case.code, MAILBOX.address)
        case.mails()
        mails = world.resend.messages
        kinds = world.column("select content from outbox where channel = 'email' order by content")
        assert kinds == ["digest", "human", "link", "opened", "update"]
        assert len(mails) == 5
        assert {mail.headers["Auto-Submitted"] for mail in mails} == {"auto-generated"}
        assert {mail.headers["X-Auto-Response-Suppress"] for mail in mails} == {"All"}


class TestSameBytes:
    def test_every_attempt_of_a_notification_is_the_same_e_mail(self, case: Case) -> None:
        """Whatever has become of the ticket in the meantime."""
        says(case, "la luz roja parpadea y no imprime nada")
        case.world.resend.call_log.clear()
        case.world.resend.faults.error("service_unavailable", 503)
        case.mails()
        case.work(TechnicianAction.TAKE)
        case.work(TechnicianAction.RESOLVE)
        case.world.resend.faults.clear()
        (mail,) = case.mails()
        first, *others = [entry.request for entry in case.world.resend.call_log.all()]
        assert others
        assert all(body == first for body in others)
        assert "Estado: Abierto\n" in (mail.text or "")

    def test_what_is_added_between_two_attempts_is_another_mail(self, case: Case) -> None:
        says(case, "la luz roja parpadea y no imprime nada")
        case.world.resend.faults.error("service_unavailable", 503)
        case.mails()
        case.world.resend.faults.clear()
        says(case, "y ahora sale humo de la impresora")
        case.world.make_due()
        texts = [mail.text or "" for mail in case.mails()]
        assert [("luz roja" in text, "humo" in text) for text in texts] == [(True, False), (False, True)]


class TestErased:
    def test_what_they_added_is_mailed_without_their_name(self, case: Case) -> None:
        says(case, "la luz roja parpadea y no imprime nada")
        (person,) = case.world.column("select id from customers")
        case.world.rows("select erase_person(%s)", person)
        (mail,) = case.mails()
        assert (mail.text or "").startswith(f"Novedades del cliente: {case.code}\nsin nombre\n")
        assert "Teléfono: sin número\n" in (mail.text or "")
        assert "Ana" not in mail.sender
        assert "> la luz roja parpadea y no imprime nada" in (mail.text or "")
