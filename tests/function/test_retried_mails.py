"""An answer by e-mail that nobody could read is done after all, once the operator has it tried again."""

from dataclasses import replace
from uuid import uuid4

import pytest

from emulator.resend.email_rules import SentEmail
from emulator.resend.received_mail import ReceivedEmail
from tests.support.function import Service, World, settle
from tests.support.technician_mailbox import DOMAIN, Mailbox
from tests.support.ticket_case import open_case

MARTA = "marta@example.com"


@pytest.fixture
def service(world: World) -> Service:
    world.settings["SUPPORT_EMAIL_TO"] = f"Marta Ruiz <{MARTA}>"
    world.settings["INBOUND_EMAIL_DOMAIN"] = DOMAIN
    return world.start()


@pytest.fixture
def marta(world: World, service: Service) -> Mailbox:
    open_case(world, service)
    settle()
    return Mailbox(world=world, service=service, address=MARTA, from_header=f"Marta Ruiz <{MARTA}>")


def missing(marta: Mailbox, words: str) -> ReceivedEmail:
    """An answer of which Resend tells, and which it does not give out."""
    world = marta.world
    mail = world.resend.receive(marta.write(words)).mail
    gone = replace(mail, envelope=replace(mail.envelope, id=str(uuid4())))
    body, headers = world.resend.received_event(gone)
    assert marta.service.client.post("/mail", data=body, headers=headers).status_code == 200
    settle()
    return gone


def give_up(world: World) -> None:
    for _ in range(6):
        later(world)
    assert world.column("select outcome from received_mails") == ["unreadable"]


def later(world: World) -> None:
    world.make_due()
    assert world.sweep().status_code == 200
    settle()


def retry(world: World) -> None:
    """python -m ops outbox retry"""
    assert world.column("select retry_outbox(row_id) ->> 'result' from received_mails") == ["done"]


def told(world: World) -> list[SentEmail]:
    return [mail for mail in world.resend.messages if (mail.key or "").startswith("mailed/")]


def in_their_chat(world: World, words: str) -> int:
    return sum(words in bubble for bubble in world.bubbles())


def test_it_is_done_after_all(world: World, marta: Mailbox) -> None:
    gone = missing(marta, "Ya la tengo.")
    give_up(world)
    assert len(told(world)) == 1
    world.resend.receiving.mails.add(gone)
    retry(world)
    later(world)
    assert in_their_chat(world, "Ya la tengo.") == 1
    assert world.column("select outcome from received_mails") == ["sent"]
    assert len(told(world)) == 1


def test_who_was_not_told_yet_hears_nothing_wrong(world: World, marta: Mailbox) -> None:
    """Resend's quota was used up."""
    gone = missing(marta, "Ya la tengo.")
    world.resend.switches.quota = "daily_quota_exceeded"
    give_up(world)
    world.resend.switches.quota = ""
    world.resend.receiving.mails.add(gone)
    retry(world)
    for _ in range(2):
        later(world)
    assert in_their_chat(world, "Ya la tengo.") == 1
    assert told(world) == []
    assert world.column("select count(*) from outbox where status not in ('sent', 'dead')") == [0]


def test_who_was_not_told_yet_hears_what_became_of_it(world: World, marta: Mailbox) -> None:
    gone = missing(marta, "#urgente llamar hoy")
    world.resend.switches.quota = "daily_quota_exceeded"
    give_up(world)
    world.resend.switches.quota = ""
    world.resend.receiving.mails.add(gone)
    retry(world)
    for _ in range(2):
        later(world)
    assert len(told(world)) == 1
    assert "#urgente" in (told(world)[0].text or "")
    assert world.column("select count(*) from outbox where status not in ('sent', 'dead')") == [0]


def test_that_it_cannot_be_read_a_second_time_is_not_told_twice(world: World, marta: Mailbox) -> None:
    missing(marta, "Ya la tengo.")
    give_up(world)
    retry(world)
    give_up(world)
    assert len(told(world)) == 1
