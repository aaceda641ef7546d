"""A quoted reply reaches the ticket that the quoted bubble, or the customer's own message, was about. With all real parts."""

from collections.abc import Callable

import pytest

from emulator import Json
from state.model.ticket import TechnicianAction
from tests.support.function import ANA, BETO, Service, World, settle
from tests.support.ticket_case import Case

ADDED = "ahora además hace un ruido raro"


def notes(world: World) -> dict[str, list[str | None]]:
    """What was added to each ticket, by its code."""
    found: dict[str, list[str | None]] = {}
    for row in world.rows(
        "select t.code, e.body from ticket_events e join tickets t on t.id = e.ticket_id where e.kind = 'note' order by e.id"
    ):
        found.setdefault(row["code"], []).append(row["body"])
    return found


def codes(world: World) -> list[str]:
    return list(world.column("select code from tickets order by id"))


def bubble_of(service: Service, code: str) -> str:
    """The id of the latest bubble that names this ticket."""
    return next(sent.wamid for sent in reversed(service.graph.messages) if code in sent.text)


@pytest.fixture
def first(world: World, service: Service) -> str:
    """The code of the first of two tickets; the second is the current one."""
    service.open_ticket()
    settle()
    service.say("otro problema: no anda el mail de la oficina")
    settle()
    service.press("yes")
    settle()
    return codes(world)[0]


def send(service: Service, message: Json, customer: object = ANA) -> Json:
    assert service.post(ANA.webhook(message) if customer is ANA else BETO.webhook(message)).status_code == 200
    settle()
    return message


MESSAGES: dict[str, Callable[[str], Json]] = {
    "text": lambda quoted: ANA.text(ADDED, quoted),
    "photo": lambda quoted: ANA.image() | {"context": {"from": "x", "id": quoted}},
    "voice": lambda quoted: ANA.voice() | {"context": {"from": "x", "id": quoted}},
}


@pytest.mark.parametrize("kind", MESSAGES)
class TestWhereItGoes:
    def test_while_another_ticket_is_current(
        self, world: World, service: Service, first: str, kind: str
    ) -> None:
        send(service, MESSAGES[kind](bubble_of(service, first)))
        assert list(notes(world)) == [first]
        service.say("y esto es del mail")
        settle()
        assert notes(world)[codes(world)[1]] == ["y esto es del mail"]

    def test_while_a_report_is_confirmed(self, world: World, service: Service, first: str, kind: str) -> None:
        quoted = bubble_of(service, first)
        service.say("otro problema: la notebook no prende")
        send(service, MESSAGES[kind](quoted))
        assert list(notes(world)) == [first]
        service.press("yes")
        settle()
        assert "la notebook no prende" in world.column("select description from tickets order by id")[2]

    def test_from_the_menu(self, world: World, service: Service, first: str, kind: str) -> None:
        quoted = bubble_of(service, first)
        service.say("menú")
        send(service, MESSAGES[kind](quoted))
        assert list(notes(world)) == [first]

    def test_a_quote_of_the_customer_s_own_message(
        self, world: World, service: Service, first: str, kind: str
    ) -> None:
        note = send(service, ANA.text(ADDED, bubble_of(service, first)))
        send(service, MESSAGES[kind](note["id"]))
        assert [len(added) for added in notes(world).values()] == [2]
        assert list(notes(world)) == [first]

    def test_on_another_instance(self, world: World, service: Service, first: str, kind: str) -> None:
        send(world.start(), MESSAGES[kind](bubble_of(service, first)))
        assert list(notes(world)) == [first]


class TestQuestions:
    def test_the_technician_s_question_is_answered(self, world: World, service: Service, first: str) -> None:
        case = Case(world=world, service=service, code=first, customer=ANA)
        case.work(TechnicianAction.ASK, "¿Cuál es tu número de cliente?")
        (asked,) = case.notifications()
        service.say("otro problema: la notebook no prende")
        settle()
        send(service, ANA.text("30000385", asked.wamid))
        assert notes(world) == {first: ["30000385"]}
        assert world.column("select status from tickets where code = %s", first) == ["in_progress"]


class TestChangesNothing:
    @pytest.mark.parametrize("quoted", ["wamid.unknown", "menu", "beto", "theirs"])
    def test_what_is_about_no_ticket_of_theirs(
        self, world: World, service: Service, first: str, quoted: str
    ) -> None:
        """Also the bubble and the message of somebody else: nobody learns whether there are such."""
        theirs = service.open_ticket(BETO)
        settle()
        beto = next(sent.wamid for sent in reversed(service.graph.messages) if codes(world)[2] in sent.text)
        service.say("menú")
        settle()
        menu = service.graph.messages[-1].wamid
        service.say(codes(world)[1])
        settle()
        ids = {"wamid.unknown": "wamid.unknown", "menu": menu, "beto": beto, "theirs": theirs["id"]}
        send(service, ANA.text(ADDED, ids[quoted]))
        assert notes(world) == {codes(world)[1]: [ADDED]}

    def test_a_context_without_an_id(self, world: World, service: Service, first: str) -> None:
        contexts: list[object] = [{"forwarded": True}, {}, {"id": 7}, {"id": "é"}, "x", None, []]
        for context in contexts:
            send(service, ANA.text("la luz roja parpadea y no imprime nada") | {"context": context})
        assert list(notes(world)) == [codes(world)[1]]


def test_it_costs_one_call_more(world: World, service: Service, first: str) -> None:
    quoted = bubble_of(service, first)
    for text in (ADDED, "sí", "estado", "mis tickets", f"mira {first}"):
        world.forget()
        send(service, ANA.text(text, quoted))
        assert world.supabase.calls()["load_conversation"] == 1
        assert world.supabase.calls()["commit_turn"] == 1
