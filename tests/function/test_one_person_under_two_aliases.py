"""Somebody whom Meta names by number, by BSUID or by both, in any order, and who changes either: no word of theirs is lost."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Final

import pytest

from emulator import Json
from emulator.meta.customer import Customer
from state.model.ticket import TechnicianAction
from tests.support.function import ANA, Service, World, settle
from tests.support.payloads import number_changed
from tests.support.ticket_case import open_case

BY_NUMBER, BY_BSUID = replace(ANA, user_id=None), replace(ANA, wa_id=None)
LINES: Final = ["mi impresora no imprime", "es la de la caja", "hace ruido al prender"]


def deliver(service: Service, payload: Json) -> None:
    assert service.post(payload).status_code == 200
    settle()


@pytest.mark.parametrize("order", list(permutations([BY_NUMBER, BY_BSUID, ANA])), ids=str)
def test_a_report_in_three_messages(world: World, service: Service, order: Sequence[Customer]) -> None:
    for sender, line in zip(order, LINES, strict=True):
        deliver(service, sender.webhook(sender.text(line)))
    deliver(service, ANA.webhook(ANA.text("sí")))
    reported = "\n".join(world.column("select description from tickets"))
    assert sorted(reported.split("\n")) == sorted(LINES)


@pytest.mark.parametrize("number", ["5215599990000", None])
class TestNewNumber:
    @pytest.fixture
    def changed(self, number: str | None) -> Customer:
        return replace(ANA, user_id="MX.new0001", wa_id=number)

    def test_takes_the_report_along(self, world: World, service: Service, changed: Customer) -> None:
        service.say(LINES[0])
        settle()
        deliver(service, number_changed(ANA, "MX.new0001", changed.wa_id))
        deliver(service, changed.webhook(changed.text("sí")))
        assert world.column("select description from tickets") == [LINES[0]]

    def test_takes_the_technician_s_question_along(
        self, world: World, service: Service, changed: Customer
    ) -> None:
        case = open_case(world, service)
        case.work(TechnicianAction.ASK, "¿Qué número de serie tiene?")
        case.notifications()
        deliver(service, number_changed(ANA, "MX.new0001", changed.wa_id))
        deliver(service, changed.webhook(changed.text("30000385")))
        assert world.column("select body from ticket_events where kind = 'note'") == ["30000385"]

    def test_that_is_told_after_its_first_message_joins_both(
        self, world: World, service: Service, changed: Customer
    ) -> None:
        service.say(LINES[0])
        settle()
        deliver(service, changed.webhook(changed.text(LINES[2])))
        deliver(service, number_changed(ANA, "MX.new0001", changed.wa_id))
        deliver(service, changed.webhook(changed.text("sí")))
        assert world.column("select count(*) from customers") == [1]
        (reported,) = world.column("select description from tickets")
        assert sorted(reported.split("\n")) == sorted([LINES[0], LINES[2]])
