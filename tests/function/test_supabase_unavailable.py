"""Supabase cannot be reached, hangs or loses its answer: 503, Meta delivers again, and everything happens once."""

import copy
from typing import Any

import pytest

import state.store.client
import state.store.errors
from emulator.meta.customer import Customer, batch
from tests.support.function import ANA, Service, World, settle


def taken(world: World) -> list[str]:
    """The wamids that are in Postgres."""
    return world.column("select wamid from inbound where outcome = 'done' order by wamid")


class TestSupabaseAway:
    @pytest.fixture(autouse=True)
    def _impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(state.store.client, "_READ_SECONDS", 1.5)

    @pytest.mark.parametrize("function", ["load_conversation", "commit_turn", ""])
    @pytest.mark.parametrize("fault", ["drop", "503", "hang", "hang after"])
    def test_not_stored_is_503_and_then_one_ticket(
        self, world: World, service: Service, function: str, fault: str
    ) -> None:
        service.say("mi impresora no imprime y se traba")
        settle()
        other = world.start()  # cold: it has to read first
        faults = world.supabase.faults
        match fault:
            case "drop":
                faults.down(path=function)
            case "503":
                faults.down(drop=False, path=function)
            case "hang":
                faults.hang(30, path=function)
            case "hang after":
                faults.hang(30, path=function, after_effect=True)
        pressed = ANA.press("confirming/yes/1", "Sí", "wamid.x")
        assert other.post(ANA.webhook(pressed)).status_code == 503
        assert [line["severity"] for line in world.log("store_unavailable")] == ["ERROR"]
        faults.clear()
        assert other.post(ANA.webhook(pressed)).status_code == 200
        settle()
        for _ in range(
            2
        ):  # a lease that nobody heard of runs out, and then the grace for Meta's delivery status
            world.make_due()
            world.sweep()
        assert world.column("select count(*) from tickets") == [1]
        assert len(world.resend.messages) == 1
        assert len([key for key in sent_keys(world) if pressed["id"] in key]) == 1

    @pytest.mark.parametrize("function", ["load_conversation", "commit_turn"])
    def test_a_broken_connection_is_tried_again_once(
        self, world: World, service: Service, function: str
    ) -> None:
        world.supabase.faults.down(path=function, times=1)
        service.say("hola")
        settle()
        assert (len(taken(world)), len(world.sends())) == (1, 1)

    def test_an_answer_that_came_too_late(self, world: World, service: Service) -> None:
        """Meta brings the message again, and the same instance answers it at once: nobody waits for the lease."""
        world.supabase.faults.hang(30, path="commit_turn", after_effect=True, times=1)
        message = ANA.text("hola")
        assert service.post(ANA.webhook(message)).status_code == 503
        for _ in range(2):
            assert service.post(ANA.webhook(message)).status_code == 200
        settle()
        assert (taken(world), len(world.sends())) == ([message["id"]], 1)
        assert world.outbox() == [("whatsapp", "sent", 1)]

    def test_of_a_redelivered_batch_only_the_rest_is_committed(self, world: World, service: Service) -> None:
        """Else a batch of fifty would hardly ever be taken whole, with every tenth call failing."""
        people = [Customer(wa_id=f"52155000000{n:02}", user_id=f"MX.{n}") for n in range(12)]
        payload = batch(*((person, person.text("hola")) for person in people))
        world.supabase.faults.down(drop=False, path="commit_turn", times=1)
        assert service.post(payload).status_code == 503
        commits = world.supabase.calls()["commit_turn"]

        assert service.post(payload).status_code == 200

        settle()
        assert world.supabase.calls()["commit_turn"] == commits + 1
        assert (len(taken(world)), len(world.sends())) == (12, 12)

    def test_an_answer_that_was_lost(self, world: World, service: Service) -> None:
        """The commit is done and its answer broke: the second try hands back what was leased to the first."""
        world.supabase.faults.error_after_effect(drop=True, path="commit_turn", times=1)
        service.say("hola")
        settle()
        assert (len(taken(world)), len(world.sends())) == (1, 1)
        assert world.outbox() == [("whatsapp", "sent", 1)]

    def test_what_was_stored_of_a_call_is_not_done_twice(self, world: World, service: Service) -> None:
        first, second = ANA.text("hola"), ANA.text("mi impresora no imprime")
        second["timestamp"] = str(int(first["timestamp"]) + 1)
        payload = ANA.webhook(first, copy.deepcopy(second))
        commit_turn = state.store.client.Store.commit_turn

        def commit_one(store: Any, message: Any, *given: Any, **more: Any) -> Any:
            if message.wamid == second["id"]:
                raise state.store.errors.StoreUnavailable("commit_turn: no code")
            return commit_turn(store, message, *given, **more)

        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(state.store.client.Store, "commit_turn", commit_one)
            assert service.post(payload).status_code == 503
        assert len(taken(world)) == 1
        assert service.post(payload).status_code == 200
        settle()
        assert (len(taken(world)), len(world.sends())) == (2, 2)


def sent_keys(world: World) -> list[str]:
    return [sent.callback_data or "" for sent in world.graph.messages]
