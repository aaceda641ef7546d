"""The other side is an auto-responder: it answers each of our bubbles, so we fall silent after a few."""

import time
from datetime import timedelta

import pytest

from emulator import Json
from tests.support.function import ANA, Service, World, settle

SAYS = [
    "Gracias por comunicarse con Ferretería López. Responderemos a la brevedad.",
    "En este momento no podemos atenderlo. Nuestro horario es de lunes a viernes de 9 a 18.",
    "Hola, en breve un asesor se comunicará con usted.",
    "Obrigado pelo contato, retornaremos em breve.",
    "ok",
    "👍",
]


def conversation(world: World, service: Service, says: str, *, rounds: int = 12) -> int:
    """It answers each bubble seven seconds later, as long as there is one. Returns how many bubbles we have sent."""
    written = time.time() - 110
    before = -1
    for n in range(rounds):
        if len(world.graph.messages) == before:
            break
        before = len(world.graph.messages)
        message: Json = {**ANA.text(says.format(n=n)), "timestamp": str(int(written + 7 * n))}
        assert service.post(ANA.webhook(message)).status_code == 200
        settle()
    return len(world.graph.messages)


@pytest.mark.parametrize("says", SAYS)
def test_it_gets_silence_after_a_few_bubbles(world: World, service: Service, says: str) -> None:
    assert conversation(world, service, says) <= 3
    assert world.column("select count(*) from tickets where not wants_human") == [0]


def test_so_does_one_that_counts(world: World, service: Service) -> None:
    says = "Hola, recibimos su consulta número {n} y la vamos a responder el día hábil siguiente, gracias."
    assert conversation(world, service, says) <= 3


def test_after_a_ticket_too(world: World, service: Service) -> None:
    service.open_ticket()
    settle()
    before = len(world.graph.messages)
    assert conversation(world, service, SAYS[1]) - before <= 2
    assert world.column("select count(*) from tickets") == [1]


def test_once_they_say_something_else_they_are_answered(world: World, service: Service) -> None:
    conversation(world, service, SAYS[0])
    before = len(world.graph.messages)
    service.say("la impresora no imprime")
    settle()
    assert len(world.graph.messages) == before + 1


def test_the_third_of_the_same_is_not_answered_and_kept_once(world: World, service: Service) -> None:
    for n in range(3):
        said = ANA.text("la impresora no imprime")
        service.post(ANA.webhook({**said, "timestamp": str(int(time.time()) - 60 + 10 * n)}))
    settle()
    assert len(world.bubbles()) == 2
    service.press("yes")
    settle()
    assert world.column("select description from tickets") == ["la impresora no imprime"]


def test_yes_is_answered_as_often_as_something_was_asked(world: World, service: Service) -> None:
    service.say("la impresora no imprime")
    service.say("sí")
    settle()
    world.rows("update tickets set status = 'resolved'")
    world.rows('update conversations set session = session || \'{"current_status": "resolved"}\'')
    service.desk.webhook.messages.processor.cache.clear()
    before = len(world.bubbles())
    service.say("sí")
    settle()
    assert world.column("select status from tickets") == ["closed"]
    assert len(world.bubbles()) == before + 1


def test_the_same_button_works_each_time(world: World, service: Service) -> None:
    service.open_ticket()
    settle()
    before = len(world.bubbles())
    for _ in range(4):
        service.press("view")
        settle()
    assert len(world.bubbles()) == before + 4


def test_after_some_minutes_it_is_answered_again(world: World, service: Service) -> None:
    now = time.time()
    for ago in (timedelta(minutes=30), timedelta(minutes=20), timedelta(minutes=10), timedelta()):
        said = {**ANA.text("mis tickets"), "timestamp": str(int(now - ago.total_seconds()))}
        service.post(ANA.webhook(said))
    settle()
    assert len(world.bubbles()) == 4
