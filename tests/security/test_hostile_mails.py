"""Resend's webhook, to which anybody can make Resend tell of an e-mail: what is not for a technician's address costs nothing, whatever it is."""

import json
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from emulator import Json
from ops.svix_signature import signed_headers
from state.model.received_mail import MailOutcome
from tests.support.function import Service, World, settle
from tests.support.technician_mailbox import DOMAIN, Mailbox
from tests.support.ticket_case import Case, open_case

MARTA = "marta@example.com"
LONG = "9" * 5000  # Python reads 4,300 digits and no more


@pytest.fixture
def service(world: World) -> Service:
    world.settings["SUPPORT_EMAIL_TO"] = f"Marta Ruiz <{MARTA}>"
    world.settings["INBOUND_EMAIL_DOMAIN"] = DOMAIN
    return world.start()


@pytest.fixture
def case(world: World, service: Service) -> Case:
    case = open_case(world, service)
    settle()
    return case


@pytest.fixture
def marta(case: Case) -> Iterator[Mailbox]:
    """Whose e-mail is in somebody else's hands: its address is signed. Nothing has been called since."""
    mailbox = Mailbox(world=case.world, service=case.service, address=MARTA)
    case.world.supabase.call_log.clear()
    case.world.resend.call_log.clear()
    yield mailbox
    settle()


def post(world: World, service: Service, body: bytes) -> int:
    headers = signed_headers(body, world.resend.webhook_secret, world.resend.clock())
    status = service.client.post("/mail", data=body, headers=headers).status_code
    settle()
    return status


def event(data: Any) -> bytes:
    return json.dumps({"type": "email.received", "created_at": "2026-11-30T10:00:00Z", "data": data}).encode()


def fetched(world: World) -> list[str]:
    return [call.path for call in world.resend.call_log.complete() if "/receiving" in call.path]


def rows(world: World) -> int:
    """What is kept of e-mails."""
    (count,) = world.column(
        "select (select count(*) from received_mails) + (select count(*) from outbox where channel = 'inbox')"
    )
    return int(count)


class TestJunk:
    """A hundred e-mails in a row to the domain."""

    def test_costs_no_call(self, world: World, service: Service, marta: Mailbox) -> None:
        for number in range(100):
            junk = EmailMessage()
            junk["From"], junk["To"] = f"{number}@example.org", f"info{number}@{DOMAIN}"
            junk.set_content("Compra ya")
            assert marta.send(junk).status_code == 200
        settle()
        assert world.supabase.calls().total() == 0
        assert fetched(world) == []

    def test_to_addresses_that_look_like_ours_neither(
        self, world: World, service: Service, marta: Mailbox
    ) -> None:
        local, _, domain = marta.latest().reply_to[0].partition("@")
        for number in range(100):
            guessed = f"{local[:-20]}{number:020x}@{domain}"
            assert post(world, service, event({"email_id": f"m{number}", "to": [guessed]})) == 200
        assert world.supabase.calls().total() == 0
        assert fetched(world) == []

    def test_nor_does_it_say_anything_personal_in_the_log(
        self, world: World, service: Service, marta: Mailbox
    ) -> None:
        post(world, service, event({"email_id": "m1", "to": [f"secreto@{DOMAIN}"], "from": "x@example.org"}))
        assert "secreto" not in world.output()
        assert "example.org" not in world.output()


HOSTILE: dict[str, Json] = {
    "a text for recipients": {"to": "ADDRESS"},
    "no recipients": {"to": None},
    "nothing but kinds": {"to": [None, 1, True, {}, [], ["ADDRESS"], {"address": "ADDRESS"}]},
    "an object for recipients": {"to": {"0": "ADDRESS"}},
    "no id": {"to": ["ADDRESS"], "email_id": None},
    "an id with slashes": {"to": ["ADDRESS"], "email_id": "../../domains"},
    "an id with a question": {"to": ["ADDRESS"], "email_id": "x?y=1"},
    "an id with lines": {"to": ["ADDRESS"], "email_id": "x\r\nHost: example.org"},
    "a long id": {"to": ["ADDRESS"], "email_id": "x" * 65},
    "an empty id": {"to": ["ADDRESS"], "email_id": ""},
    "an id of nothing": {"to": ["ADDRESS"], "email_id": "\0"},
    "half a character for an id": {"to": ["ADDRESS"], "email_id": "\ud83d"},
    "an id in other digits": {"to": ["ADDRESS"], "email_id": "٣٣"},
    "an object for an id": {"to": ["ADDRESS"], "email_id": {"x": 1}},
    "too many recipients": {"to": [f"x{n}@{DOMAIN}" for n in range(9_000)] + ["ADDRESS"]},
    "an address within others": {"to": ["ADDRESS" + "@example.org"]},
    "half a character in an address": {"to": ["\ud83dADDRESS"]},
    "a bracket without an end": {"to": ["<" * 20_000]},
    "comments without an end": {"to": ["(" * 20_000]},
    "quotes without an end": {"to": ['"\\' * 20_000]},
    "commas": {"to": ["," * 50_000]},
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_an_e_mail_is_not_one(
    world: World, service: Service, marta: Mailbox, hostile: Json
) -> None:
    address = marta.latest().reply_to[0]
    data = json.loads(
        json.dumps({"email_id": "m1", "message_id": "<x@y>", **hostile}).replace("ADDRESS", address)
    )
    assert post(world, service, event(data)) == 200
    assert world.supabase.calls().total() == 0
    assert (rows(world), fetched(world)) == (0, [])


@pytest.mark.parametrize(
    "data",
    [None, [], "x", 7, {}, [{"to": ["x"]}], {"to": [f"x@{DOMAIN}"]}],
    ids=repr,
)
def test_what_is_no_event_is_nothing(world: World, service: Service, marta: Mailbox, data: Any) -> None:
    assert post(world, service, event(data)) == 200
    assert world.supabase.calls().total() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"data":' * 25_000 + b"1" + b"}" * 25_000,
        b'{"type": "email.received", "data": {"to": ' + b"[" * 90_000 + b"]" * 90_000 + b"}}",
        b'{"type": "email.received", "data": {"email_id": ' + LONG.encode() + b"}}",
        b'{"type": "email.received", "data": {"email_id": NaN, "to": [Infinity]}}',
        b'{"type": "email.received"} {"type": "email.received"}',
        b"\xef\xbb\xbf{}",
        b"",
    ],
    ids=[
        "deep",
        "deep and closed",
        "deep objects",
        "deep recipients",
        "many digits",
        "no numbers",
        "two",
        "a mark",
        "empty",
    ],
)
def test_what_is_hard_to_read_is_refused(world: World, service: Service, marta: Mailbox, body: bytes) -> None:
    assert post(world, service, body) in {200, 401, 413}
    assert world.supabase.calls().total() == 0


def test_a_body_of_more_than_256_kb_is_too_long(world: World, service: Service, marta: Mailbox) -> None:
    data = {"email_id": "m1", "to": marta.latest().reply_to, "subject": "x" * 256 * 1024}
    assert post(world, service, event(data)) == 413
    assert rows(world) == 0


@pytest.mark.parametrize(
    "message_id",
    [
        "x" * 200_000,
        "<\0@y>",
        "<\ud83d@y>",
        "",
        " ",
        None,
        7,
        ["<x@y>"],
        "<x@y>\r\nBcc: z@example.org",
        "'; --",
    ],
    ids=lambda value: repr(value)[:30],
)
def test_any_message_id_is_an_e_mail_once(
    world: World, service: Service, marta: Mailbox, message_id: Any
) -> None:
    mail = world.resend.receive(marta.write("Ya voy.")).mail
    data = {"email_id": mail.id, "to": marta.latest().reply_to, "message_id": message_id}
    for _ in range(2):
        body = event(data)
        headers = signed_headers(body, world.resend.webhook_secret, world.resend.clock(), "msg_1")
        assert service.client.post("/mail", data=body, headers=headers).status_code == 200
        settle()
    assert world.column("select outcome from received_mails") == ["sent"]


@pytest.mark.parametrize("name", ["to", "cc", "bcc", "received_for"])
def test_wherever_its_address_stands_it_is_found(
    world: World, service: Service, marta: Mailbox, name: str
) -> None:
    mail = world.resend.receive(marta.write("Ya voy.")).mail
    assert post(world, service, event({"email_id": mail.id, name: marta.latest().reply_to})) == 200
    assert world.column("select outcome from received_mails") == [MailOutcome.SENT]


def test_the_address_of_a_ticket_that_is_gone(world: World, service: Service, marta: Mailbox) -> None:
    mail = world.resend.receive(marta.write("Ya voy.")).mail
    world.rows("delete from tickets")
    assert post(world, service, event({"email_id": mail.id, "to": marta.latest().reply_to})) == 200
    assert (rows(world), fetched(world)) == (0, [])
