"""Somebody holds a row of one customer for long: the others are served, and afterwards everything is there once."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import psycopg

import handlers.mark_flusher
from emulator.meta.sent_message import status
from emulator.meta.webhook_payload import webhook
from state.model.ticket import TechnicianAction
from tests.support.builders import side_by_side
from tests.support.database import impatient
from tests.support.function import ANA, BETO, Service, World, settle
from tests.support.technician import Technician

POSTS = 20


@contextmanager
def held(world: World, rows: str) -> Iterator[None]:
    with psycopg.connect(world.database_url) as somebody:
        somebody.execute(f"select from {rows} for update".encode())
        yield
        somebody.rollback()


ANAS_ROW = f"customers where wa_id = '{ANA.wa_id}'"


def test_twenty_messages_of_one_customer_and_one_of_another(world: World, service: Service) -> None:
    for customer in (ANA, BETO):
        service.say("hola", customer)
    settle()
    world.supabase.call_log.clear()
    texts = [ANA.text(f"la impresora no anda, detalle {n}") for n in range(POSTS)]
    with held(world, ANAS_ROW):
        posts = [partial(service.post, ANA.webhook(text)) for text in texts]
        *answers, other = side_by_side(*posts, partial(service.post, BETO.webhook(BETO.text("hola"))))
        assert other.status_code == 200
        assert {answer.status_code for answer in answers} == {503}
        # One found out, and the others waited for it without a call; a few may have come after that.
        assert world.supabase.calls()["commit_turn"] <= 1 + POSTS / 4
    assert world.column("select count(*) from inbound where outcome = 'poison'") == [0]

    world.rows("update conversations set tokens = 20")
    for text in texts * 2:
        assert service.post(ANA.webhook(text)).status_code == 200
    settle()

    assert world.column("select count(*) from inbound") == [2 + POSTS + 1]
    sent = [each.callback_data for each in world.graph.messages]
    assert len(sent) == len(set(sent))
    (draft,) = world.column("select session->>'draft' from conversations where session ? 'draft'")
    assert sorted(draft.split("\n")) == sorted(text["text"]["body"] for text in texts)


def test_of_one_call_the_messages_of_others_are_stored(world: World, service: Service) -> None:
    for customer in (ANA, BETO):
        service.say("hola", customer)
    settle()
    both = ANA.webhook(ANA.text("hola"))
    both["entry"] += BETO.webhook(BETO.text("hola"))["entry"]
    with held(world, ANAS_ROW), impatient(world.database_url, "commit_turn"):
        assert service.post(both).status_code == 503
        assert world.column("select count(*) from inbound") == [3]
    assert service.post(both).status_code == 200
    assert world.column("select count(*) from inbound") == [4]


def test_a_technician_keeps_what_they_wrote(world: World, technician: Technician) -> None:
    form = technician.form(TechnicianAction.ANSWER, "Prueba con otro cable.")
    with held(world, ANAS_ROW), impatient(world.database_url, "act_on_ticket"):
        answer = technician.send(form)
    assert answer.status_code == 503
    assert "Prueba con otro cable." in answer.get_data(as_text=True)
    for _ in range(2):
        assert technician.send(form).status_code == 303
    assert [event["body"] for event in technician.events()] == ["Prueba con otro cable."]


def test_statuses_of_others_are_stored_and_the_held_one_with_the_next_delivery(
    world: World, service: Service
) -> None:
    world.monkeypatch.setattr(handlers.mark_flusher, "FLUSH_AFTER_SECONDS", 3600.0)
    service.say("hola", ANA)
    world.start().say("hola", BETO)
    other = world.start()  # which knows nothing of what was sent
    statuses = webhook({"statuses": [status(sent, "sent", time.time()) for sent in world.graph.wait(2)]})
    row = f"outbox where customer_id = (select id from customers where wa_id = '{ANA.wa_id}')"
    with held(world, row), impatient(world.database_url, "confirm_outbox"):
        assert other.post(statuses).status_code == 503
        assert world.column("select status from outbox order by id") == ["sending", "sent"]
    assert other.post(statuses).status_code == 200
    assert world.column("select status from outbox order by id") == ["sent", "sent"]
