"""A customer who writes too much: replies stay within Meta's limit, one warning is sent, and other customers are not affected."""

import time

from tests.support.function import ANA, BETO, Service, World, settle

AT_ONCE, SECONDS_EACH = 20, 6.0


def counted(world: World) -> dict[str, int]:
    found = world.rows("select outcome, count(*) as number from inbound group by outcome order by outcome")
    return {row["outcome"]: row["number"] for row in found}


def test_two_hundred_messages(world: World, service: Service) -> None:
    started = time.monotonic()
    for _ in range(200):
        service.say("hola")
    settle()
    refilled = int((time.monotonic() - started) / SECONDS_EACH) + 1
    outcomes = counted(world)
    assert AT_ONCE <= outcomes["done"] <= AT_ONCE + refilled
    assert outcomes["done"] + outcomes["throttled"] == 200
    assert len(world.bubbles()) == outcomes["done"] + 1  # the one that says so
    assert {status for _, status, _ in world.outbox()} == {"sent"}
    assert len(world.receipts()) < 200 / 2


def test_a_minute_later_ten_more(world: World, service: Service) -> None:
    for _ in range(AT_ONCE + 5):
        service.say("hola")
    settle()
    before = len(world.bubbles())
    world.rows(
        "update conversations set tokens = 0, tokens_at = now() - interval '60 s', throttled_at = now() - interval '90 s'"
    )
    for _ in range(15):
        service.say("hola")
    settle()
    assert (
        11 <= len(world.bubbles()) - before <= 12
    )  # ten, a refill in between, and once more the one that says so


def test_a_message_that_was_throttled_is_not_answered_when_it_comes_again(
    world: World, service: Service
) -> None:
    for _ in range(AT_ONCE + 2):
        last = service.say("hola")
    settle()
    world.rows("update conversations set tokens = 20")
    before = len(world.bubbles())
    service.post(ANA.webhook(last))
    settle()
    assert len(world.bubbles()) == before


def test_another_customer_is_answered(world: World, service: Service) -> None:
    for _ in range(AT_ONCE + 5):
        service.say("hola")
    message = service.say("hola", BETO)
    settle()
    assert f"wa/{message['id']}" in {sent.callback_data for sent in world.graph.messages}
