"""BUBBLES_A_DAY: beyond it one line says so, and then nothing more; what they write is kept, and what technicians write arrives."""

import pytest

from messages.texts.catalogue import TEXTS
from state.model.language import Language
from tests.support.function import ANA, BETO, Service, World, settle

ENOUGH = TEXTS[Language.ES]["reply_enough_for_today"]
MOST = 3


@pytest.fixture
def spent(world: World) -> Service:
    """Ana has had all her replies of today."""
    service = world.start(BUBBLES_A_DAY=str(MOST))
    for text in ("hola", "idioma", "mis tickets"):
        service.say(text)
    settle()
    assert len(world.bubbles()) == MOST
    return service


def test_one_line_says_so_and_then_nothing(world: World, spent: Service) -> None:
    for text in ("hola", "menú", "mis tickets", "hola"):
        spent.say(text)
    settle()
    assert world.bubbles()[MOST:] == [ENOUGH]


def test_a_report_becomes_a_ticket_and_what_follows_goes_into_it(world: World, spent: Service) -> None:
    """Nobody would see its question, so nobody could answer it."""
    lines = [
        "mi impresora no imprime",
        "es la de la caja",
        "¿pueden venir hoy?",
        "el monitor tampoco enciende",
    ]
    for line in lines:
        spent.say(line)
    settle()
    assert world.column("select description from tickets") == lines[:1]
    assert world.column("select body from ticket_events where kind = 'note' order by id") == lines[1:]
    assert world.bubbles()[MOST:] == [ENOUGH]
    assert len(world.resend.messages) >= 1


def test_a_report_that_waited_for_its_yes_is_not_lost(world: World) -> None:
    service = world.start(BUBBLES_A_DAY="1")
    service.say("mi impresora no imprime")
    settle()
    service.say("es la de la caja")
    settle()
    assert world.column("select description from tickets") == ["mi impresora no imprime\nes la de la caja"]
    assert world.bubbles()[1:] == [ENOUGH]


def test_a_button_still_works(world: World) -> None:
    service = world.start(BUBBLES_A_DAY="1")
    service.say("mi impresora no imprime")
    service.press("yes")
    settle()
    assert world.column("select count(*) from tickets") == [1]


def test_an_erasure_is_confirmed(world: World) -> None:
    service = world.start(BUBBLES_A_DAY="1")
    service.say("borrar mis datos")
    service.press("erase")
    settle()
    assert world.column("select count(*) from customers") == [0]
    assert world.bubbles()[1:] == [TEXTS[Language.ES]["reply_erased"]]


def test_the_next_day_they_are_answered(world: World, spent: Service) -> None:
    spent.say("hola")
    world.rows("update conversations set bubbles_since = bubbles_since - interval '24 h'")
    spent.desk.webhook.messages.processor.cache.clear()
    spent.say("menú")
    settle()
    assert world.bubbles()[MOST:][0] == ENOUGH
    assert len(world.bubbles()) == MOST + 2


def test_a_reply_whose_place_was_taken_does_not_count(world: World) -> None:
    service = world.start(BUBBLES_A_DAY="10")
    for n in range(30):
        service.say(f"la impresora no imprime, detalle {n}")
    settle()
    assert world.column("select bubbles from conversations") == [2]


def test_another_instance_knows_it_and_needs_no_call_for_it(world: World, spent: Service) -> None:
    another = world.start(BUBBLES_A_DAY=str(MOST))
    another.say("hola")
    settle()
    world.forget()
    another.say("menú")
    settle()
    assert world.bubbles()[MOST:] == [ENOUGH]
    assert world.supabase.calls() == {"commit_turn": 1}


def test_another_customer_is_answered(world: World, spent: Service) -> None:
    spent.say("hola", BETO)
    settle()
    assert len(world.bubbles()) == MOST + 1


def test_outside_the_service_window_nothing_is_said_in_vain(world: World, spent: Service) -> None:
    old = {**ANA.text("hola"), "timestamp": "1700000000"}
    world.rows("update conversations set session = '{}', last_inbound_at = null")
    spent.desk.webhook.messages.processor.cache.clear()
    assert spent.post(ANA.webhook(old)).status_code == 200
    settle()
    assert world.column("select count(*) from outbox where status = 'dead'") == [0]
