"""The log: one JSON line per event, for Cloud Logging, without names, messages or secrets."""

import json

import pytest

from emulator.function import settings
from emulator.meta.customer import Customer, batch
from emulator.meta.webhook_payload import encode
from tests.support.function import ANA, PUBLIC_URL, Service, World, settle
from tests.support.payloads import user_id_update

CARLA = Customer(name="Carla Inés Quiroga", wa_id="5491155550199", user_id="AR.c4rl4c4rl4", username=None)
WORDS = "mi servidor marca zanahoria y no enciende"


@pytest.fixture
def talk(world: World, service: Service) -> None:
    """A conversation with all that can happen in it, and all that can go wrong."""
    service.open_ticket(CARLA)
    service.say(WORDS, CARLA)
    service.post(CARLA.webhook(CARLA.image(caption="foto de la zanahoria")))
    service.post(
        CARLA.webhook(CARLA.document(filename="zanahoria.pdf"), CARLA.location(-34.6, -58.4, "Zanahoria 7"))
    )
    settle()
    world.graph.faults.error(131026)
    world.resend.faults.error("validation_error", 422)
    service.say("quiero hablar con una persona por la zanahoria", CARLA)
    settle()
    world.graph.faults.clear()
    world.graph.faults.down()
    service.say("hola", CARLA)
    bad = CARLA.text("una zanahoria")
    del bad["timestamp"]
    service.post(encode(batch((CARLA, bad), (CARLA, CARLA.reaction("\U0001f955", "wamid.zanahoria")))))
    service.post(user_id_update(CARLA, "AR.n3wn3wn3w"))
    service.post(b'{"object":"zanahoria"}')
    service.client.get("/?hub.verify_token=zanahoria")
    world.supabase.faults.down(drop=False)
    service.post(CARLA.webhook(CARLA.text(WORDS)))
    settle()
    world.sweep()


@pytest.mark.usefixtures("talk")
def test_every_line_is_json_with_a_severity(world: World) -> None:
    lines = [json.loads(line) for line in world.output().splitlines()]
    assert len(lines) > 10
    assert {line["severity"] for line in lines} == {"INFO", "WARNING", "ERROR"}
    assert {"turn", "delivery", "poison", "ignored", "identity", "store_unavailable"} <= {
        line["event"] for line in lines
    }


@pytest.mark.usefixtures("talk")
def test_no_customer_and_nothing_of_theirs_is_in_it(world: World) -> None:
    output = world.output()
    assert CARLA.wa_id is not None
    assert CARLA.user_id is not None
    words = (
        CARLA.wa_id,
        CARLA.wa_id[3:],
        CARLA.user_id,
        "n3wn3w",
        "Carla",
        "Quiroga",
        "anahoria",
        "-34.6",
        "impresora",
    )
    assert [word for word in words if word in output] == []


@pytest.mark.usefixtures("talk")
def test_no_secret_is_in_it(world: World) -> None:
    given = settings("", PUBLIC_URL, world.graph, world.resend)
    secret = (
        "WHATSAPP_ACCESS_TOKEN",
        "WHATSAPP_APP_SECRET",
        "WHATSAPP_VERIFY_TOKEN",
        "SUPABASE_SECRET_KEY",
        "RESEND_API_KEY",
        "LINK_SIGNING_KEY",
        "SUPPORT_EMAIL_TO",
        "PUBLIC_URL",
    )
    output = world.output()
    assert [name for name in secret if given[name] in output] == []


def test_a_turn_names_its_message_and_a_customer_without_a_name(world: World, service: Service) -> None:
    messages = [service.say(text) for text in ("hola", "mi impresora no imprime")]
    messages.append(world.start().say("hola"))
    other = service.say("hola", CARLA)
    settle()
    turns = world.log("turn")
    assert [turn["wamid"] for turn in turns] == [message["id"] for message in [*messages, other]]
    assert len({turn["customer"] for turn in turns[:3]}) == 1
    assert turns[3]["customer"] != turns[0]["customer"]
    assert turns[1]["state"] == "menu>confirming"
    assert [turn["cache"] for turn in turns] == ["miss", "hit", "miss", "miss"]


def test_a_delivery_names_the_message_it_answers(world: World, service: Service) -> None:
    message = service.say("hola", ANA)
    settle()
    (line,) = world.log("delivery")
    assert (line["wamid"], line["channel"], line["status"], line["attempt"]) == (
        message["id"],
        "whatsapp",
        "sent",
        1,
    )


def test_an_unsigned_call_is_logged_once_and_not_quoted(world: World, service: Service) -> None:
    for _ in range(3):
        service.post(CARLA.webhook(CARLA.text(WORDS)), header="sha256=0")
    assert len(world.log("refused")) <= 2  # once a minute, and a minute may end in between
    assert WORDS not in world.output()
