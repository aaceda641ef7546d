"""A report that was left, for a ticket, for a day or for good, is offered again: no word of it is dropped."""

import pytest

from state.model.ticket import TechnicianAction
from tests.support.function import Service, World, settle
from tests.support.ticket_case import Case, open_case

REPORT = "el monitor de recepción no enciende"
ANOTHER = "tampoco anda el teclado de la caja"


@pytest.fixture
def case(world: World, service: Service) -> Case:
    return open_case(world, service)


def says(service: Service, text: str) -> str:
    """Say it. Returns the reply."""
    service.say(text)
    settle()
    return service.graph.messages[-1].text


def press(service: Service, action: str) -> str:
    service.press(action)
    settle()
    return service.graph.messages[-1].text


def reports(world: World) -> list[str]:
    return world.column("select description from tickets order by id")


def a_day_passes(world: World) -> None:
    world.rows(
        "update conversations set last_inbound_at = last_inbound_at - interval '25 h', "
        "tokens_at = tokens_at - interval '25 h', version = version + 1, "
        "session = session || jsonb_build_object('at', (session->>'at')::timestamptz - interval '25 h')"
    )


class TestWhileATechnicianWrites:
    @pytest.mark.parametrize(
        "action", [TechnicianAction.ASK, TechnicianAction.ANSWER, TechnicianAction.RESOLVE]
    )
    def test_what_follows_is_for_the_ticket_and_the_report_is_offered(
        self, world: World, service: Service, case: Case, action: TechnicianAction
    ) -> None:
        says(service, "menú")
        says(service, REPORT)
        says(service, "cancelar")
        case.work(action, "¿Qué modelo es?")
        case.notifications()
        asked_again = says(service, "es la epson L3150 que está en la caja")
        assert case.code in asked_again
        assert world.column("select body from ticket_events where kind = 'note'") == [
            "es la epson L3150 que está en la caja"
        ]
        assert press(service, "yes")
        assert reports(world)[1:] == [REPORT]


class TestAfterADay:
    def test_it_is_offered_again(self, world: World, service: Service) -> None:
        says(service, REPORT)
        a_day_passes(world)
        assert REPORT in says(service, "hola")
        press(service, "open")
        assert reports(world) == [REPORT]

    def test_the_buttons_of_its_question_still_answer(self, world: World, service: Service) -> None:
        says(service, REPORT)
        a_day_passes(world)
        press(service, "yes")
        assert reports(world) == [REPORT]

    def test_so_does_its_cancel(self, world: World, service: Service) -> None:
        says(service, REPORT)
        a_day_passes(world)
        assert "no abrí" in press(service, "cancel")
        assert REPORT in says(service, "hola")
        assert reports(world) == []

    def test_another_problem_continues_it(self, world: World, service: Service) -> None:
        says(service, REPORT)
        a_day_passes(world)
        shown = says(service, ANOTHER)
        assert REPORT in shown
        assert ANOTHER in shown
        press(service, "yes")
        assert reports(world) == [f"{REPORT}\n{ANOTHER}"]

    def test_an_answer_to_a_technician_is_none_of_it(
        self, world: World, service: Service, case: Case
    ) -> None:
        case.work(TechnicianAction.ASK, "¿Qué modelo es?")
        case.notifications()
        says(service, "menú")
        says(service, f"otra cosa: {REPORT}")
        a_day_passes(world)
        says(service, "30000385")
        assert world.column("select body from ticket_events where kind = 'note'") == ["30000385"]
        press(service, "yes")
        assert REPORT in reports(world)[1]
        assert "30000385" not in reports(world)[1]

    def test_what_was_cancelled_gives_way_to_another(self, world: World, service: Service) -> None:
        says(service, REPORT)
        says(service, "cancelar")
        a_day_passes(world)
        assert REPORT in says(service, "hola")
        says(service, ANOTHER)
        press(service, "yes")
        assert reports(world) == [ANOTHER]


def test_a_problem_told_while_erasing_is_considered_continues_the_report(
    world: World, service: Service
) -> None:
    says(service, REPORT)
    says(service, "borrar mis datos")
    says(service, ANOTHER)
    press(service, "yes")
    assert reports(world) == [f"{REPORT}\n{ANOTHER}"]


class TestForAFinishedTicket:
    """What would have reopened it is a note of it if they then say that it is fixed; of another ticket it is none."""

    def test_the_words_stay_in_the_ticket(self, world: World, service: Service, case: Case) -> None:
        case.work(TechnicianAction.RESOLVE, "Listo.")
        case.notifications()
        service.say("la llave la tiene la encargada del piso dos")
        settle()
        press(service, "reopen_no")
        assert case.status() == "closed"
        assert world.column("select body from ticket_events where action = 'fixed'") == [
            "la llave la tiene la encargada del piso dos"
        ]
