"""A customer who writes too much: replies stay within Meta's limit, every word is kept, and other customers are not affected."""

import time
from datetime import timedelta

from emulator import Json
from messages.texts.catalogue import TEXTS
from state.model.language import Language
from tests.support.function import ANA, BETO, Service, World, settle

AT_ONCE, SECONDS_EACH = 20, 6.0


def told(world: World) -> list[str]:
    return world.column("select body from ticket_events where kind = 'note' order by id")


def written_ago(message: Json, ago: timedelta) -> Json:
    return {**message, "timestamp": str(int(time.time() - ago.total_seconds()))}


def open_ticket(world: World, service: Service) -> None:
    service.open_ticket()
    settle()
    world.rows("update conversations set tokens = 20")


def test_two_hundred_messages(world: World, service: Service) -> None:
    started = time.monotonic()
    for _ in range(200):
        service.say("hola")
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


def test_no_line_of_a_burst_into_a_ticket_is_lost(world: World, service: Service) -> None:
    open_ticket(world, service)
    lines = [f"y otra pregunta, la {n}: ¿eso es normal?" for n in range(40)]
    for line in lines:
        service.say(line)
    settle()
    assert told(world) == lines


def test_no_line_of_a_burst_into_a_report_is_lost(world: World, service: Service) -> None:
    """Its last question is asked, so that they can answer it."""
    lines = [f"la impresora no imprime, detalle {n}" for n in range(30)]
    for line in lines:
        service.say(line)
    settle()
    world.make_due()
    world.sweep()
    assert lines[0] in world.bubbles()[-1]
    service.press("yes")
    settle()
    assert world.column("select description from tickets") == ["\n".join(lines)]


def test_notes_that_come_late_and_together_are_all_kept(world: World, service: Service) -> None:
    open_ticket(world, service)
    world.rows(
        "update conversations set tokens = 0, tokens_at = now() - interval '2 h', "
        "session = session || jsonb_build_object('at', now() - interval '2 h')"
    )
    lines = [f"nota {n}, ¿la ven?" for n in range(40)]
    late = [written_ago(ANA.text(line), timedelta(seconds=90 * (40 - n))) for n, line in enumerate(lines)]
    before = len(world.bubbles())
    assert service.post(ANA.webhook(*late)).status_code == 200
    settle()
    assert told(world) == lines
    assert len(world.bubbles()) - before == 40


def test_a_message_whose_reply_waits_is_not_answered_twice(world: World, service: Service) -> None:
    for _ in range(AT_ONCE + 2):
        last = service.say("hola")
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
    for _ in range(AT_ONCE + 5):
        service.say("hola")
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
