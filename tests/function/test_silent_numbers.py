"""A number alone, without a BSUID, that has been silent for long: whoever writes from it now is met as somebody new."""

from dataclasses import replace

import pytest

from emulator.meta.customer import Customer
from tests.support.function import ANA, Service, World, settle
from tests.support.technician import Technician, read_the_mail

NUMBER = replace(ANA, user_id=None)
LETS_PASS = "update conversations set last_inbound_at = last_inbound_at - interval '91 days'"


@pytest.fixture
def technician(world: World, service: Service) -> Technician:
    """A technician with the ticket that somebody opened from this number."""
    service.open_ticket(NUMBER)
    return read_the_mail(world, service)


@pytest.mark.parametrize("remembered", [True, False], ids=["the same instance", "another instance"])
@pytest.mark.parametrize("who", [NUMBER, ANA], ids=["number alone", "with a BSUID"])
def test_they_see_nothing_of_who_had_it(
    world: World, service: Service, technician: Technician, who: Customer, remembered: bool
) -> None:
    world.rows(LETS_PASS)
    instance = service if remembered else world.start()
    for text in ("mis tickets", f"estado de {technician.code}"):
        instance.say(text, who)
    settle()
    listed, asked_for = world.bubbles()[-2:]
    assert technician.code not in listed
    assert "no imprime" not in asked_for
    assert world.column("select count(*) from tickets where customer_id is null") == [1]


def test_the_page_says_that_nobody_can_be_reached_and_why(
    world: World, service: Service, technician: Technician
) -> None:
    world.rows(LETS_PASS)
    service.say("hola", NUMBER)
    settle()
    shown = technician.shown()
    assert "Ya no tenemos cómo escribirle" in shown.text
    assert "Su número estuvo mucho tiempo sin escribir" in shown.text
    assert not {"ask", "answer"} & set(shown.buttons)
    before = len(world.graph.messages)
    technician.press("close")
    world.make_due()
    world.sweep()
    settle()
    assert len(world.graph.messages) == before
