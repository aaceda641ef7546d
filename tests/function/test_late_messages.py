"""Reports whose question cannot be shown, as they arrive when the service window has closed (Meta delivers for 7 days, and a desk
may be away for a weekend), or their bubble is given up later: each becomes a ticket.
"""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from emulator import Json
from emulator.meta.sent_message import status_webhook
from state.store.errors import StoreRefused
from state.store.rows import Commit
from tests.support.builders import side_by_side
from tests.support.database import capped
from tests.support.function import ANA, BETO, Service, World, settle

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


@pytest.mark.parametrize(
    "note", ["es la de la caja", "el monitor no enciende", "¿cuándo lo van a revisar?", "ya lo arreglé solo"]
)
def test_a_note_of_any_kind_is_acknowledged_by_one_template(
    world: World, service: Service, note: str
) -> None:
    service.open_ticket()
    settle()
    a_day_passes(world)
    late(service, ANA.text(note), ANA.text("¿cuándo vienen a revisarla?"))
    notes = world.column("select body from ticket_events where kind = 'note' order by id")
    assert notes == [note, "¿cuándo vienen a revisarla?"]
    (*_, ticket, bubble) = world.graph.messages
    assert (ticket.document["type"], bubble.document["type"]) == ("interactive", "template")
    assert bubble.failing is None
    assert dead(world) == []


def test_a_question_that_nobody_saw_is_not_answered(world: World, service: Service) -> None:
    service.open_ticket()
    settle()
    a_day_passes(world)
    late(service, ANA.text("ya lo arreglé solo"), ANA.text("sí"))
    assert world.column("select status from tickets") == ["open"]
    late(service, ANA.text("borrar mis datos"), ANA.text("Borrar mis datos"))
    assert world.column("select count(*) from tickets") == [1]


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


REPORT = "mi impresora no imprime y se traba"


def a_day_passes(world: World) -> None:
    world.rows(
        "with rows as (update outbox set next_at = next_at - interval '25 h', window_until = window_until - interval '25 h'), "
        "pauses as (delete from channel_pauses), inbound as (update inbound set sent_at = sent_at - interval '25 h') "
        "update conversations set last_inbound_at = last_inbound_at - interval '25 h', tokens_at = tokens_at - interval '25 h', "
        "session = session || jsonb_build_object('at', (session->>'at')::timestamptz - interval '25 h')"
    )
    world.graph.users._wrote_at.clear()


def opened(world: World) -> list[str]:
    return world.column("select description from tickets order by id")


class TestTheBubbleIsGivenUp:
    @pytest.fixture
    def _refused(self, world: World, service: Service) -> None:
        world.graph.faults.error(131026)
        service.say(REPORT)
        settle()
        world.graph.faults.clear()
        assert opened(world) == []

    @pytest.mark.usefixtures("_refused")
    def test_because_meta_refuses_it(self, world: World) -> None:
        world.swept()
        assert opened(world) == [REPORT]
        (code,) = world.column("select code from tickets")
        (mail,) = world.resend.messages
        assert code in mail.subject
        assert code in world.bubbles()[-1]

    def test_because_meta_says_so_later(self, world: World, service: Service) -> None:
        service.say(REPORT)
        settle()
        failed = status_webhook(replace(world.graph.messages[-1], failing=131026), "failed", time.time())
        assert service.post(failed).status_code == 200
        world.swept()
        assert opened(world) == [REPORT]

    def test_because_the_window_closed_while_it_waited(self, world: World, service: Service) -> None:
        world.graph.faults.error(190)
        service.say(REPORT)
        settle()
        world.graph.faults.clear()
        a_day_passes(world)
        world.swept()
        assert opened(world) == [REPORT]
        (bubble,) = world.graph.messages
        assert (bubble.failing, bubble.document["type"]) == (None, "template")

    @pytest.mark.usefixtures("_refused")
    def test_it_is_one_ticket_however_many_sweeps(self, world: World) -> None:
        sweeps = [world.start("sweep") for _ in range(3)]
        side_by_side(*((lambda each=each: each.client.post("/")) for each in sweeps))
        world.swept()
        assert opened(world) == [REPORT]
        assert len(world.resend.messages) == 1

    @pytest.mark.usefixtures("_refused")
    def test_who_has_written_since_is_asked_again(self, world: World, service: Service) -> None:
        service.say("es la de la caja")
        settle()
        world.swept()
        assert opened(world) == []
        service.press("yes")
        settle()
        assert opened(world) == [f"{REPORT}\nes la de la caja"]

    @pytest.mark.usefixtures("_refused")
    def test_beyond_the_hourly_limit_it_is_opened_later(self, world: World) -> None:
        with capped(world.database_url, "max_tickets_per_hour", 1):
            world.rows(
                "insert into tickets (code, customer_id, wamid, summary, description, language) "
                "select 'TK-0000-0001', id, 'x', '', '', 'es' from customers"
            )
            world.swept()
            assert opened(world) == [""]
        world.swept()
        assert opened(world) == ["", REPORT]

    @pytest.mark.parametrize("said", ["hola", "menu", "mis tickets"])
    def test_one_that_asks_nothing_about_a_draft_opens_none(
        self, world: World, service: Service, said: str
    ) -> None:
        world.graph.faults.error(131026)
        service.say(said)
        settle()
        world.graph.faults.clear()
        for _ in range(2):
            world.swept()
        assert opened(world) == []
        assert world.column("select count(*) from inbound") == [1]

    def test_one_about_a_note_opens_none_and_is_looked_at_once(self, world: World, service: Service) -> None:
        service.open_ticket()
        settle()
        world.graph.faults.error(131026)
        service.say("ahora tampoco escanea nada")
        settle()
        world.graph.faults.clear()
        for _ in range(3):
            world.swept()
        assert opened(world) == [REPORT]
        assert len(world.log("unshown")) == 1

    @pytest.mark.usefixtures("_refused")
    def test_a_report_that_cannot_be_opened_holds_up_nobody(self, world: World, service: Service) -> None:
        world.graph.faults.error(131026)
        service.say(REPORT, BETO)
        settle()
        world.graph.faults.clear()
        sweep = world.start("sweep")
        unshown = sweep.desk.sweep.unshown
        commit = unshown.store.commit_turn
        failed: list[object] = []

        def fails_once(*args: Any, **kwargs: Any) -> Commit:
            if not failed:
                failed.append(args)
                raise StoreRefused("commit_turn: 22000")
            return commit(*args, **kwargs)

        unshown.store.commit_turn = fails_once  # type: ignore[method-assign]
        assert sweep.client.post("/").status_code == 200
        settle()
        assert opened(world) == [REPORT]
        world.swept()
        assert opened(world) == [REPORT, REPORT]
        assert [line["severity"] for line in world.log("unshown_failed")] == ["ERROR"]


def test_a_message_that_comes_too_late_does_not_release_what_waits_for_an_open_window(
    world: World, service: Service
) -> None:
    service.open_ticket()
    settle()
    a_day_passes(world)
    world.rows("update outbox set status = 'sent' where status <> 'sent'")
    world.rows(
        "insert into outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events, held) "
        "select 'x/full', 'later:' || customer_id, 'whatsapp', 'full_text', customer_id, id, '{1}', true from tickets"
    )
    late(service, ANA.text("gracias"), ago=timedelta(hours=30))
    assert world.column("select held from outbox where dedup_key = 'x/full'") == [True]
