"""An exception in our own code: the message is stored as poison and logged without its text; other messages go on."""

import importlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest

from emulator.meta.customer import batch
from tests.support.function import ANA, BETO, Service, World, settle

WORD = "palabrasecreta"
# The functions in which the mistake is, by stage.
STAGES = {
    "parse": "handlers.payload:read_message",
    "read": "handlers.process_message:read",
    "interpret": "handlers.process_message:interpret",
    "step": "handlers.process_message:step",
    "render": "handlers.render_turn:TurnRenderer.rows",
    "arguments": "state.store.client:asdict",
}


def breaks(monkeypatch: pytest.MonkeyPatch, place: str, met: Callable[[Any], bool]) -> None:
    """From now on the function raises if one of its arguments is `met`, with that argument in its message."""
    module, _, path = place.partition(":")
    owner: Any = importlib.import_module(module)
    *owners, name = path.split(".")
    for each in owners:
        owner = getattr(owner, each)
    function = getattr(owner, name)

    @wraps(function)
    def broken(*args: Any, **named: Any) -> Any:
        for argument in args:
            if met(argument):
                raise TypeError(f"cannot handle {argument!r} of {BETO.wa_id}: {WORD}")
        return function(*args, **named)

    monkeypatch.setattr(owner, name, broken)


def holds_word(argument: Any) -> bool:
    """Return True if the words of the bad message are anywhere in it, even if its repr hides them."""
    if isinstance(argument, dict):
        return WORD in str(argument.get("text"))
    nested = [getattr(argument, name, "") for name in ("body", "text", "content", "raw")]
    return any(WORD in str(each) or WORD in getattr(each, "body", "") for each in nested)


@pytest.mark.parametrize("stage", STAGES)
def test_is_poison_and_the_others_go_on(
    world: World, service: Service, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    breaks(monkeypatch, STAGES[stage], holds_word)
    bad, next_one, good = BETO.text(f"{WORD} no anda"), BETO.text("hola"), ANA.text("hola")
    payload = batch((BETO, bad), (BETO, next_one), (ANA, good))
    assert [service.post(payload).status_code for _ in range(2)] == [200, 200]
    settle()
    (kept,) = world.rows("select payload, reason from inbound where outcome = 'poison'")
    assert json.loads(kept["payload"]) == bad
    assert re.fullmatch(r"TypeError at (\S+/\w+\.py:\d+:[\w<>]+ > )+\S+:\d+:broken", kept["reason"])
    done = world.column("select wamid from inbound where outcome = 'done' order by wamid")
    assert done == sorted([next_one["id"], good["id"]])
    assert len(world.bubbles()) == 2
    lines = world.log("poison")
    assert [line["severity"] for line in lines] == ["ERROR", "ERROR"]
    assert lines[0]["reason"] == kept["reason"]
    assert WORD not in world.output()
    assert str(BETO.wa_id) not in world.output()


def test_in_an_answer_it_is_beside_the_turn(
    world: World, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The turn is committed, only its answer cannot be read: it is not done again, and the sweep sends what is open."""
    bad, good = BETO.text("hola"), ANA.text("hola")
    breaks(monkeypatch, "state.store.client:parse", lambda argument: bad["id"] in str(argument))
    payload = batch((BETO, bad), (ANA, good))
    assert [service.post(payload).status_code for _ in range(2)] == [200, 200]
    settle()
    assert world.column("select outcome from inbound order by outcome") == ["done", "done", "poison"]
    monkeypatch.undo()
    for _ in range(2):  # the lease runs out, and then the grace for the delivery status
        world.make_due()
        world.sweep()
    assert len(world.bubbles()) == 2


def test_of_a_status_is_logged(world: World, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.say("hola")
    settle()
    breaks(monkeypatch, "handlers.delivery_status:result_of_failure", lambda _: True)
    (sent,) = world.graph.messages
    assert service.confirm(sent, "failed").status_code == 200
    (line,) = world.log("event_refused")
    assert line["kind"] == "Status"
    assert line["error"].startswith("TypeError at ")
    assert WORD not in world.output()


def test_of_a_reply_is_logged(world: World, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have been sent or not, so it is tried again."""
    breaks(monkeypatch, "channels.whatsapp:error_code", lambda _: True)
    world.graph.faults.error(131026)
    service.say("hola")
    settle()
    (line,) = world.log("send_failed")
    assert (line["severity"], line["error"].rpartition(":")[2]) == ("ERROR", "broken")
    assert world.column("select status from outbox") == ["unknown"]
    assert WORD not in world.output()
