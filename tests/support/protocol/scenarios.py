"""The guarantees of the protocol, one scenario each: it passes on the product, and fails on the mutant without that part."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from uuid import uuid4

import psycopg

import handlers.mark_flusher
import state.model.clock
from emulator.meta.sent_message import status
from emulator.meta.webhook_payload import webhook
from handlers.outbox_sender import LeasedRow
from state.model.clock import Moment, seconds_since
from state.model.outbox_row import OutboxRow, Outcome
from state.model.session import Session
from state.model.turn import Lookup
from state.store.rows import Conversation
from tests.support.builders import BEA, Desk, code, keys, mail, message, opens
from tests.support.function import ANA, Service, World, eventually, settle


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`world`: the whole function with its stand-ins; `desk`: the store alone. Both over the same database."""

    world: World
    desk: Desk

    def service(self) -> Service:
        """An instance that marks nothing as read, so that faults meant for replies do not hit read receipts."""
        return self.world.start().without_receipts()

    def unhurried_service(self, **environment: str) -> Service:
        """The same; and it stores no mark by itself, as if it ended before."""
        self.world.monkeypatch.setattr(handlers.mark_flusher, "FLUSH_AFTER_SECONDS", 3600.0)
        return self.world.start(**environment).without_receipts()

    def an_hour_passes(self) -> None:
        settle()
        self.world.make_due()
        assert self.world.sweep().status_code == 200


Scenario = Callable[[Stage], None]


# --- turns ----------------------------------------------------------------------------------------------------------


def a_turn_from_an_old_version_is_not_committed(stage: Stage) -> None:
    base = stage.desk.conversation()
    assert stage.desk.take(message("1")).result == "committed"
    assert stage.desk.take(message("2"), base=base).result == "conflict"


def a_message_that_comes_twice_is_one_turn(stage: Stage) -> None:
    said = stage.service().say("hola")
    another = stage.service()  # which has not seen it
    assert another.post(ANA.webhook(said)).status_code == 200
    assert stage.world.column("select version from conversations") == [1]


def a_duplicate_brings_what_is_still_open(stage: Stage) -> None:
    stage.desk.take(message("1"), channels=())
    assert keys(stage.desk.take(message("1")).rows) == ["wa/1"]


def what_is_not_stored_is_not_acknowledged(stage: Stage) -> None:
    service, said = stage.service(), ANA.text("hola")
    stage.world.supabase.faults.down(path="commit_turn")
    assert service.post(ANA.webhook(said)).status_code != 200
    stage.world.supabase.faults.clear()
    assert service.post(ANA.webhook(said)).status_code == 200
    assert [sent.callback_data for sent in stage.world.graph.wait(1)] == [f"wa/{said['id']}"]


def after_an_error_memory_is_not_trusted(stage: Stage) -> None:
    """The answer of a commit was lost: the cache is older than the database."""
    service = stage.service()
    service.say("hola")
    stage.world.supabase.faults.error_after_effect(times=1, path="commit_turn")
    assert service.post(ANA.webhook(ANA.text("quiero reportar un problema"))).status_code == 503
    stage.world.supabase.call_log.clear()
    service.say("mi impresora no imprime")
    calls = stage.world.supabase.calls()
    assert (calls["load_conversation"], calls["commit_turn"]) == (1, 1)


def a_ticket_of_somebody_else_is_not_there(stage: Stage) -> None:
    stage.desk.take(message("1"), opens(1))
    assert stage.desk.store.load(BEA, Lookup(codes=(code(1),))).ticket is None


# --- lanes and leases -----------------------------------------------------------------------------------------------


def replies_leave_one_after_the_other(stage: Stage) -> None:
    stage.desk.row("1")
    assert keys(stage.desk.take(message("2")).rows) == []


def a_row_put_in_beside_a_finish_is_handed_on(stage: Stage) -> None:
    """Neither transaction sees the other: one of them must lease the row, or it waits for the sweep."""
    row = stage.desk.row("1")
    base = stage.desk.conversation()
    finish = "select finish_outbox(%s, %s, %s, 'sent')"
    with psycopg.connect(stage.world.database_url) as other:
        other.execute(finish, [row.id, row.attempts, row.lease])
        beside = threading.Thread(target=stage.desk.take, args=(message("2"),), kwargs={"base": base})
        beside.start()
        _until_it_waits_or_ends(stage, beside)
    beside.join()
    assert stage.desk.tables.status("wa/1", "wa/2") == ["sent", "sending"]


def a_mail_that_hangs_holds_up_no_reply(stage: Stage) -> None:
    stage.desk.mail_row()
    assert keys(stage.desk.take(message("2")).rows) == ["wa/2"]


def a_lease_that_was_taken_over_finishes_nothing(stage: Stage) -> None:
    first = stage.desk.mail_row()
    stage.desk.tables.let_lease_end(first.dedup_key)
    assert keys(stage.desk.claim()) == [first.dedup_key]
    assert not stage.desk.finish(first, Outcome.DEAD).finished
    assert stage.desk.tables.status(first.dedup_key) == ["sending"]


def a_lease_of_nobody_finishes_nothing(stage: Stage) -> None:
    row = stage.desk.row("1")
    assert not stage.desk.finish(replace(row, lease=str(uuid4())), Outcome.SENT).finished


def an_instance_that_wakes_up_late_sends_nothing(stage: Stage) -> None:
    """It was frozen before its threads began; another instance has sent the row meanwhile."""
    frozen = stage.service()
    delivery = frozen.desk.webhook.sender
    held: list[OutboxRow] = []

    def hold(rows: Iterable[OutboxRow]) -> list[LeasedRow]:
        held.extend(rows)
        return []

    delivery.start = hold  # type: ignore[method-assign]
    frozen.say("hola")
    stage.an_hour_passes()
    stage.an_hour_passes()
    assert len(stage.world.graph.messages) == 1
    (row,) = held
    delivery.run(replace(row, asked_at=_an_hour_ago()))
    assert len(stage.world.graph.messages) == 1


def a_lease_runs_from_before_the_call_that_brings_it(stage: Stage) -> None:
    """An instance that is frozen while it waits for the answer reads it an hour late."""
    clock = _Clock()
    stage.world.monkeypatch.setattr(state.model.clock, "time", clock)
    stage.world.supabase.faults.intercept = clock.forward
    (row,) = stage.desk.take(
        message("1"), base=Conversation(customer_id=None, version=0, session=Session())
    ).rows
    stage.world.supabase.faults.intercept = lambda _scope, _body: None
    assert seconds_since(row.asked_at) >= 3600


# --- marks in batches -----------------------------------------------------------------------------------------------


def a_mark_is_kept_until_it_is_stored(stage: Stage) -> None:
    service = stage.service()
    stage.world.supabase.faults.down(path="mark_sent")
    service.say("hola")
    settle()
    stage.world.supabase.faults.clear()
    settle()
    assert stage.world.outbox() == [("whatsapp", "sent", 1)]


def a_mark_outlives_the_commit_that_it_rode_with(stage: Stage) -> None:
    service = stage.unhurried_service()
    service.say("hola")
    stage.world.supabase.faults.down(path="commit_turn")
    assert service.post(ANA.webhook(ANA.text("gracias"))).status_code == 503
    stage.world.supabase.faults.clear()
    settle()
    assert stage.world.outbox() == [("whatsapp", "sent", 1)]


def a_status_is_stored_before_it_is_answered(stage: Stage) -> None:
    """Once Meta has its 200 it reports no more: an instance that dies then must not know more than the database."""
    service = stage.unhurried_service()
    service.say("hola")
    assert service.confirm(stage.world.graph.messages[0], "sent").status_code == 200
    assert stage.world.outbox() == [("whatsapp", "sent", 1)]


def a_status_that_is_refused_stops_no_other(stage: Stage) -> None:
    stage.service().say("hola")
    settle()
    stage.world.rows("update outbox set status = 'unknown', provider_id = null, done_at = null")
    good = status(stage.world.graph.messages[0], "sent", time.time())
    strange = {**good, "id": "wamid.x", "biz_opaque_callback_data": "x"}
    stage.world.supabase.faults.error("22P05", 400, path="confirm_outbox", times=1)
    assert stage.service().post(webhook({"statuses": [strange, good]})).status_code == 200
    assert stage.world.outbox() == [("whatsapp", "sent", 1)]


def the_next_of_a_lane_leaves_at_once(stage: Stage) -> None:
    """It waits for the row before it, and not for the ticker."""
    service = stage.unhurried_service(REPLY_BUDGET_SECONDS="0")
    stage.world.graph.faults.delay(0.3)
    service.say("hola")
    second = service.say("gracias")
    eventually(service.desk.threads._nothing_is_running)
    assert stage.world.graph.messages[-1].callback_data == f"wa/{second['id']}"


def a_locked_row_is_marked_later(stage: Stage) -> None:
    one, two = stage.desk.row("1"), stage.desk.row("2", BEA)
    with psycopg.connect(stage.world.database_url) as other:
        other.execute("select from outbox where id = %s for update", [one.id])
        assert stage.desk.mark_sent(one, two).done == (two.id,)
    assert stage.desk.mark_sent(one, two).done == (one.id, two.id)
    assert stage.desk.tables.status("wa/1", "wa/2") == ["sent", "sent"]


def a_mark_of_an_older_attempt_marks_nothing(stage: Stage) -> None:
    """An instance was frozen before it could store the mark, and another sends the row again."""
    first = stage.desk.mail_row()
    stage.desk.tables.let_lease_end(first.dedup_key)
    stage.desk.claim()
    assert stage.desk.mark_sent(first).done == (first.id,)
    assert stage.desk.tables.status(first.dedup_key) == ["sending"]


def a_mark_brings_the_next_row_of_its_lane(stage: Stage) -> None:
    first = stage.desk.row("1")
    assert stage.desk.take(message("2")).waiting == (first.lane,)
    assert keys(stage.desk.mark_sent(first).rows) == ["wa/2"]


def a_mark_whose_answer_was_lost_brings_the_next_row(stage: Stage) -> None:
    """The database has leased the row that follows, and nobody knows: it would wait for the end of that lease."""
    service = stage.unhurried_service()
    service.say("hola")
    sender = service.desk.webhook.sender
    another = stage.service()
    second = ANA.text("gracias")
    assert another.post(ANA.webhook(second)).status_code == 200
    stage.world.supabase.faults.error_after_effect(path="mark_sent", times=1)
    sender.flusher._flush_quietly()
    sender.flusher._flush_quietly()
    eventually(service.desk.threads._nothing_is_running)
    assert stage.world.graph.messages[-1].callback_data == f"wa/{second['id']}"


# --- tries ----------------------------------------------------------------------------------------------------------


def an_unmarked_reply_waits_for_its_status(stage: Stage) -> None:
    stage.desk.row("1")
    stage.desk.tables.let_lease_end("wa/1")
    assert keys(stage.desk.claim()) == []
    assert stage.desk.confirm("wa/1", "p1")[0] == "closed"


def a_status_closes_what_was_unclear(stage: Stage) -> None:
    stage.desk.finish(stage.desk.row("1"), Outcome.UNKNOWN)
    stage.desk.confirm("wa/1", "p1")
    stage.desk.tables.let_be_due("wa/1")
    assert keys(stage.desk.claim()) == []


def a_reply_whose_answer_was_lost_is_one_bubble(stage: Stage) -> None:
    service = stage.service()
    stage.world.graph.faults.error_after_effect(drop=True, times=1)
    service.say("hola")
    settle()
    service.confirm(stage.world.graph.messages[0], "sent")
    stage.an_hour_passes()
    assert len(stage.world.graph.messages) == 1
    assert stage.world.outbox() == [("whatsapp", "sent", 1)]


def a_mail_whose_answer_was_lost_is_one_mail(stage: Stage) -> None:
    stage.world.resend.faults.error_after_effect(times=1)
    stage.service().open_ticket()
    stage.an_hour_passes()
    assert stage.world.column("select status from outbox where channel = 'email'") == ["sent"]
    assert len(stage.world.resend.messages) == 1


def every_try_of_a_mail_sends_the_same_bytes(stage: Stage) -> None:
    stage.world.resend.faults.error("application_error", status=500, times=1)
    stage.service().open_ticket()
    stage.an_hour_passes()
    first, second = stage.world.resend.call_log.all()
    assert (first.request, first.key) == (second.request, second.key)


def a_mail_is_not_tried_once_its_key_is_forgotten(stage: Stage) -> None:
    row = stage.desk.mail_row()
    stage.desk.finish(row, Outcome.RETRY)
    stage.desk.tables.let_be_due(row.dedup_key)
    stage.desk.tables.do("update outbox set first_attempt_at = now() - interval '23 h 1 min'")
    assert keys(stage.desk.claim()) == []


def a_menu_that_was_overtaken_is_dropped(stage: Stage) -> None:
    stage.desk.row("1", repeat=False)
    stage.desk.tables.let_lease_end("wa/1")
    stage.desk.take(message("2"))
    stage.desk.tables.let_be_due("wa/1")
    assert keys(stage.desk.claim()) == []


def a_late_refusal_of_the_window_brings_the_template(stage: Stage) -> None:
    """Meta took the confirmation of a ticket, and says minutes later that the 24 hours were over."""
    service = stage.service()
    service.open_ticket()
    settle()
    service.confirm(replace(stage.world.graph.messages[-1], failing=131047), "failed")
    settle()
    assert [sent.kind for sent in stage.world.graph.messages] == ["interactive", "interactive", "template"]


def a_refusal_of_an_older_try_starts_no_third(stage: Stage) -> None:
    stage.desk.finish(stage.desk.row("1"), Outcome.UNKNOWN)
    stage.desk.tables.let_be_due("wa/1")
    (again,) = stage.desk.claim()
    stage.desk.confirm("wa/1", "p1", Outcome.RETRY)
    assert stage.desk.finish(again, Outcome.SENT, provider_id="p2").finished


def a_refusal_of_the_account_burns_no_try(stage: Stage) -> None:
    stage.desk.finish(stage.desk.row("1"), Outcome.PAUSED)
    assert stage.desk.tables.outbox("wa/1")["attempts"] == 0


def a_refusal_of_the_account_holds_its_channel(stage: Stage) -> None:
    stage.desk.finish(stage.desk.row("1"), Outcome.PAUSED, retry_seconds=300.0)
    assert keys(stage.desk.take(message("2", BEA)).rows) == []


def a_ticket_has_one_mail(stage: Stage) -> None:
    """Also when a later turn would put in the same row again."""
    stage.desk.take(message("1"), opens(1), outbox=[mail(code(1))])
    stage.desk.take(message("2"), outbox=[mail(code(1))])
    assert stage.desk.tables.value("select count(*) from outbox where channel = 'email'") == 1


class _Clock:
    """The clocks of a machine that can be frozen for an hour."""

    ahead = 0.0
    monotonic = staticmethod(time.monotonic)

    def time(self) -> float:
        return time.time() + self.ahead

    def forward(self, _scope: object, _body: bytes) -> None:
        self.ahead = 3600.0


def _an_hour_ago() -> Moment:
    return time.monotonic() - 3600, time.time() - 3600


def _until_it_waits_or_ends(stage: Stage, thread: threading.Thread) -> None:
    while thread.is_alive():
        if stage.desk.tables.value("select count(*) from pg_locks where not granted"):
            return
        thread.join(0.005)
