"""Marks of rows that were sent: many by one call, fenced one by one, and no row behind them is missed.

Alone (`mark_sent`), or along with a turn of the same instance (`commit_turn`).
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from state.model.message import Sender, Status
from state.model.outbox_row import Content, OutboxRow, Outcome, Result
from state.model.ticket import TechnicianAction
from state.store.client import new_lease
from state.store.rows import Commit
from tests.support.builders import (
    BEA,
    BOTH,
    ERASES,
    Desk,
    Tables,
    at_once,
    code,
    keys,
    mail,
    message,
    opens,
    sent_mark,
    side_by_side,
    ticket_facts,
)

NOBODY = "00000000-0000-0000-0000-000000000000"


def somebody(number: int) -> Sender:
    return Sender(user_id=f"AR.{number}", wa_id=f"54911{number:05}", name=f"Cliente {number}")


@pytest.fixture
def other(database: str) -> Iterator[Tables]:
    """Another instance's connection, in a transaction that stays open until it is committed."""
    with psycopg.connect(database, row_factory=dict_row) as connection:
        yield Tables(connection)
        connection.rollback()


def notification(desk: Desk, number: int = 1, sender: Sender = BEA) -> OutboxRow:
    """A notification that is leased to us."""
    desk.take(message(f"of {number}", sender), opens(number), outbox=[])
    desk.store.act_on_ticket(code(number), TechnicianAction.ASK, "¿y?", author="", key=None, seen=None)
    desk.tables.do("update outbox set next_at = now() where content = 'notification' and status = 'ready'")
    (row,) = (row for row in desk.claim() if row.content is Content.NOTIFICATION)
    return row


class TestAlone:
    def test_many_by_one_call(self, desk: Desk) -> None:
        rows = [desk.row(str(n), somebody(n)) for n in range(5)] + [desk.mail_row()]
        marked = desk.mark_sent(*reversed(rows))
        assert (sorted(marked.done), marked.rows) == ([row.id for row in rows], ())
        stored = desk.tables.all("select id, status, lease_token, provider_id from outbox order by id")
        assert stored == [
            {"id": row.id, "status": "sent", "lease_token": None, "provider_id": f"p{row.id}"} for row in rows
        ]
        assert desk.tables.value("select count(*) from outbox where done_at is null") == 0

    def test_none(self, desk: Desk) -> None:
        marked = desk.mark_sent()
        assert (marked.done, marked.rows) == ((), ())

    def test_a_lease_of_somebody_else_is_refused_and_done(self, desk: Desk) -> None:
        row, right = desk.row("1"), desk.row("2", BEA)
        marked = desk.mark_sent(replace(row, lease=NOBODY), right)
        assert sorted(marked.done) == [row.id, right.id]
        assert desk.tables.status("wa/1", "wa/2") == ["sending", "sent"]

    def test_an_attempt_that_was_taken_over_is_refused_and_done(self, desk: Desk) -> None:
        first = desk.mail_row()
        desk.tables.let_lease_end(first.dedup_key)
        (second,) = desk.claim()
        assert desk.mark_sent(first).done == (first.id,)
        assert desk.tables.status(first.dedup_key) == ["sending"]
        desk.finish(second, Outcome.UNKNOWN)
        assert desk.mark_sent(first).done == (first.id,)
        assert desk.tables.status(first.dedup_key) == ["unknown"]

    def test_an_expired_lease_is_marked_as_long_as_nobody_took_it_over(self, desk: Desk) -> None:
        row = desk.row("1")
        desk.tables.let_lease_end("wa/1")
        assert desk.claim() == ()
        assert desk.tables.status("wa/1") == ["unknown"]
        assert desk.mark_sent(row).done == (row.id,)
        assert desk.tables.status("wa/1") == ["sent"]

    @pytest.mark.parametrize(
        ("outcome", "status"), [(Outcome.SENT, "sent"), (Outcome.DEAD, "dead"), (Outcome.RETRY, "ready")]
    )
    def test_a_row_that_has_its_result_keeps_it(self, desk: Desk, outcome: Outcome, status: str) -> None:
        row = desk.row("1")
        desk.finish(row, outcome, provider_id="first")
        assert desk.mark_sent(row).done == (row.id,)
        stored = desk.tables.outbox("wa/1")
        assert (stored["status"], stored["provider_id"]) == (status, "first")

    def test_a_row_that_is_gone_is_done(self, desk: Desk) -> None:
        row = desk.row("1")
        desk.tables.do("delete from outbox")
        assert desk.mark_sent(row).done == (row.id,)

    def test_the_last_reply_to_an_erased_customer_is_marked_and_scrubbed(self, desk: Desk) -> None:
        bubble = desk.row("1")
        assert desk.take(message("bye"), ERASES).rows == ()
        marked = desk.mark_sent(bubble)
        assert (marked.done, keys(marked.rows)) == ((bubble.id,), ["wa/bye"])
        assert desk.mark_sent(*marked.rows).done == (marked.rows[0].id,)
        assert desk.tables.status("wa/1", "wa/bye") == ["sent", "sent"]
        assert [desk.tables.outbox(key)["body"] for key in ("wa/1", "wa/bye")] == [None, None]

    def test_a_notification_is_recorded_and_a_fact(self, desk: Desk) -> None:
        row = notification(desk)
        assert desk.mark_sent(row).done == (row.id,)
        assert desk.tables.value("select body from ticket_events where kind = 'notified'") == "message"
        assert [fact.kind for fact in ticket_facts(desk.conversation(BEA))] == ["status", "notified"]


class TestBehind:
    def test_the_next_row_of_each_lane_is_leased(self, desk: Desk) -> None:
        people = [somebody(n) for n in range(3)]
        rows = [desk.row(f"{n}/1", who) for n, who in enumerate(people)]
        for n, who in enumerate(people):
            for wamid in (f"{n}/2", f"{n}/3"):
                assert desk.take(message(wamid, who)).rows == ()
        following = desk.mark_sent(*rows).rows
        assert keys(following) == ["wa/0/2", "wa/1/2", "wa/2/2"]
        assert keys(desk.mark_sent(*following).rows) == ["wa/0/3", "wa/1/3", "wa/2/3"]

    def test_the_row_behind_an_unmarked_one_is_not(self, desk: Desk) -> None:
        row = desk.row("1")
        desk.take(message("2"))
        assert desk.mark_sent(replace(row, lease=NOBODY)).rows == ()

    def test_it_is_given_again_if_the_answer_was_lost(self, desk: Desk) -> None:
        row, lease = desk.row("1"), new_lease()
        desk.take(message("2"))
        first, again = desk.mark_sent(row, lease=lease), desk.mark_sent(row, lease=lease)
        assert keys(first.rows) == keys(again.rows) == ["wa/2"]
        assert [row.attempts for row in again.rows] == [1]
        assert first.done == again.done == (row.id,)


class TestLocked:
    """What another transaction holds is not waited for: it stays to be marked."""

    def test_a_row(self, desk: Desk, other: Tables) -> None:
        held, free = desk.row("1"), desk.row("2", BEA)
        other.do("select from outbox where dedup_key = 'wa/1' for update")
        assert desk.mark_sent(held, free).done == (free.id,)
        other.connection.commit()
        assert desk.mark_sent(held, free).done == (held.id, free.id)
        assert desk.tables.status("wa/1", "wa/2") == ["sent", "sent"]

    def test_a_row_that_is_being_deleted(self, desk: Desk, other: Tables) -> None:
        row = desk.row("1")
        other.do("delete from outbox")
        assert desk.mark_sent(row).done == ()
        other.connection.commit()
        assert desk.mark_sent(row).done == (row.id,)

    def test_the_customer_of_a_reply(self, desk: Desk, other: Tables) -> None:
        row = desk.row("1")
        other.do("select from customers for update")
        assert desk.mark_sent(row).done == (row.id,)

    def test_the_customer_of_a_notification_is_waited_for(self, desk: Desk, other: Tables) -> None:
        """Its fact must not be lost beside a turn."""
        row = notification(desk)
        other.do("select from customers for no key update")

        def goes_on() -> None:
            desk.tables.until_somebody_waits()
            other.connection.commit()

        _, marked = side_by_side(goes_on, lambda: desk.mark_sent(row))
        assert marked
        assert marked.done == (row.id,)
        assert len(desk.conversation(BEA).facts) == 2


class TestWithATurn:
    def test_rows_of_anybody_are_marked(self, desk: Desk) -> None:
        rows = [desk.row(str(n), somebody(n)) for n in range(3)]
        commit = desk.take(message("a"), sent=rows)
        assert (commit.done, keys(commit.rows)) == (tuple(row.id for row in rows), ["wa/a"])
        assert desk.tables.status("wa/0", "wa/1", "wa/2", "wa/a") == ["sent", "sent", "sent", "sending"]

    def test_the_reply_leaves_at_once_if_the_one_before_it_is_marked(self, desk: Desk) -> None:
        first = desk.row("1")
        commit = desk.take(message("2"), sent=[first])
        assert (keys(commit.rows), commit.waiting) == (["wa/2"], ())

    def test_else_it_waits_and_its_lane_is_named(self, desk: Desk) -> None:
        first = desk.row("1")
        commit = desk.take(message("2"), sent=[replace(first, lease=NOBODY)])
        assert (keys(commit.rows), commit.waiting) == ([], (first.lane,))

    def test_a_lane_that_was_leased_to_us_does_not_wait(self, desk: Desk) -> None:
        """The older row is leased, and the new one follows when that is marked."""
        desk.take(message("1"), channels=())
        commit = desk.take(message("2"))
        assert (keys(commit.rows), commit.waiting) == (["wa/1"], ())

    def test_rows_behind_the_marked_ones_are_leased_too(self, desk: Desk) -> None:
        theirs = desk.row("b1", BEA)
        desk.take(message("b2", BEA))
        commit = desk.take(message("1"), opens(1), outbox=[mail(code(1))], sent=[theirs])
        assert sorted(keys(commit.rows)) == [f"mail/{code(1)}/opened", "wa/b2"]

    def test_they_are_given_again_if_the_answer_was_lost(self, desk: Desk) -> None:
        theirs, lease = desk.row("b1", BEA), new_lease()
        desk.take(message("b2", BEA))
        base = desk.conversation()

        def commit() -> Commit:
            return desk.take(message("1"), base=base, sent=[theirs], lease=lease)

        first, again = commit(), commit()
        assert (first.result, again.result) == ("committed", "duplicate")
        assert sorted(keys(first.rows)) == sorted(keys(again.rows)) == ["wa/1", "wa/b2"]
        assert first.done == again.done == (theirs.id,)
        assert [row.attempts for row in again.rows] == [1, 1]

    def test_a_notification_is_not_marked(self, desk: Desk) -> None:
        """That would need the lock of its customer, which is to be taken before ours."""
        told, row = notification(desk), desk.row("b", somebody(1))
        commit = desk.take(message("1"), sent=[told, row])
        assert commit.done == (row.id,)
        assert desk.tables.status(told.dedup_key) == ["sending"]
        assert desk.mark_sent(told).done == (told.id,)

    def test_a_locked_row_is_not_waited_for(self, desk: Desk, other: Tables) -> None:
        held, free = desk.row("b", BEA), desk.row("c", somebody(1))
        other.do("select from outbox where dedup_key = 'wa/b' for update")
        commit = desk.take(message("1"), sent=[held, free])
        assert (commit.result, commit.done) == ("committed", (free.id,))

    def test_of_a_conflict_nothing_is_marked(self, desk: Desk) -> None:
        row, base = desk.row("b", BEA), desk.conversation()
        desk.take(message("1"))
        commit = desk.take(message("2"), base=base, sent=[row])
        assert (commit.result, commit.done) == ("conflict", ())
        assert desk.tables.status("wa/b") == ["sending"]

    def test_of_a_throttled_message_nothing_is_marked(self, desk: Desk) -> None:
        row = desk.row("b", BEA)
        desk.take(message("1"), outbox=[])
        desk.tables.do("update conversations set room = 0, tokens_at = now()")
        commit = desk.take(message("2"), sent=[row])
        assert (commit.result, commit.done) == ("throttled", ())
        assert desk.tables.status("wa/b") == ["sending"]

    def test_of_an_erasure_nothing_is_marked(self, desk: Desk) -> None:
        """It waits for rows of its customer: it must hold none of anybody else."""
        row = desk.row("b", BEA)
        commit = desk.take(message("bye"), ERASES, sent=[row])
        assert (commit.result, commit.done) == ("committed", ())
        assert desk.tables.status("wa/b") == ["sending"]


class TestTwoInstances:
    """A row is put into a lane while the one before it is marked by somebody else: exactly one of them gets it."""

    MARK = "select mark_sent(%s, p_lease => %s)"
    COMMIT = """
        select commit_turn('2', 'AR.ana', null, null, now(), 1, 1, '{}', p_lease => %s, p_outbox => '[{
          "dedup_key": "wa/2", "channel": "whatsapp", "content": "rendered", "body": "", "repeat": true}]')"""

    def _side_by_side(self, desk: Desk, other: Tables, work: Callable[[], Any]) -> Any:
        """Do `work`, which waits until the other transaction is committed."""

        def goes_on() -> None:
            desk.tables.until_somebody_waits()
            other.connection.commit()

        _, done = side_by_side(goes_on, work)
        return done

    def test_the_mark_comes_first(self, desk: Desk, other: Tables) -> None:
        row, base = desk.row("1"), desk.conversation()
        marks = Jsonb([asdict(sent_mark(row))])
        assert other.value(self.MARK, marks, new_lease()) == {"done": [row.id], "rows": []}
        commit = self._side_by_side(desk, other, lambda: desk.take(message("2"), base=base))
        assert (keys(commit.rows), commit.waiting) == (["wa/2"], ())

    def test_the_turn_comes_first(self, desk: Desk, other: Tables) -> None:
        row = desk.row("1")
        answer = other.value(self.COMMIT, new_lease())
        assert (answer["result"], answer["rows"], answer["waiting"]) == ("committed", [], [row.lane])
        marked = self._side_by_side(desk, other, lambda: desk.mark_sent(row))
        assert (marked.done, keys(marked.rows)) == ((row.id,), ["wa/2"])

    @pytest.mark.parametrize("round_", range(8))
    def test_both_at_once(self, desk: Desk, round_: int) -> None:
        row, base = desk.row("1"), desk.conversation()
        handed = side_by_side(
            lambda: desk.mark_sent(row).rows, lambda: desk.take(message("2"), base=base).rows
        )
        assert sorted(keys(rows) for rows in handed) == [[], ["wa/2"]]

    @pytest.mark.parametrize("round_", range(4))
    def test_two_turns_that_mark_each_other_s_rows(self, desk: Desk, round_: int) -> None:
        people = [somebody(1), somebody(2)]
        rows = [desk.row(f"{n}/1", who) for n, who in enumerate(people)]

        def turn(n: int) -> Commit:
            return desk.take(message(f"{n}/2", people[n]), sent=[rows[1 - n]])

        commits = at_once(2, turn)
        marked = {row for commit in commits for row in commit.done}
        assert marked == {row.id for row in rows}
        assert sorted(key for commit in commits for key in keys(commit.rows)) == ["wa/0/2", "wa/1/2"]


class TestOrderOfLocks:
    """Customers, then rows by id: whoever waits for one of them holds none that comes later."""

    def _free_while_it_waits(self, desk: Desk, other: Tables, call: Callable[[], Any], rows: str) -> None:
        """Do `call`, which waits for what the other transaction holds. Meanwhile that one can lock these rows, too."""

        def goes_on() -> None:
            desk.tables.until_somebody_waits()
            other.all(f"select id from outbox where {rows} order by id for update nowait")
            other.connection.commit()

        side_by_side(goes_on, call)

    @pytest.mark.parametrize("name", ["mark_sent", "confirm", "finish"])
    def test_the_customer_of_a_notification_before_its_row(
        self, desk: Desk, other: Tables, name: str
    ) -> None:
        row = notification(desk)
        calls: dict[str, Callable[[], Any]] = {
            "mark_sent": lambda: desk.mark_sent(row),
            "confirm": lambda: desk.confirm(row.dedup_key, "p1"),
            "finish": lambda: desk.finish(row, Outcome.SENT),
        }
        other.do("select from customers for no key update")
        self._free_while_it_waits(desk, other, calls[name], "content = 'notification'")
        assert desk.tables.status(row.dedup_key) == ["sent"]

    def test_the_rows_of_an_erased_customer_by_id(self, desk: Desk, other: Tables, database: str) -> None:
        """Those that were sent are deleted before the others are scrubbed: both are locked first."""
        desk.finish(desk.mail_row(), Outcome.UNKNOWN)
        desk.finish(desk.row("sent"), Outcome.SENT)
        other.do("select from outbox where status = 'unknown' for update")
        person = desk.tables.value("select id from customers")

        def erases() -> None:
            with psycopg.connect(database) as connection:
                connection.execute("select erase_person(%s)", [person])

        self._free_while_it_waits(desk, other, erases, "status = 'sent'")
        assert desk.tables.value("select count(*) from customers") == 0

    def test_the_rows_of_delivery_statuses_by_id(self, desk: Desk, other: Tables) -> None:
        first, second = desk.row("1"), desk.row("2", BEA)
        sent = Result(outcome=Outcome.SENT)
        statuses = [
            (Status(provider_id=f"p{row.id}", status="sent", dedup_key=row.dedup_key), sent)
            for row in (second, first)
        ]
        other.do("select from outbox where dedup_key = 'wa/1' for update")
        self._free_while_it_waits(
            desk, other, lambda: desk.store.confirm(statuses, new_lease(), BOTH), "dedup_key = 'wa/2'"
        )
        assert desk.tables.status("wa/1", "wa/2") == ["sent", "sent"]


PEOPLE = 4


@dataclass(slots=True, kw_only=True)
class Instance:
    """An instance with calls in random order, straight to the database: a deadlock is not made again, but raised."""

    tables: Tables
    random: random.Random

    def some(self) -> list[dict[str, Any]]:
        """Some of the latest rows, of several customers, in any order. Half the time without notifications: only these lock customers."""
        contents = ["rendered"] if self.random.random() < 0.5 else list(Content)
        rows = self.tables.all(
            "select id, dedup_key, attempts, lease_token::text as lease from outbox where content = any (%s) "
            "order by id desc limit 16",
            contents,
        )
        return self.random.sample(rows, self.random.randint(len(rows) // 2, len(rows)))

    def marks(self) -> Jsonb:
        return Jsonb(
            [
                {
                    "id": row["id"],
                    "attempt": row["attempts"],
                    "lease": row["lease"],
                    "provider_id": f"p{row['id']}",
                }
                for row in self.some()
            ]
        )

    def mark_sent(self) -> None:
        self.tables.value("select mark_sent(%s, p_lease => %s)", self.marks(), new_lease())

    def confirm(self) -> None:
        statuses = [
            {
                "dedup_key": row["dedup_key"],
                "provider_id": f"p{row['id']}",
                "outcome": self.random.choice(["sent", "retry", "dead"]),
            }
            for row in self.some()
        ]
        self.tables.value("select confirm_outbox(%s, p_lease => %s)", Jsonb(statuses), new_lease())

    def commit(self, erase: bool = False) -> None:
        who, lease = somebody(self.random.randrange(PEOPLE)), new_lease()
        known = self.tables.value("select load_conversation(%s, %s)", who.user_id, who.wa_id)
        reply = {"dedup_key": f"wa/{lease}", "channel": "whatsapp", "content": "rendered", "body": ""}
        turn = (
            "select commit_turn(%s, %s, %s, %s, now(), %s, %s, '{}', "
            "p_outbox => %s, p_sent => %s, p_lease => %s, p_erase => %s)"
        )
        person = (lease, who.user_id, who.wa_id, who.name, known["customer_id"], known["version"])
        self.tables.value(turn, *person, Jsonb([{**reply, "repeat": True}]), self.marks(), lease, erase)

    def erase(self) -> None:
        self.commit(erase=True)

    def act(self) -> None:
        ticket = code(self.random.randrange(PEOPLE))
        self.tables.value("select act_on_ticket(%s, 'answer', 'hola', 'Marta')", ticket)

    def claim(self) -> None:
        self.tables.value("select claim_outbox(8, %s)", new_lease())


@pytest.mark.parametrize("seed", range(4))
def test_no_calls_wait_for_each_other(desk: Desk, database: str, seed: int) -> None:
    """Marks, statuses, turns, erasures, sweeps and technicians on the same rows, each call in another order."""
    for n in range(PEOPLE):
        notification(desk, n, somebody(n))
        desk.row(f"reply {n}", somebody(n))

    def work(number: int) -> None:
        chance = random.Random(f"{seed} {number}")
        with psycopg.connect(database, autocommit=True, row_factory=dict_row) as connection:
            instance = Instance(tables=Tables(connection), random=chance)
            usual = [instance.mark_sent, instance.confirm, instance.commit, instance.act, instance.claim]
            for _ in range(40):
                chance.choice([*usual * 8, instance.erase])()

    at_once(6, work)
