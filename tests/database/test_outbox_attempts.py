"""The status of a row after an attempt: every outcome, the back-off, the pause, and giving up."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from state.model.outbox_row import Channel, OutboxRow, Outcome, Result
from state.store.errors import StoreRefused
from state.store.rows import Claim
from tests.support.builders import BEA, BOTH, Desk, at_once, code, keys, mail, message, opens, reply


class TestOutcomes:
    def test_sent(self, desk: Desk) -> None:
        finish = desk.finish(desk.row("1"), Outcome.SENT, provider_id="p1")
        row = desk.tables.outbox("wa/1")
        assert (finish.finished, finish.status, finish.rows) == (True, "sent", ())
        assert (row["provider_id"], row["lease_token"]) == ("p1", None)
        assert row["done_at"]

    @pytest.mark.parametrize(("channel", "most"), [("whatsapp", 60.0), ("email", 7200.0)])
    def test_retry_waits_longer_each_time(self, desk: Desk, channel: str, most: float) -> None:
        """A customer waits in front of their phone; a technician's mailbox does not mind."""
        desk.row("1")
        desk.tables.do("update outbox set channel = %s, content = 'opened', body = null", channel)
        waits = []
        for attempts in range(1, 19):
            desk.tables.do("update outbox set attempts = %s, status = 'ready', next_at = now()", attempts - 1)
            (row,) = desk.claim()
            assert desk.finish(row, Outcome.RETRY, error="meta 1").status == "ready"
            waits.append(desk.tables.waits("wa/1"))
        for attempts, wait in enumerate(waits, start=1):
            usual = min(most, 2.0**attempts)
            assert usual * 0.5 - 1 < wait <= usual * 1.5

    def test_retry_when_the_provider_says(self, desk: Desk) -> None:
        desk.finish(desk.row("1"), Outcome.RETRY, retry_seconds=600.0)
        assert 590 < desk.tables.waits("wa/1") <= 600
        assert desk.claim() == ()

    def test_unknown_waits_for_the_status(self, desk: Desk) -> None:
        assert desk.finish(desk.row("1"), Outcome.UNKNOWN).status == "unknown"
        assert 110 < desk.tables.waits("wa/1") <= 120

    def test_unknown_of_an_email_waits_for_nothing_but_its_turn(self, desk: Desk) -> None:
        assert desk.finish(desk.mail_row(), Outcome.UNKNOWN).status == "unknown"
        assert desk.tables.waits(f"mail/{code(1)}/opened") <= 3

    def test_dead(self, desk: Desk) -> None:
        assert desk.finish(desk.row("1"), Outcome.DEAD, error="meta 131026").status == "dead"
        assert desk.tables.outbox("wa/1")["last_error"] == "meta 131026"

    @pytest.mark.parametrize(
        ("channel", "outcome", "status"),
        [
            ("email", Outcome.RETRY, "dead"),
            ("email", Outcome.UNKNOWN, "dead"),
            ("whatsapp", Outcome.UNKNOWN, "dead"),
            ("whatsapp", Outcome.RETRY, "ready"),  # it has certainly not left: its window is what ends it
        ],
    )
    def test_twenty_attempts_are_enough(
        self, desk: Desk, channel: str, outcome: Outcome, status: str
    ) -> None:
        desk.row("1")
        desk.tables.do(
            "update outbox set attempts = 19, status = 'ready', next_at = now(), channel = %s", channel
        )
        (row,) = desk.claim()
        assert desk.finish(row, outcome).status == status

    def test_a_menu_that_was_tried_blocks_nothing_and_is_superseded(self, desk: Desk) -> None:
        desk.finish(desk.row("1", repeat=False), Outcome.RETRY, retry_seconds=50.0)
        newer = desk.row("2", repeat=False)
        desk.finish(newer, Outcome.SENT)
        desk.tables.let_be_due("wa/1")
        assert desk.claim() == ()
        assert desk.tables.outbox("wa/1")["last_error"] == "superseded"

    def test_twenty_leases_that_nobody_finished_are_enough(self, desk: Desk) -> None:
        """A row that kills whoever sends it."""
        desk.row("1")
        desk.tables.do("update outbox set attempts = 20")
        desk.tables.let_lease_end("wa/1")
        assert desk.claim() == ()
        desk.tables.let_be_due("wa/1")
        assert desk.claim() == ()
        assert desk.tables.outbox("wa/1")["last_error"] == "too many attempts"

    def test_released_is_no_attempt_and_is_ours_again_with_a_new_lease(self, desk: Desk) -> None:
        row = desk.row("1")
        desk.tables.do("update outbox set next_at = now() + interval '5 s'")
        finish = desk.finish(row, Outcome.RELEASED)
        assert [(again.id, again.attempts) for again in finish.rows] == [(row.id, 1)]
        assert finish.rows[0].lease_seconds > 35

    def test_what_is_not_an_outcome(self, desk: Desk) -> None:
        row = desk.row("1")
        with pytest.raises(StoreRefused, match="22023"):
            desk.finish(row, "delivered")  # type: ignore[arg-type]
        assert desk.tables.status("wa/1") == ["sending"]


class TestWindow:
    def test_refused_at_once_goes_as_a_template(self, desk: Desk) -> None:
        row = desk.row("1", template="the template")
        (again,) = desk.finish(row, Outcome.WINDOW, error="meta 131047").rows
        assert (again.id, again.body, again.attempts) == (row.id, "the template", 2)
        assert desk.finish(again, Outcome.WINDOW).status == "dead"

    def test_refused_without_a_template_is_the_end(self, desk: Desk) -> None:
        assert desk.finish(desk.row("1"), Outcome.WINDOW).status == "dead"

    def test_closed_while_it_waited(self, desk: Desk) -> None:
        for number, template in enumerate((None, "the template")):
            row = desk.row(str(number), template=template)
            desk.finish(row, Outcome.RETRY)
            desk.tables.let_be_due(f"wa/{number}")
            desk.tables.do("update outbox set window_until = now() - interval '1 s'")
            desk.tables.do("update conversations set last_inbound_at = now() - interval '24 hours'")
            assert [row.body for row in desk.claim()] == ([template] if template else [])
        assert desk.tables.outbox("wa/0")["last_error"] == "window closed"

    def test_opened_again_by_a_newer_message(self, desk: Desk) -> None:
        desk.row("1")
        desk.tables.do(
            "update outbox set status = 'ready', next_at = now(), window_until = now() - interval '1 s'"
        )
        assert [row.body for row in desk.take(message("2")).rows] == ["body of wa/1"]

    def test_an_email_has_no_window(self, desk: Desk) -> None:
        old = message("1", ago=timedelta(days=2))
        assert keys(desk.take(old, opens(1), outbox=[mail(code(1))]).rows) == [f"mail/{code(1)}/opened"]


class TestEmailKey:
    def test_23_hours_after_the_first_attempt_it_is_over(self, desk: Desk) -> None:
        desk.finish(desk.mail_row(), Outcome.RETRY)
        desk.tables.let_be_due(f"mail/{code(1)}/opened")
        desk.tables.do("update outbox set first_attempt_at = now() - interval '23 hours 1 second'")
        assert desk.claim() == ()
        assert desk.tables.outbox(f"mail/{code(1)}/opened")["last_error"] == "key expired"

    def test_also_when_its_lease_ran_out(self, desk: Desk) -> None:
        desk.mail_row()
        desk.tables.let_lease_end(f"mail/{code(1)}/opened")
        desk.tables.do("update outbox set first_attempt_at = now() - interval '23 hours 1 second'")
        assert desk.claim() == ()

    def test_an_hour_before_it_is_not(self, desk: Desk) -> None:
        desk.mail_row()
        desk.tables.let_lease_end(f"mail/{code(1)}/opened")
        desk.tables.do("update outbox set first_attempt_at = now() - interval '22 hours'")
        assert len(desk.claim()) == 1

    def test_a_first_attempt_that_was_none_does_not_start_the_clock(self, desk: Desk) -> None:
        desk.finish(desk.mail_row(), Outcome.PAUSED)
        assert desk.tables.outbox(f"mail/{code(1)}/opened")["first_attempt_at"] is None


class TestPause:
    """The whole account is refused: the channel rests, and no attempt is counted."""

    @pytest.fixture(autouse=True)
    def paused(self, desk: Desk) -> None:
        row = desk.row("1", template="the template")
        assert desk.finish(row, Outcome.PAUSED, error="meta 190", retry_seconds=300.0).status == "ready"

    def test_counts_no_attempt(self, desk: Desk) -> None:
        assert desk.tables.outbox("wa/1")["attempts"] == 0

    def test_holds_every_lane_of_the_channel(self, desk: Desk) -> None:
        assert desk.take(message("2", BEA)).rows == ()
        assert desk.take(message("1")).rows == ()
        assert desk.claim() == ()

    def test_leaves_the_other_channel_alone(self, desk: Desk) -> None:
        commit = desk.take(message("2", BEA), opens(1), outbox=[reply("2"), mail(code(1))])
        assert keys(commit.rows) == [f"mail/{code(1)}/opened"]

    def test_ends_by_itself(self, desk: Desk) -> None:
        desk.take(message("2", BEA))
        desk.tables.let_be_due("wa/1")
        rows = desk.claim()
        assert sorted(keys(rows)) == ["wa/1", "wa/2"]
        assert [row.attempts for row in rows] == [1, 1]

    def test_outlives_the_row_that_caused_it(self, desk: Desk) -> None:
        assert desk.confirm("wa/1", "p1")[0] == "closed"
        desk.tables.do("delete from outbox")
        assert desk.take(message("2", BEA)).rows == ()

    def test_ends_by_hand(self, desk: Desk) -> None:
        desk.take(message("2", BEA))
        resumed = desk.tables.value("select resume_channel('whatsapp')")
        assert resumed == {"paused": True, "waiting": 2}
        assert sorted(keys(desk.claim())) == ["wa/1", "wa/2"]
        assert desk.tables.value("select resume_channel('whatsapp')") == {"paused": False, "waiting": 2}

    def test_is_one_for_a_channel_and_the_latest_counts(self, desk: Desk) -> None:
        desk.tables.value("select resume_channel('whatsapp')")
        (row,) = desk.claim()
        desk.finish(row, Outcome.PAUSED, error="meta 368", retry_seconds=600.0)
        pause = desk.tables.one(
            "select channel, error, extract(epoch from paused_until - now())::int as left from channel_pauses"
        )
        assert (pause["channel"], pause["error"]) == ("whatsapp", "meta 368")
        assert 590 < pause["left"] <= 600

    def test_is_only_caused_by_the_holder_of_the_lease(self, desk: Desk) -> None:
        desk.tables.value("select resume_channel('whatsapp')")
        (row,) = desk.claim()
        stale = replace(row, attempts=row.attempts - 1)
        assert not desk.finish(stale, Outcome.PAUSED, error="meta 190").finished
        assert desk.tables.value("select count(*) from channel_pauses") == 0

    @pytest.mark.parametrize("seconds", [1.0, 60.0])
    def test_a_shorter_pause_does_not_end_a_longer_one(self, desk: Desk, seconds: float) -> None:
        """Of a row that was under way when the longer one began."""
        desk.tables.value("select pause_channel('whatsapp', false, %s, 'meta 4')", seconds)
        pause = desk.tables.one(
            "select error, paused_until > now() + interval '290 s' as long from channel_pauses"
        )
        assert pause == {"error": "meta 190", "long": True}

    def test_nor_does_one_for_its_rate(self, desk: Desk) -> None:
        desk.tables.value("select pause_channel('whatsapp', true, 0.0, 'meta 4')")
        assert desk.tables.one("select error, claim_at from channel_pauses") == {
            "error": "meta 190",
            "claim_at": None,
        }
        assert desk.claim() == ()


class TestRate:
    """More than the account's rate: the channel rests for all, then rows leave at that rate, and no attempt is counted."""

    @pytest.fixture(autouse=True)
    def limited(self, desk: Desk) -> None:
        row = desk.mail_row()
        finish = desk.finish(row, Outcome.LIMITED, error="resend 429", retry_seconds=5.0)
        assert (finish.status, finish.rows) == ("ready", ())

    def wait(self, desk: Desk, number: int) -> None:
        """Open a ticket whose e-mail has to wait."""
        outbox = [mail(code(number))]
        assert desk.take(message(f"m{number}", BEA), opens(number), outbox=outbox).rows == ()

    def rest_is_over(self, desk: Desk) -> None:
        desk.tables.do("update channel_pauses set claim_at = now()")

    def email_claim(self, desk: Desk, limit: int = 8) -> Claim:
        return desk.store.claim(limit, str(uuid4()), (Channel.EMAIL,))

    def test_counts_no_attempt_and_is_due(self, desk: Desk) -> None:
        row = desk.tables.outbox(f"mail/{code(1)}/opened")
        assert (row["attempts"], row["first_attempt_at"], row["status"]) == (0, None, "ready")
        assert desk.tables.waits(f"mail/{code(1)}/opened") <= 0

    def test_rests_as_long_as_it_says_with_a_little_jitter(self, desk: Desk) -> None:
        self.wait(desk, 2)
        claim = self.email_claim(desk)
        assert claim.rows == ()
        assert claim.again_in is not None
        assert 4 < claim.again_in <= 5.5

    def test_then_leaves_at_the_account_s_rate(self, desk: Desk) -> None:
        for number in range(2, 15):
            self.wait(desk, number)
        self.rest_is_over(desk)
        first, second = self.email_claim(desk, 100), self.email_claim(desk, 100)
        assert (len(first.rows), first.spacing, second.rows) == (10, 0.1, ())
        assert {row.attempts for row in first.rows} == {1}
        assert second.again_in is not None
        assert 0 < second.again_in <= 1.0

    def test_new_rows_wait_behind_those_that_wait(self, desk: Desk) -> None:
        self.wait(desk, 2)
        self.rest_is_over(desk)
        self.email_claim(desk, 1)
        self.wait(desk, 3)

    def test_of_claims_side_by_side_one_gets_the_rows(self, desk: Desk) -> None:
        for number in range(2, 24):
            self.wait(desk, number)
        self.rest_is_over(desk)
        claims = at_once(6, lambda _: self.email_claim(desk))
        assert sorted(len(claim.rows) for claim in claims) == [0, 0, 0, 0, 0, 8]
        assert {claim.again_in is None for claim in claims} == {False}

    def test_is_over_when_nothing_waits(self, desk: Desk) -> None:
        self.rest_is_over(desk)
        assert len(self.email_claim(desk).rows) == 1
        self.rest_is_over(desk)
        last = self.email_claim(desk)
        assert (last.rows, last.again_in) == (
            (),
            1.0,
        )  # once more: a turn may have been too late to see that it is over
        assert self.email_claim(desk).again_in is None
        assert len(desk.take(message("2", BEA), opens(2), outbox=[mail(code(2))]).rows) == 1

    def test_is_over_after_a_while_if_nobody_claims(self, desk: Desk) -> None:
        desk.tables.do("update channel_pauses set paused_until = now()")
        assert len(desk.take(message("2", BEA), opens(2), outbox=[mail(code(2))]).rows) == 1

    def test_another_refusal_for_the_rate_rests_longer_and_never_shorter(self, desk: Desk) -> None:
        for seconds in (9.0, 1.0):
            desk.tables.value("select pause_channel('email', true, %s, 'resend 429')", seconds)
        claim = self.email_claim(desk)
        assert claim.again_in is not None
        assert 8 < claim.again_in <= 9

    def test_a_refusal_of_the_account_stops_it(self, desk: Desk) -> None:
        self.rest_is_over(desk)
        desk.tables.value("select pause_channel('email', false, 300, 'resend 401')")
        assert self.email_claim(desk).rows == ()

    def test_leaves_the_other_channel_alone(self, desk: Desk) -> None:
        assert len(desk.take(message("2")).rows) == 1

    def test_is_no_pause_that_an_operator_has_to_end(self, desk: Desk) -> None:
        assert desk.tables.value("select outbox_backlog()->'paused'") == []


class TestLostAnswers:
    """The call had its effect and the answer never came: repeated, it does nothing twice and brings the same rows."""

    def repeat(self, desk: Desk, row: OutboxRow, result: Result) -> tuple[list[OutboxRow], list[OutboxRow]]:
        first = desk.store.finish(row, result, BOTH)
        again = desk.store.finish(row, result, BOTH)
        return list(first.rows), list(again.rows)

    def test_of_sent_with_the_next_of_the_lane(self, desk: Desk) -> None:
        row = desk.row("1")
        desk.take(message("2"))
        first, again = self.repeat(desk, row, Result(outcome=Outcome.SENT))
        assert keys(first) == keys(again) == ["wa/2"]
        assert again[0].attempts == 1

    def test_of_window_keeps_the_template(self, desk: Desk) -> None:
        row = desk.row("1", template="the template")
        first, again = self.repeat(desk, row, Result(outcome=Outcome.WINDOW))
        assert [row.body for row in first] == [row.body for row in again] == ["the template"]
        assert desk.tables.outbox("wa/1")["attempts"] == 2

    def test_of_released(self, desk: Desk) -> None:
        first, again = self.repeat(desk, desk.row("1"), Result(outcome=Outcome.RELEASED))
        assert [row.attempts for row in first] == [row.attempts for row in again] == [1]

    def test_of_paused(self, desk: Desk) -> None:
        self.repeat(desk, desk.row("1"), Result(outcome=Outcome.PAUSED))
        assert desk.tables.outbox("wa/1")["attempts"] == 0

    def test_of_a_claim(self, desk: Desk) -> None:
        desk.take(message("1"), opens(1), outbox=[reply("1"), mail(code(1))], channels=())
        lease = str(uuid4())
        first, again = desk.claim(lease=lease), desk.claim(lease=lease)
        assert keys(first) == keys(again) == ["wa/1", f"mail/{code(1)}/opened"]
        assert desk.claim() == ()

    def test_of_a_status(self, desk: Desk) -> None:
        desk.row("1")
        desk.take(message("2"))
        lease = str(uuid4())
        assert desk.confirm("wa/1", "p1", lease=lease)[0] == "closed"
        said, rows = desk.confirm("wa/1", "p1", lease=lease)
        assert (said, keys(rows)) == ("ignored", ["wa/2"])


def test_a_claim_takes_only_the_channels_it_asks_for(desk: Desk) -> None:
    desk.take(message("1"), opens(1), outbox=[reply("1"), mail(code(1))], channels=())
    assert keys(desk.claim(channels=(Channel.EMAIL,))) == [f"mail/{code(1)}/opened"]
    assert keys(desk.claim(channels=(Channel.WHATSAPP,))) == ["wa/1"]
