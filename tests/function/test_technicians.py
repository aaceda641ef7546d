"""Each technician has e-mails and links of their own: one occasion is one row, and an e-mail to each whom it concerns, once."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from emulator.resend.email_rules import SentEmail
from handlers.signed_links import LIFETIME
from state.model.technician import Technician
from state.model.ticket import Mark, TechnicianAction
from state.model.turn import ChangeKind
from tests.support.database import capped
from tests.support.function import BETO, PUBLIC_URL, Service, World, settle
from tests.support.technician import Shown
from tests.support.ticket_case import Case, open_case

MARTA = Technician(address="marta@example.com", name="Marta Ruiz")
LUIS = Technician(address="luis@example.com", name="Luis Paz")
SHARED = Technician(address="taller@example.com")
ALL = (MARTA, LUIS, SHARED)
TO = "Marta Ruiz <marta@example.com>, Luis Paz <luis@example.com>, taller@example.com"


@pytest.fixture
def service(world: World) -> Service:
    world.settings["SUPPORT_EMAIL_TO"] = TO
    return world.start()


@pytest.fixture
def case(world: World, service: Service) -> Case:
    """A ticket that nobody has."""
    case = open_case(world, service)
    world.resend.reset()
    return case


def to(mails: list[SentEmail]) -> list[str]:
    return sorted(address for mail in mails for address in mail.to)


def everybody() -> list[str]:
    return sorted(each.address for each in ALL)


def path_in(mail: SentEmail) -> str:
    (path,) = set(re.findall(r"https://mostrador\.example(/t/[\w.-]+/)", mail.text or ""))
    return str(path)


def later(world: World) -> None:
    """The faults end, and an hour later the sweep comes."""
    world.resend.faults.clear()
    world.resend.switches.recipients.clear()
    world.resend.switches.quota = ""
    world.make_due()
    assert world.sweep().status_code == 200


def each_has_one(world: World) -> None:
    assert to(world.resend.messages) == everybody()
    assert max(Counter(mail.key for mail in world.resend.messages).values()) == 1
    sent: dict[str | None, set[str]] = {}
    for entry in world.resend.call_log.all():
        sent.setdefault(entry.key, set()).add(str(entry.request))
    assert {len(bodies) for bodies in sent.values()} == {1}, "an attempt had other bytes"


def acts(
    case: Case, who: Technician, action: TechnicianAction | Mark, text: str = "", to: Technician | None = None
) -> None:
    case.service.desk.pages.store.act_on_ticket(
        case.code,
        action,
        text,
        author=who.name,
        key=None,
        seen=None,
        technician=who.address,
        technicians=[each.address for each in ALL],
        to=to,
    )


class TestOneRow:
    def test_is_an_e_mail_for_each_with_a_link_of_their_own(self, world: World, service: Service) -> None:
        case = open_case(world, service)
        mails = world.resend.messages
        assert [(mail.to, mail.key) for mail in mails] == [
            ((each.address,), f"mail/{case.code}/opened/{each.id}") for each in ALL
        ]
        assert {mail.reply_to for mail in mails} == {tuple(each.address for each in ALL)}
        assert len({path_in(mail) for mail in mails}) == 3
        assert all(service.client.get(path_in(mail)).status_code == 200 for mail in mails)
        (row,) = world.rows("select status, attempts, emails from outbox where channel = 'email'")
        assert row == {"status": "sent", "attempts": 1, "emails": 3}

    def test_no_name_or_address_is_in_a_link(self, world: World, service: Service) -> None:
        open_case(world, service)
        paths = " ".join(path_in(mail) for mail in world.resend.messages)
        assert not re.search("marta|luis|taller|example", paths, re.I)

    def test_a_file_is_fetched_once_for_all(self, case: Case) -> None:
        case.service.desk.sweep.sender.marks.clear()
        stored = case.world.graph.media.put(b"a photo", "image/jpeg")
        photo = case.customer.image(b"a photo", media_id=stored, mime_type="image/jpeg")
        assert case.service.post(case.customer.webhook(photo)).status_code == 200
        settle()
        case.world.graph.call_log.clear()
        assert [len(mail.attachments) for mail in case.mails()] == [1, 1, 1]
        fetched = [entry.path for entry in case.world.graph.call_log.all() if entry.method == "GET"]
        assert len(fetched) == len(set(fetched))

    @pytest.mark.parametrize("first", ["answer lost", "500", "dropped"])
    def test_again_is_nothing_twice(self, world: World, service: Service, first: str) -> None:
        faults = world.resend.faults
        match first:
            case "answer lost":
                faults.error_after_effect(drop=True, times=1)
            case "500":
                faults.error("application_error", 500, times=2)
            case "dropped":
                faults.down(times=1)
        open_case(world, service)
        assert world.column("select status from outbox where channel = 'email'") == ["unknown"]
        later(world)
        each_has_one(world)
        assert world.column("select status from outbox where channel = 'email'") == ["sent"]

    def test_the_rate_stops_the_others_and_burns_no_attempt(self, world: World, service: Service) -> None:
        world.resend.switches.recipients[MARTA.address] = "rate_limit_exceeded"
        open_case(world, service)
        assert len(world.resend.call_log.all()) == 1
        assert world.column("select attempts from outbox where channel = 'email'") == [0]
        later(world)
        each_has_one(world)

    def test_after_the_first_was_taken_too(self, world: World, service: Service) -> None:
        world.resend.switches.recipients[LUIS.address] = "rate_limit_exceeded"
        open_case(world, service)
        assert to(world.resend.messages) == [MARTA.address]
        later(world)
        each_has_one(world)

    def test_what_was_taken_in_part_is_not_sent_a_day_later(
        self, world: World, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Resend has forgotten the first key by then: the operator has to look."""
        monkeypatch.setattr(
            "handlers.sweep._MAX_SECONDS", 3.0
        )  # it would wait for the rate for as long as it may
        world.resend.switches.recipients[LUIS.address] = "rate_limit_exceeded"
        open_case(world, service)
        world.rows("update channel_pauses set paused_until = now(), claim_at = null")
        world.rows("update outbox set next_at = now() where channel = 'email'")
        world.sweep()
        world.rows(
            "update outbox set first_attempt_at = first_attempt_at - interval '23 h 1 min' where channel = 'email'"
        )
        later(world)
        (row,) = world.rows("select status, last_error from outbox where channel = 'email'")
        assert row == {"status": "dead", "last_error": "key expired"}
        assert to(world.resend.messages) == [MARTA.address]

    def test_one_address_that_is_refused_costs_nobody_else_an_e_mail(
        self, world: World, service: Service
    ) -> None:
        world.resend.switches.recipients[LUIS.address] = "validation_error"
        open_case(world, service)
        assert to(world.resend.messages) == [MARTA.address, SHARED.address]
        assert world.column("select status from outbox where channel = 'email'") == ["sent"]
        (line,) = world.log("technician_refused")
        assert (line["severity"], line["technician"]) == ("ERROR", LUIS.id)
        assert "@example.com" not in world.output()

    def test_all_that_are_refused_are_a_dead_letter(self, world: World, service: Service) -> None:
        world.resend.switches.recipients |= {each.address: "validation_error" for each in ALL}
        open_case(world, service)
        assert world.column("select status from outbox where channel = 'email'") == ["dead"]

    def test_whose_lease_is_over_goes_on_later(
        self, world: World, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Frozen between two e-mails: when it wakes up, Resend may have forgotten the keys of what others have sent."""
        with monkeypatch.context() as frozen:
            frozen.setattr("handlers.outbox_sender._is_leased", lambda leased: False)
            open_case(world, service)
        assert to(world.resend.messages) == [MARTA.address]
        later(world)
        each_has_one(world)

    def test_the_cap_counts_e_mails(self, world: World, service: Service) -> None:
        open_case(world, service)
        with capped(world.database_url, "max_emails_per_hour", 4):
            open_case(world, service, BETO)
            open_case(world, service, BETO)
        assert len(world.resend.messages) == 6
        assert world.column("select count(*) from outbox where content = 'digest'") == [1]


class TestWhom:
    def test_all_while_nobody_has_it(self, case: Case) -> None:
        case.changes(ChangeKind.NOTE, "sigue igual")
        assert to(case.mails()) == everybody()

    def test_then_who_has_it(self, case: Case) -> None:
        acts(case, MARTA, TechnicianAction.ANSWER, "Prueba otra vez.")
        case.changes(ChangeKind.NOTE, "sigue igual")
        (mail,) = case.mails()
        assert mail.to == (MARTA.address,)
        assert case.world.column("select emails from outbox where content = 'update'") == [1]

    @pytest.mark.parametrize("taken", [True, False])
    def test_a_request_for_a_person(self, case: Case, taken: bool) -> None:
        if taken:
            acts(case, LUIS, TechnicianAction.TAKE)
        case.service.say("quiero hablar con una persona")
        settle()
        assert to(case.mails()) == ([LUIS.address] if taken else everybody())

    def test_all_while_they_are_away(self, case: Case) -> None:
        acts(case, MARTA, TechnicianAction.TAKE)
        case.world.rows("select set_away('marta@example.com', now() + interval '1 day')")
        case.changes(ChangeKind.NOTE, "sigue igual")
        assert to(case.mails()) == everybody()

    def test_all_once_they_are_no_technician(self, case: Case) -> None:
        acts(case, MARTA, TechnicianAction.TAKE)
        case.changes(ChangeKind.NOTE, "sigue igual")
        case.world.settings["SUPPORT_EMAIL_TO"] = "luis@example.com, taller@example.com"
        case.world.make_due()
        case.world.sweep()
        assert to(case.world.resend.messages) == [LUIS.address, SHARED.address]

    def test_who_is_handed_it(self, case: Case) -> None:
        acts(case, MARTA, TechnicianAction.HAND_OVER, to=LUIS)
        (mail,) = case.mails()
        assert mail.to == (LUIS.address,)
        assert "Te pasaron el ticket" in (mail.text or "")
        assert "Marta Ruiz te lo pasó" in (mail.text or "")

    def test_whom_it_was_taken_from(self, case: Case) -> None:
        acts(case, MARTA, TechnicianAction.TAKE)
        acts(case, LUIS, TechnicianAction.TAKE)
        (mail,) = case.mails()
        assert mail.to == (MARTA.address,)
        assert "Un colega tomó tu ticket" in (mail.text or "")

    def test_nobody_hears_what_they_did_themselves(self, case: Case) -> None:
        acts(case, MARTA, TechnicianAction.TAKE)
        acts(case, MARTA, TechnicianAction.RESOLVE, "Listo.")
        assert case.mails() == []

    def test_an_internal_note_to_all_but_who_wrote_it(self, case: Case) -> None:
        acts(case, MARTA, Mark.INTERNAL, "ya vino dos veces")
        assert to(case.mails()) == [LUIS.address, SHARED.address]

    def test_an_internal_note_to_who_has_it(self, case: Case) -> None:
        acts(case, LUIS, TechnicianAction.TAKE)
        acts(case, MARTA, Mark.INTERNAL, "ya vino dos veces")
        (mail,) = case.mails()
        assert mail.to == (LUIS.address,)

    def test_an_internal_note_of_who_has_it_is_no_e_mail(self, case: Case) -> None:
        acts(case, MARTA, TechnicianAction.TAKE)
        acts(case, MARTA, Mark.INTERNAL, "ya vino dos veces")
        assert case.mails() == []
        (row,) = case.world.rows("select status, emails from outbox where content = 'update'")
        assert row == {"status": "sent", "emails": 0}
        case.changes(ChangeKind.NOTE, "sigue igual")
        (mail,) = case.mails()
        assert "ya vino" not in (mail.text or "")

    def test_beside_what_the_customer_wrote_their_own_note_is_left_out(self, case: Case) -> None:
        acts(case, MARTA, Mark.INTERNAL, "ya vino dos veces")
        case.changes(ChangeKind.NOTE, "sigue igual")
        mails = {mail.to: mail.text or "" for mail in case.mails()}
        assert all("sigue igual" in words for words in mails.values())
        assert [who for who, words in mails.items() if "ya vino" not in words] == [(MARTA.address,)]

    def test_what_did_not_arrive_to_who_wrote_it(self, case: Case) -> None:
        acts(case, MARTA, TechnicianAction.ANSWER, "Prueba otra vez.")
        acts(case, LUIS, TechnicianAction.ANSWER, "O ven mañana.")
        self.fails(case)
        mails = {mail.to: mail.text or "" for mail in case.mails()}
        assert {who: ("Prueba" in words, "mañana" in words) for who, words in mails.items()} == {
            (MARTA.address,): (True, False),
            (LUIS.address,): (False, True),
        }

    def test_of_an_author_who_is_not_known_to_who_has_it(self, case: Case) -> None:
        acts(case, LUIS, TechnicianAction.TAKE)
        case.work(TechnicianAction.ANSWER, "Prueba otra vez.")
        self.fails(case)
        (mail,) = case.mails()
        assert mail.to == (LUIS.address,)

    def test_of_an_author_who_left_to_the_others(self, case: Case) -> None:
        acts(case, MARTA, TechnicianAction.ANSWER, "Prueba otra vez.")
        case.world.settings["SUPPORT_EMAIL_TO"] = "luis@example.com, taller@example.com"
        self.fails(case)
        case.world.sweep()
        assert to(case.world.resend.messages) == [LUIS.address, SHARED.address]

    @staticmethod
    def fails(case: Case) -> None:
        case.world.rows(
            "update outbox set status = 'dead', last_error = 'meta 131026' where content = 'notification'"
        )

    def test_a_digest_has_the_tickets_that_concern_each(self, case: Case) -> None:
        acts(case, MARTA, TechnicianAction.TAKE)
        with capped(case.world.database_url, "max_emails_per_hour", 0):
            case.changes(ChangeKind.NOTE, "sigue igual")
        (mail,) = case.mails()
        assert (mail.to, mail.subject) == ((MARTA.address,), "Tickets sin correo propio: 1")


class TestPage:
    @pytest.fixture
    def path(self, case: Case) -> str:
        return self.link(case, MARTA)

    @staticmethod
    def link(case: Case, who: Technician, ago: timedelta = timedelta()) -> str:
        links = case.service.desk.pages.links
        return links.ticket_page(case.code, who.id, datetime.now(UTC) - ago).removeprefix(PUBLIC_URL)

    def shown(self, case: Case, path: str) -> Shown:
        answer = case.service.client.get(path)
        assert answer.status_code == 200
        return Shown(answer)

    def press(self, case: Case, path: str, action: str, text: str = "", **more: str) -> int:
        form = {**self.shown(case, path).fields, "action": action, "text": text, **more}
        return int(case.service.client.post(path, data=form).status_code)

    def test_knows_who_acts_and_asks_for_no_name(self, case: Case, path: str) -> None:
        page = self.shown(case, path)
        assert "Hola, Marta." in page.text
        assert "author" not in page.fields
        assert self.press(case, path, "answer", "Prueba otra vez.", author="Otra") == 303
        (event,) = case.world.rows(
            "select author, author_address from ticket_events where actor = 'technician'"
        )
        assert event == {"author": "Marta Ruiz", "author_address": MARTA.address}

    def test_asks_who_shares_a_mailbox(self, case: Case) -> None:
        path = self.link(case, SHARED)
        assert self.shown(case, path).fields["author"] == ""
        assert self.press(case, path, "take", author="Ana") == 303
        assert self.shown(case, path).fields["author"] == "Ana"
        (ticket,) = case.world.rows("select assignee, assignee_address from tickets")
        assert ticket == {"assignee": "Ana", "assignee_address": SHARED.address}

    def test_of_who_left_is_like_any_that_we_did_not_sign(self, case: Case, path: str) -> None:
        case.service.client.get(path)
        others = case.world.start(SUPPORT_EMAIL_TO="luis@example.com")
        case.world.supabase.call_log.clear()
        forged = others.client.get("/t/x/")
        old = self.link(case, MARTA, 2 * LIFETIME)
        answers = [
            others.client.get(path),
            others.client.post(path, data={"action": "close"}),
            others.client.get(f"{path}files/1"),
            others.client.get(old),
            others.client.post(old, data={"action": "fresh-link"}),
        ]
        assert {(answer.status_code, answer.data) for answer in answers} == {(403, forged.data)}
        assert not case.world.supabase.call_log.all()

    def test_a_fresh_link_goes_to_who_asked_alone(self, case: Case) -> None:
        for who in (MARTA, LUIS, MARTA):
            old = self.link(case, who, LIFETIME + timedelta(minutes=1))
            assert case.service.client.post(old, data={"action": "fresh-link"}).status_code == 202
        mails = case.mails()
        assert to(mails) == [LUIS.address, MARTA.address]
        for mail, name in zip(sorted(mails, key=lambda mail: mail.to), ("Luis", "Marta"), strict=True):
            assert f"Hola, {name}." in self.shown(case, path_in(mail)).text

    def test_hands_it_over(self, case: Case, path: str) -> None:
        assert self.press(case, path, "hand_over", to=LUIS.id) == 303
        page = self.shown(case, path)
        assert "Lo atiende Luis Paz" in page.text
        assert "Marta Ruiz le pasó el ticket a Luis Paz" in page.text
        assert case.status() == "in_progress"
        assert case.notifications() == []

    @pytest.mark.parametrize("who", ["", "nobody", "0" * 12])
    def test_hands_it_over_to_technicians_only(self, case: Case, path: str, who: str) -> None:
        assert self.press(case, path, "hand_over", "hola", to=who) == 422
        assert case.world.column("select count(*) from ticket_events where kind = 'assigned'") == [0]

    def test_gives_it_back(self, case: Case, path: str) -> None:
        assert "give_back" not in self.shown(case, path).buttons
        assert self.press(case, path, "take") == 303
        page = self.shown(case, path)
        assert ("take" in page.buttons, "give_back" in page.buttons) == (False, True)
        assert self.press(case, path, "give_back") == 303
        assert "Marta Ruiz devolvió el ticket" in self.shown(case, path).text
        assert (case.status(), case.notifications()) == ("open", [])

    def test_what_was_written_stays_when_it_is_taken(self, case: Case, path: str) -> None:
        form = {**self.shown(case, path).fields, "action": "take", "text": "ya casi"}
        answer = case.service.client.post(path, data=form)
        assert (answer.status_code, Shown(answer).fields["text"]) == (200, "ya casi")
        assert case.notifications() == []

    def test_the_same_form_twice_is_once(self, case: Case, path: str) -> None:
        form = {**self.shown(case, path).fields, "action": "hand_over", "to": LUIS.id}
        assert [case.service.client.post(path, data=form).status_code for _ in range(2)] == [303, 303]
        assert case.world.column("select count(*) from ticket_events where kind = 'assigned'") == [1]

    def test_who_is_away_is_said(self, case: Case, path: str) -> None:
        acts(case, LUIS, TechnicianAction.TAKE)
        case.world.rows("select set_away('luis@example.com', now() + interval '1 day')")
        assert "Luis Paz, que está fuera" in self.shown(case, path).text
