"""Resend says which of its e-mails reached nobody: the ticket says so, the others get what only they were told, and it is done once."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from werkzeug.test import TestResponse

from emulator.resend.email_rules import SentEmail
from ops.svix_signature import signed_headers
from state.model.technician import Technician
from state.model.ticket import ActionResult, Mark, TechnicianAction
from state.model.turn import ChangeKind
from tests.support.function import Service, World, eventually, settle
from tests.support.ticket_case import Case, open_case

MARTA, LUIS, SHARED = "marta@example.com", "luis@example.com", "taller@example.com"
TO = f"Marta Ruiz <{MARTA}>, Luis Paz <{LUIS}>, {SHARED}"
NAMES = {MARTA: "Marta Ruiz", LUIS: "Luis Paz"}
NOT_RECEIVED = ["bounced", "suppressed", "failed"]


@pytest.fixture
def service(world: World) -> Service:
    world.settings["SUPPORT_EMAIL_TO"] = TO
    world.settings["OPERATOR_EMAIL_TO"] = "operadora@example.com"
    return world.start()


@pytest.fixture
def case(world: World, service: Service) -> Case:
    """A ticket that nobody has."""
    case = open_case(world, service)
    settle()
    return case


def tell(world: World, service: Service, mail: SentEmail, kind: str = "bounced") -> TestResponse:
    body, headers = world.resend.event(mail, kind)
    return service.client.post("/mail", data=body, headers=headers)


def mail_to(world: World, address: str) -> SentEmail:
    """The latest e-mail to somebody."""
    return next(mail for mail in reversed(world.resend.messages) if address in mail.to)


def failures(world: World) -> list[tuple[str, str]]:
    found = world.rows(
        "select author_address, body from ticket_events where kind = 'email_failed' order by id"
    )
    return [(row["author_address"], row["body"]) for row in found]


def sent_since(world: World, count: int) -> list[tuple[str, str]]:
    """The e-mails beyond the first so many, by recipient: whom, and what about."""
    return sorted((mail.to[0], mail.subject) for mail in world.resend.messages[count:])


def later(world: World) -> None:
    world.make_due()
    assert world.sweep().status_code == 200
    settle()


def does(
    case: Case,
    who: str,
    action: TechnicianAction | Mark,
    text: str = "",
    *,
    to: str | None = None,
    seen: int | None = None,
) -> ActionResult:
    done = case.service.desk.pages.store.act_on_ticket(
        case.code,
        action,
        text,
        author=NAMES[who],
        key=None,
        seen=seen,
        technician=who,
        technicians=[MARTA, LUIS, SHARED],
        to=Technician(address=to, name=NAMES[to]) if to else None,
    )
    return done.result


class TestATicketOfAll:
    @pytest.mark.parametrize("kind", NOT_RECEIVED)
    def test_says_who_did_not_get_it(self, world: World, service: Service, case: Case, kind: str) -> None:
        assert tell(world, service, mail_to(world, LUIS), kind).status_code == 200
        assert failures(world) == [(LUIS, kind)]

    def test_and_nobody_is_told_twice(self, world: World, service: Service, case: Case) -> None:
        """The others have theirs."""
        count = len(world.resend.messages)
        tell(world, service, mail_to(world, LUIS))
        later(world)
        assert [address for address, _ in sent_since(world, count)] == ["operadora@example.com"]

    def test_the_page_says_it(self, world: World, service: Service, case: Case) -> None:
        mail = mail_to(world, LUIS)
        tell(world, service, mail)
        path = next(part for part in str(mail.text).split() if "/t/" in part)
        page = service.client.get(path.removeprefix("https://mostrador.example")).get_data(as_text=True)
        assert "Un correo sobre este ticket no le llegó a Luis Paz: rechazado" in page

    def test_a_complaint_is_no_loss(self, world: World, service: Service, case: Case) -> None:
        """They have this one, and Resend will send them no other."""
        tell(world, service, mail_to(world, LUIS), "complained")
        assert failures(world) == []
        assert world.column("select kind from mail_failures") == ["complained"]


class TestATicketOfOne:
    @pytest.fixture
    def news(self, world: World, service: Service, case: Case) -> SentEmail:
        """Luis has it, and the customer adds something: only he is told."""
        does(case, LUIS, TechnicianAction.TAKE)
        case.changes(ChangeKind.NOTE, "y ahora huele a quemado")
        later(world)
        mail = mail_to(world, LUIS)
        assert "huele a quemado" in str(mail.text)
        return mail

    @pytest.mark.parametrize("kind", NOT_RECEIVED)
    def test_goes_to_the_others(self, world: World, service: Service, news: SentEmail, kind: str) -> None:
        count = len(world.resend.messages)
        tell(world, service, news, kind)
        later(world)
        to_technicians = [
            mail for mail in world.resend.messages[count:] if mail.to[0] in {MARTA, LUIS, SHARED}
        ]
        assert sorted(mail.to[0] for mail in to_technicians) == sorted([MARTA, LUIS, SHARED])
        for mail in to_technicians:
            assert "huele a quemado" in str(mail.text)
            assert "Luis Paz" in str(mail.text)

    def test_that_could_not_be_sent_says_little_of_the_mailbox(
        self, world: World, service: Service, case: Case, news: SentEmail
    ) -> None:
        """Resend's quota or our domain may be why. Else an empty quota would make more e-mails of each."""
        tell(world, service, news, "failed")
        later(world)
        world.rows("update mail_failures set at = at - interval '2 hours'")
        count = len(world.resend.messages)
        case.changes(ChangeKind.NOTE, "¿hola?")
        later(world)
        assert [address for address, _ in sent_since(world, count)] == [LUIS]

    def test_and_so_does_what_follows(
        self, world: World, service: Service, case: Case, news: SentEmail
    ) -> None:
        tell(world, service, news)
        later(world)
        count = len(world.resend.messages)
        case.changes(ChangeKind.NOTE, "¿hola?")
        later(world)
        assert {address for address, _ in sent_since(world, count)} >= {MARTA, SHARED}

    def test_it_ends(self, world: World, service: Service, case: Case, news: SentEmail) -> None:
        """What is sent instead may bounce, too, and of what went to all nothing is sent again."""
        for _ in range(4):
            tell(world, service, mail_to(world, LUIS))
            later(world)
        assert len(world.column("select id from outbox where dedup_key like 'instead/%%'")) == 1
        assert failures(world) == [(LUIS, "bounced")]

    def test_until_the_address_may_have_been_mended(
        self, world: World, service: Service, case: Case, news: SentEmail
    ) -> None:
        tell(world, service, news)
        later(world)
        world.rows("update mail_failures set at = at - interval '4 days'")
        world.rows(
            "update outbox set created_at = created_at - interval '4 days', done_at = done_at - interval '4 days'"
        )
        count = len(world.resend.messages)
        case.changes(ChangeKind.NOTE, "sigo esperando")
        later(world)
        assert [address for address, _ in sent_since(world, count)] == [LUIS]


def test_a_hand_over_that_nobody_heard_of(world: World, service: Service, case: Case) -> None:
    """Who is given a ticket and does not know it: then all are told."""
    does(case, MARTA, TechnicianAction.TAKE)
    does(case, MARTA, TechnicianAction.HAND_OVER, to=LUIS)
    later(world)
    count = len(world.resend.messages)
    tell(world, service, mail_to(world, LUIS))
    later(world)
    assert {address for address, _ in sent_since(world, count)} >= {MARTA, SHARED}


def test_the_operator_is_told_once(world: World, service: Service, case: Case) -> None:
    for _ in range(3):
        tell(world, service, mail_to(world, LUIS))
        later(world)
    told = [mail for mail in world.resend.messages if "operadora@example.com" in mail.to]
    assert len(told) == 1
    assert LUIS in str(told[0].text)


def test_an_event_is_recorded_once(world: World, service: Service, case: Case) -> None:
    body, headers = world.resend.event(mail_to(world, LUIS), "bounced")
    for _ in range(3):
        assert service.client.post("/mail", data=body, headers=headers).status_code == 200
    assert world.column("select count(*) from mail_failures") == [1]


def test_two_at_once_about_one_ticket_are_one_event(world: World, service: Service, case: Case) -> None:
    (row,) = world.column("select id from outbox where content = 'opened'")
    statement = "select record_mail_failure(%s, 'bounced', %s, 'Luis', null, %s)"
    with (
        psycopg.connect(world.database_url) as first,
        psycopg.connect(world.database_url) as second,
        ThreadPoolExecutor(1) as other,
    ):
        first.execute(statement, ["msg_1", LUIS, row])
        waiting = other.submit(second.execute, statement, ["msg_2", LUIS, row])
        blocked = "select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and pid = %s"
        eventually(lambda: world.column(blocked, second.info.backend_pid) == [1])
        first.commit()
        waiting.result()
        second.commit()
    assert failures(world) == [(LUIS, "bounced")]


def test_an_operator_s_own_mailbox(world: World, service: Service, case: Case) -> None:
    tell(world, service, mail_to(world, LUIS))
    later(world)
    tell(world, service, mail_to(world, "operadora@example.com"))
    assert world.column("select address from mail_failures order by at") == [LUIS, "operadora@example.com"]


def test_mails_of_other_projects_are_none_of_ours(world: World, service: Service, case: Case) -> None:
    mail = mail_to(world, LUIS).model_copy(update={"to": ("somebody@else.example",)})
    assert tell(world, service, mail).status_code == 200
    assert world.column("select count(*) from mail_failures") == [0]


def test_a_ticket_that_is_gone(world: World, service: Service, case: Case) -> None:
    mail = mail_to(world, LUIS)
    world.rows("delete from tickets")
    assert tell(world, service, mail).status_code == 200
    assert world.column("select address from mail_failures") == [LUIS]


class TestTheCall:
    """Nothing unsigned reaches the database."""

    @pytest.fixture
    def given(self, world: World, case: Case) -> tuple[bytes, dict[str, str]]:
        world.supabase.call_log.clear()
        body, headers = world.resend.event(mail_to(world, LUIS), "bounced")
        return body, dict(headers)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda body, headers: (body + b" ", headers),
            lambda body, headers: (body, headers | {"svix-id": "msg_other"}),
            lambda body, headers: (body, headers | {"svix-timestamp": "1700000000"}),
            lambda body, headers: (body, headers | {"svix-timestamp": "soon"}),
            lambda body, headers: (body, headers | {"svix-signature": "v1,AAAA"}),
            lambda body, headers: (body, headers | {"svix-signature": "v1"}),
            lambda body, headers: (body, headers | {"svix-signature": "v1,\xe9"}),
            lambda body, headers: (body, {"content-type": "application/json"}),
            lambda body, headers: (b"", headers),
            lambda body, headers: (body, signed_headers(body, "whsec_b3RoZXI=", 0)),
        ],
    )
    def test_that_is_not_signed(
        self,
        world: World,
        service: Service,
        given: tuple[bytes, dict[str, str]],
        spoil: Callable[..., tuple[bytes, dict[str, str]]],
    ) -> None:
        body, headers = spoil(*given)
        assert service.client.post("/mail", data=body, headers=headers).status_code == 401
        assert world.supabase.calls() == {}

    @pytest.mark.parametrize(
        "body",
        [
            b"[]",
            b"null",
            b'"x"',
            b"{}",
            b'{"type": "email.bounced"}',
            b'{"type": "email.bounced", "data": []}',
            b'{"type": "email.bounced", "data": {"to": "marta@example.com"}}',
            b'{"type": "email.bounced", "data": {"to": [1, null, {}]}}',
            b'{"type": ["email.bounced"], "data": {"to": ["marta@example.com"]}}',
            b'{"type": "email.delivered", "data": {"to": ["marta@example.com"]}}',
            b'{"type": "email.received", "data": {"to": ["marta@example.com"]}}',
            b'{"type": "contact.created", "data": {}}',
        ],
    )
    def test_that_says_nothing_of_a_failure(
        self, world: World, service: Service, case: Case, body: bytes
    ) -> None:
        assert self.post(world, service, body) == 200
        assert world.column("select count(*) from mail_failures") == [0]

    @pytest.mark.parametrize("row", ["x", "", "-1", "9" * 30, "٣", None, 7, ["1"], "999999"])
    @pytest.mark.parametrize(
        "bounce", [None, "full", {"message": 3}, {"type": "Permanent", "message": "x" * 5000}]
    )
    def test_that_is_not_as_described(self, world: World, service: Service, row: Any, bounce: Any) -> None:
        """It is kept as far as it says something."""
        data = {"to": [MARTA], "tags": {"row": row}, "bounce": bounce}
        body = json.dumps({"type": "email.bounced", "data": data}).encode()
        assert self.post(world, service, body) == 200
        assert world.column("select address from mail_failures") == [MARTA]

    @pytest.mark.parametrize("unstorable", ["\0", "\ud83d", "\udc00\0"])
    def test_whose_words_postgres_refuses(self, world: World, service: Service, unstorable: str) -> None:
        data = {"to": [MARTA, LUIS], "bounce": {"type": "Permanent", "message": f"550{unstorable}full"}}
        body = json.dumps({"type": "email.bounced", "data": data}).encode()
        assert self.post(world, service, body) == 200
        found = world.rows("select address, reason from mail_failures order by address")
        assert [each["address"] for each in found] == [LUIS, MARTA]
        assert all(each["reason"].endswith("full") for each in found)

    def test_of_which_one_recipient_is_refused_by_the_database(self, world: World, service: Service) -> None:
        """The others are recorded, and nothing is delivered again for it."""
        world.rows(f"alter table mail_failures add constraint of_this_test check (address <> '{MARTA}')")
        try:
            body = json.dumps({"type": "email.bounced", "data": {"to": [MARTA, LUIS]}}).encode()
            assert self.post(world, service, body) == 200
        finally:
            world.rows("alter table mail_failures drop constraint of_this_test")
        assert world.column("select address from mail_failures") == [LUIS]
        assert len(world.log("event_refused")) == 1

    def post(self, world: World, service: Service, body: bytes) -> int:
        headers = signed_headers(body, world.resend.webhook_secret, world.resend.clock())
        return service.client.post("/mail", data=body, headers=headers).status_code

    def test_that_is_not_json(self, world: World, service: Service) -> None:
        assert self.post(world, service, b"\xff{") == 401
        assert self.post(world, service, b"{") == 401

    def test_that_is_too_long(self, world: World, service: Service) -> None:
        assert self.post(world, service, b" " * 300_000) == 413

    def test_that_comes_while_nothing_can_be_stored(
        self, world: World, service: Service, given: tuple[bytes, dict[str, str]]
    ) -> None:
        """Resend delivers it again."""
        body, headers = given
        world.supabase.faults.down()
        assert service.client.post("/mail", data=body, headers=headers).status_code == 503
        world.supabase.faults.clear()
        assert service.client.post("/mail", data=body, headers=headers).status_code == 200
        assert world.column("select count(*) from mail_failures") == [1]

    def test_without_the_secret_there_is_no_such_page(
        self, world: World, given: tuple[bytes, dict[str, str]]
    ) -> None:
        body, headers = given
        service = world.start(RESEND_WEBHOOK_SECRET="")
        assert service.client.post("/mail", data=body, headers=headers).status_code == 404

    def test_of_another_method(self, service: Service) -> None:
        assert service.client.get("/mail").status_code == 405


def test_nothing_personal_is_logged(world: World, service: Service, case: Case) -> None:
    tell(world, service, mail_to(world, LUIS))
    (line,) = world.log("mail_failed")
    assert (line["severity"], line["kind"], line["new"]) == ("ERROR", "bounced", True)
    assert LUIS not in world.output()


def test_marks_among_technicians_go_on(world: World, service: Service, case: Case) -> None:
    """A note for a colleague who cannot be reached goes to all."""
    does(case, LUIS, TechnicianAction.TAKE)
    tell(world, service, mail_to(world, LUIS))
    count = len(world.resend.messages)
    does(case, MARTA, Mark.INTERNAL, "ojo con el cliente")
    later(world)
    assert {address for address, _ in sent_since(world, count)} >= {SHARED}


def test_actions_are_not_stale_by_it(world: World, service: Service, case: Case) -> None:
    """What became of an e-mail is nothing that a technician who answers has to have read."""
    seen = world.column("select max(id) from ticket_events")[0]
    tell(world, service, mail_to(world, LUIS))
    assert does(case, MARTA, TechnicianAction.ANSWER, "Vamos para allá.", seen=seen) is ActionResult.DONE
