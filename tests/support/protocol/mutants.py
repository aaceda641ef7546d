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
from tests.support.protocol import scenarios
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
            Sql(old="on conflict (wamid) do nothing", new="", times=3),
        ],
        caught_by=scenarios.a_message_that_comes_twice_is_one_turn,
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
                old="if new:",
                new="new = [each for each in new if not self.sender.marks.holds({each.provider_id})]\n    if new:",
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
        sql=[Sql(old="if v_row.status = 'sent' then return 'ignored'; end if;", new="return 'ignored';")],
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
                where="handlers.outbox_sender:OutboxSender._try",
                old="row.dedup_key)",
                new="f'{row.dedup_key}/{row.attempts}')",
            )
        ],
        caught_by=scenarios.a_mail_whose_answer_was_lost_is_one_mail,
    ),
    Mutant(
        name="the body is rendered again",
        python=[
            Python(
                where="handlers.outbox_sender:OutboxSender._try",
                old="self.resend.send(body,",
                new="self.resend.send(body.replace('TK-', f'{row.attempts}. TK-', 1),",
            )
        ],
        caught_by=scenarios.every_try_of_a_mail_sends_the_same_bytes,
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
                where="handlers.delivery_status:DeliveryStatusHandler._new",
                old='{"sent", "failed"}',
                new='{"sent"}',
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
                old="attempts = o.attempts - case when p_outcome in ('paused', 'released') then 1 else 0 end",
                new="attempts = o.attempts",
            )
        ],
        caught_by=scenarios.a_refusal_of_the_account_burns_no_try,
    ),
    Mutant(
        name="a refusal of the account stops nobody else",
        sql=[Sql(old="p.channel = p_channel and p.paused_until > now()", new="false")],
        caught_by=scenarios.a_refusal_of_the_account_holds_its_channel,
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
)

SCENARIOS = tuple(dict.fromkeys(mutant.caught_by for mutant in MUTANTS))
