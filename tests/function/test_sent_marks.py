"""Rows are marked as sent in batches: with a later commit, or by one call for all; never lost, and no row waits for it."""

import time

import pytest

import handlers.mark_flusher
import handlers.sent_marks
from emulator.meta.customer import Customer
from tests.support.function import ANA, BETO, Service, World, eventually, settle

STATUS = "select status from outbox order by id"


@pytest.fixture
def unhurried(world: World, service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """An instance whose ticker stores no marks during the test."""
    monkeypatch.setattr(handlers.mark_flusher, "FLUSH_AFTER_SECONDS", 3600.0)
    return service


def ridden(world: World) -> list[int]:
    """How many marks rode with each commit."""
    calls = [entry for entry in world.supabase.call_log.complete() if entry.path.endswith("/commit_turn")]
    return [len(entry.request["p_sent"]) for entry in calls]


class TestBatches:
    def test_each_mark_rides_with_the_next_commit(self, world: World, unhurried: Service) -> None:
        for text in ("hola", "idioma", "quiero reportar un problema", "cancelar", "menú"):
            unhurried.say(text)
        assert ridden(world) == [0, 1, 1, 1, 1]
        settle()
        assert world.supabase.calls() == {"load_conversation": 1, "commit_turn": 5, "mark_sent": 1}
        assert world.column(STATUS) == ["sent"] * 5

    def test_of_another_customer_too(self, world: World, unhurried: Service) -> None:
        unhurried.say("hola")
        unhurried.say("hola", BETO)
        assert world.column(STATUS) == ["sent", "sending"]

    def test_what_rides_with_no_commit_is_stored_by_one_call(self, world: World, service: Service) -> None:
        service.say("mi impresora no imprime y se traba")
        settle()
        service.press("yes")  # a reply and a mail
        world.supabase.call_log.clear()
        eventually(lambda: set(world.column(STATUS)) == {"sent"})
        assert world.supabase.calls() == {"mark_sent": 1}

    def test_a_commit_takes_no_more_than_a_few(
        self, world: World, unhurried: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(handlers.sent_marks, "_MAX_WITH_A_COMMIT", 0)
        for number in range(3):
            unhurried.say("hola", Customer(wa_id=f"549115555000{number}", user_id=f"AR.{number}"))
        monkeypatch.setattr(handlers.sent_marks, "_MAX_WITH_A_COMMIT", 2)
        unhurried.say("hola")
        assert ridden(world) == [0, 0, 0, 2]

    def test_a_full_buffer_costs_a_call_for_each(
        self, world: World, unhurried: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(handlers.sent_marks, "_MAX_MARKS", 0)
        unhurried.say("hola")
        settle()
        assert world.supabase.calls()["finish_outbox"] == 1
        assert world.column(STATUS) == ["sent"]


class TestFailures:
    def test_a_flush_that_fails_is_repeated(
        self, world: World, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(handlers.mark_flusher, "_AFTER_A_FAILURE_SECONDS", 0.05)
        world.supabase.faults.down(drop=False, path="mark_sent", times=3)
        service.say("hola")
        eventually(lambda: world.column(STATUS) == ["sent"])
        assert world.supabase.calls()["mark_sent"] == 4
        assert len(world.log("marks_not_stored")) == 1  # of three in a row

    def test_a_mark_whose_answer_was_lost_is_stored_again_without_harm(
        self, world: World, service: Service
    ) -> None:
        world.supabase.faults.error_after_effect(path="mark_sent", times=1)
        service.say("hola")
        settle()
        settle()
        assert world.supabase.calls()["mark_sent"] == 2
        assert world.column(STATUS) == ["sent"]

    def test_one_that_is_refused_takes_no_other_with_it(self, world: World, unhurried: Service) -> None:
        """A bug of ours, or of Meta: each is stored by itself then."""
        unhurried.say("hola")
        (kept,) = unhurried.desk.webhook.sender.marks._kept.values()
        object.__setattr__(kept.mark, "provider_id", "wamid.\0")
        unhurried.desk.webhook.sender.marks.take_for_commit()  # keeps it from riding
        unhurried.say("hola", BETO)
        unhurried.desk.webhook.sender.marks.settle([kept.mark], ())
        settle()
        assert world.column(STATUS) == ["sending", "sent"]
        assert len(world.log("finish_failed")) == 1

    def test_a_mark_that_comes_after_the_lease_is_accepted(self, world: World, unhurried: Service) -> None:
        """The instance was frozen; nobody has sent the row again."""
        unhurried.say("hola")
        world.rows("update outbox set next_at = now() - interval '1 s'")
        assert world.swept() == {}
        assert world.column(STATUS) == ["unknown"]
        settle()
        assert world.column(STATUS) == ["sent"]

    def test_a_mark_that_is_too_old_is_given_up(self, world: World, unhurried: Service) -> None:
        unhurried.say("hola")
        (kept,) = unhurried.desk.webhook.sender.marks._kept.values()
        kept.since = (time.monotonic() - 200, time.time() - 200)
        settle()
        assert world.supabase.calls()["mark_sent"] == 0
        assert len(world.log("finish_failed")) == 1
        assert len(unhurried.desk.webhook.sender.marks) == 0


class TestLanes:
    def test_the_next_row_waits_for_no_ticker(self, world: World) -> None:
        """Four messages while the first reply is under way: each of the others leaves when the one before it has."""
        service = world.start(REPLY_BUDGET_SECONDS="0")
        world.graph.faults.delay(0.2)
        said = [
            service.say(text) for text in ("hola", "mis tickets", "idioma", "quiero reportar un problema")
        ]
        sent = world.graph.wait(4)
        assert [each.callback_data for each in sent] == [f"wa/{message['id']}" for message in said]
        settle()
        assert world.supabase.calls()["finish_outbox"] == 3  # and the last is marked as usual
        assert world.column(STATUS) == ["sent"] * 4

    def test_a_webhook_does_not_wait_for_what_follows_anothers_mark(
        self, world: World, unhurried: Service
    ) -> None:
        """The mark of Ana's reply rides with Beto's commit, which brings Ana's next row."""
        unhurried.say("hola")
        busy = world.start()
        message = ANA.text("mi impresora no imprime")
        assert (
            busy.post(ANA.webhook(message)).status_code == 200
        )  # it waits for the mark of the other instance
        world.graph.faults.delay(1.0)
        unhurried.say("hola", BETO)
        settle()
        assert world.log("reply_late") == []
        assert f"wa/{message['id']}" in {sent.callback_data for sent in world.graph.messages}
