"""Messages that arrive after the service window has closed: Meta delivers for 7 days, and a desk may be away for a weekend."""

import time
from datetime import timedelta

import pytest

from emulator import Json
from tests.support.function import ANA, Service, World, settle

LATE = timedelta(hours=50)


def late(service: Service, *messages: Json, ago: timedelta = LATE) -> None:
    """Deliver messages that were written one minute after the other."""
    first = time.time() - ago.total_seconds()
    old = [{**message, "timestamp": str(int(first + 60 * n))} for n, message in enumerate(messages)]
    assert service.post(ANA.webhook(*old)).status_code == 200
    settle()


def dead(world: World) -> list[str]:
    return world.column("select dedup_key from outbox where status = 'dead' order by id")


@pytest.mark.parametrize(
    ("message", "description"),
    [
        (ANA.text("mi impresora no imprime y se traba"), "mi impresora no imprime y se traba"),
        (ANA.text("xkcd wobble"), "xkcd wobble"),
        (ANA.image(), ""),
        (ANA.text("TK-0000-0000 sigue sin prender la pantalla desde ayer"), None),
    ],
    ids=["a problem", "not understood", "a photo", "with a code that is not theirs"],
)
def test_a_report_becomes_a_ticket(
    world: World, service: Service, message: Json, description: str | None
) -> None:
    late(service, message)
    (ticket,) = world.rows("select code, description from tickets")
    assert ticket["description"] == (message["text"]["body"] if description is None else description)
    (mail,) = world.resend.messages
    assert ticket["code"] in mail.subject
    (bubble,) = world.graph.messages
    assert (bubble.failing, bubble.document["type"]) == (None, "template")
    assert ticket["code"] in bubble.parameters
    assert dead(world) == []


def test_what_belongs_to_a_closed_ticket_becomes_a_new_one(world: World, service: Service) -> None:
    service.open_ticket()
    settle()
    service.press("view")
    settle()
    service.press("close")
    settle()
    world.rows(
        "update conversations set last_inbound_at = now() - interval '60 h', "
        "session = session || jsonb_build_object('at', now() - interval '60 h')"
    )
    late(service, ANA.text("sigue sin imprimir nada desde ayer"))
    assert world.column("select description from tickets order by id")[1:] == [
        "sigue sin imprimir nada desde ayer"
    ]


def test_what_follows_the_report_is_added_to_it_without_a_bubble_each(world: World, service: Service) -> None:
    lines = ["mi impresora no imprime", "es la de la caja", "¿pueden venir hoy?"]
    late(service, *map(ANA.text, lines))
    assert world.column("select description from tickets") == lines[:1]
    assert world.column("select body from ticket_events where kind = 'note' order by id") == lines[1:]
    assert len(world.graph.messages) == 1


def test_a_cancelled_report_is_none(world: World, service: Service) -> None:
    service.say("mi impresora no imprime")
    world.rows(
        "update conversations set last_inbound_at = now() - interval '60 h', "
        "session = session || jsonb_build_object('at', now() - interval '60 h')"
    )
    late(service, ANA.text("cancelar"))
    assert world.column("select count(*) from tickets") == [0]


def test_while_the_window_is_open_it_is_asked(world: World, service: Service) -> None:
    """Also about an old message, if the customer has written since."""
    service.say("hola")
    settle()
    late(service, ANA.text("mi impresora no imprime"))
    assert world.column("select count(*) from tickets") == [0]
    assert "¿" in world.bubbles()[-1]
    service.press("yes")
    settle()
    assert world.column("select description from tickets") == ["mi impresora no imprime"]


def test_delivered_again_it_is_one_ticket(world: World, service: Service) -> None:
    message = ANA.text("mi impresora no imprime")
    late(service, message)
    late(service, message)
    assert world.column("select count(*) from tickets") == [1]
    assert len(world.graph.messages) == len(world.resend.messages) == 1
