"""A technician answers an e-mail of the desk, and the customer reads it in WhatsApp: that and nothing else, once."""

import json
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from handlers.outbox_sender import MAX_THREADS
from ops.svix_signature import signed_headers
from state.model.outbox_row import Channel
from state.model.received_mail import Authentication, MailOutcome
from state.model.ticket import TechnicianAction
from state.model.turn import ChangeKind
from tests.support.function import BETO, Service, World, settle
from tests.support.sample_files import JPEG
from tests.support.technician_mailbox import DOMAIN, FORGED, Mailbox
from tests.support.ticket_case import Case, open_case

MARTA, LUIS, SHARED = "marta@example.com", "luis@example.com", "taller@example.com"
TO = f"Marta Ruiz <{MARTA}>, Luis Paz <{LUIS}>, {SHARED}"


@pytest.fixture
def service(world: World) -> Service:
    world.settings["SUPPORT_EMAIL_TO"] = TO
    world.settings["INBOUND_EMAIL_DOMAIN"] = DOMAIN
    return world.start()


@pytest.fixture
def case(world: World, service: Service) -> Case:
    """A ticket that nobody has."""
    case = open_case(world, service)
    settle()
    return case


@pytest.fixture
def marta(case: Case) -> Mailbox:
    return Mailbox(world=case.world, service=case.service, address=MARTA, from_header=f"Marta Ruiz <{MARTA}>")


@pytest.fixture
def luis(case: Case) -> Mailbox:
    return Mailbox(world=case.world, service=case.service, address=LUIS, from_header=f"Luis Paz <{LUIS}>")


@pytest.fixture
def shared(case: Case) -> Mailbox:
    return Mailbox(
        world=case.world, service=case.service, address=SHARED, from_header="Sol <sol@example.com>"
    )


def outcomes(world: World) -> list[str]:
    return [str(found) for found in world.column("select outcome from received_mails order by id")]


def said(case: Case) -> list[str]:
    """What technicians said to the customer: what is in their chat."""
    return [
        sent.text for sent in case.world.graph.messages if (sent.callback_data or "").startswith("notify/")
    ]


def notes(case: Case) -> list[str]:
    return [
        str(body)
        for body in case.world.column("select body from ticket_events where kind = 'internal' order by id")
    ]


def test_without_the_settings_all_stays_as_it_was(world: World) -> None:
    world.settings["SUPPORT_EMAIL_TO"] = TO
    case = open_case(world, world.start())
    settle()
    mail = next(mail for mail in world.resend.messages if MARTA in mail.to)
    assert set(mail.reply_to) == {MARTA, LUIS, SHARED}
    assert "escribe arriba" not in (mail.text or "") + (mail.html or "")
    assert case.status() == "open"


class TestTheEmailToAnswer:
    def test_has_an_address_of_its_technician_alone(self, case: Case) -> None:
        to = {mail.to: mail.reply_to for mail in case.world.resend.messages}
        assert len(set(to.values())) == 3
        assert all(len(reply_to) == 1 and reply_to[0].endswith(f"@{DOMAIN}") for reply_to in to.values())

    def test_says_first_who_reads_an_answer(self, marta: Mailbox, case: Case) -> None:
        lines = (marta.latest().text or "").splitlines()
        assert lines[0] == "-- escribe arriba de esta línea --"
        assert (
            lines[1] == f"Lo que respondas a este correo se lo mandamos a {case.customer.name} por WhatsApp."
        )


class TestAnAnswer:
    def test_is_read_by_the_customer(self, marta: Mailbox, case: Case) -> None:
        assert marta.answer("Hola, ¿prende alguna luz?").status_code == 200
        assert len(said(case)) == 1
        assert "Hola, ¿prende alguna luz?" in said(case)[0]
        assert "escribió" not in said(case)[0]
        assert "Marta" in said(case)[0]
        assert outcomes(case.world) == ["sent"]

    def test_takes_the_ticket_that_nobody_has(self, marta: Mailbox, case: Case) -> None:
        marta.answer("Ya lo veo.")
        assert case.status() == "in_progress"
        assert case.world.column("select assignee_address from tickets") == [MARTA]

    def test_needs_no_sweep_and_no_e_mail_back(self, marta: Mailbox, case: Case) -> None:
        before = len(case.world.resend.messages)
        marta.answer("Ya lo veo.")
        assert said(case)
        assert len(case.world.resend.messages) == before

    def test_costs_five_calls_of_the_database(self, marta: Mailbox, case: Case) -> None:
        """The webhook's, the answer, its end; and the marks of the two rows, in one batch or two."""
        written = marta.write("Ya lo veo.")
        case.world.supabase.call_log.clear()
        marta.send(written)
        settle()
        calls = case.world.supabase.calls()
        assert calls["receive_mail"] == calls["act_on_ticket"] == calls["finish_mail"] == 1
        assert sum(calls.values()) <= 5, calls

    @pytest.mark.parametrize(
        ("command", "status"),
        [("#pregunta", "waiting_customer"), ("#resuelto", "resolved"), ("#tomar", "in_progress")],
    )
    def test_a_command_says_what_to_do(self, marta: Mailbox, case: Case, command: str, status: str) -> None:
        marta.answer(command if command != "#pregunta" else f"{command} ¿Desde cuándo?")
        assert case.status() == status

    def test_a_note_stays_among_technicians(self, marta: Mailbox, case: Case) -> None:
        marta.answer("#nota Este cliente ya vino dos veces.")
        assert notes(case) == ["Este cliente ya vino dos veces."]
        assert said(case) == []
        assert outcomes(case.world) == ["noted"]

    def test_by_somebody_of_a_shared_mailbox_has_their_name(self, shared: Mailbox, case: Case) -> None:
        shared.answer("Pasa cuando quieras.")
        assert "Sol" in said(case)[0]

    def test_with_a_file(self, marta: Mailbox, case: Case) -> None:
        marta.answer("Así queda el cable.", files=[("cable.jpg", JPEG, "image/jpeg")])
        assert [sent.kind for sent in case.world.graph.messages][-2:].count("image") == 1
        assert outcomes(case.world) == ["sent"]

    def test_with_a_file_that_whatsapp_does_not_take(self, marta: Mailbox, case: Case) -> None:
        marta.answer("Te mando el programa.", files=[("setup.exe", b"MZ\0\0", "application/octet-stream")])
        assert "Te mando el programa." in said(case)[0]
        told = marta.latest().text or ""
        assert "setup.exe: WhatsApp no acepta este tipo de archivo" in told
        assert "mientras tanto" not in told
        assert "Te mando el programa." not in told

    def test_of_more_text_than_is_read(self, marta: Mailbox, case: Case) -> None:
        marta.answer(f"Ya lo veo.\n\n-- \n{'x' * 1_000_000}")
        assert "Ya lo veo." in said(case)[0]
        assert "1 MB" in (marta.latest().text or "")


class TestOnce:
    def test_an_event_that_comes_twice(self, marta: Mailbox, case: Case) -> None:
        delivery = case.world.resend.receive(marta.write("Una vez."))
        for _ in range(3):
            said_to_resend = case.service.client.post("/mail", data=delivery.body, headers=delivery.headers)
            assert said_to_resend.status_code == 200
            settle()
        assert len(said(case)) == 1

    def test_an_e_mail_that_is_received_twice(self, marta: Mailbox, case: Case) -> None:
        written = marta.write("Una vez.", message_id="<same@mail.example.com>")
        assert [marta.send(written).status_code for _ in range(2)] == [200, 200]
        settle()
        assert len(said(case)) == 1
        assert len(outcomes(case.world)) == 1

    def test_two_answers_to_one_e_mail(self, marta: Mailbox, case: Case) -> None:
        mail = marta.latest()
        marta.answer("Primero.", mail)
        marta.answer("Segundo.", mail)
        assert outcomes(case.world) == ["sent", "sent"]
        assert case.world.column("select body from ticket_events where action = 'answer' order by id") == [
            "Primero.",
            "Segundo.",
        ]

    def test_a_thread_that_is_not_free(self, world: World, marta: Mailbox, case: Case) -> None:
        case.service.fill_threads(Channel.INBOX)
        assert marta.answer("Con el barrido.").status_code == 200
        assert said(case) == []
        world.make_due()
        assert world.sweep().status_code == 200
        settle()
        assert "Con el barrido." in said(case)[0]


Send = Callable[[Mailbox], object]


class TestWhoMayNot:
    """Nothing that is refused ever reaches the customer. Who has the ticket's address hears why, once."""

    def refuse(self, mailbox: Mailbox, case: Case, send: Send, outcome: MailOutcome) -> str:
        """What the technician is told; all of it, as one text."""
        before = len(mailbox.all())
        send(mailbox)
        settle()
        assert outcomes(case.world) == [outcome]
        assert said(case) == notes(case) == []
        assert case.status() == "open"
        told = mailbox.all()[before:]
        assert len(told) == 1
        assert "/t/" in (told[0].text or "")
        return told[0].text or ""

    def test_somebody_else(self, marta: Mailbox, case: Case) -> None:
        def send(mailbox: Mailbox) -> None:
            written = mailbox.write("Soy yo.")
            written.replace_header("From", "Otro <otro@example.org>")
            mailbox.send(written)

        assert "otro@example.org" in self.refuse(marta, case, send, MailOutcome.NOT_THEIRS)

    def test_a_colleague_with_an_address_that_is_not_theirs(self, marta: Mailbox, case: Case) -> None:
        def send(mailbox: Mailbox) -> None:
            written = mailbox.write("Soy Luis.")
            written.replace_header("From", f"Luis <{LUIS}>")
            mailbox.send(written)

        self.refuse(marta, case, send, MailOutcome.NOT_THEIRS)

    @pytest.mark.parametrize("found", [FORGED, Authentication(spf="pass", dkim="pass", dmarc="fail")])
    def test_a_forged_sender(self, marta: Mailbox, case: Case, found: Authentication) -> None:
        self.refuse(marta, case, lambda box: box.send(box.write("Soy Marta."), found), MailOutcome.UNPROVED)

    def test_an_empty_answer(self, marta: Mailbox, case: Case) -> None:
        told = self.refuse(marta, case, lambda box: box.answer(""), MailOutcome.EMPTY)
        assert "arriba de todo lo citado" in told

    def test_one_that_is_too_long(self, marta: Mailbox, case: Case) -> None:
        self.refuse(marta, case, lambda box: box.answer("x " * 4000), MailOutcome.TOO_LONG)

    def test_only_files_that_cannot_be_sent(self, marta: Mailbox, case: Case) -> None:
        def send(mailbox: Mailbox) -> None:
            mailbox.answer("", files=[("setup.exe", b"MZ\0\0", "application/octet-stream")])

        assert "setup.exe" in self.refuse(marta, case, send, MailOutcome.NO_FILES)

    def test_a_closed_ticket(self, marta: Mailbox, case: Case) -> None:
        mail = marta.latest()
        case.work(TechnicianAction.CLOSE)
        settle()
        marta.answer("Una cosa más.", mail)
        assert outcomes(case.world) == ["impossible"]
        assert "Cerrado" in (marta.latest().text or "")

    def test_a_customer_who_was_erased(self, marta: Mailbox, case: Case) -> None:
        written = marta.write("Ya está.")
        case.service.say("borrar mis datos")
        case.service.press("erase")
        settle()
        before = len(case.world.graph.messages)
        marta.send(written)
        settle()
        assert outcomes(case.world) == ["erased"]
        assert len(case.world.graph.messages) == before
        assert "ya no hay a quién escribirle" in (marta.latest().text or "")


class TestSilence:
    @pytest.mark.parametrize("headers", [{"Auto-Submitted": "auto-replied"}, {"Precedence": "bulk"}])
    def test_for_what_no_person_wrote(self, marta: Mailbox, case: Case, headers: dict[str, str]) -> None:
        before = len(case.world.resend.messages)
        marta.answer("Estoy de vacaciones.", headers=headers)
        assert outcomes(case.world) == ["automatic"]
        assert said(case) == []
        assert len(case.world.resend.messages) == before

    def test_for_an_address_that_we_have_not_signed(self, marta: Mailbox, case: Case) -> None:
        written = marta.write("Hola.")
        local, _, domain = written["To"].partition("@")
        written.replace_header("To", f"{local[:-1]}{'0' if local[-1] != '0' else '1'}@{domain}")
        case.world.supabase.call_log.clear()
        assert marta.send(written).status_code == 200
        settle()
        assert case.world.supabase.calls().total() == 0
        assert outcomes(case.world) == []

    def test_for_an_address_that_no_parser_gets_through(
        self, world: World, service: Service, case: Case
    ) -> None:
        body = json.dumps(
            {"type": "email.received", "data": {"email_id": "1", "to": ["(" * 50_000]}}
        ).encode()
        headers = signed_headers(body, world.resend.webhook_secret, world.resend.clock())
        assert service.client.post("/mail", data=body, headers=headers).status_code == 200
        assert outcomes(world) == []

    def test_for_who_is_no_technician_any_more(self, world: World, marta: Mailbox, case: Case) -> None:
        written = marta.write("Hola.")
        world.settings["SUPPORT_EMAIL_TO"] = LUIS
        delivery = world.resend.receive(written)
        assert (
            world.start().client.post("/mail", data=delivery.body, headers=delivery.headers).status_code
            == 200
        )
        settle()
        assert outcomes(world) == []
        assert said(case) == []


class TestForTheTeam:
    def test_a_word_that_is_no_command(self, marta: Mailbox, case: Case) -> None:
        marta.answer("#urgente llamar hoy")
        assert notes(case) == ["#urgente llamar hoy"]
        assert said(case) == []
        assert "#urgente" in (marta.latest().text or "")
        assert outcomes(case.world) == ["other_word"]

    def test_a_command_further_down(self, marta: Mailbox, case: Case) -> None:
        marta.answer("#pregunta ¿Prende?\n#nota Creo que miente.")
        assert notes(case) == ["#pregunta ¿Prende?\n#nota Creo que miente."]
        assert said(case) == []
        assert "#nota más abajo" in (marta.latest().text or "")
        assert outcomes(case.world) == ["misplaced"]

    def test_what_others_are_sent_too(self, marta: Mailbox, case: Case) -> None:
        marta.answer("#resuelto ¿Lo cobramos?", cc=["jefe@example.com"])
        assert notes(case) == ["#resuelto ¿Lo cobramos?"]
        assert said(case) == []
        assert case.status() == "open"
        assert outcomes(case.world) == ["other_readers"]

    def test_what_is_sent_to_two_tickets(self, world: World, marta: Mailbox, case: Case) -> None:
        """Only the first is answered: its customer would be told what is perhaps for the other."""
        first = marta.latest().reply_to[0]
        open_case(world, case.service, BETO)
        settle()
        written = marta.write("Ya está listo.")
        written.replace_header("To", f"{first}, {written['To']}")
        marta.send(written)
        settle()
        assert outcomes(world) == ["other_readers"]
        assert said(case) == []

    def test_ourselves_are_no_others(self, marta: Mailbox, case: Case) -> None:
        marta.answer("Ya lo veo.", cc=[MARTA, marta.latest().sender])
        assert outcomes(case.world) == ["sent"]

    def test_words_after_a_command_that_says_nothing(self, marta: Mailbox, case: Case) -> None:
        marta.answer("#tomar mañana lo abro")
        assert notes(case) == ["mañana lo abro"]
        assert case.world.column("select assignee_address from tickets") == [MARTA]
        assert outcomes(case.world) == ["taken_noted"]


class TestAmongColleagues:
    """Who answers what a colleague says talks to the colleague."""

    def latest_about(self, world: World, marta: Mailbox) -> str:
        world.make_due()
        world.sweep()
        settle()
        return marta.latest().text or ""

    def test_a_note_is_answered_by_a_note(
        self, world: World, marta: Mailbox, luis: Mailbox, case: Case
    ) -> None:
        luis.answer("#nota Este no paga nunca.")
        text = self.latest_about(world, marta)
        assert "Este no paga nunca." in text
        assert "queda como nota interna: lo lee el equipo" in text.splitlines()[1]
        marta.answer("Sí, un pesado.")
        assert said(case) == []
        assert notes(case) == ["Este no paga nunca.", "Sí, un pesado."]
        assert outcomes(world)[-1] == "noted"

    def test_but_for_a_command(self, world: World, marta: Mailbox, luis: Mailbox, case: Case) -> None:
        luis.answer("#nota Pregúntale la clave.")
        self.latest_about(world, marta)
        marta.answer("#pregunta ¿Cuál es la clave?")
        assert "¿Cuál es la clave?" in said(case)[0]

    def test_what_the_customer_says_beside_it_is_answered_to_them(
        self, world: World, marta: Mailbox, luis: Mailbox, case: Case
    ) -> None:
        luis.answer("#nota Este no paga nunca.")
        case.changes(ChangeKind.NOTE, "¿Ya está?")
        assert "se lo mandamos a" in self.latest_about(world, marta).splitlines()[1]
        marta.answer("Mañana.")
        assert "Mañana." in said(case)[0]


class TestSeveralOfOurs:
    def test_who_wrote_is_heard(self, marta: Mailbox, luis: Mailbox, case: Case) -> None:
        """Not as if a colleague's address had been used by somebody else."""
        written = marta.write("¿Lo ves tú?")
        written.replace_header("To", f"{luis.latest().reply_to[0]}, {written['To']}")
        before = len(luis.all())
        marta.send(written)
        settle()
        assert outcomes(case.world) == ["other_readers"]
        assert len(luis.all()) == before


class TestMeanwhile:
    def test_it_is_sent_and_its_author_told(self, marta: Mailbox, case: Case) -> None:
        mail = marta.latest()
        case.changes(ChangeKind.NOTE, "Ya prendió sola")
        case.work(TechnicianAction.ANSWER, "Yo me ocupo", author="Luis")
        settle()
        marta.answer("Tráela cuando puedas.", mail)
        assert "Tráela cuando puedas." in said(case)[-1]
        told = marta.latest().text or ""
        assert "Ya prendió sola" in told
        assert "Yo me ocupo" in told
        assert "Tráela" not in told

    def test_what_they_did_themselves_is_no_news(self, marta: Mailbox, case: Case) -> None:
        mail = marta.latest()
        marta.answer("Primero.", mail)
        before = len(marta.all())
        marta.answer("Segundo.", mail)
        assert len(marta.all()) == before

    def test_what_the_answered_e_mail_tells_is_no_news(
        self, world: World, marta: Mailbox, case: Case
    ) -> None:
        case.changes(ChangeKind.NOTE, "Ya prendió sola")
        world.make_due()
        world.sweep()
        settle()
        assert "Ya prendió sola" in (marta.latest().text or "")
        before = len(marta.all())
        marta.answer("¡Qué bien!")
        assert len(marta.all()) == before


class TestResendFails:
    def test_a_key_that_may_only_send(self, world: World, marta: Mailbox, case: Case) -> None:
        """The e-mail waits, and costs no try."""
        world.resend.switches.sending_only = True
        marta.answer("Espera.")
        assert outcomes(world) == ["None"]
        assert world.column("select attempts from outbox where channel = 'inbox'") == [0]
        assert (
            len(world.rows("select * from channel_pauses where channel = 'inbox' and paused_until > now()"))
            == 1
        )
        world.resend.switches.sending_only = False
        world.rows("delete from channel_pauses returning channel")
        world.make_due()
        world.sweep()
        settle()
        assert "Espera." in said(case)[0]

    def test_an_e_mail_that_cannot_be_had(self, world: World, marta: Mailbox, case: Case) -> None:
        mail = world.resend.receive(marta.write("Perdido.")).mail
        gone = replace(mail, envelope=replace(mail.envelope, id=str(uuid4())))
        body, headers = world.resend.received_event(gone)
        case.service.client.post("/mail", data=body, headers=headers)
        settle()
        for _ in range(6):
            world.make_due()
            world.sweep()
            settle()
        assert outcomes(world) == ["unreadable"]
        assert said(case) == []
        assert "No pudimos leerlo" in (marta.latest().text or "")


class TestAFlood:
    def test_of_strangers_keeps_nobody_from_hearing_of_their_own(
        self, world: World, marta: Mailbox, case: Case
    ) -> None:
        world.resend.switches.rate_limit = False
        for number in range(int(world.column("select max_told_per_hour()")[0]) + 1):
            written = marta.write(f"Spam {number}")
            written.replace_header("From", "x@example.org")
            marta.send(written)
            settle()
        before = len(marta.all())
        marta.answer("")
        assert len(marta.all()) == before + 1
        assert "No encontramos texto nuevo" in (marta.latest().text or "")

    def test_is_read_by_a_few_at_a_time(self, world: World, marta: Mailbox, case: Case) -> None:
        """Each takes memory: by the sweep no more than elsewhere."""
        case.service.fill_threads(Channel.INBOX)
        many = MAX_THREADS[Channel.INBOX] + 2
        for number in range(many):
            marta.answer(f"Número {number}")
        world.make_due()
        world.supabase.call_log.clear()
        world.sweep()
        settle()
        assert outcomes(world) == ["sent"] * many
        claims = [each.answer["rows"] for each in world.supabase.call_log.complete() if "claim" in each.path]
        mails = [sum(row["channel"] == Channel.INBOX for row in rows) for rows in claims]
        assert max(mails) == MAX_THREADS[Channel.INBOX]

    def test_of_e_mails_to_one_address(self, world: World, marta: Mailbox, case: Case) -> None:
        """It has become known to somebody: what is beyond the cap costs no fetch, and few are told."""
        world.resend.switches.rate_limit = False
        most = int(world.column("select max_mails_per_hour()")[0])
        for number in range(most + 5):
            written = marta.write(f"Spam {number}")
            written.replace_header("From", "x@example.org")
            assert marta.send(written).status_code == 200
            settle()
        assert outcomes(world) == ["not_theirs"] * most
        assert len(world.rows("select id from outbox where content = 'mail_result' order by id")) == int(
            world.column("select max_told_per_hour()")[0]
        )
        assert said(case) == []


class TestWhatIsNotForCustomers:
    """Our e-mail has a link that opens the ticket's page for 30 days: no shape of quoting takes it to the customer."""

    def test_a_link_of_our_e_mail(self, marta: Mailbox, case: Case) -> None:
        link = next(word for word in (marta.latest().text or "").split() if "/t/" in word)
        marta.answer(f"Mira esto: {link}")
        assert outcomes(case.world) == ["own_link"]
        assert said(case) == []
        assert case.status() == "open"
        assert "puede actuar como tú" in (marta.latest().text or "")

    @pytest.mark.parametrize("command", ["#pregunta ", "#resuelto "])
    def test_after_a_command(self, marta: Mailbox, case: Case, command: str) -> None:
        marta.answer(f"{command}{marta.latest().reply_to[0]}")
        assert outcomes(case.world) == ["own_link"]
        assert said(case) == []

    def test_all_of_our_e_mail_as_no_program_quotes_it(self, marta: Mailbox, case: Case) -> None:
        written = marta.write("")
        ours = (marta.latest().text or "").replace("arriba de", "sobre")
        written.set_content(f"Hallo\n\nAm Montag schrieb Soporte:\n\n{ours}")
        marta.send(written)
        settle()
        assert outcomes(case.world) == ["own_link"]
        assert said(case) == []

    def test_a_text_file_of_the_end_of_the_mail(self, marta: Mailbox, case: Case) -> None:
        ours = (marta.latest().text or "").encode()
        marta.answer(
            "Así queda.", files=[("ATT00001.txt", ours, "text/plain"), ("ok.txt", b"ok", "text/plain")]
        )
        assert "Así queda." in said(case)[0]
        assert [sent.kind for sent in case.world.graph.messages].count("document") == 1
        assert "ATT00001.txt: " in (marta.latest().text or "")

    def test_among_technicians_it_stays(self, marta: Mailbox, case: Case) -> None:
        link = next(word for word in (marta.latest().text or "").split() if "/t/" in word)
        marta.answer(f"#nota {link}")
        assert outcomes(case.world) == ["noted"]

    def test_what_the_list_of_a_mailbox_shows_of_our_e_mail(self, marta: Mailbox, case: Case) -> None:
        """It stands hidden above our line, and may be a note of a colleague. A program may lose what hides it."""
        html = marta.latest().html or ""
        shown = html[html.index("<body") :].replace("display:none;", "")
        assert "Ticket nuevo · " in shown.partition("escribe arriba")[0]
        written = marta.write("")
        written.set_content(f"<p>Ya lo veo.</p>{shown}", subtype="html")
        marta.send(written)
        settle()
        assert outcomes(case.world) == ["sent"]
        assert "Ya lo veo." in said(case)[0]
        assert "Ticket nuevo" not in said(case)[0]
