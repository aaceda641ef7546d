"""A ticket that retention has deleted: whatever its customer writes, says, presses or quotes afterwards is answered, and kept."""

import pytest

from state.model.ticket import TechnicianAction
from tests.support.function import ANA, Service, World, settle
from tests.support.ticket_case import Case, open_case


@pytest.fixture
def case(world: World, service: Service) -> Case:
    return open_case(world, service)


def delete(case: Case, *, person: bool = False) -> int:
    """Close it, let two years pass, and let the sweep delete it. person: the customer goes as well.

    Returns how many bubbles there are by then.
    """
    world = case.world
    if case.status() != "closed":
        case.work(TechnicianAction.CLOSE)
    world.make_due()
    world.swept()
    world.rows("select set_retention(12)")
    world.rows("update tickets set waits_since = now() - interval '2 years'")
    if person:
        world.rows("update conversations set last_inbound_at = now() - interval '2 years'")
    for _ in range(2):
        world.swept()
    assert world.column("select count(*) from tickets") == [0]
    assert world.column("select count(*) from customers") == [0 if person else 1]
    settle()
    return len(world.bubbles())


@pytest.mark.parametrize("remembers", [True, False])
@pytest.mark.parametrize("asked", [True, False], ids=["asked", "not asked"])
@pytest.mark.parametrize("person", [True, False], ids=["without the person", "with the person"])
@pytest.mark.parametrize(
    "words",
    [
        "sigue sin imprimir, y ahora hace un ruido raro",
        "estado",
        "mis tickets",
        "sí",
        "gracias",
        "hola",
        "cerrar",
        "menú",
    ],
)
def test_words(case: Case, words: str, remembers: bool, asked: bool, person: bool) -> None:
    if asked:
        case.work(TechnicianAction.ASK, "¿Qué modelo es?")
    before = delete(case, person=person)
    service = case.service if remembers else case.world.start()
    service.say(words)
    settle()
    new = case.world.bubbles()[before:]
    assert len(new) <= 1
    assert case.world.column("select count(*) from inbound where outcome = 'poison'") == [0]
    assert not any(case.code in text for text in new)
    if words.startswith("sigue"):  # a report, as of somebody who has no ticket
        service.press("yes")
        settle()
        (summary,) = case.world.column("select description from tickets")
        assert "ruido raro" in summary


def test_the_code(case: Case) -> None:
    before = delete(case)
    case.service.say(case.code)
    settle()
    (bubble,) = case.world.bubbles()[before:]
    other = case.world.start()
    case.world.a_pause()
    other.say("TK-8A8K-HGVF")
    settle()
    assert case.world.bubbles()[before + 1 :] == [bubble.replace(case.code, "TK-8A8K-HGVF")]


def test_a_button_of_before(case: Case) -> None:
    case.work(TechnicianAction.RESOLVE)
    case.world.make_due()
    case.world.swept()
    asked = case.world.graph.messages[-1]
    delete(case)
    for button, title in asked.choices.items():
        message = ANA.press(button, title, asked.wamid)
        assert case.service.post(ANA.webhook(message)).status_code == 200
        settle()
    assert case.world.column("select count(*) from inbound where outcome = 'poison'") == [0]
    assert case.world.column("select count(*) from tickets") == [0]
