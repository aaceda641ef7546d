"""Deliveries from Meta: several customers, duplicates, wrong order, malformed items, and a turn that fails."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from emulator import Json
from emulator.meta.customer import Customer, batch
from emulator.meta.webhook_payload import encode, merge, webhook
from state.dialogue.step import step
from tests.support.function import ANA, BETO, Service, World, settle
from tests.support.payloads import number_changed

POISON = "select payload, reason from inbound where outcome = 'poison'"


def taken(world: World) -> int:
    return len(world.rows("select wamid from inbound where outcome = 'done' order by wamid"))


def senders(world: World) -> list[str]:
    return sorted(entry.request["to"] for entry in world.sends())


class TestManyInOne:
    def test_each_customer_is_answered(self, world: World, service: Service) -> None:
        service.post(batch((BETO, BETO.text("hola")), (ANA, ANA.text("hola"))))
        settle()
        assert senders(world) == [f"+{ANA.wa_id}", f"+{BETO.wa_id}"]

    def test_names_are_matched_by_id(self, world: World, service: Service) -> None:
        payload = batch((ANA, ANA.text("hola")), (BETO, BETO.text("hola")))
        payload["entry"][0]["changes"][0]["value"]["contacts"].reverse()
        service.post(payload)
        found = world.rows("select wa_id, name from customers order by id")
        assert {row["wa_id"]: row["name"] for row in found} == {ANA.wa_id: ANA.name, BETO.wa_id: BETO.name}

    def test_the_same_message_twice_is_one(self, world: World, service: Service) -> None:
        message = ANA.text("hola")
        payload = merge([ANA.webhook(message, message), ANA.webhook(message)])
        assert service.post(payload).status_code == 200
        settle()
        assert (taken(world), len(world.sends()), len(world.receipts())) == (1, 1, 1)

    def test_messages_are_taken_in_the_order_of_their_times(self, world: World, service: Service) -> None:
        report, details = ANA.text("mi impresora no imprime y se traba"), ANA.text("es una laser de oficina")
        report["timestamp"] = str(int(details["timestamp"]) - 5)
        service.post(ANA.webhook(details, report))
        settle()
        assert [entry.request["biz_opaque_callback_data"] for entry in world.sends()] == [
            f"wa/{details['id']}"
        ]
        session = world.column("select session from conversations")[0]
        assert session["draft"] == "mi impresora no imprime y se traba\nes una laser de oficina"

    def test_named_by_both_ids_and_by_one(self, world: World, service: Service) -> None:
        """A BSUID and a number that were seen together are one person, whichever comes alone after."""
        alone = ANA.text("mi impresora no imprime")
        del alone["from_user_id"]
        service.post(ANA.webhook(ANA.text("hola"), alone))
        settle()
        assert world.column("select count(*) from customers") == [1]
        assert taken(world) == 2

    @pytest.mark.parametrize("known", [True, False], ids=["known by BSUID", "new"])
    @pytest.mark.parametrize("answer", ["sí", None], ids=["written", "pressed"])
    def test_a_report_under_the_number_is_confirmed_under_both(
        self, world: World, service: Service, known: bool, answer: str | None
    ) -> None:
        if known:
            service.say("hola", replace(ANA, wa_id=None))
        service.say("mi impresora no imprime", replace(ANA, user_id=None))
        settle()
        if answer:
            service.say(answer, ANA)
        else:
            service.press("yes", ANA)
        settle()
        assert world.column("select description from tickets") == ["mi impresora no imprime"]
        assert world.column("select count(*) from customers") == [1]

    def test_a_thousand_updates(self, world: World, service: Service) -> None:
        """Meta: up to 1000 in one call. What asks nothing costs no call."""
        reactions = [ANA.reaction("\U0001f44d", "wamid.x") for _ in range(999)]
        service.post(ANA.webhook(*reactions, ANA.text("hola")))
        settle()
        assert taken(world) == 1
        assert len(world.log("ignored")) == 1


NEW_ID, NEW_NUMBER = "MX.newbsuid0001", "5215599990000"
BEFORE_2026 = replace(ANA, user_id=None)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (ANA, replace(ANA, wa_id=NEW_NUMBER, user_id=NEW_ID), number_changed(ANA, NEW_ID, NEW_NUMBER)),
        (ANA, replace(ANA, wa_id=None, user_id=NEW_ID), number_changed(ANA, NEW_ID)),
        (
            BEFORE_2026,
            replace(BEFORE_2026, wa_id=NEW_NUMBER),
            webhook(
                {
                    "messages": [
                        BEFORE_2026.message(
                            "system", {"type": "customer_changed_number", "new_wa_id": NEW_NUMBER}
                        )
                    ]
                }
            ),
        ),
    ],
    ids=["shared", "not shared", "before 2026"],
)
class TestNumberChanged:
    """Meta tells it as a message of the type `system`, in one of three shapes."""

    def test_they_keep_their_tickets_and_their_report(
        self, world: World, service: Service, before: Customer, after: Customer, told: Json
    ) -> None:
        service.open_ticket(before)
        service.say("otro problema: la pantalla parpadea", before)
        settle()
        assert service.post(told).status_code == 200
        service.say("sí", after)
        settle()
        assert world.column("select count(*) from tickets") == [2]
        (customer,) = world.rows("select user_id, wa_id from customers")
        assert customer == {"user_id": after.user_id, "wa_id": after.wa_id}

    def test_also_when_they_wrote_before_it_was_told(
        self, world: World, service: Service, before: Customer, after: Customer, told: Json
    ) -> None:
        service.open_ticket(before)
        service.say("hola", after)
        settle()
        assert service.post(told).status_code == 200
        service.say("mis tickets", after)
        settle()
        assert world.column("select count(*) from customers") == [1]
        assert "mi impresora" in world.bubbles()[-1]

    def test_told_twice(
        self, world: World, service: Service, before: Customer, after: Customer, told: Json
    ) -> None:
        service.say("hola", before)
        for _ in range(2):
            assert service.post(told).status_code == 200
        (customer,) = world.rows("select user_id, wa_id from customers")
        assert customer == {"user_id": after.user_id, "wa_id": after.wa_id}
        assert world.rows("select * from inbound where outcome = 'poison'") == []


class TestAgain:
    def test_delivered_again(self, world: World, service: Service) -> None:
        message = service.say("hola")
        settle()
        for instance in (service, world.start()):
            assert instance.post(ANA.webhook(message)).status_code == 200
        settle()
        assert (taken(world), len(world.sends())) == (1, 1)

    def test_delivered_to_two_instances_at_once(self, world: World, service: Service) -> None:
        other, payload = world.start(), ANA.webhook(ANA.text("mi impresora no imprime"))
        answers: list[int] = []

        def deliver(instance: Service) -> None:
            answers.append(instance.post(payload).status_code)

        threads = [threading.Thread(target=deliver, args=(instance,)) for instance in (service, other) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        settle()
        assert answers == [200] * 4
        assert (taken(world), len(world.sends())) == (1, 1)

    def test_a_confirmation_pressed_on_two_instances(self, world: World, service: Service) -> None:
        """Two taps are two messages: the second finds the ticket made."""
        service.say("mi impresora no imprime y se traba")
        settle()
        service.press("yes")
        world.start().press("yes")
        settle()
        assert world.column("select count(*) from tickets") == [1]
        assert len(world.resend.messages) == 1


class TestMalformed:
    @pytest.mark.parametrize(
        "break_it",
        [
            lambda item: item.pop("timestamp"),
            lambda item: item.update(text="\ud800\x00"),
            lambda item: item.update(text={"body": [[["deep"]]]}),
            lambda item: item.update(timestamp=float("nan")),
            lambda item: item.update(timestamp=10**400),
            lambda item: item.update(id="x" * 241),
        ],
    )
    def test_a_bad_item_is_stored_and_the_others_are_processed(
        self, world: World, service: Service, break_it: Callable[[Json], Any]
    ) -> None:
        bad = BETO.text("a bad item")
        break_it(bad)
        body = encode(batch((BETO, bad), (ANA, ANA.text("hola"))))
        for _ in range(2):
            assert service.post(body).status_code == 200
        settle()
        (kept,) = world.rows(POISON)
        assert kept["payload"] == json.dumps(bad, sort_keys=True)
        assert senders(world) == [f"+{ANA.wa_id}"]
        assert [line["severity"] for line in world.log("poison")] == ["ERROR", "ERROR"]

    def test_characters_that_cannot_be_stored_are_replaced(self, world: World, service: Service) -> None:
        bad = ANA.text("mi impresora \x00 no imprime \ud800")
        assert service.post(encode(ANA.webhook(bad))).status_code == 200
        settle()
        assert world.column("select session->>'draft' from conversations") == [
            "mi impresora \ufffd no imprime \ufffd"
        ]

    def test_a_key_that_is_there_twice(self, world: World, service: Service) -> None:
        body = encode(ANA.webhook(ANA.text("hola"))).replace(b'"type":"text"', b'"type":7,"type":"text"')
        assert service.post(body).status_code == 200
        settle()
        assert taken(world) == 1


class TestFailingTurn:
    @pytest.fixture
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(session: Any, message: Any, meaning: Any, facts: Any) -> Any:
            if message.sender.name == BETO.name:
                raise ValueError(f"words of {message.content.body} to {message.sender.wa_id}")
            return step(session, message, meaning, facts)

        monkeypatch.setattr("handlers.process_message.step", broken)

    @pytest.mark.usefixtures("broken")
    def test_a_turn_that_raises_is_stored_as_poison(self, world: World, service: Service) -> None:
        bad, good = BETO.text("palabras secretas"), ANA.text("hola")
        assert service.post(batch((BETO, bad), (ANA, good))).status_code == 200
        settle()
        (kept,) = world.rows(POISON)
        assert json.loads(kept["payload"]) == bad
        assert kept["reason"].startswith("ValueError at ")
        assert senders(world) == [f"+{ANA.wa_id}"]
        (line,) = world.log("poison")
        assert line["severity"] == "ERROR"
        output = world.output()
        assert "palabras" not in output
        assert BETO.wa_id is not None
        assert BETO.wa_id not in output

    @pytest.mark.usefixtures("broken")
    def test_the_next_message_is_taken(self, world: World, service: Service) -> None:
        service.post(batch((BETO, BETO.text("palabras"))))
        service.say("hola", ANA)
        assert taken(world) == 1
