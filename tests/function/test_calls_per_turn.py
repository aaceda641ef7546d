"""The cost of a turn: calls to Supabase and Meta before the customer reads the reply, and who waits for what."""

from collections import Counter
from collections.abc import Callable

import pytest

import handlers.process_message
import handlers.receipts
from emulator.meta.customer import batch
from emulator.meta.webhook_payload import encode
from tests.support.function import ANA, BETO, Service, World, eventually, settle


def before_the_answer(world: World) -> Counter[str]:
    """The calls to Supabase that were made before the bubble left: what comes after is off the customer's path."""
    left = world.sends()[-1].at
    paths = (entry.path.rpartition("/")[2] for entry in world.supabase.call_log.all() if entry.at < left)
    return Counter(paths)


@pytest.fixture
def warm(world: World, service: Service) -> Service:
    """An instance that has just served the customer."""
    service.open_ticket()
    world.forget()
    return service


class TestWarm:
    @pytest.mark.parametrize(
        "text", ["hola", "mi impresora no imprime", "gracias", "cancelar", "ayuda por favor"]
    )
    def test_one_call_to_each(self, world: World, service: Service, text: str) -> None:
        service.say("hola")
        world.forget()
        service.say(text)
        settle()
        assert before_the_answer(world) == {"commit_turn": 1}
        assert world.supabase.calls() == {"commit_turn": 1, "mark_sent": 1}
        assert (len(world.sends()), len(world.receipts())) == (1, 1)

    @pytest.mark.parametrize(
        "text", ["mis tickets", "quiero ver mis tickets", "anda peor que antes", "estado"]
    )
    def test_facts_cost_one_call_more(self, world: World, warm: Service, text: str) -> None:
        warm.say(text)
        settle()
        assert before_the_answer(world) == {"load_conversation": 1, "commit_turn": 1}
        assert len(world.sends()) == 1

    def test_a_ticket_too(self, world: World, warm: Service) -> None:
        warm.say(world.column("select code from tickets")[0])
        settle()
        assert before_the_answer(world) == {"load_conversation": 1, "commit_turn": 1}

    @pytest.mark.parametrize("text", ["era TK-7F3K-9QX2, perdón: {}", "30000385", "mi dni es 30000385"])
    def test_several_codes_and_what_is_perhaps_one(self, world: World, warm: Service, text: str) -> None:
        warm.say(text.format(world.column("select code from tickets")[0]))
        settle()
        assert before_the_answer(world) == {"load_conversation": 1, "commit_turn": 1}

    def test_opening_a_ticket(self, world: World, service: Service) -> None:
        service.say("mi impresora no imprime y se traba")
        world.forget()
        service.press("yes")
        eventually(lambda: set(world.column("select status from outbox order by id")) == {"sent"})
        assert world.supabase.calls() == {"commit_turn": 1, "mark_sent": 1}
        assert (len(world.sends()), len(world.resend.call_log.complete())) == (1, 1)


class TestCold:
    @pytest.mark.parametrize("text", ["hola", "mis tickets", "anda peor que antes", "gracias"])
    def test_one_more(self, world: World, warm: Service, text: str) -> None:
        world.start().say(text)
        settle()
        assert before_the_answer(world) == {"load_conversation": 1, "commit_turn": 1}
        assert len(world.sends()) == 1

    def test_somebody_new(self, world: World, service: Service) -> None:
        service.say("hola")
        settle()
        assert before_the_answer(world) == {"load_conversation": 1, "commit_turn": 1}

    def test_without_a_cache(self, world: World) -> None:
        service = world.start(CONVERSATION_CACHE_SIZE="0")
        for _ in range(2):
            service.say("hola")
        settle()
        assert world.supabase.calls()["load_conversation"] == 2

    def test_a_stale_cache_costs_one_call_and_no_wrong_turn(self, world: World, service: Service) -> None:
        service.say("mi impresora no imprime y se traba")
        settle()
        world.start().press("yes")
        world.forget()
        service.press("yes")  # this instance still believes that nobody has confirmed
        settle()
        assert world.supabase.calls()["commit_turn"] == 2
        assert world.column("select count(*) from tickets") == [1]


@pytest.fixture
def quiet_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets after how much quiet the ticks follow. Nobody is shown typing, however slow this machine is."""
    monkeypatch.setattr(handlers.receipts, "TYPING_AFTER_SECONDS", 3600.0)
    return lambda seconds: monkeypatch.setattr(handlers.receipts, "QUIET_SECONDS", seconds)


def read(world: World) -> list[str]:
    """The messages that were marked as read."""
    return [entry.request["message_id"] for entry in world.receipts()]


class TestReceipts:
    def test_typing_is_shown_to_who_waits(self, world: World, service: Service) -> None:
        world.supabase.faults.delay(0.3, path="load_conversation")
        message = service.say("hola")
        settle()
        (receipt,) = world.receipts()
        assert receipt.request == {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message["id"],
            "typing_indicator": {"type": "text"},
        }
        assert receipt.status == 200

    def test_ticks_follow_an_answer_that_came_at_once(
        self, world: World, service: Service, quiet_after: Callable[[float], None]
    ) -> None:
        """By themselves, when the customer has stopped writing, and without typing."""
        quiet_after(0.2)
        message = service.say("hola")
        assert world.receipts() == []
        eventually(lambda: len(world.receipts()) == 1)
        assert read(world) == [message["id"]]
        assert "typing_indicator" not in world.receipts()[0].request

    def test_none_for_a_redelivery(self, world: World, service: Service) -> None:
        message = service.say("hola")
        service.post(ANA.webhook(message))
        settle()
        service.post(ANA.webhook(message))
        settle()
        assert read(world) == [message["id"]]

    def test_one_for_the_messages_of_a_call(self, world: World, service: Service) -> None:
        """The last one: Meta marks what came before it too."""
        messages = [ANA.text("hola"), ANA.text("mi impresora no imprime")]
        service.post(ANA.webhook(*messages))
        settle()
        assert read(world) == [messages[-1]["id"]]

    def test_one_for_a_burst(
        self, world: World, service: Service, quiet_after: Callable[[float], None]
    ) -> None:
        quiet_after(1.0)
        messages = [service.say(text) for text in ("hola", "mi impresora no imprime", "es una laser")]
        eventually(lambda: world.receipts() != [])
        settle()
        assert read(world) == [messages[-1]["id"]]

    def test_each_customer_of_a_call_has_one(self, world: World, service: Service) -> None:
        hello, hi = ANA.text("hola"), BETO.text("hola")
        service.post(batch((ANA, hello), (BETO, hi)))
        settle()
        assert sorted(read(world)) == sorted([hello["id"], hi["id"]])

    def test_a_message_without_an_answer_has_its_ticks(self, world: World, service: Service) -> None:
        service.open_ticket()
        settle()
        photos = [ANA.image() for _ in range(3)]
        service.post(ANA.webhook(*photos))
        settle()
        assert read(world)[-1] == photos[-1]["id"]

    def test_a_poison_message_too(
        self, world: World, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(handlers.process_message, "step", lambda *_: 1 / 0)
        message = service.say("hola")
        settle()
        assert read(world) == [message["id"]]

    def test_what_is_not_stored_is_marked_when_it_comes_again(self, world: World, service: Service) -> None:
        message = ANA.text("hola")
        world.supabase.faults.down(drop=False)
        assert service.post(ANA.webhook(message)).status_code == 503
        settle()
        assert read(world) == []
        world.supabase.faults.clear()
        service.post(ANA.webhook(message))
        settle()
        assert read(world) == [message["id"]]

    def test_one_that_is_refused_does_no_harm(self, world: World, service: Service) -> None:
        message = ANA.text("hola")
        service.post(encode(ANA.webhook(message)))  # bytes: Meta's stand-in does not know of this message
        settle()
        assert [line["wamid"] for line in world.log("receipt_failed")] == [message["id"]]
        assert len(world.bubbles()) == 1


class TestWaiting:
    def test_the_answer_to_meta_comes_after_the_bubble(self, world: World, service: Service) -> None:
        world.graph.faults.delay(0.2)
        service.say("hola")
        assert len(world.graph.messages) == 1
        assert world.log("reply_late") == []
        settle()

    def test_but_not_later_than_the_budget(self, world: World) -> None:
        service = world.start(REPLY_BUDGET_SECONDS="0")
        world.graph.faults.delay(1.0)
        service.say("hola")
        assert world.graph.messages == []
        settle()
        assert len(world.graph.messages) == 1
        assert len(world.log("reply_late")) == 1

    def test_a_lane_keeps_its_order(self, world: World) -> None:
        service = world.start(REPLY_BUDGET_SECONDS="0")
        world.graph.faults.delay(0.2)
        said = [
            service.say(text) for text in ("hola", "mis tickets", "idioma", "quiero reportar un problema")
        ]
        settle()
        keys = [sent.callback_data for sent in world.graph.messages]
        assert keys == [f"wa/{message['id']}" for message in said]

    def test_a_customer_does_not_wait_for_another(self, world: World, service: Service) -> None:
        world.graph.faults.delay(1.0)
        service.post(batch((ANA, ANA.text("hola")), (BETO, BETO.text("hola"))))
        settle()
        first, second = sorted(world.sends(), key=lambda entry: entry.at)
        assert second.at < first.at + first.duration  # both were under way
