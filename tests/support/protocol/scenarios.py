"""The guarantees of the protocol, one scenario each: it passes on the product, and fails on the mutant without that part."""

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import psycopg

import handlers.mark_flusher
import state.model.clock
import state.store.client
from emulator.function import MAILBOX
from emulator.meta.customer import Customer
from emulator.meta.sent_message import status
from emulator.meta.webhook_payload import webhook
from handlers.desk_links import DeskAccess, DeskLinks
from handlers.outbox_sender import LeasedRow
from state.model.clock import Moment, moment, seconds_since
from state.model.message import Sender, Status
from state.model.outbox_row import OutboxRow, Outcome, Result
from state.model.session import Session
from state.model.technician import Technician
from state.model.ticket import Mark, TechnicianAction
from state.model.turn import Lookup
from state.store.client import new_lease
from state.store.errors import StoreUnavailable
from state.store.rows import Conversation
from tests.support.builders import ANA as BUILT_ANA
from tests.support.builders import BEA, Desk, code, keys, mail, message, notes, opens, reply, side_by_side
from tests.support.database import capped
from tests.support.function import ANA, PUBLIC_URL, Service, World, eventually, settle
from tests.support.opening import EVA, opens_for
from tests.support.technician import Technician as PageUser
from tests.support.technician import read_the_mail

EVA_WRITES = Customer(name="Eva", wa_id=EVA, user_id=None, username=None)


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
_ACCESS = DeskAccess(technician=Technician(address=MAILBOX).id, epoch=0)


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


def what_was_signed_long_ago_is_not_done_again(stage: Stage) -> None:
    """`inbound` knows it no more: somebody has kept the call, and delivers it again."""
    old = {**ANA.text("hola"), "timestamp": str(int(time.time()) - 60 * 86400)}
    assert stage.service().post(ANA.webhook(old)).status_code == 200
    settle()
    assert stage.world.column("select wamid from inbound") == []


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


def a_number_that_was_silent_for_long_is_somebody_else(stage: Stage) -> None:
    number = Sender(wa_id="5491100000009")
    stage.desk.take(message("1", number), opens(1))
    stage.desk.tables.do("update conversations set last_inbound_at = now() - interval '91 days'")
    assert stage.desk.store.load(number, Lookup(codes=(code(1),))).ticket is None


# --- locks ----------------------------------------------------------------------------------------------------------


def first_messages_of_one_person_wait_for_each_other(stage: Stage) -> None:
    """Neither has a row to lock yet."""
    results: list[str] = []

    def take() -> None:
        nobody = Conversation(customer_id=None, version=0, session=Session())
        with suppress(StoreUnavailable):
            results.append(stage.desk.take(message("1", Sender(user_id="AR.z")), base=nobody).result)

    with psycopg.connect(stage.world.database_url) as other:
        other.execute("select identify_customer('AR.z', '5491100000009', null)")
        beside = threading.Thread(target=take)
        beside.start()
        _until_it_waits_or_ends(stage, beside)
    beside.join()
    assert results == ["committed"]


def a_held_row_is_given_up_in_time(stage: Stage) -> None:
    """Before we give up the call: else it would keep its connection."""
    service = stage.service()
    service.say("hola")
    stage.world.monkeypatch.setattr(state.store.client, "_READ_SECONDS", 3.5)
    other_service = stage.service()
    with psycopg.connect(stage.world.database_url) as other:
        other.execute("select from customers for update")
        assert other_service.post(ANA.webhook(ANA.text("gracias"))).status_code == 503
        assert stage.desk.tables.value("select count(*) from pg_locks where not granted") == 0


def a_held_row_takes_one_connection(stage: Stage) -> None:
    service = stage.service()
    service.say("hola")
    settle()
    stage.world.supabase.call_log.clear()
    with psycopg.connect(stage.world.database_url) as other:
        other.execute("select from customers for update")
        side_by_side(*[partial(service.post, ANA.webhook(ANA.text(f"hola {n}"))) for n in range(12)])
    assert stage.world.supabase.calls()["commit_turn"] <= 4


def a_held_customer_holds_up_no_mark_of_others(stage: Stage) -> None:
    ours, theirs = _notification_of_ana(stage), stage.desk.row("2", BEA)
    done: list[int] = []
    with psycopg.connect(stage.world.database_url) as other:
        other.execute("select from customers where user_id = 'AR.ana' for update")
        with suppress(StoreUnavailable):
            done += stage.desk.mark_sent(ours, theirs).done
    assert done == [theirs.id]


def a_held_customer_holds_up_no_status_of_others(stage: Stage) -> None:
    ours, theirs = _notification_of_ana(stage), stage.desk.row("2", BEA)
    reports = [(_sent_status(row), Result(outcome=Outcome.SENT)) for row in (ours, theirs)]
    with psycopg.connect(stage.world.database_url) as other:
        other.execute("select from customers where user_id = 'AR.ana' for update")
        with suppress(StoreUnavailable):
            stage.desk.store.confirm(reports, new_lease(), ())
    assert stage.desk.tables.status(ours.dedup_key, theirs.dedup_key) == ["sending", "sent"]


def _notification_of_ana(stage: Stage) -> OutboxRow:
    stage.desk.take(message("1"), opens(1), outbox=[])
    stage.desk.work(TechnicianAction.ANSWER, "hola")
    stage.desk.tables.do("update outbox set next_at = now()")
    (row,) = stage.desk.claim()
    return row


def _sent_status(row: OutboxRow) -> Status:
    return Status(provider_id=f"p{row.id}", status="sent", dedup_key=row.dedup_key)


def a_message_that_was_deleted_before_it_came_is_not_kept(stage: Stage) -> None:
    note = ANA.text("mi clave es hunter2")
    for delivered in (ANA.revoke(note["id"]), note):
        assert stage.service().post(ANA.webhook(delivered)).status_code == 200
    settle()
    assert stage.world.column("select count(*) from conversations") == [0]


def a_message_that_was_edited_before_it_came_is_kept_once(stage: Stage) -> None:
    report = ANA.text("mi impresora no imprme")
    for delivered in (ANA.edit(report["id"], "mi impresora no imprime"), report):
        assert stage.service().post(ANA.webhook(delivered)).status_code == 200
    settle()
    assert stage.world.column("select session->>'draft' from conversations") == ["mi impresora no imprime"]


def an_older_edit_changes_nothing(stage: Stage) -> None:
    report = ANA.text("mi impresora no imprme")
    older, newer = ANA.edit(report["id"], "mi impresora"), ANA.edit(report["id"], "mi impresora no imprime")
    older["timestamp"] = str(int(older["timestamp"]) - 10)
    for delivered in (report, newer, older):
        assert stage.service().post(ANA.webhook(delivered)).status_code == 200
    settle()
    assert stage.world.column("select session->>'draft' from conversations") == ["mi impresora no imprime"]


def a_deletion_beside_its_message_finds_it(stage: Stage) -> None:
    """The message is committed after the deletion has looked for it, and before it is noted."""
    service, other = stage.service(), stage.service()
    report = ANA.text("mi clave es hunter2, no imprime")
    store = service.desk.webhook.messages.processor.store
    records = store.record_deletion

    def meanwhile(wamid: str) -> bool:
        assert other.post(ANA.webhook(report)).status_code == 200
        return records(wamid)

    stage.world.monkeypatch.setattr(store, "record_deletion", meanwhile)
    assert service.post(ANA.webhook(ANA.revoke(report["id"]))).status_code == 200
    settle()
    assert stage.world.column("select coalesce(session->>'draft', '') from conversations") == [""]


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
    delivery.run(LeasedRow(row=replace(row, asked_at=_an_hour_ago())))
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


# --- replies that wait for the next line -------------------------------------------------------------------------------


def a_line_that_goes_on_waits_and_its_200_does_not(stage: Stage) -> None:
    service = stage.service()
    service.say("hola")
    service.say("mi impresora no imprime")
    assert stage.world.column("select status from outbox order by id")[1:] == ["ready"]
    assert len(stage.world.graph.messages) == 1


def the_lines_of_a_burst_share_a_bubble(stage: Stage) -> None:
    service = stage.service()
    for line in ("hola", "mi impresora no imprime", "la de caja", "y hace ruido"):
        service.say(line)
    settle()
    assert len(stage.world.graph.messages) == 2


def a_waiting_bubble_leaves_by_the_sweep_once(stage: Stage) -> None:
    """Its instance has died, and its timer with it."""
    service = stage.service()
    service.say("hola")
    service.say("mi impresora no imprime")
    stage.world.make_due()
    stage.world.sweep()
    assert len(stage.world.graph.messages) == 2
    settle()
    assert len(stage.world.graph.messages) == 2


def a_waiting_bubble_leaves_without_the_sweep(stage: Stage) -> None:
    service = stage.service()
    service.say("hola")
    service.say("mi impresora no imprime")
    settle()
    assert len(stage.world.graph.messages) == 2


def a_press_waits_for_no_line(stage: Stage) -> None:
    service = stage.service()
    service.say("mi impresora no imprime")
    service.say("la de caja")
    pressed = service.press("yes")
    assert stage.world.graph.messages[-1].callback_data == f"wa/{pressed['id']}"


def a_question_that_nobody_saw_leaves_first(stage: Stage) -> None:
    service = stage.service()
    service.say("hola")
    report = service.say("mi impresora no imprime")
    service.say("gracias")
    settle()
    keys = [sent.callback_data for sent in stage.world.graph.messages]
    assert keys[1:2] == [f"wa/{report['id']}"]


def who_keeps_writing_is_answered(stage: Stage) -> None:
    for n in range(5):
        waits = replace(reply(f"{n}"), yields=True, wait_seconds=3.0)
        stage.desk.take(message(f"{n}"), outbox=[waits])
        stage.desk.tables.do(
            "update outbox set next_at = next_at - interval '2 s', waits_since = waits_since - interval '2 s'"
        )
    assert stage.desk.tables.waits("wa/4") <= 0


def a_lost_answer_about_waiting_rows_loses_no_row(stage: Stage) -> None:
    """The database has leased the row, and nobody knows: it would wait for the end of that lease."""
    service = stage.service()
    service.say("hola")
    service.say("mi impresora no imprime")
    stage.world.supabase.faults.error_after_effect(path="lease_waiting", times=1)
    service.desk.webhook.messages.waiting.flush()
    eventually(lambda: stage.world.supabase.calls()["lease_waiting"] == 2)
    eventually(service.desk.threads._nothing_is_running)
    assert len(stage.world.graph.messages) == 2


def a_reply_that_never_left_does_not_count(stage: Stage) -> None:
    service = stage.world.start(BUBBLES_A_DAY="2").without_receipts()
    for n in range(4):
        service.say(f"mi impresora no imprime {n}")
    settle()
    assert stage.world.column("select bubbles from conversations") == [2]


# --- technicians ----------------------------------------------------------------------------------------------------


def a_technician_s_words_leave_with_their_form(stage: Stage) -> None:
    _at_a_ticket(stage).press("answer", "Prueba con otro cable.")
    settle()
    assert "Prueba con otro cable." in stage.world.bubbles()[-1]


def words_do_not_wait_behind_another_ticket(stage: Stage) -> None:
    for number in (1, 2):
        stage.desk.take(message(str(number)), opens(number), outbox=[])
    stage.desk.work(TechnicianAction.CLOSE, ticket=code(2))
    stage.desk.work(TechnicianAction.ANSWER, "hola")
    assert len(stage.desk.claim()) == 1


def what_a_lost_answer_had_leased_leaves_with_the_same_form(stage: Stage) -> None:
    technician = _at_a_ticket(stage)
    form = technician.form("answer", "Prueba con otro cable.")
    stage.world.supabase.faults.error_after_effect(times=1, path="act_on_ticket")
    for _ in range(2):
        technician.send(form)
    settle()
    assert "Prueba con otro cable." in stage.world.bubbles()[-1]


def the_same_form_sends_nothing_twice(stage: Stage) -> None:
    technician = _at_a_ticket(stage)
    form = technician.form("answer", "Prueba con otro cable.")
    before = len(stage.world.bubbles())
    stage.world.supabase.faults.error_after_effect(times=1, path="act_on_ticket")
    for _ in range(3):
        technician.send(form)
    settle()
    assert len(stage.world.bubbles()) == before + 1


def what_did_not_arrive_is_mailed_to_who_wrote_it(stage: Stage) -> None:
    stage.desk.take(message("1"), opens(1), outbox=[])
    stage.desk.work(TechnicianAction.ANSWER, "hola")
    (row,) = stage.desk.claim()
    stage.desk.finish(row, Outcome.DEAD, error="meta 131026")
    assert [mail.content for mail in stage.desk.claim()] == ["undelivered"]


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


TWO = "Marta <marta@example.com>, Luis <luis@example.com>"
MARTA, LUIS = (Technician(address=f"{name.lower()}@example.com", name=name) for name in ("Marta", "Luis"))


def _two_technicians(stage: Stage) -> Service:
    stage.world.settings["SUPPORT_EMAIL_TO"] = TWO
    return stage.service()


def _recipients(stage: Stage) -> list[str]:
    return sorted(address for sent in stage.world.resend.messages for address in sent.to)


def a_row_is_an_email_for_each_technician(stage: Stage) -> None:
    _two_technicians(stage).open_ticket()
    settle()
    assert _recipients(stage) == [LUIS.address, MARTA.address]


def a_row_is_done_when_all_its_emails_are_taken(stage: Stage) -> None:
    """The second one's address is refused for now: the first has theirs, and no second."""
    stage.world.resend.switches.recipients[LUIS.address] = "rate_limit_exceeded"
    _two_technicians(stage).open_ticket()
    settle()
    stage.world.resend.switches.recipients.clear()
    stage.an_hour_passes()
    assert _recipients(stage) == [LUIS.address, MARTA.address]


def a_row_that_was_taken_in_part_keeps_its_day(stage: Stage) -> None:
    """However often the account is refused after that: the key of what was taken is forgotten a day after it was."""
    row = stage.desk.mail_row()
    begun = stage.desk.tables.outbox(row.dedup_key)["first_attempt_at"]
    for emails in (1, 1, None):
        stage.desk.finish(row, Outcome.LIMITED, emails=emails)
        assert stage.desk.tables.outbox(row.dedup_key)["first_attempt_at"] == begun
        stage.desk.tables.let_be_due(row.dedup_key)
        (row,) = stage.desk.claim()


def an_instance_that_is_frozen_between_two_emails_sends_no_other(stage: Stage) -> None:
    """A day later Resend has forgotten the key of what somebody else has sent."""
    service = _two_technicians(stage)
    send = service.desk.sweep.sender.mails.resend.send

    def freeze(*mail: object) -> Result:
        result = send(*mail)  # type: ignore[arg-type]
        frozen_at = moment()
        stage.world.monkeypatch.setattr(
            "handlers.outbox_sender.seconds_since",
            lambda then: seconds_since(then) + (90_000.0 if then < frozen_at else 0.0),
        )
        return result

    service.desk.sweep.sender.mails.resend.send = freeze  # type: ignore[method-assign, assignment]
    service.open_ticket()
    settle()
    assert _recipients(stage) == [MARTA.address]


def the_pace_is_that_of_emails(stage: Stage) -> None:
    """Ten a second: a row of twenty takes two."""
    stage.desk.finish(stage.desk.mail_row(), Outcome.LIMITED, retry_seconds=60.0)
    stage.desk.tables.do("update channel_pauses set claim_at = now()")
    assert len(stage.desk.store.claim(8, new_lease(), ("email",), 20).rows) == 1  # type: ignore[arg-type]
    assert stage.desk.tables.value("select claim_at > now() + interval '1.5 s' from channel_pauses")


def what_a_customer_adds_reaches_who_has_the_ticket(stage: Stage) -> None:
    service = _two_technicians(stage)
    service.open_ticket()
    settle()
    stage.world.rows("update tickets set assignee_address = 'luis@example.com'")
    stage.world.rows("delete from outbox")
    stage.world.resend.reset()
    service.say("la luz roja parpadea y no imprime nada")
    stage.an_hour_passes()
    assert _recipients(stage) == [LUIS.address]


def the_link_of_who_left_opens_nothing(stage: Stage) -> None:
    service = _two_technicians(stage)
    service.open_ticket()
    settle()
    (ticket,) = stage.world.column("select code from tickets")
    link = service.desk.pages.links.ticket_page(ticket, MARTA.id, datetime.now(UTC)).removeprefix(PUBLIC_URL)
    assert service.client.get(link).status_code == 200
    others = stage.world.start(SUPPORT_EMAIL_TO="luis@example.com")
    assert others.client.get(link).status_code == 403
    assert others.client.post(link, data={"action": "close"}).status_code == 403


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


def the_rate_of_the_account_burns_no_try(stage: Stage) -> None:
    stage.world.resend.faults.error("rate_limit_exceeded", retry_after=600)
    stage.service().open_ticket()
    settle()
    assert stage.world.column("select attempts from outbox where channel = 'email'") == [0]


def what_waited_leaves_at_the_rate_of_the_account(stage: Stage) -> None:
    """Whoever claims next, of whatever instance, waits until the last claim's rows have had their time."""
    stage.desk.finish(stage.desk.mail_row(), Outcome.LIMITED, retry_seconds=60.0)
    stage.desk.take(message("2"), opens(2), outbox=[mail(code(2))])
    stage.desk.tables.do("update channel_pauses set claim_at = now()")
    assert [len(stage.desk.claim(1)), len(stage.desk.claim(1))] == [1, 0]


def a_shorter_pause_ends_no_longer_one(stage: Stage) -> None:
    """The answers of two rows that were under way together: the account is refused for an hour, and for a moment."""
    one, two = stage.desk.mail_row(1), stage.desk.mail_row(2)
    stage.desk.finish(one, Outcome.PAUSED, retry_seconds=3600.0)
    stage.desk.finish(two, Outcome.PAUSED, retry_seconds=60.0)
    assert stage.desk.tables.value("select paused_until > now() + interval '50 min' from channel_pauses")


def nothing_is_gathered_in_a_row_that_was_tried(stage: Stage) -> None:
    """Also when its try did not count: every try under a key sends the same bytes."""
    desk = stage.desk
    desk.take(message("1"), opens(1), outbox=[])

    def add_note() -> None:
        desk.take(message(str(uuid4())), notes(1), outbox=[])

    told = {"notification": _gathered(desk, lambda: desk.work(TechnicianAction.ANSWER, "hola"))}
    told["update"] = _gathered(desk, add_note)
    with capped(stage.world.database_url, "max_emails_per_hour", 0):
        told["digest"] = _gathered(desk, add_note)
    assert told == {"notification": 0, "update": 0, "digest": 0}


def what_is_given_up_keeps_nothing_waiting(stage: Stage) -> None:
    """An outage ended: more customers' replies of yesterday were due before this one than a claim looks at."""
    stage.desk.tables.do(
        "insert into outbox (dedup_key, lane, channel, body, next_at, window_until) select 'wa/old/' || n, 'wa:old' || n, "
        "'whatsapp', '', now() - interval '1 day', now() - interval '1 day' from generate_series(1, 600) n"
    )
    stage.service()
    stage.desk.take(message("1"), channels=())
    assert stage.world.sweep().status_code == 200
    assert stage.desk.tables.outbox("wa/1")["attempts"] == 1


def an_answer_that_is_not_resends_decides_nothing(stage: Stage) -> None:
    """A proxy in front of it says 404: Resend may have the mail, or not, and it is sent again."""
    stage.world.resend.faults.foreign(404, '{"message": "no such host"}', "application/json", times=1)
    stage.service().open_ticket()
    stage.an_hour_passes()
    assert stage.world.column("select status from outbox where channel = 'email'") == ["sent"]


def a_refusal_of_one_recipient_stops_nobody_else(stage: Stage) -> None:
    stage.desk.finish(stage.desk.row("1"), Outcome.REFUSED, error="meta 10")
    assert keys(stage.desk.take(message("2", BEA)).rows) == ["wa/2"]


def _three_are_refused(stage: Stage) -> None:
    for number in range(3):
        row = stage.desk.row(str(number), _somebody(number))
        stage.desk.finish(row, Outcome.REFUSED, error="meta 10")


def a_refusal_of_several_recipients_holds_the_channel(stage: Stage) -> None:
    _three_are_refused(stage)
    assert keys(stage.desk.take(message("9", BEA)).rows) == []


def a_refusal_of_several_recipients_burns_no_try(stage: Stage) -> None:
    _three_are_refused(stage)
    assert stage.desk.tables.value("select sum(attempts) from outbox") == 0


def who_was_refused_before_others_were_accepted_stops_nobody(stage: Stage) -> None:
    _three_are_refused(stage)
    stage.desk.tables.do("delete from channel_pauses")
    stage.desk.finish(stage.desk.row("8", BEA), Outcome.SENT)
    for number in range(3):
        stage.desk.tables.let_be_due(f"wa/{number}")
    for row in stage.desk.claim():
        stage.desk.finish(row, Outcome.REFUSED, error="meta 10")
    assert keys(stage.desk.take(message("9", BEA)).rows) == ["wa/9"]


def a_template_that_is_refused_waits_for_their_next_message(stage: Stage) -> None:
    outbox = [reply("1", template="the template")]
    (row,) = stage.desk.take(message("1", ago=timedelta(hours=25)), opens(1), outbox=outbox).rows
    stage.desk.finish(row, Outcome.HELD, error="meta 132015")
    assert keys(stage.desk.take(message("2")).rows) == ["wa/1"]


def delivered_alone_closes_what_was_unclear(stage: Stage) -> None:
    """Meta's `sent` was lost, or comes later."""
    service = stage.service()
    stage.world.graph.faults.error_after_effect(drop=True, times=1)
    service.say("hola")
    settle()
    service.confirm(stage.world.graph.messages[0], "delivered")
    stage.an_hour_passes()
    assert len(stage.world.graph.messages) == 1


def a_failure_after_read_changes_nothing(stage: Stage) -> None:
    """One instance hears that it was read, another that it failed."""
    service = stage.service()
    service.say("hola")
    settle()
    service.confirm(stage.world.graph.messages[0], "read")
    settle()
    stage.service().confirm(replace(stage.world.graph.messages[0], failing=131026), "failed")
    assert stage.world.outbox() == [("whatsapp", "sent", 1)]


def an_answer_that_is_not_metas_loses_nothing(stage: Stage) -> None:
    stage.world.graph.faults.foreign(200, times=1)
    stage.service().say("hola")
    stage.an_hour_passes()
    assert len(stage.world.graph.messages) == 1


def an_instance_that_is_frozen_on_the_way_out_sends_nothing(stage: Stage) -> None:
    """Its lease sufficed when the attempt was begun; when it wakes up with a connection to Meta, another one has the row."""
    service = stage.service()
    clock = _Clock()
    stage.world.monkeypatch.setattr(state.model.clock, "time", clock)
    http = service.desk.webhook.sender.whatsapp._http
    pool = http._pool

    def frozen(url: str) -> object:
        clock.ahead = 3600.0
        stage.world.rows("update outbox set attempts = 2, lease_token = gen_random_uuid()")
        return pool(url)

    http._pool = frozen  # type: ignore[method-assign,assignment]
    service.say("hola")
    settle()
    assert stage.world.graph.messages == []


def a_ticket_has_one_mail(stage: Stage) -> None:
    """Also when a later turn would put in the same row again."""
    stage.desk.take(message("1"), opens(1), outbox=[mail(code(1))])
    stage.desk.take(message("2"), outbox=[mail(code(1))])
    assert stage.desk.tables.value("select count(*) from outbox where channel = 'email'") == 1


def _gathered(desk: Desk, happens: Callable[[], object]) -> int:
    """How many events a row takes on after a try that did not count."""
    happens()
    desk.tables.do("update outbox set next_at = now() where status = 'ready'")
    (row,) = desk.claim()
    desk.finish(row, Outcome.RELEASED)
    desk.tables.do(
        "update outbox set status = 'ready', attempts = 0, lease_token = null, next_at = now() + interval '1 min' "
        "where id = %s",
        row.id,
    )
    before: int = desk.tables.value("select cardinality(events) from outbox where id = %s", row.id)
    happens()
    after: int = desk.tables.value("select cardinality(events) from outbox where id = %s", row.id)
    desk.tables.do("update outbox set status = 'sent' where status <> 'sent'")
    return after - before


def _at_a_ticket(stage: Stage) -> PageUser:
    """On an instance that stores no mark by itself."""
    service = stage.unhurried_service()
    service.open_ticket()
    return read_the_mail(stage.world, service)


def _somebody(number: int) -> Sender:
    return Sender(user_id=f"AR.{number}", wa_id=f"54911{number:08}", name="")


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


# --- among technicians ----------------------------------------------------------------------------------------------


def an_internal_note_stays_among_technicians(stage: Stage) -> None:
    service = stage.service()
    service.open_ticket()
    settle()
    (ticket,) = stage.world.column("select code from tickets")
    stage.desk.store.act_on_ticket(ticket, Mark.INTERNAL, "es moroso", author="Lu", key=None, seen=None)
    stage.an_hour_passes()
    service.say(ticket)
    settle()
    assert not [bubble for bubble in stage.world.bubbles() if "moroso" in bubble]
    assert stage.world.column("select dedup_key from outbox where content = 'notification'") == []


def what_is_written_about_a_duplicate_is_in_the_other(stage: Stage) -> None:
    stage.desk.take(message("1"), opens(1))
    stage.desk.take(message("2"), opens(2))
    into = stage.desk.store.act_on_ticket(
        code(2), TechnicianAction.MERGE, "", author="", key=None, seen=None, choice=code(1)
    )
    assert into.result == "done"
    loaded = stage.desk.store.load(BUILT_ANA, Lookup(codes=(code(2),)))
    assert loaded.ticket is not None
    assert loaded.ticket.code == code(1)


def only_tickets_of_one_customer_are_merged(stage: Stage) -> None:
    stage.desk.take(message("1"), opens(1))
    stage.desk.take(message("3"), opens(3))  # into which it could be merged
    stage.desk.take(message("2", BEA), opens(2))
    into = stage.desk.store.act_on_ticket(
        code(1), TechnicianAction.MERGE, "", author="", key=None, seen=None, choice=code(2)
    )
    assert into.result == "illegal"
    assert stage.desk.tables.value("select count(*) from tickets where merged_into is not null") == 0


def the_same_words_after_a_step_back_are_one_bubble(stage: Stage) -> None:
    technician = _at_a_ticket(stage)
    for _ in range(2):
        assert technician.send(technician.form("answer", "Ya la tengo.")).status_code == 303
    stage.an_hour_passes()
    assert len([sent for sent in stage.world.graph.messages if "Ya la tengo." in sent.text]) == 1


# --- the list of tickets --------------------------------------------------------------------------------------------


def the_link_to_the_list_is_one_mail_however_often_it_is_asked_for(stage: Stage) -> None:
    for each in (stage.service(), stage.service()):  # neither has seen what the other was asked
        assert each.client.post("/desk/", data={"address": MAILBOX}, base_url=PUBLIC_URL).status_code == 202
    stage.an_hour_passes()
    assert len(stage.world.resend.messages) == 1


def access_that_was_ended_opens_nothing(stage: Stage) -> None:
    service = stage.service()
    ticket = service.open_ticket()
    service.client.post(_list_link(service), base_url=PUBLIC_URL)
    stage.world.rows("select end_desk_access()")
    for path in ("/desk/", f"/desk/?ticket={ticket}"):
        answer = service.client.get(path, base_url=PUBLIC_URL)
        assert answer.status_code == 200
        assert "TK-" not in answer.get_data(as_text=True)
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    service.client.post("/desk/", data={"away": tomorrow}, base_url=PUBLIC_URL)
    assert stage.world.rows("select * from technicians") == []


def a_scanner_that_follows_the_link_is_not_in(stage: Stage) -> None:
    service = stage.service()
    assert service.client.get(_list_link(service), base_url=PUBLIC_URL).headers.getlist("Set-Cookie") == []


def the_link_to_the_list_is_no_cookie(stage: Stage) -> None:
    service = stage.service()
    service.open_ticket()
    token = _list_link(service).strip("/").removeprefix("desk/")
    assert not _opens_the_list(service, token)


def the_cookie_of_the_list_ends(stage: Stage) -> None:
    service = stage.service()
    service.open_ticket()
    assert _opens_the_list(service, _list_links(service).cookie(_ACCESS, datetime.now(UTC)))
    assert not _opens_the_list(
        service, _list_links(service).cookie(_ACCESS, datetime.now(UTC) - timedelta(days=31))
    )


def _opens_the_list(service: Service, cookie: str) -> bool:
    service.client.set_cookie("desk", cookie, domain="mostrador.example", secure=True)
    return "TK-" in service.client.get("/desk/", base_url=PUBLIC_URL).get_data(as_text=True)


def _list_links(service: Service) -> DeskLinks:
    return service.desk.desk.links


def _list_link(service: Service) -> str:
    """The path of a link to the list."""
    return _list_links(service).link(_ACCESS, datetime.now(UTC)).removeprefix(PUBLIC_URL)


# --- for somebody at the counter ------------------------------------------------------------------------------------


def a_form_opens_one_ticket(stage: Stage) -> None:
    opened = [opens_for(stage.desk, ticket=number, key="one form") for number in (1, 2)]
    assert [each.code for each in opened] == [code(1)] * 2
    assert stage.desk.tables.value("select count(*) from tickets") == 1


def who_has_never_written_is_told_the_code_and_nothing_else(stage: Stage) -> None:
    service = stage.service()
    service.desk.pages.sender.start(opens_for(stage.desk).rows)
    stage.desk.work(TechnicianAction.ANSWER, "Ya la tengo.", ticket=code(7))
    stage.an_hour_passes()
    assert [sent.kind for sent in stage.world.graph.messages] == ["template"]
    assert code(7) in stage.world.graph.messages[0].text
    service.say("hola", EVA_WRITES)
    settle()
    assert [sent.text for sent in stage.world.graph.messages if "Ya la tengo." in sent.text]


def what_tells_the_code_takes_on_nothing_else(stage: Stage) -> None:
    """Written before it has left."""
    opens_for(stage.desk, channels=())
    stage.desk.work(TechnicianAction.ANSWER, "Ya la tengo.", ticket=code(7))
    told = "select events from outbox where channel = 'whatsapp' and not held"
    assert len(stage.desk.tables.value(told)) == 1


def a_number_in_another_form_is_one_customer(stage: Stage) -> None:
    opens_for(stage.desk, "525512340077")
    sender = Sender(wa_id="525512340077", name="Eva")
    loaded = stage.desk.store.load(sender, Lookup(tickets=True))
    assert [ticket.code for ticket in loaded.tickets or ()] == [code(7)]
    assert stage.desk.take(message("1", sender), base=loaded.conversation).result == "committed"
    assert stage.desk.tables.value("select count(*) from customers") == 1


def a_number_that_meta_writes_in_another_form_is_one_customer(stage: Stage) -> None:
    known = stage.desk.take(message("1", Sender(wa_id="5215500000000", name="Eva"))).conversation.customer_id
    (row,) = (row for row in opens_for(stage.desk).rows if row.channel == "whatsapp")
    stage.desk.store.learn_number(row, "5215500000000")
    assert stage.desk.tables.all("select customer_id from tickets order by id") == [{"customer_id": known}]


def who_has_written_is_no_other_by_what_meta_answers(stage: Stage) -> None:
    (row,) = (row for row in opens_for(stage.desk).rows if row.channel == "whatsapp")
    stage.desk.take(message("1", Sender(wa_id=EVA, name="Eva")))
    stage.desk.store.learn_number(row, "525512340077")
    assert stage.desk.tables.value("select wa_id from customers") == EVA


def what_was_put_in_beside_their_first_message_leaves(stage: Stage) -> None:
    opens_for(stage.desk, channels=())
    stage.desk.work(TechnicianAction.ANSWER, "Ya la tengo.", ticket=code(7))
    stage.desk.tables.do("update conversations set last_inbound_at = now()")
    stage.an_hour_passes()
    assert [sent.text for sent in stage.world.graph.messages if "Ya la tengo." in sent.text]
