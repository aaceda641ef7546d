"""Lanes and leases: in order, one row at a time, fenced, and no row missed between two transactions."""

from dataclasses import replace

import psycopg
import pytest

from state.model.message import Sender
from state.model.outbox_row import Channel, Outcome
from state.store.client import new_lease
from tests.support.builders import (
    BEA,
    BOTH,
    Desk,
    at_once,
    code,
    keys,
    mail,
    message,
    opens,
    reply,
    side_by_side,
)
from tests.support.database import capped

EXPIRED = """
insert into outbox (dedup_key, lane, channel, body, next_at, window_until)
select 'wa/old/' || n, 'wa:old' || n, 'whatsapp', '', now() - interval '1 day', now() - interval '1 day'
  from generate_series(1, %s) n
"""


def somebody(number: int) -> Sender:
    return Sender(user_id=f"AR.{number}")


class TestOrder:
    def test_head_first_and_each_finish_leases_the_next(self, desk: Desk) -> None:
        row = desk.row("1")
        assert desk.take(message("2")).rows == ()
        assert desk.take(message("3")).rows == ()
        assert desk.claim() == ()
        left = ["wa/1"]
        while rows := desk.finish(row, Outcome.SENT).rows:
            (row,) = rows
            left.append(row.dedup_key)
        assert left == ["wa/1", "wa/2", "wa/3"]

    def test_a_head_in_its_back_off_holds_its_lane(self, desk: Desk) -> None:
        row = desk.row("1")
        desk.take(message("2"))
        assert desk.finish(row, Outcome.RETRY).rows == ()
        assert desk.claim() == ()
        desk.tables.let_be_due("wa/1")
        assert keys(desk.claim()) == ["wa/1"]

    def test_a_dead_head_does_not(self, desk: Desk) -> None:
        row = desk.row("1")
        desk.take(message("2"))
        assert keys(desk.finish(row, Outcome.DEAD).rows) == ["wa/2"]

    def test_lanes_do_not_wait_for_each_other(self, desk: Desk) -> None:
        desk.row("1")
        assert len(desk.take(message("2", BEA)).rows) == 1

    def test_each_ticket_s_emails_are_a_lane(self, desk: Desk) -> None:
        desk.take(message("1"), opens(1), outbox=[mail(code(1)), mail(code(1), "human")], channels=())
        desk.take(message("2"), opens(2), outbox=[mail(code(2))], channels=())
        assert keys(desk.claim()) == [f"mail/{code(1)}/opened", f"mail/{code(2)}/opened"]

    def test_rows_of_one_turn_keep_their_order(self, desk: Desk) -> None:
        names = [f"1/{n}" for n in range(5)]
        desk.take(message("1"), outbox=[reply(name) for name in names], channels=())
        found = desk.tables.all("select dedup_key from outbox order by id")
        assert [row["dedup_key"] for row in found] == [f"wa/{name}" for name in names]


class TestExpiredLease:
    def test_is_unknown_and_waits_for_the_status(self, desk: Desk) -> None:
        desk.row("1")
        desk.tables.let_lease_end("wa/1")
        assert desk.claim() == ()
        assert desk.tables.status("wa/1") == ["unknown"]
        assert 110 < desk.tables.waits("wa/1") <= 120

    def test_after_the_grace_what_matters_is_sent_again_before_anything_newer(self, desk: Desk) -> None:
        desk.row("1")
        desk.take(message("2"))
        desk.tables.let_lease_end("wa/1")
        assert desk.claim() == ()
        desk.tables.let_be_due("wa/1")
        (row,) = desk.claim()
        assert (row.dedup_key, row.attempts, row.body) == ("wa/1", 2, "body of wa/1")

    def test_a_menu_holds_up_nobody_and_is_dropped_when_superseded(self, desk: Desk) -> None:
        desk.row("1", repeat=False)
        desk.tables.let_lease_end("wa/1")
        assert keys(desk.take(message("2")).rows) == ["wa/2"]
        desk.tables.let_be_due("wa/1")
        assert desk.claim() == ()
        assert desk.tables.outbox("wa/1")["last_error"] == "superseded"

    def test_a_menu_is_dropped_even_if_the_newer_one_has_left(self, desk: Desk) -> None:
        desk.row("1", repeat=False)
        desk.tables.let_lease_end("wa/1")
        (newer,) = desk.take(message("2")).rows
        desk.finish(newer, Outcome.SENT)
        desk.tables.let_be_due("wa/1")
        assert desk.claim() == ()
        assert desk.tables.status("wa/1", "wa/2") == ["dead", "sent"]

    def test_a_menu_that_froze_with_its_instance_is_not_sent_after_a_newer_one(self, desk: Desk) -> None:
        row = desk.row("1", repeat=False)
        desk.tables.let_lease_end("wa/1")
        (newer,) = desk.take(message("2")).rows
        desk.finish(newer, Outcome.SENT)
        assert desk.finish(row, Outcome.RELEASED).rows == ()
        assert desk.tables.status("wa/1", "wa/2") == ["dead", "sent"]

    def test_a_menu_that_is_still_the_latest_is_sent_again(self, desk: Desk) -> None:
        desk.row("1", repeat=False)
        desk.tables.let_lease_end("wa/1")
        assert desk.claim() == ()
        desk.tables.let_be_due("wa/1")
        assert keys(desk.claim()) == ["wa/1"]

    def test_an_email_is_sent_again_at_once_with_the_same_bytes(self, desk: Desk) -> None:
        first = desk.mail_row()
        desk.tables.let_lease_end(first.dedup_key)
        (again,) = desk.claim()
        assert (again.dedup_key, again.body, again.attempts) == (first.dedup_key, first.body, 2)


class TestFencing:
    def test_a_lease_that_was_taken_over_is_refused(self, desk: Desk) -> None:
        first = desk.mail_row()
        desk.tables.let_lease_end(first.dedup_key)
        (second,) = desk.claim()
        late = desk.finish(first, Outcome.DEAD)
        assert (late.finished, late.status, late.rows) == (False, "sending", ())
        assert desk.finish(second, Outcome.SENT).status == "sent"

    def test_a_lease_of_nobody_is_refused(self, desk: Desk) -> None:
        row = desk.row("1")
        nobodys = replace(row, lease="00000000-0000-0000-0000-000000000000")
        assert not desk.finish(nobodys, Outcome.SENT).finished
        assert desk.tables.status("wa/1") == ["sending"]

    def test_the_result_of_an_unknown_attempt_is_stored_late(self, desk: Desk) -> None:
        """Frozen between the send and the finish, awake before anybody sent again."""
        row = desk.row("1")
        desk.tables.let_lease_end("wa/1")
        assert desk.claim() == ()
        assert desk.finish(row, Outcome.SENT, provider_id="p1").finished
        assert desk.tables.status("wa/1") == ["sent"]

    def test_a_row_that_is_gone(self, desk: Desk) -> None:
        row = desk.row("1")
        desk.tables.do("delete from outbox")
        assert not desk.finish(row, Outcome.SENT).finished


class TestClaim:
    def test_at_most_so_many(self, desk: Desk) -> None:
        for n in range(5):
            desk.take(message(str(n), somebody(n)), channels=())
        assert [len(desk.claim(3)) for _ in range(3)] == [3, 2, 0]

    def test_lanes_that_wait_do_not_block_those_that_are_due(self, desk: Desk) -> None:
        for n in range(10):
            desk.finish(desk.row(str(n), somebody(n)), Outcome.RETRY, retry_seconds=600.0)
            desk.take(message(f"{n} again", somebody(n)))
        desk.take(message("last"), channels=())
        assert keys(desk.claim(2)) == ["wa/last"]

    def test_lanes_where_a_lease_ran_out_do_not_either(self, desk: Desk) -> None:
        """An instance died with its hands full."""
        for n in range(10):
            desk.row(str(n), somebody(n))
        desk.tables.do("update outbox set next_at = now() - interval '1 hour'")
        desk.take(message("last"), channels=())
        assert keys(desk.claim(2)) == ["wa/last"]
        assert desk.tables.value("select count(*) from outbox where status = 'unknown'") == 10

    @pytest.mark.parametrize("limit", [1, 8])
    def test_nor_do_many_rows_that_are_given_up(self, desk: Desk, limit: int) -> None:
        """An outage ended: two hundred menus of yesterday, each of another customer, before a reply of today."""
        desk.tables.do(EXPIRED, 200)
        desk.take(message("last"), channels=())
        assert keys(desk.claim(limit)) == ["wa/last"]
        assert desk.tables.value("select count(*) from outbox where status = 'dead'") == 200

    def test_it_says_that_there_are_more_to_look_at(self, desk: Desk, database: str) -> None:
        """A transaction can lock only so many lanes."""
        desk.tables.do(EXPIRED, 40)
        desk.take(message("last"), channels=())
        with capped(database, "max_lanes_per_claim", 10):
            claims = [desk.store.claim(2, new_lease(), BOTH)]
            while not claims[-1].rows:
                assert claims[-1].more
                claims.append(desk.store.claim(2, new_lease(), BOTH))
        assert keys(claims[-1].rows) == ["wa/last"]
        assert len(claims) <= 5
        assert not desk.store.claim(2, new_lease(), BOTH).more

    def test_it_leases_no_more_than_asked_for_however_many_it_looks_at(self, desk: Desk) -> None:
        desk.tables.do(EXPIRED, 50)
        for n in range(12):
            desk.take(message(str(n), somebody(n)), channels=())
        assert [len(desk.claim(5)) for _ in range(4)] == [5, 5, 2, 0]

    def test_lanes_that_others_use_are_not_waited_for_again_and_again(
        self, desk: Desk, database: str
    ) -> None:
        lane = desk.row("1").lane
        desk.tables.do("update outbox set status = 'ready', next_at = now() - interval '1 hour'")
        with psycopg.connect(database) as busy:
            busy.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [lane])
            claim = desk.store.claim(8, new_lease(), BOTH)
        assert (claim.rows, claim.more, claim.again_in) == ((), False, None)

    def test_sweeps_side_by_side_share_the_work(self, desk: Desk) -> None:
        for n in range(24):
            desk.take(message(str(n), somebody(n)), channels=())
        claims = at_once(6, lambda _: keys(desk.claim(8)))
        while rows := desk.claim(8):
            claims.append(keys(rows))
        assert sorted(key for claim in claims for key in claim) == sorted(f"wa/{n}" for n in range(24))

    def test_a_lane_that_is_locked_is_skipped(self, desk: Desk, database: str) -> None:
        lane = desk.row("1").lane
        desk.finish(desk.row("2", BEA), Outcome.RELEASED)
        desk.tables.do("update outbox set status = 'ready', next_at = now()")
        with psycopg.connect(database) as busy:
            busy.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [lane])
            assert keys(desk.claim()) == ["wa/2"]


class TestRaces:
    """Nothing that was committed waits for the sweep because two transactions did not see each other."""

    @pytest.mark.parametrize("round_", range(8))
    def test_a_row_put_in_while_the_one_before_it_is_finished(self, desk: Desk, round_: int) -> None:
        row = desk.row("1")
        base = desk.conversation()
        handed = side_by_side(
            lambda: desk.finish(row, Outcome.SENT).rows,
            lambda: desk.take(message("2"), base=base).rows,
        )
        assert sorted(keys(rows) for rows in handed) == [[], ["wa/2"]]

    def test_the_finish_began_long_before_the_row_was_put_in(self, desk: Desk, database: str) -> None:
        """The clock decides what is due, not the start of the transaction."""
        row = desk.row("1")
        lease = row.lease
        with psycopg.connect(database) as slow:
            slow.execute("select now()")
            assert desk.take(message("2")).rows == ()
            answer = slow.execute("select finish_outbox(%s, 1, %s, 'sent')", [row.id, lease]).fetchone()
        assert answer
        assert [row["dedup_key"] for row in answer[0]["rows"]] == ["wa/2"]

    def test_finish_and_status_at_once(self, desk: Desk) -> None:
        row = desk.row("1")
        desk.take(message("2"))
        handed = side_by_side(
            lambda: desk.finish(row, Outcome.SENT).rows, lambda: desk.confirm("wa/1", "p1")[1]
        )
        assert sorted(keys(rows) for rows in handed) == [[], ["wa/2"]]

    def test_everybody_wants_the_head(self, desk: Desk) -> None:
        desk.take(message("1"), channels=())
        handed = side_by_side(*[desk.claim, lambda: desk.take(message("1")).rows] * 6)
        assert sorted(keys(rows) for rows in handed) == [[]] * 11 + [["wa/1"]]

    def test_a_lane_is_emptied_in_order_by_many(self, desk: Desk) -> None:
        """Every instance claims and finishes as it can, while the customer goes on writing."""
        left: list[str] = []

        def work(n: int) -> None:
            if n == 0:
                for number in range(20):
                    desk.take(message(f"{number:02}"), channels=(), outbox=[reply(f"{number:02}")])
                return
            for _ in range(12):
                rows = desk.claim(1, channels=(Channel.WHATSAPP,))
                while rows:
                    left.append(rows[0].dedup_key)
                    rows = desk.finish(rows[0], Outcome.SENT).rows

        at_once(5, work)
        work(1)
        assert left == [f"wa/{number:02}" for number in range(20)]
