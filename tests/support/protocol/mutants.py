"""Mutants: the product without one part of the protocol, and the scenario that must then fail."""

import importlib
import inspect
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ops.migrations import SCHEMAS
from tests.support.protocol import file_scenarios, mail_scenarios, scenarios
from tests.support.protocol.scenarios import Scenario


class PatchOutdated(Exception):
    """The product no longer has the text that a mutant replaces: the mutant must be updated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sql:
    """`old` becomes `new` in the schema files, where it is found `times` times."""

    old: str
    new: str
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Python:
    """`old` becomes `new` in the source of the function `where`, "module:name", where it is found once."""

    where: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    name: str
    caught_by: Scenario
    sql: Sequence[Sql] = ()
    python: Sequence[Python] = ()


def migrations_with(patches: Sequence[Sql], folder: Path) -> None:
    """Write the mutated schema files into an empty folder, as its migrations. Raises PatchOutdated."""
    texts = {path.name: path.read_text("utf-8") for path in SCHEMAS.glob("*.sql")}
    for patch in patches:
        found = sum(text.count(patch.old) for text in texts.values())
        if found != patch.times:
            raise PatchOutdated(f"{found} times, not {patch.times}: {patch.old}")
        texts = {name: text.replace(patch.old, patch.new) for name, text in texts.items()}
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")


def mutate(patch: Python, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the function by one with the patched source. Raises PatchOutdated."""
    module_name, _, path = patch.where.partition(":")
    module = importlib.import_module(module_name)
    *owners, name = path.split(".")
    owner: Any = module
    for step in owners:
        owner = getattr(owner, step)
    source = textwrap.dedent(inspect.getsource(getattr(owner, name)))
    if source.count(patch.old) != 1:
        raise PatchOutdated(f"{source.count(patch.old)} times in {patch.where}: {patch.old}")
    made: dict[str, Any] = {}
    exec("from __future__ import annotations\n" + source.replace(patch.old, patch.new), module.__dict__, made)
    monkeypatch.setattr(owner, name, made[name])


WAITS_FOR_ALL = Sql(
    old="exception when lock_not_available then\n", new="exception when division_by_zero then\n", times=3
)

MUTANTS = (
    # --- turns
    Mutant(
        name="no version check",
        sql=[Sql(old="v_conversation.version <> p_version or ", new="")],
        caught_by=scenarios.a_turn_from_an_old_version_is_not_committed,
    ),
    Mutant(
        name="no dedup of messages",
        sql=[
            Sql(
                old="from public.inbound where wamid = p_wamid",
                new="from public.inbound where false",
                times=3,
            ),
            Sql(old="wamid       text primary key", new="wamid       text"),
            Sql(old="on conflict (wamid) do nothing", new="", times=4),
        ],
        caught_by=scenarios.a_message_that_comes_twice_is_one_turn,
    ),
    Mutant(
        name="a call of any age is done",
        python=[
            Python(
                where="handlers.webhook:Webhook.receive",
                old="datetime.now(UTC) - _MAX_AGE",
                new="datetime.min.replace(tzinfo=UTC)",
            )
        ],
        caught_by=scenarios.what_was_signed_long_ago_is_not_done_again,
    ),
    Mutant(
        name="a duplicate brings nothing",
        sql=[Sql(old="where o.wamid = p_known.wamid and", new="where false and")],
        caught_by=scenarios.a_duplicate_brings_what_is_still_open,
    ),
    Mutant(
        name="acknowledged before the commit",
        python=[
            Python(
                where="handlers.webhook:Webhook.receive",
                old="if not self._handle(events):",
                new="self.sender.threads.start('whatsapp', self._handle, events)\n    if False:",
            )
        ],
        caught_by=scenarios.what_is_not_stored_is_not_acknowledged,
    ),
    Mutant(
        name="acknowledged whatever happened",
        python=[
            Python(
                where="handlers.webhook:Webhook.receive",
                old="if not self._handle(events):",
                new="if self._handle(events) is None:",
            )
        ],
        caught_by=scenarios.what_is_not_stored_is_not_acknowledged,
    ),
    Mutant(
        name="cache kept after an error",
        python=[
            Python(
                where="handlers.process_message:MessageProcessor.process",
                old="self.cache.pop(key)",
                new="pass",
            )
        ],
        caught_by=scenarios.after_an_error_memory_is_not_trusted,
    ),
    Mutant(
        name="tickets are everybody's",
        sql=[Sql(old="where code = v_code and customer_id = v_id;", new="where code = v_code;")],
        caught_by=scenarios.a_ticket_of_somebody_else_is_not_there,
    ),
    Mutant(
        name="a number is somebody's for ever",
        sql=[Sql(old="select interval '90 days'", new="select interval '9000 days'")],
        caught_by=scenarios.a_number_that_was_silent_for_long_is_somebody_else,
    ),
    # --- locks
    Mutant(
        name="no lock of an alias that is new",
        sql=[Sql(old="perform pg_advisory_xact_lock(alias.key) from", new="perform alias.key from")],
        caught_by=scenarios.first_messages_of_one_person_wait_for_each_other,
    ),
    Mutant(
        name="a lock is waited for as long as it is held",
        sql=[
            Sql(old=" set lock_timeout = '2s'", new="", times=41),
        ],
        caught_by=scenarios.a_held_row_is_given_up_in_time,
    ),
    Mutant(
        name="all messages of a customer are tried at once",
        python=[
            Python(
                where="handlers.customer_messages:CustomerMessages._process_in_order",
                old="with self.queue.turn(message.sender.key):",
                new="if True:",
            )
        ],
        caught_by=scenarios.a_held_row_takes_one_connection,
    ),
    Mutant(
        name="marks wait for every customer",
        sql=[WAITS_FOR_ALL],
        caught_by=scenarios.a_held_customer_holds_up_no_mark_of_others,
    ),
    Mutant(
        name="statuses wait for every customer",
        sql=[WAITS_FOR_ALL],
        caught_by=scenarios.a_held_customer_holds_up_no_status_of_others,
    ),
    Mutant(
        name="a deletion that comes first is forgotten",
        sql=[
            Sql(
                old="values (p_wamid, 'deleted') on conflict",
                new="select p_wamid, 'deleted' where false on conflict",
            )
        ],
        caught_by=scenarios.a_message_that_was_deleted_before_it_came_is_not_kept,
    ),
    Mutant(
        name="an edit that comes first is forgotten",
        sql=[Sql(old="if p_original is not null then", new="if false then")],
        caught_by=scenarios.a_message_that_was_edited_before_it_came_is_kept_once,
    ),
    Mutant(
        name="edits are taken as they come",
        python=[
            Python(
                where="handlers.process_message:_is_outdated",
                old="loaded.edited_at > message.at",
                new="False",
            )
        ],
        caught_by=scenarios.an_older_edit_changes_nothing,
    ),
    Mutant(
        name="no second look at what was deleted",
        python=[
            Python(
                where="handlers.process_message:MessageProcessor._process",
                old="loaded, recorded = None, True",
                new="return self._ignored(message, ready.loaded, '')",
            )
        ],
        caught_by=scenarios.a_deletion_beside_its_message_finds_it,
    ),
    # --- lanes and leases
    Mutant(
        name="no head of a lane",
        sql=[Sql(old="select distinct on (o.lane) o.id", new="select o.id")],
        caught_by=scenarios.replies_leave_one_after_the_other,
    ),
    Mutant(
        name="no lock of a lane",
        sql=[Sql(old="perform pg_advisory_xact_lock(lane.key) from", new="perform lane.key from")],
        caught_by=scenarios.a_row_put_in_beside_a_finish_is_handed_on,
    ),
    Mutant(
        name="mails in the customer's lane",
        sql=[Sql(old="'mail:' || (p_row->>'ticket')", new="'wa:' || p_customer")],
        caught_by=scenarios.a_mail_that_hangs_holds_up_no_reply,
    ),
    Mutant(
        name="no fence by the try",
        sql=[
            Sql(old="where o.id = p_id and o.attempts = p_attempt", new="where o.id = p_id"),
            Sql(old="o.lease_token = p_lease or o.status = 'unknown'", new="true or o.status = 'unknown'"),
        ],
        caught_by=scenarios.a_lease_that_was_taken_over_finishes_nothing,
    ),
    Mutant(
        name="no fence by the token",
        sql=[Sql(old="o.lease_token = p_lease or o.status = 'unknown'", new="true or o.status = 'unknown'")],
        caught_by=scenarios.a_lease_of_nobody_finishes_nothing,
    ),
    Mutant(
        name="no look at the lease before a try",
        python=[
            Python(
                where="handlers.outbox_sender:_lease_suffices",
                old="elapsed = seconds_since(leased.row.asked_at)",
                new="elapsed = 0.0",
            )
        ],
        caught_by=scenarios.an_instance_that_wakes_up_late_sends_nothing,
    ),
    Mutant(
        name="a lease runs from when its answer came",
        python=[
            Python(where="state.store.client:Store._lease", old="asked_at=asked_at", new="asked_at=moment()")
        ],
        caught_by=scenarios.a_lease_runs_from_before_the_call_that_brings_it,
    ),
    # --- marks in batches
    Mutant(
        name="a mark is forgotten before it is stored",
        python=[
            Python(
                where="handlers.mark_flusher:MarkFlusher._store",
                old="answer = self.store.mark_sent(",
                new="self.marks.settle(taken, [mark.id for mark in taken])\n        answer = self.store.mark_sent(",
            )
        ],
        caught_by=scenarios.a_mark_is_kept_until_it_is_stored,
    ),
    Mutant(
        name="a mark that rode with a lost commit is forgotten",
        python=[
            Python(
                where="handlers.process_message:MessageProcessor._commit",
                old="self.marks.settle(sent, done)",
                new="self.marks.settle(sent, [mark.id for mark in sent])",
            )
        ],
        caught_by=scenarios.a_mark_outlives_the_commit_that_it_rode_with,
    ),
    Mutant(
        name="a status is answered from memory",
        python=[
            Python(
                where="handlers.delivery_status:DeliveryStatusHandler.handle",
                old="self._new(telling)",
                new="[each for each in self._new(telling) if not self.sender.marks.holds({each.provider_id})]",
            )
        ],
        caught_by=scenarios.a_status_is_stored_before_it_is_answered,
    ),
    Mutant(
        name="one status that is refused takes the others with it",
        python=[
            Python(
                where="handlers.delivery_status:DeliveryStatusHandler._confirm",
                old="if len(statuses) > 1:",
                new="if False:",
            )
        ],
        caught_by=scenarios.a_status_that_is_refused_stops_no_other,
    ),
    Mutant(
        name="nobody hears that a lane waits",
        python=[
            Python(
                where="handlers.customer_messages:CustomerMessages._send",
                old="self.sender.let_next_leave(commit.waiting)",
                new="pass",
            )
        ],
        caught_by=scenarios.the_next_of_a_lane_leaves_at_once,
    ),
    Mutant(
        name="a row that was locked counts as marked",
        sql=[
            Sql(
                old="if not exists (select from public.outbox where id = v_mark.id) then done",
                new="if true then done",
            )
        ],
        caught_by=scenarios.a_locked_row_is_marked_later,
    ),
    Mutant(
        name="a mark of any attempt is taken",
        sql=[
            Sql(old="if v_row.attempts = v_mark.attempt\n", new="if true\n"),
            Sql(old="v_row.lease_token = v_mark.lease or", new="true or"),
        ],
        caught_by=scenarios.a_mark_of_an_older_attempt_marks_nothing,
    ),
    Mutant(
        name="a mark that was stored before brings nothing",
        sql=[
            Sql(
                old="lanes := lanes || v_row.lane;      -- even if it was",
                new="if v_row.status <> 'sent' then lanes := lanes || v_row.lane; end if; -- even if it was",
            )
        ],
        caught_by=scenarios.a_mark_whose_answer_was_lost_brings_the_next_row,
    ),
    Mutant(
        name="a mark is stored again under another lease",
        python=[
            Python(
                where="handlers.mark_flusher:MarkFlusher._store",
                old="self.store.mark_sent(taken, self._lease,",
                new="self.store.mark_sent(taken, new_lease(),",
            )
        ],
        caught_by=scenarios.a_mark_whose_answer_was_lost_brings_the_next_row,
    ),
    Mutant(
        name="a mark hands on no row",
        sql=[
            Sql(
                old="'rows', public.lease_lanes(v_lanes, p_channels, p_lease, p_lease_seconds));\nend $$;\ncomment on function public.mark_sent",
                new="'rows', '[]'::jsonb);\nend $$;\ncomment on function public.mark_sent",
            )
        ],
        caught_by=scenarios.a_mark_brings_the_next_row_of_its_lane,
    ),
    # --- replies that wait for the next line
    Mutant(
        name="no reply waits",
        python=[
            Python(
                where="handlers.process_message:MessageProcessor._commit",
                old="turn, wait)",
                new="turn)",
            )
        ],
        caught_by=scenarios.a_line_that_goes_on_waits_and_its_200_does_not,
    ),
    Mutant(
        name="a line takes nobody's place",
        sql=[
            Sql(
                old="where o.lane = v_lane and o.status = 'ready' and not o.held and o.yields",
                new="where false",
            )
        ],
        caught_by=scenarios.the_lines_of_a_burst_share_a_bubble,
    ),
    Mutant(
        name="a waiting bubble is never due",
        sql=[
            Sql(
                old="  v_new_day := coalesce(",
                new="  v_due := case when v_wait > 0 then 'infinity' else v_due end;\n  v_new_day := coalesce(",
            )
        ],
        caught_by=scenarios.a_waiting_bubble_leaves_by_the_sweep_once,
    ),
    Mutant(
        name="nobody waits for a waiting bubble",
        python=[
            Python(
                where="handlers.customer_messages:CustomerMessages._send",
                old="self.waiting.add(commit.due)",
                new="pass",
            )
        ],
        caught_by=scenarios.a_waiting_bubble_leaves_without_the_sweep,
    ),
    Mutant(
        name="a press waits behind a line",
        sql=[
            Sql(
                old="and (p_throttled or o.waits_since is not null and o.next_at > now())",
                new="and p_throttled",
            ),
            Sql(old="  if not p_throttled and coalesce(", new="  if false and coalesce("),
        ],
        caught_by=scenarios.a_press_waits_for_no_line,
    ),
    Mutant(
        name="a question gives way to anything",
        sql=[Sql(old="and (o.asks and not (p_reply->>'asks')::boolean) is not true", new="")],
        caught_by=scenarios.a_question_that_nobody_saw_leaves_first,
    ),
    Mutant(
        name="each line begins the wait anew",
        sql=[Sql(old="v_since + public.max_reply_wait()", new="now() + public.max_reply_wait()")],
        caught_by=scenarios.who_keeps_writing_is_answered,
    ),
    Mutant(
        name="waiting rows are leased again under another lease",
        python=[
            Python(
                where="handlers.waiting_replies:WaitingReplies._send_later",
                old="ahead_seconds, lease, tries)",
                new="ahead_seconds, new_lease(), tries)",
            )
        ],
        caught_by=scenarios.a_lost_answer_about_waiting_rows_loses_no_row,
    ),
    Mutant(
        name="what never left counts",
        sql=[Sql(old="+ v_bubbles - v_dropped, 0)", new="+ v_bubbles, 0)")],
        caught_by=scenarios.a_reply_that_never_left_does_not_count,
    ),
    # --- technicians
    Mutant(
        name="the page forgets what it leased",
        python=[
            Python(
                where="handlers.technician_pages:Pages._act",
                old="self.sender.start(attempted.rows)",
                new="pass",
            )
        ],
        caught_by=scenarios.a_technician_s_words_leave_with_their_form,
    ),
    Mutant(
        name="words wait like any change",
        sql=[
            Sql(
                old="p_event.body is not null or p_event.to_status is not distinct from 'resolved'",
                new="false",
            )
        ],
        caught_by=scenarios.a_technician_s_words_leave_with_their_form,
    ),
    Mutant(
        name="words wait behind another ticket",
        sql=[Sql(old="if v_at_once then             -- with", new="if false then             -- with")],
        caught_by=scenarios.words_do_not_wait_behind_another_ticket,
    ),
    Mutant(
        name="the lease of a lost answer is forgotten",
        python=[
            Python(
                where="handlers.lost_answers:LostAnswers.lease",
                old="self._leases.put(key, lease)",
                new="pass",
            )
        ],
        caught_by=scenarios.what_a_lost_answer_had_leased_leaves_with_the_same_form,
    ),
    Mutant(
        name="the lease of a lost answer is used twice",
        python=[
            Python(
                where="handlers.lost_answers:LostAnswers.lease",
                old="self._leases.pop(key)",
                new="self._leases.get(key)",
            )
        ],
        caught_by=scenarios.the_same_form_sends_nothing_twice,
    ),
    Mutant(
        name="nobody hears of what did not arrive",
        sql=[
            Sql(
                old="if v_texts <> '{}' and v_ticket.customer_id is not null then\n      --",
                new="if false then\n      --",
            )
        ],
        caught_by=scenarios.what_did_not_arrive_is_mailed_to_who_wrote_it,
    ),
    # --- tries
    Mutant(
        name="no grace for the delivery status",
        sql=[
            Sql(
                old="next_at = v_now + case channel when 'whatsapp' then interval '120 s'",
                new="next_at = v_now + case channel when 'whatsapp' then interval '0'",
            )
        ],
        caught_by=scenarios.an_unmarked_reply_waits_for_its_status,
    ),
    Mutant(
        name="the delivery status is not heard",
        sql=[
            Sql(
                old="    if v_row.status = 'sent' then\n      update public.outbox set proof = p_proof",
                new="    if true then\n      update public.outbox set proof = p_proof",
            )
        ],
        caught_by=scenarios.a_status_closes_what_was_unclear,
    ),
    Mutant(
        name="unknown taken for unsent",
        python=[
            Python(
                where="channels.whatsapp:_broken",
                old="Outcome.RETRY if unmade else Outcome.UNKNOWN",
                new="Outcome.RETRY",
            )
        ],
        caught_by=scenarios.a_reply_whose_answer_was_lost_is_one_bubble,
    ),
    Mutant(
        name="a new key for every try",
        python=[
            Python(
                where="handlers.technician_mails:TechnicianMails.send",
                old="mail.key, files)",
                new="f'{mail.key}/{row.attempts}', files)",
            )
        ],
        caught_by=scenarios.a_mail_whose_answer_was_lost_is_one_mail,
    ),
    Mutant(
        name="the body is rendered again",
        python=[
            Python(
                where="handlers.technician_mails:TechnicianMails.send",
                old="self.resend.send(mail.request,",
                new="self.resend.send({**mail.request, 'subject': f'{row.attempts}'},",
            )
        ],
        caught_by=scenarios.every_try_of_a_mail_sends_the_same_bytes,
    ),
    Mutant(
        name="mails under the row's key alone",
        python=[
            Python(
                where="handlers.render_notification:NotificationRenderer._email",
                old='f"{row.dedup_key}/{technician.id}"',
                new="row.dedup_key",
            )
        ],
        caught_by=scenarios.a_row_is_an_email_for_each_technician,
    ),
    Mutant(
        name="a row is done when the first of its mails is taken",
        python=[
            Python(
                where="handlers.technician_mails:result_of_row",
                old="strongest = min(results, key=lambda result: _DECIDES.index(result.outcome))",
                new="strongest = results[0]",
            )
        ],
        caught_by=scenarios.a_row_is_done_when_all_its_emails_are_taken,
    ),
    Mutant(
        name="a row that was taken in part begins its day anew",
        sql=[
            Sql(
                old="case when v_refused and o.attempts = 1 and p_emails is null then null",
                new="case when v_refused and o.attempts = 1 then null",
            )
        ],
        caught_by=scenarios.a_row_that_was_taken_in_part_keeps_its_day,
    ),
    Mutant(
        name="an instance that wakes up between two mails goes on",
        python=[
            Python(
                where="handlers.outbox_sender:_is_leased",
                old="seconds_since(leased.row.asked_at) < leased.row.lease_seconds",
                new="True",
            )
        ],
        caught_by=scenarios.an_instance_that_is_frozen_between_two_emails_sends_no_other,
    ),
    Mutant(
        name="a pace of rows",
        sql=[
            Sql(
                old="v_count::double precision * p_emails_per_row / public.emails_per_second()",
                new="v_count::double precision / public.emails_per_second()",
            )
        ],
        caught_by=scenarios.the_pace_is_that_of_emails,
    ),
    Mutant(
        name="everybody hears of every ticket",
        python=[
            Python(
                where="handlers.people:People.concerned",
                old="return (found,) if found else self.technicians",
                new="return self.technicians",
            )
        ],
        caught_by=scenarios.what_a_customer_adds_reaches_who_has_the_ticket,
    ),
    Mutant(
        name="a technician who left still opens",
        python=[
            Python(
                where="handlers.technician_pages:Pages._read",
                old="technician = self.people.by_id(number)",
                new="technician = self.people.by_id(number) or self.people.technicians[0]",
            )
        ],
        caught_by=scenarios.the_link_of_who_left_opens_nothing,
    ),
    Mutant(
        name="a mail is tried for ever",
        sql=[Sql(old="o.first_attempt_at < v_now - public.email_key_lifetime()", new="false")],
        caught_by=scenarios.a_mail_is_not_tried_once_its_key_is_forgotten,
    ),
    Mutant(
        name="nothing is superseded",
        sql=[Sql(old="when not o.repeat and exists (", new="when false and exists (")],
        caught_by=scenarios.a_menu_that_was_overtaken_is_dropped,
    ),
    Mutant(
        name="a late 131047 is ignored",
        python=[
            Python(
                where="handlers.delivery_status:DeliveryStatusHandler.handle",
                old="status.proof or status.status == FAILED",
                new="status.proof",
            )
        ],
        caught_by=scenarios.a_late_refusal_of_the_window_brings_the_template,
    ),
    Mutant(
        name="a late 131047 brings the same text again",
        sql=[
            Sql(
                old="as_template = o.as_template or p_outcome = 'window'",
                new="as_template = o.as_template",
                times=2,
            )
        ],
        caught_by=scenarios.a_late_refusal_of_the_window_brings_the_template,
    ),
    Mutant(
        name="a refusal is believed of any try",
        sql=[Sql(old="elsif v_row.provider_id is null and v_row.attempts > 1 then", new="elsif false then")],
        caught_by=scenarios.a_refusal_of_an_older_try_starts_no_third,
    ),
    Mutant(
        name="a refusal of the account is a failed try",
        sql=[
            Sql(
                old="attempts = o.attempts - case when v_refused and (o.attempts > 1 or p_emails is null) then 1 else 0 end",
                new="attempts = o.attempts",
            )
        ],
        caught_by=scenarios.a_refusal_of_the_account_burns_no_try,
    ),
    Mutant(
        name="the rate of the account is a failed try",
        python=[
            Python(
                where="channels.resend_client:result_of",
                old="outcome=Outcome.LIMITED",
                new="outcome=Outcome.RETRY",
            )
        ],
        caught_by=scenarios.the_rate_of_the_account_burns_no_try,
    ),
    Mutant(
        name="what waited for the rate leaves all at once",
        sql=[Sql(old="if v_count > 0 or v_more then", new="if false then")],
        caught_by=scenarios.what_waited_leaves_at_the_rate_of_the_account,
    ),
    Mutant(
        name="the latest pause counts",
        sql=[
            Sql(
                old="paused_until = greatest(p.paused_until, excluded.paused_until)",
                new="paused_until = excluded.paused_until",
            )
        ],
        caught_by=scenarios.a_shorter_pause_ends_no_longer_one,
    ),
    Mutant(
        name="what waits to be sent again takes more events",
        sql=[Sql(old="status = 'sending', tried = true,", new="status = 'sending',")],
        caught_by=scenarios.nothing_is_gathered_in_a_row_that_was_tried,
    ),
    Mutant(
        name="the sweep ends where rows were given up",
        sql=[
            Sql(
                old="v_more := cardinality(v_seen) >= public.max_lanes_per_claim();\n    exit when v_more;",
                new="exit when cardinality(v_seen) >= public.max_lanes_per_claim();",
            )
        ],
        caught_by=scenarios.what_is_given_up_keeps_nothing_waiting,
    ),
    Mutant(
        name="any answer is Resend's",
        python=[
            Python(
                where="channels.resend_client:KeptConnections.request",
                old="if not _is_resends(",
                new="if False and not _is_resends(",
            )
        ],
        caught_by=scenarios.an_answer_that_is_not_resends_decides_nothing,
    ),
    Mutant(
        name="a refusal of the account stops nobody else",
        sql=[Sql(old="p.channel = p_channel and p.paused_until > now()", new="false")],
        caught_by=scenarios.a_refusal_of_the_account_holds_its_channel,
    ),
    Mutant(
        name="one recipient who is refused stops everybody",
        sql=[
            Sql(
                old="language sql immutable as $$ select 3 $$", new="language sql immutable as $$ select 1 $$"
            )
        ],
        caught_by=scenarios.a_refusal_of_one_recipient_stops_nobody_else,
    ),
    Mutant(
        name="a permission that is missing for all is everybody's own fault",
        sql=[
            Sql(
                old="language sql immutable as $$ select 3 $$",
                new="language sql immutable as $$ select 1000 $$",
            )
        ],
        caught_by=scenarios.a_refusal_of_several_recipients_holds_the_channel,
    ),
    Mutant(
        name="what was counted before a pause stays counted",
        sql=[Sql(old="case when w.id = p_id then 0 else w.refusals end,", new="0,")],
        caught_by=scenarios.a_refusal_of_several_recipients_burns_no_try,
    ),
    Mutant(
        name="three who are refused themselves stop everybody for ever",
        sql=[Sql(old="having min(w.refused_at) > coalesce(v_accepted, '-infinity')", new="having true")],
        caught_by=scenarios.who_was_refused_before_others_were_accepted_stops_nobody,
    ),
    Mutant(
        name="a template that is refused is the end",
        sql=[
            Sql(
                old="select case when o.as_template and not o.scrub then 'released' else 'dead' end",
                new="select 'dead'",
            )
        ],
        caught_by=scenarios.a_template_that_is_refused_waits_for_their_next_message,
    ),
    Mutant(
        name="only sent proves that it left",
        python=[
            Python(
                where="handlers.delivery_status:DeliveryStatusHandler.handle",
                old="if status.proof or",
                new="if status.status == 'sent' or",
            )
        ],
        caught_by=scenarios.delivered_alone_closes_what_was_unclear,
    ),
    Mutant(
        name="a failure after read is believed",
        sql=[Sql(old="elsif v_row.proof > 'sent' then", new="elsif false then")],
        caught_by=scenarios.a_failure_after_read_changes_nothing,
    ),
    Mutant(
        name="what was read is known to one instance alone",
        python=[
            Python(
                where="handlers.sent_marks:SentMarks.prove",
                old="while len(self._proofs) > _MAX_PROOFS:",
                new="while self._proofs:",
            )
        ],
        caught_by=scenarios.a_failure_after_read_changes_nothing,
    ),
    Mutant(
        name="an answer that is not Meta's is a success",
        python=[
            Python(
                where="channels.whatsapp:_answered",
                old="if response.status == 200 and wamid:",
                new="if response.status == 200:",
            )
        ],
        caught_by=scenarios.an_answer_that_is_not_metas_loses_nothing,
    ),
    Mutant(
        name="the lease is not asked on the way out",
        python=[
            Python(
                where="handlers.outbox_sender:OutboxSender._try",
                old="partial(_lease_suffices, leased)",
                new="lambda: True",
            )
        ],
        caught_by=scenarios.an_instance_that_is_frozen_on_the_way_out_sends_nothing,
    ),
    Mutant(
        name="no key of its own for a row",
        sql=[
            Sql(
                old="text not null unique,                       -- Resend's",
                new="text not null, -- Resend's",
            ),
            Sql(old="on conflict (dedup_key) do nothing\n  returning *", new="returning *"),
        ],
        caught_by=scenarios.a_ticket_has_one_mail,
    ),
    # --- among technicians
    Mutant(
        name="an internal note notifies the customer",
        sql=[
            Sql(
                old="if new.actor = 'technician' and new.kind <> 'internal' then",
                new="if new.actor = 'technician' then",
            )
        ],
        caught_by=scenarios.an_internal_note_stays_among_technicians,
    ),
    Mutant(
        name="an internal note is the latest word on the customer's card",
        sql=[
            Sql(
                old="e.actor = 'technician' and e.kind in ('status', 'answer') and e.body is not null\n",
                new="e.actor = 'technician' and e.body is not null\n",
            )
        ],
        caught_by=scenarios.an_internal_note_stays_among_technicians,
    ),
    Mutant(
        name="a duplicate leads nowhere",
        sql=[
            Sql(old="where id = v_ticket.merged_into and customer_id = v_id", new="where id = v_ticket.id"),
            Sql(old="'duplicate', v_duplicate, ", new=""),
        ],
        caught_by=scenarios.what_is_written_about_a_duplicate_is_in_the_other,
    ),
    Mutant(
        name="tickets of anybody are merged",
        sql=[
            Sql(old="where code = p_into and customer_id = p_ticket.customer_id;", new="where code = p_into;")
        ],
        caught_by=scenarios.only_tickets_of_one_customer_are_merged,
    ),
    Mutant(
        name="the same words after a step back are sent again",
        sql=[
            Sql(
                old="p_key like 'page/%' and public.has_just_said(v_ticket.id, p_action, v_text, p_technician, p_files)",
                new="false",
            )
        ],
        caught_by=scenarios.the_same_words_after_a_step_back_are_one_bubble,
    ),
    # --- the list of tickets
    Mutant(
        name="each request for the list's link is an e-mail",
        sql=[
            Sql(
                old="v_key  text := 'desk/' || p_technician || '/' || floor(extract(epoch from now()) / 600);",
                new="v_key  text := 'desk/' || p_technician || '/' || gen_random_uuid();",
            )
        ],
        caught_by=scenarios.the_link_to_the_list_is_one_mail_however_often_it_is_asked_for,
    ),
    Mutant(
        name="logging out ends nothing",
        sql=[Sql(old="if p_epoch is distinct from public.desk_epoch() then", new="if false then", times=3)],
        caught_by=scenarios.access_that_was_ended_opens_nothing,
    ),
    Mutant(
        name="who follows the list's link is in",
        python=[
            Python(
                where="handlers.desk_pages:DeskPages.link",
                old='if request.method != "POST":',
                new="if False:",
            )
        ],
        caught_by=scenarios.a_scanner_that_follows_the_link_is_not_in,
    ),
    Mutant(
        name="the list's link does what its cookie does",
        python=[Python(where="handlers.desk_links:DeskLinks.__init__", old="desk-cookie", new="desk-link")],
        caught_by=scenarios.the_link_to_the_list_is_no_cookie,
    ),
    Mutant(
        name="the list's cookie is good for ever",
        python=[
            Python(where="handlers.desk_links:_read", old="if now.timestamp() > until:", new="if False:")
        ],
        caught_by=scenarios.the_cookie_of_the_list_ends,
    ),
    # --- for somebody at the counter
    Mutant(
        name="the ticket is opened twice by one form",
        sql=[
            Sql(old="v_wamid    text := 'desk/' || p_key; ", new="v_wamid    text := 'desk/' || p_code;"),
        ],
        caught_by=scenarios.a_form_opens_one_ticket,
    ),
    Mutant(
        name="a never-written customer gets a second template",
        sql=[
            Sql(
                old="v_held     boolean := not public.has_written(p_ticket.customer_id);",
                new="v_held     boolean := false;",
            )
        ],
        caught_by=scenarios.who_has_never_written_is_told_the_code_and_nothing_else,
    ),
    Mutant(
        name="an answer joins what tells the code",
        sql=[Sql(old="     and not public.tells_of_opening(events)\n", new="")],
        caught_by=scenarios.what_tells_the_code_takes_on_nothing_else,
    ),
    Mutant(
        name="the normalised number is not joined",
        sql=[
            Sql(
                old="if v_id is null and cardinality(public.number_forms(p_wa_id)) > 1 then",
                new="if false then",
            )
        ],
        caught_by=scenarios.a_number_in_another_form_is_one_customer,
    ),
    Mutant(
        name="the number that Meta answers is not joined",
        sql=[Sql(old="perform public.merge_customers(v_customer.id, v_known);", new="null;")],
        caught_by=scenarios.a_number_that_meta_writes_in_another_form_is_one_customer,
    ),
    Mutant(
        name="Meta's answer moves who has written",
        sql=[
            Sql(
                old="v_customer.wa_id is distinct from v_number\n     or public.has_written(v_customer.id) then",
                new="v_customer.wa_id is distinct from v_number then",
            )
        ],
        caught_by=scenarios.who_has_written_is_no_other_by_what_meta_answers,
    ),
    Mutant(
        name="what waits for a first message is only released by it",
        sql=[
            Sql(
                old="return v_released + public.release_first_notifications(p_limit);",
                new="return v_released;",
            )
        ],
        caught_by=scenarios.what_was_put_in_beside_their_first_message_leaves,
    ),
    Mutant(
        name="the turn hands on no file",
        sql=[
            Sql(
                old="    v_lanes := v_lanes || public.lanes_of_files(",
                new="    perform public.lanes_of_files(",
            )
        ],
        caught_by=file_scenarios.a_file_is_stored_with_its_turn,
    ),
    Mutant(
        name="a file is stored twice",
        python=[
            Python(
                where="handlers.stored_files:StoredFiles._store",
                old="    if file.stored:\n        return _DONE\n",
                new="",
            )
        ],
        sql=[
            Sql(old="if v_file.stored_at is not null then return 'stored'; end if;", new=""),
            Sql(
                old="set bytes = p_bytes where object = p_object and stored_at is null;",
                new="set bytes = p_bytes where object = p_object;",
            ),
        ],
        caught_by=file_scenarios.what_is_stored_is_not_stored_again,
    ),
    Mutant(
        name="a file is stored before there is room",
        python=[
            Python(
                where="handlers.stored_files:StoredFiles._store",
                old="case Reservation.NO_ROOM:",
                new="case None:",
            )
        ],
        caught_by=file_scenarios.nothing_is_stored_without_room,
    ),
    Mutant(
        name="a file that was given up says nothing",
        sql=[Sql(old="perform public.record_missing(new.object, 'failed', new.attempts + 1);", new="null;")],
        caught_by=file_scenarios.a_file_that_was_given_up_says_so,
    ),
    Mutant(
        name="nobody looks whether a file is what was sent",
        python=[
            Python(
                where="channels.download:_chunks",
                old='raise MediaDiffers("another file than was sent")',
                new="pass",
            )
        ],
        caught_by=file_scenarios.what_is_not_what_was_sent_is_not_kept,
    ),
    Mutant(
        name="files outlive the person",
        sql=[
            Sql(
                old="create trigger remove_attachment after delete on public.attachments for each row\n"
                "  when (old.object is not null)",
                new="create trigger remove_attachment after delete on public.attachments for each row\n"
                "  when (false)",
            )
        ],
        caught_by=file_scenarios.files_go_with_the_person,
    ),
    Mutant(
        name="a file is removed before it is stored",
        sql=[
            Sql(
                old="select concat_ws('/', 'remove', p_object, again), 'file:' || p_object,",
                new="select concat_ws('/', 'remove', p_object, again), 'remove:' || p_object,",
            )
        ],
        caught_by=file_scenarios.a_file_is_not_removed_before_it_is_stored,
    ),
    Mutant(
        name="an upload that ends late stays",
        sql=[
            Sql(
                old="  if not found then\n    perform public.remove_object(p_object);\n    return false;",
                new="  if not found then\n    return false;",
            )
        ],
        caught_by=file_scenarios.an_upload_that_ends_after_the_removal_is_removed,
    ),
    Mutant(
        name="a file is removed once",
        sql=[
            Sql(
                old="from (values (null), ('again')) times(again)",
                new="from (values (null::text)) times(again)",
            )
        ],
        caught_by=file_scenarios.an_upload_of_who_dies_after_the_removal_is_removed,
    ),
    Mutant(
        name="files of open tickets make room",
        sql=[
            Sql(
                old="and (select t.status from public.tickets t where t.id = a.ticket_id) = 'closed'",
                new="",
            )
        ],
        caught_by=file_scenarios.files_of_open_tickets_make_no_room,
    ),
    Mutant(
        name="the newest files make room",
        sql=[
            Sql(
                old="     order by a.stored_at, a.id\n",
                new="     order by a.stored_at desc, a.id desc\n",
            )
        ],
        caught_by=file_scenarios.the_oldest_files_of_closed_tickets_make_room,
    ),
    Mutant(
        name="an answer sends no file",
        sql=[
            Sql(
                old="if p_files <> '[]' then perform public.send_files(v_ticket, v_event, p_files); end if;",
                new="",
            )
        ],
        caught_by=file_scenarios.a_file_follows_the_words_once,
    ),
    Mutant(
        name="words wait for a file",
        sql=[
            Sql(
                old="select 'file/' || (f->>'object'), 'files:' || p_ticket.customer_id,",
                new="select 'file/' || (f->>'object'), 'notify:' || p_ticket.customer_id,",
            ),
            Sql(
                old="case when p_content = 'file' and p_customer is not null then 'files:' || p_customer::text else p_lane end",
                new="p_lane",
            ),
        ],
        caught_by=file_scenarios.words_do_not_wait_for_a_file,
    ),
    Mutant(
        name="a form sends its files each time",
        sql=[
            Sql(
                old="  if exists (select from public.ticket_events where ticket_id = v_ticket.id and key = p_key)\n",
                new="  if p_files = '[]' and exists (select from public.ticket_events where ticket_id = v_ticket.id and key = p_key)\n",
            ),
            Sql(old="constraint ticket_events_key_once unique (ticket_id, key),", new=""),
        ],
        caught_by=file_scenarios.the_same_form_sends_its_files_once,
    ),
    Mutant(
        name="nothing announces a file",
        sql=[
            Sql(
                old="cross join (values (null, 1), ('again', 5)) times(again, hours)",
                new="cross join (values (null, 9999), ('again', 9999)) times(again, hours)",
            )
        ],
        caught_by=file_scenarios.what_no_answer_needs_is_removed,
    ),
    Mutant(
        name="what a ticket has is removed",
        python=[
            Python(
                where="handlers.stored_files:StoredFiles._remove",
                old='row.record.get("wanted") is not False',
                new="False",
            )
        ],
        caught_by=file_scenarios.a_file_of_an_answer_is_not_removed,
    ),
    Mutant(
        name="a file leaves outside the service window",
        sql=[
            Sql(
                old="coalesce(v_window < now(), true) or not public.has_written(p_ticket.customer_id), v_window",
                new="false, null",
            )
        ],
        caught_by=file_scenarios.a_file_waits_for_the_service_window,
    ),
    Mutant(
        name="a file is given up when the window has closed",
        sql=[
            Sql(
                old="      when p_outcome = 'window' and o.content = 'file' then case when o.scrub then 'dead' else 'ready' end\n",
                new="",
            )
        ],
        caught_by=file_scenarios.a_file_that_the_window_closed_on_is_held,
    ),
    Mutant(
        name="a file is sent without an upload",
        python=[
            Python(
                where="handlers.stored_files:StoredFiles.upload",
                old="    if file.media_id:\n        return file.media_id\n",
                new='    return file.object or ""\n',
            )
        ],
        caught_by=file_scenarios.a_file_is_given_to_meta_before_it_is_sent,
    ),
    Mutant(
        name="a file is uploaded at every try",
        sql=[
            Sql(
                old="set media_id = p_media_id, uploaded_at = now() where",
                new="set uploaded_at = now() where",
            )
        ],
        caught_by=file_scenarios.a_file_that_meta_has_is_not_uploaded_again,
    ),
    # --- technicians' answers by e-mail
    Mutant(
        name="an event of Resend's is done each time",
        sql=[
            Sql(
                old="event_id    text not null unique,                        -- of Resend's",
                new="event_id    text not null, -- of Resend's",
            ),
            Sql(
                old="where event_id = p_event_id or message_id = p_message_id)",
                new="where message_id = p_message_id)",
                times=2,
            ),
        ],
        caught_by=mail_scenarios.an_event_of_resends_that_comes_twice_is_one_answer,
    ),
    Mutant(
        name="an e-mail is done each time it is received",
        sql=[
            Sql(old="message_id  text unique,", new="message_id  text,"),
            Sql(
                old="where event_id = p_event_id or message_id = p_message_id)",
                new="where event_id = p_event_id)",
                times=2,
            ),
        ],
        caught_by=mail_scenarios.an_e_mail_that_is_received_twice_is_one_answer,
    ),
    Mutant(
        name="an e-mail is acknowledged before the commit",
        python=[
            Python(
                where="handlers.mail_webhook:MailWebhook.receive",
                old='    try:\n        self._take_in(event, request.headers["svix-id"])\n',
                new=(
                    "    def take_in(event_id):\n"
                    "        try:\n            self._take_in(event, event_id)\n"
                    "        except StoreUnavailable:\n            pass\n"
                    "    self.inbox.sender.threads.start('inbox', take_in, request.headers['svix-id'])\n"
                    "    try:\n        pass\n"
                ),
            )
        ],
        caught_by=mail_scenarios.an_e_mail_that_is_not_stored_is_not_acknowledged,
    ),
    Mutant(
        name="an e-mail is acknowledged whatever happened",
        python=[
            Python(
                where="handlers.mail_webhook:MailWebhook.receive",
                old='return plain("not stored, deliver again", 503)',
                new="pass",
            )
        ],
        caught_by=mail_scenarios.an_e_mail_that_is_not_stored_is_not_acknowledged,
    ),
    Mutant(
        name="an e-mail is recorded and nothing fetches it",
        sql=[
            Sql(
                old="values ('received/' || v_mail, 'inbox:' || v_mail, 'inbox', 'received', v_ticket) returning",
                new="select 'received/' || v_mail, 'inbox:' || v_mail, 'inbox', 'received', v_ticket where false returning",
            )
        ],
        caught_by=mail_scenarios.an_e_mail_outlives_the_instance_that_acknowledged_it,
    ),
    Mutant(
        name="an answer by e-mail has no key",
        python=[
            Python(
                where="handlers.received_mail.one_mail:OneMail._act",
                old='key=f"mail/{self.to_fetch.id}/{action}"',
                new="key=None",
            )
        ],
        caught_by=mail_scenarios.an_answer_whose_result_was_lost_is_not_done_again,
    ),
    Mutant(
        name="what became of an e-mail is told each time",
        sql=[
            Sql(old="where m.id = p_id and m.done_at is null returning", new="where m.id = p_id returning"),
            Sql(
                old="values (concat_ws('/', 'mailed', p_id, p_outcome), ",
                new="values ('mailed/' || gen_random_uuid(), ",
            ),
        ],
        caught_by=mail_scenarios.what_became_of_an_e_mail_is_told_once,
    ),
    Mutant(
        name="any address of the domain is a technician's",
        python=[
            Python(
                where="handlers.answer_address:AnswerAddresses._read",
                old='hmac.compare_digest(_mac(key, signed), found["mac"])',
                new="True",
            )
        ],
        caught_by=mail_scenarios.an_address_that_was_not_signed_is_nobodys,
    ),
    Mutant(
        name="once a technician, always a technician",
        python=[
            Python(
                where="handlers.received_mail.one_mail:OneMail.run",
                old="self.desk.people.by_address(self.to_fetch.technician)",
                new="Technician(address=self.to_fetch.technician, name='Marta')",
            )
        ],
        caught_by=mail_scenarios.who_is_no_technician_any_more_is_not_heard,
    ),
    Mutant(
        name="who has the address is a technician",
        python=[
            Python(
                where="handlers.received_mail.sender_check.sender:_is_theirs",
                old="return is_shared and domain_of(address) == domain",
                new="return True",
            )
        ],
        caught_by=mail_scenarios.somebody_else_with_the_address_is_not_heard,
    ),
    Mutant(
        name="a sender is believed",
        python=[
            Python(
                where="handlers.received_mail.sender_check.sender_proof:_dmarc_verdict",
                old="return _NO_RECORD if said is None else said.strip().lower()",
                new="return _PASS",
            )
        ],
        caught_by=mail_scenarios.a_forged_sender_is_not_heard,
    ),
    Mutant(
        name="DMARC's verdict is not looked at",
        python=[
            Python(
                where="handlers.received_mail.sender_check.sender_proof:_dmarc_verdict",
                old="return _NO_RECORD if said is None else said.strip().lower()",
                new="return _NO_RECORD",
            ),
            Python(  # nor is it in the header
                where="handlers.received_mail.sender_check.sender_proof:_results_prove",
                old="if verdict is not None and verdict.result != _NO_RECORD:",
                new="if False:",
            ),
        ],
        caught_by=mail_scenarios.what_dmarc_refuses_is_not_heard,
    ),
    Mutant(
        name="any domain's SPF proves a sender",
        python=[
            Python(
                where="handlers.received_mail.sender_check.sender_proof:_is_senders",
                old="return passed and aligned(domain_of(found.envelope), domain)",
                new="return passed",
            )
        ],
        caught_by=mail_scenarios.another_domains_spf_and_dkim_prove_nothing,
    ),
    Mutant(
        name="any domain's DKIM proves a sender",
        python=[
            Python(
                where="handlers.received_mail.sender_check.sender_proof:_is_signed",
                old="all(aligned(each, domain) for each in signers)",
                new="True",
            )
        ],
        caught_by=mail_scenarios.another_domains_spf_and_dkim_prove_nothing,
    ),
    Mutant(
        name="what a program wrote is sent",
        python=[
            Python(
                where="handlers.received_mail.one_mail:OneMail.run",
                old="is_automatic(mail, self._ours)",
                new="False",
            )
        ],
        caught_by=mail_scenarios.what_no_person_wrote_is_not_sent,
    ),
    Mutant(
        name="who else reads it does not matter",
        python=[
            Python(
                where="handlers.received_mail.one_mail:OneMail._do",
                old="typed.text, further, has_files",
                new="typed.text, (), has_files",
            )
        ],
        caught_by=mail_scenarios.what_others_read_too_stays_among_technicians,
    ),
    Mutant(
        name="a word that is no command is sent",
        python=[
            Python(
                where="handlers.received_mail.request:_wanted",
                old="note = MailRequest(action=Mark.INTERNAL,",
                new="note = MailRequest(action=TechnicianAction.ANSWER,",
            )
        ],
        caught_by=mail_scenarios.a_word_that_is_no_command_is_not_sent,
    ),
    Mutant(
        name="a command further down is the customer's to read",
        python=[
            Python(
                where="handlers.received_mail.request:_wanted",
                old="if command.kind in _SAYS and",
                new="if False and",
            )
        ],
        caught_by=mail_scenarios.a_note_with_its_command_further_down_is_not_sent,
    ),
    Mutant(
        name="of two tickets the first is answered",
        python=[
            Python(
                where="handlers.received_mail.recipients:_of_others",
                old="if about != first:",
                new="if False:",
            )
        ],
        caught_by=mail_scenarios.what_is_sent_to_two_tickets_is_for_no_customer,
    ),
    Mutant(
        name="a technician's link is words like others",
        python=[
            Python(
                where="handlers.received_mail.one_mail:OneMail._do",
                old="if self._secrets.are_in(request.text):",
                new="if False:",
            )
        ],
        caught_by=mail_scenarios.a_technicians_link_is_not_sent,
    ),
    Mutant(
        name="what strangers send counts like one's own",
        sql=[
            Sql(
                old="         and (m.outcome in ('not_theirs', 'unproved')) = (p_outcome in ('not_theirs', 'unproved'))",
                new="",
            )
        ],
        caught_by=mail_scenarios.strangers_keep_nobody_from_hearing_of_their_own,
    ),
    Mutant(
        name="nobody hears that an e-mail was not read",
        sql=[
            Sql(
                old="when (new.content = 'received' and new.status = 'dead' and old.status <> 'dead')",
                new="when (false)",
            )
        ],
        caught_by=mail_scenarios.an_e_mail_that_nobody_could_read_says_so,
    ),
    Mutant(
        name="an answer to nobody was sent",
        python=[
            Python(
                where="handlers.received_mail.one_mail:OneMail._act",
                old="attempted.ticket.customer is None",
                new="False",
            )
        ],
        caught_by=mail_scenarios.an_answer_to_who_was_erased_meanwhile_says_so,
    ),
    Mutant(
        name="two programs answer each other for ever",
        sql=[
            Sql(
                old="p_tell and public.max_told_per_hour() >",
                new="p_tell and 1000000 >",
            )
        ],
        caught_by=mail_scenarios.a_program_that_answers_us_ends_by_itself,
    ),
    Mutant(
        name="every e-mail of a flood is fetched",
        sql=[
            Sql(
                old="v_mail is null and public.max_mails_per_hour() <=",
                new="v_mail is null and 1000000 <=",
            )
        ],
        caught_by=mail_scenarios.of_a_flood_to_one_address_little_is_fetched,
    ),
)

SCENARIOS = tuple(dict.fromkeys(mutant.caught_by for mutant in MUTANTS))
