"""A customer who writes too much: replies stay within Meta's limit, every word is kept, and other customers are not affected."""

import itertools
import time

from messages.texts.catalogue import TEXTS
from state.model.language import Language
from tests.support.function import ANA, BETO, Service, World, settle

AT_ONCE, SECONDS_EACH = 20, 6.0


# Each is answered at once, also in a burst.
COMMANDS = itertools.cycle(("menú", "mis tickets", "idioma", "quiero reportar un problema"))


def test_two_hundred_messages(world: World, service: Service) -> None:
    started = time.monotonic()
    for command in itertools.islice(COMMANDS, 200):
        service.say(command)
    settle()
    refilled = int((time.monotonic() - started) / SECONDS_EACH) + 1
    assert world.rows("select outcome, count(*) from inbound group by outcome") == [
        {"outcome": "done", "count": 200}
    ]
    assert AT_ONCE <= len(world.bubbles()) <= AT_ONCE + refilled
    assert len(world.receipts()) < 200 / 2
    world.make_due()
    world.sweep()
    assert world.column("select count(*) from outbox where status = 'ready'") == [0]
    assert len(world.bubbles()) <= AT_ONCE + refilled + 1  # the last reply stands for those that it replaced


def test_a_message_whose_reply_waits_is_not_answered_twice(world: World, service: Service) -> None:
    for command in itertools.islice(COMMANDS, AT_ONCE + 2):
        last = service.say(command)
    settle()
    world.rows("update conversations set tokens = 20")
    before = len(world.bubbles())
    service.post(ANA.webhook(last))
    world.make_due()
    world.sweep()
    service.post(ANA.webhook(last))
    settle()
    assert len(world.bubbles()) == before + 1


def test_another_customer_is_answered(world: World, service: Service) -> None:
    for command in itertools.islice(COMMANDS, AT_ONCE + 5):
        service.say(command)
    message = service.say("hola", BETO)
    settle()
    assert f"wa/{message['id']}" in {sent.callback_data for sent in world.graph.messages}


def test_beyond_the_cap_one_line_says_what_was_not_kept(world: World, service: Service) -> None:
    service.say("hola")
    world.rows("update conversations set room = 0")
    service.say("la impresora no imprime")
    service.say("¿hola?")
    settle()
    assert world.column("select outcome from inbound order by received_at") == [
        "done",
        "throttled",
        "throttled",
    ]
    assert world.bubbles()[-1] == TEXTS[Language.ES]["throttled"]
    assert len(world.bubbles()) == 2
