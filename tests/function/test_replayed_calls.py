"""A signed call that somebody has kept and delivers again, later than Meta ever does: it changes nothing, and the log says so.

Meta gives up after 7 days; `inbound` knows a message for 30.
"""

import time
from collections.abc import Callable

import pytest

from emulator import Json
from emulator.meta.sent_message import status_webhook
from tests.support.function import ANA, Service, World, settle
from tests.support.payloads import number_changed, user_id_update
from tests.support.technician import dump

DAY = 24 * 3600


def of(payload: Json, days: float) -> Json:
    """The same call, as it was signed so many days ago."""
    for entry in payload["entry"]:
        for change in entry["changes"]:
            for key in ("messages", "statuses", "user_id_update"):
                for item in change["value"].get(key, []):
                    item["timestamp"] = str(int(time.time() - days * DAY))
    return payload


def number_moved(world: World) -> Json:
    return number_changed(ANA, "AR.n3wn3wn3w", "5491155550199")


def user_id_moved(world: World) -> Json:
    return user_id_update(ANA, "AR.n3wn3wn3w")


def failed(world: World) -> Json:
    return status_webhook(world.graph.messages[-1], "failed", time.time())


def poison(world: World) -> Json:
    return ANA.webhook({**ANA.text("hola"), "text": 7})


def edited(world: World) -> Json:
    return ANA.webhook({**ANA.text("otra cosa"), "id": "wamid.another"})


@pytest.mark.parametrize("call", [number_moved, user_id_moved, failed, poison, edited])
def test_it_changes_nothing(world: World, service: Service, call: Callable[[World], Json]) -> None:
    service.open_ticket()
    settle()
    replayed = of(call(world), days=8.5)
    world.forget()
    before = dump(world)
    assert service.post(replayed).status_code == 200
    settle()
    assert dump(world) == before
    assert not world.supabase.call_log.all()
    (line,) = world.log("ignored")
    assert (line["severity"], line["count"]) == ("WARNING", 1)
    assert line["reason"].endswith("too old")


def test_a_note_is_not_added_again(world: World, service: Service) -> None:
    """After the 30 days of `inbound` nothing else would know it."""
    service.open_ticket()
    settle()
    note = ANA.text("y además hace ruido")
    assert service.post(ANA.webhook(note)).status_code == 200
    settle()
    world.rows("delete from inbound")
    assert service.post(of(ANA.webhook(note), days=31)).status_code == 200
    settle()
    assert world.column("select count(*) from ticket_events where kind = 'note'") == [1]


def test_many_are_one_line_without_a_word_of_theirs(world: World, service: Service) -> None:
    service.post(of(ANA.webhook(*(ANA.text(f"hola {n}") for n in range(20))), days=400))
    (line,) = world.log("ignored")
    assert (line["reason"], line["count"]) == ("messages too old", 20)
    assert str(ANA.wa_id) not in world.output()
    assert "hola" not in world.output()


def test_what_comes_with_it_is_processed(world: World, service: Service) -> None:
    old, new = ANA.text("mi impresora no imprime"), ANA.text("mi pantalla no prende")
    old["timestamp"] = str(int(time.time() - 9 * DAY))
    assert service.post(ANA.webhook(old, new)).status_code == 200
    settle()
    (bubble,) = world.bubbles()
    assert "pantalla" in bubble
    assert "impresora" not in bubble


def test_a_late_delivery_of_metas_is_none(world: World, service: Service) -> None:
    report = ANA.webhook(ANA.text("mi impresora no imprime y se traba"))
    assert service.post(of(report, days=6.9)).status_code == 200
    settle()
    assert world.column("select description from tickets") == ["mi impresora no imprime y se traba"]
    assert world.log("ignored") == []


@pytest.mark.parametrize("call", [number_moved, user_id_moved])
@pytest.mark.parametrize("given", [None, "", "soon", [], "9" * 30])
def test_nobody_moves_without_a_time(
    world: World, service: Service, call: Callable[[World], Json], given: object
) -> None:
    """Such a call could be delivered again for ever: a person looks at it."""
    service.open_ticket()
    settle()
    payload = of(call(world), days=0)
    for key in ("messages", "user_id_update"):
        for item in payload["entry"][0]["changes"][0]["value"].get(key, []):
            item["timestamp"] = given
    before = world.rows("select * from customers order by id")
    assert service.post(payload).status_code == 200
    assert world.rows("select * from customers order by id") == before
    assert world.column("select count(*) from inbound where outcome = 'poison'") == [1]
