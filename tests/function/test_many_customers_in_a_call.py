"""One call with messages of many customers: their conversations are loaded together, and each is served."""

import pytest

from emulator import Json
from emulator.meta.customer import Customer, batch
from tests.support.function import Service, World, settle

MANY = 12  # more than are processed side by side
FEW = 8


def customers(count: int) -> list[Customer]:
    return [
        Customer(name="", wa_id=f"54911{number:08}", user_id=f"AR.{number}", username=None)
        for number in range(count)
    ]


def everybody_says(count: int, text: str = "hola") -> tuple[list[Json], Json]:
    sent = [(customer, customer.text(text)) for customer in customers(count)]
    return [message for _, message in sent], batch(*sent)


def answered(world: World) -> set[str]:
    settle()
    return {(sent.callback_data or "").removeprefix("wa/") for sent in world.graph.messages}


def loads(world: World) -> tuple[int, int]:
    """How often many conversations were loaded together, and one by itself."""
    calls = world.supabase.calls()
    return calls["load_conversations"], calls["load_conversation"]


def test_they_are_loaded_by_one_call(world: World, service: Service) -> None:
    messages, payload = everybody_says(MANY)
    assert service.post(payload).status_code == 200
    assert answered(world) == {message["id"] for message in messages}
    assert (loads(world), world.supabase.calls()["commit_turn"]) == ((1, 0), MANY)


def test_with_what_they_have_said_before(world: World, service: Service) -> None:
    service.post(everybody_says(MANY, "mi impresora no imprime y se traba")[1])
    settle()
    other = world.start()
    assert other.post(everybody_says(MANY, "sí")[1]).status_code == 200
    settle()
    assert world.column("select count(*) from tickets") == [MANY]
    assert loads(world) == (2, 0)


def test_whom_this_instance_knows_is_not_loaded(world: World, service: Service) -> None:
    for _ in range(2):
        service.post(everybody_says(MANY)[1])
    settle()
    assert loads(world) == (1, 0)


def test_a_few_are_loaded_as_they_come(world: World, service: Service) -> None:
    service.post(everybody_says(FEW)[1])
    settle()
    assert loads(world) == (0, FEW)


@pytest.mark.parametrize("code", ["22P05", "57014"])
def test_if_that_fails_each_is_loaded_by_itself(world: World, service: Service, code: str) -> None:
    world.supabase.faults.error(code, 400, path="load_conversations")
    messages, payload = everybody_says(MANY)
    assert service.post(payload).status_code == 200
    assert answered(world) == {message["id"] for message in messages}
    assert [line["customers"] for line in world.log("not_loaded")] == [MANY]


def test_who_asks_for_a_ticket_gets_it(world: World, service: Service) -> None:
    """Facts about tickets are never taken from what was loaded for all."""
    service.post(everybody_says(MANY, "mi impresora no imprime y se traba")[1])
    service.post(everybody_says(MANY, "sí")[1])
    settle()
    before = len(world.graph.messages)
    assert world.start().post(everybody_says(MANY, "mis tickets")[1]).status_code == 200
    settle()
    codes = set(world.column("select code from tickets order by id"))
    shown = world.bubbles()[before:]
    assert len(shown) == MANY
    assert all(any(code in bubble for code in codes) for bubble in shown)
