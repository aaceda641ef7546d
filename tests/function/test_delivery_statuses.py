"""Delivery statuses close rows, make them ready again or give them up, and cost a call only when they are new."""

import time

import pytest

import handlers.mark_flusher
from emulator import Json
from emulator.meta.sent_message import SentMessage, status
from emulator.meta.webhook_payload import webhook
from tests.support.function import ANA, BETO, Service, World, eventually, settle

STATUS = "select status from outbox order by id"


def failed(sent: SentMessage, code: int) -> Json:
    entry = {
        **status(sent, "sent", time.time()),
        "status": "failed",
        "errors": [{"code": code, "title": "t"}],
    }
    return webhook({"statuses": [entry]})


def named(sent: SentMessage, name: str) -> Json:
    return webhook({"statuses": [{**status(sent, "sent", time.time()), "status": name}]})


@pytest.fixture
def sent(world: World, service: Service) -> SentMessage:
    """A menu that has left."""
    service.say("hola")
    settle()
    world.supabase.call_log.clear()
    return world.graph.messages[0]


@pytest.fixture
def ticket(world: World, service: Service) -> SentMessage:
    """A ticket's confirmation that has left."""
    service.open_ticket()
    settle()
    world.supabase.call_log.clear()
    return world.graph.messages[-1]


class TestNothingNew:
    @pytest.mark.parametrize("name", ["sent", "delivered", "read"])
    def test_what_this_instance_knows_costs_no_call(
        self, world: World, service: Service, sent: SentMessage, name: str
    ) -> None:
        for _ in range(2):
            assert service.confirm(sent, name).status_code == 200
        assert world.supabase.calls() == {}

    def test_what_it_knows_from_memory_alone_is_stored_first(
        self, world: World, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By one call, with everything else that is not stored yet."""
        monkeypatch.setattr(handlers.mark_flusher, "FLUSH_AFTER_SECONDS", 3600.0)
        service.say("hola")
        service.say("hola", BETO)
        marked_with_the_second = world.graph.messages[0]
        world.supabase.call_log.clear()
        service.confirm(marked_with_the_second, "sent")
        assert world.supabase.calls() == {}
        service.confirm(world.graph.messages[1], "sent")
        assert world.supabase.calls() == {"mark_sent": 1}
        assert world.column(STATUS) == ["sent", "sent"]

    def test_what_cannot_be_stored_is_not_acknowledged(
        self, world: World, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(handlers.mark_flusher, "FLUSH_AFTER_SECONDS", 3600.0)
        service.say("hola")
        world.supabase.faults.down(path="mark_sent")
        assert service.confirm(world.graph.messages[0], "sent").status_code == 503
        world.supabase.faults.clear()
        assert service.confirm(world.graph.messages[0], "sent").status_code == 200
        assert world.column(STATUS) == ["sent"]

    def test_many_cost_one_call(self, world: World, service: Service) -> None:
        for customer in (ANA, BETO):
            service.say("hola", customer)
        settle()
        world.supabase.call_log.clear()
        statuses = [status(each, "sent", time.time()) for each in world.graph.messages]
        assert world.start().post(webhook({"statuses": statuses * 2})).status_code == 200
        assert world.supabase.calls() == {"confirm_outbox": 1}

    def test_another_instance_asks_once(self, world: World, sent: SentMessage) -> None:
        other = world.start()
        for _ in range(3):
            assert other.confirm(sent, "sent").status_code == 200
        assert world.supabase.calls() == {"confirm_outbox": 1}
        assert world.column(STATUS) == ["sent"]

    def test_a_message_of_somebody_else(self, world: World, service: Service, sent: SentMessage) -> None:
        """Another program may send from the same number."""
        entry = {**status(sent, "sent", time.time()), "id": "wamid.theirs", "biz_opaque_callback_data": "x"}
        assert service.post(webhook({"statuses": [entry]})).status_code == 200
        assert world.column(STATUS) == ["sent"]
        assert [line["result"] for line in world.log("delivery_status")] == ["ignored"]


class TestAway:
    def test_not_confirmed_is_delivered_again(self, world: World, sent: SentMessage) -> None:
        other = world.start()
        world.supabase.faults.down(drop=False)
        assert other.confirm(sent, "sent").status_code == 503
        world.supabase.faults.clear()
        assert other.confirm(sent, "sent").status_code == 200
        assert world.log("delivery_status")[-1]["result"] == "ignored"

    def test_a_message_in_the_same_call_is_not_lost(
        self, world: World, service: Service, sent: SentMessage
    ) -> None:
        payload = ANA.webhook(ANA.text("mi impresora no imprime"))
        payload["entry"][0]["changes"][0]["value"]["statuses"] = [status(sent, "failed", time.time())]
        world.supabase.faults.down(drop=False, path="confirm_outbox")
        assert service.post(payload).status_code == 503
        settle()
        assert len(world.graph.messages) == 2
        world.supabase.faults.clear()
        assert service.post(payload).status_code == 200
        settle()
        assert len(world.graph.messages) == 2


class TestFailed:
    @pytest.mark.parametrize("code", [131026, 131009, 999_999])
    def test_not_sent_again(self, world: World, service: Service, sent: SentMessage, code: int) -> None:
        assert service.post(failed(sent, code)).status_code == 200
        settle()
        assert world.rows("select status, last_error from outbox") == [
            {"status": "dead", "last_error": f"meta {code}"}
        ]
        assert [line["severity"] for line in world.log("delivery_status")] == ["ERROR"]

    @pytest.mark.parametrize("code", [131056, 130429, 131016, 131000, 190, 131042])
    def test_later(self, world: World, service: Service, sent: SentMessage, code: int) -> None:
        service.post(failed(sent, code))
        assert world.column(STATUS) == ["ready"]
        world.make_due()
        world.sweep()
        assert world.column(STATUS) == ["sent"]
        assert len(world.graph.messages) == 2

    def test_the_window_had_closed_for_a_menu(
        self, world: World, service: Service, sent: SentMessage
    ) -> None:
        service.post(failed(sent, 131047))
        settle()
        assert world.column(STATUS) == ["dead"]

    def test_the_window_had_closed_for_a_ticket(
        self, world: World, service: Service, ticket: SentMessage
    ) -> None:
        """Meta answered 200 and says it later: the template leaves at once, once."""
        for _ in range(2):
            assert service.post(failed(ticket, 131047)).status_code == 200
        settle()
        assert [sent.kind for sent in world.graph.messages] == ["interactive", "interactive", "template"]
        assert set(world.column(STATUS)) == {"sent"}

    def test_a_late_report_of_the_first_attempt(
        self, world: World, service: Service, ticket: SentMessage
    ) -> None:
        """A status of a refused attempt says nothing about the next one, on any instance."""
        service.post(failed(ticket, 131047))
        settle()
        other = world.start()
        other.confirm(ticket, "sent")
        other.post(failed(ticket, 131047))
        settle()
        assert len(world.graph.messages) == 3
        assert set(world.column(STATUS)) == {"sent"}

    def test_without_a_code(self, world: World, service: Service, sent: SentMessage) -> None:
        entry = {**status(sent, "sent", time.time()), "status": "failed"}
        assert service.post(webhook({"statuses": [entry]})).status_code == 200
        assert world.column(STATUS) == ["dead"]


class TestArrived:
    """delivered, read and played prove that a message left; whatever says later that it failed is wrong."""

    @pytest.mark.parametrize("name", ["sent", "delivered", "read", "played"])
    def test_each_alone_closes_what_was_unclear(self, world: World, service: Service, name: str) -> None:
        world.graph.faults.error_after_effect(drop=True, times=1, path="/messages")
        service.without_receipts().say("hola")
        settle()
        assert world.column(STATUS) == ["unknown"]
        assert world.start().post(named(world.graph.messages[0], name)).status_code == 200
        world.make_due()
        world.sweep()
        assert (world.column(STATUS), len(world.graph.messages)) == (["sent"], 1)

    @pytest.mark.parametrize("code", [131026, 131047, 131000, 190, 132015])
    @pytest.mark.parametrize("name", ["delivered", "read", "played"])
    @pytest.mark.parametrize("where", ["here", "elsewhere"])
    def test_a_failure_after_it_changes_nothing(
        self, world: World, service: Service, ticket: SentMessage, name: str, code: int, where: str
    ) -> None:
        service.post(named(ticket, name))
        settle()
        heard_by = service if where == "here" else world.start()
        for _ in range(2):
            assert heard_by.post(failed(ticket, code)).status_code == 200
        settle()
        assert (set(world.column(STATUS)), len(world.graph.messages)) == ({"sent"}, 2)

    def test_both_in_one_call_whatever_their_order(self, world: World, sent: SentMessage) -> None:
        statuses = [
            failed(sent, 131026)["entry"][0]["changes"][0]["value"]["statuses"][0],
            status(sent, "read", time.time()),
        ]
        for payload in (statuses, statuses[::-1]):
            assert world.start().post(webhook({"statuses": payload})).status_code == 200
        assert world.column(STATUS) == ["sent"]

    def test_a_failure_that_came_first_is_taken_back(self, world: World, sent: SentMessage) -> None:
        world.start().post(failed(sent, 131026))
        assert world.column(STATUS) == ["dead"]
        world.start().confirm(sent, "delivered")
        assert world.column(STATUS) == ["sent"]

    def test_what_this_instance_sent_costs_no_call_of_its_own(
        self, world: World, service: Service, sent: SentMessage
    ) -> None:
        """It is stored with the next commit."""
        for name in ("sent", "delivered", "read"):
            assert service.confirm(sent, name).status_code == 200
        service.say("hola", BETO)
        settle()
        assert world.supabase.calls() == {"load_conversation": 1, "commit_turn": 1, "mark_sent": 1}
        assert world.column("select proof from outbox order by id limit 1") == ["read"]

    def test_or_by_itself_a_little_later(
        self, world: World, service: Service, sent: SentMessage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(handlers.mark_flusher, "PROOFS_AFTER_SECONDS", 0.1)
        service.confirm(sent, "read")
        eventually(lambda: world.column("select proof from outbox") == ["read"])
        assert world.supabase.calls() == {"mark_sent": 1}

    def test_of_what_another_instance_sent_only_the_first_costs_a_call(
        self, world: World, sent: SentMessage
    ) -> None:
        other = world.start()
        for name in ("sent", "delivered", "read"):
            assert other.confirm(sent, name).status_code == 200
        assert world.supabase.calls() == {"confirm_outbox": 1}
        settle()
        assert world.column("select proof from outbox") == ["read"]


class TestTemplate:
    """Meta took the template, and says later that it is paused."""

    def test_the_operator_is_told_and_nothing_is_lost(
        self, world: World, service: Service, ticket: SentMessage
    ) -> None:
        service.post(failed(ticket, 131047))
        settle()
        template = world.graph.messages[-1]
        assert template.kind == "template"
        service.post(failed(template, 132015))
        (line,) = [line for line in world.log("delivery_status") if line.get("error") == "meta 132015"]
        assert (line["severity"], "templates status" in line["mend"]) == ("ERROR", True)
        assert world.column("select held from outbox where channel = 'whatsapp' order by id") == [False, True]


class TestUnclear:
    def test_the_status_is_faster_than_the_answer(self, world: World, service: Service) -> None:
        """The message is out and its answer lost; before anybody asks, Meta says that it was sent."""
        world.graph.faults.error_after_effect(path="/messages")
        service.say("hola")
        settle()
        world.graph.faults.clear()
        assert world.column(STATUS) == ["unknown"]
        world.start().confirm(world.graph.messages[0], "sent")
        assert world.column(STATUS) == ["sent"]

    def test_the_status_lets_the_next_of_the_lane_go(self, world: World, service: Service) -> None:
        service.say("mi impresora no imprime y se traba")
        settle()
        world.graph.faults.error_after_effect(path="/messages")
        service.press("yes")
        settle()
        world.graph.faults.clear()
        message = service.say("hola")
        settle()
        assert [kept["status"] for kept in _replies(world)] == ["sent", "unknown", "ready"]
        service.confirm(world.graph.messages[1], "sent")
        settle()
        assert [kept["status"] for kept in _replies(world)] == ["sent", "sent", "sent"]
        assert world.graph.messages[-1].callback_data == f"wa/{message['id']}"


def _replies(world: World) -> list[Json]:
    return world.rows("select status from outbox where channel = 'whatsapp' order by id")
