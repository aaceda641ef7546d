"""A technician and the customer act at the same moment: no deadlock, and nothing is done twice or lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from state.model.message import Sender
from state.model.outbox_row import Outcome
from state.model.ticket import ActionResult, TechnicianAction
from state.model.turn import ChangeKind, ChangeTicket
from tests.support.builders import BOTH, Desk, Tables, at_once, code, message, notes, opens, reply
from tests.support.database import SupabaseLocal

CODE = code(1)
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"
# The customer's lock, as every turn of theirs takes it; and as merging and erasing do.
TURN = "select from customers for no key update"
MERGE = "select from customers for update"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With a ticket that is open."""
    desk.take(message("1"), opens(1), outbox=[])
    return desk


@pytest.fixture
def other(supabase_local: SupabaseLocal) -> Iterator[Tables]:
    """Somebody else's connection, in a transaction that stays open; it gives up rather than wait for long."""
    with psycopg.connect(supabase_local.database_url, row_factory=dict_row) as connection:
        connection.execute("set local lock_timeout = '3 s'")
        yield Tables(connection)
        connection.rollback()


def work(desk: Desk, action: TechnicianAction, text: str = "", seen: int | None = None) -> ActionResult:
    return desk.store.act_on_ticket(CODE, action, text, author="Marta", key=str(uuid4()), seen=seen).result


class TestThePage:
    """Through the function `act_on_ticket`: the customer first, as in every turn."""

    def test_waits_for_the_turn_and_sees_what_it_did(self, desk: Desk, other: Tables) -> None:
        seen = desk.tables.value("select max(id) from ticket_events")
        other.do(TURN)
        with ThreadPoolExecutor(1) as pool:
            working = pool.submit(work, desk, TechnicianAction.RESOLVE, "", seen)
            desk.tables.until_somebody_waits()
            other.do(
                "insert into ticket_events (ticket_id, kind, actor, body) select id, 'note', 'customer', 'ya anda' from tickets"
            )
            other.connection.commit()
            assert working.result() is ActionResult.STALE

    def test_both_at_once_many_times(self, desk: Desk) -> None:
        before = desk.tables.value(DEADLOCKS)

        def act(number: int) -> str:
            if number % 2:
                return work(desk, TechnicianAction.ANSWER, f"respuesta {number}")
            return desk.take(message(f"n{number}"), notes(1)).result

        for _ in range(3):
            results = at_once(8, act)
            assert set(results) <= {"done", "committed", "conflict", "duplicate"}
            assert results[1::2] == ["done"] * 4
        assert desk.tables.value(DEADLOCKS) == before

    def test_two_technicians_press_the_same(self, desk: Desk) -> None:
        seen = desk.tables.value("select max(id) from ticket_events")
        results = at_once(2, lambda _: work(desk, TechnicianAction.TAKE, "", seen))
        assert sorted(results) == ["done", "stale"]

    def test_the_same_form_twice_at_once(self, desk: Desk) -> None:
        def send(_: int) -> ActionResult:
            return desk.store.act_on_ticket(
                CODE, TechnicianAction.ANSWER, "hola", author="", key="k1", seen=None
            ).result

        assert sorted(at_once(4, send)) == ["done", "repeated", "repeated", "repeated"]
        assert desk.tables.value("select count(*) from ticket_events where body = 'hola'") == 1

    def test_the_customer_reopens_while_it_is_closed(self, desk: Desk) -> None:
        work(desk, TechnicianAction.RESOLVE)

        def act(number: int) -> str:
            if number:
                return work(desk, TechnicianAction.CLOSE)
            reopens = ChangeTicket(code=CODE, kind=ChangeKind.REOPEN)
            while (taken := desk.take(message("2"), reopens, outbox=[]).result) == "conflict":
                continue  # as the function does: the session is read and the turn taken again
            return taken

        assert at_once(2, act) == ["committed", "done"]
        changes = desk.tables.all(
            "select from_status as was, to_status as became from ticket_events where kind = 'status' order by id"
        )
        assert all(one["became"] == next_["was"] for one, next_ in pairwise(changes))


class TestByHand:
    """A plain UPDATE holds the ticket before it knows the customer: it never waits for them."""

    @pytest.mark.parametrize("held", [TURN, MERGE])
    def test_does_not_wait_for_the_customer(self, desk: Desk, other: Tables, held: str) -> None:
        desk.tables.do("begin")
        desk.tables.do(held)
        assert other.do("update tickets set status = 'resolved'") == 1
        other.connection.commit()
        desk.tables.do("commit")
        (row,) = desk.tables.all("select * from outbox where content = 'notification'")
        assert row["lane"].startswith("notify:")
        assert desk.tables.value("select facts from conversations") == []

    def test_a_notification_that_could_not_name_them_finds_them(self, desk: Desk, other: Tables) -> None:
        desk.tables.do("begin")
        desk.tables.do(MERGE)
        other.do("update tickets set status = 'resolved'")
        other.connection.commit()
        desk.tables.do("commit")
        assert desk.tables.value("select customer_id from outbox where content = 'notification'") is None
        desk.tables.do("update outbox set next_at = now()")
        (row,) = desk.claim()
        assert row.record
        assert row.record["customer"]["name"] == "Ana"

    def test_and_erasing_at_the_same_moment_do_not_deadlock(self, desk: Desk, other: Tables) -> None:
        """Erasing holds the person and wants their tickets; the UPDATE holds the ticket."""
        other.do("update tickets set status = 'in_progress'")
        person = desk.tables.value("select id from customers")
        with ThreadPoolExecutor(1) as pool:
            erasing = pool.submit(desk.tables.value, "select erase_person(%s)", person)
            other.until_somebody_waits()
            other.do("update tickets set status = 'resolved'")
            other.connection.commit()
            assert erasing.result() is True
        assert desk.tables.all("select * from outbox") == []


class TestRecorded:
    def test_the_end_of_a_notification_and_erasing_do_not_deadlock(self, desk: Desk, other: Tables) -> None:
        """Both begin with the customer."""
        work(desk, TechnicianAction.ANSWER, "hola")
        desk.tables.do("update outbox set next_at = now()")
        (row,) = desk.claim()
        person = desk.tables.value("select id from customers")
        other.value("select lock_notified_customers(array[%s]::bigint[])", row.id)
        with ThreadPoolExecutor(1) as pool:
            erasing = pool.submit(desk.tables.value, "select erase_person(%s)", person)
            other.until_somebody_waits()
            lease = row.lease
            finish = "select finish_outbox(%s, %s, %s, 'sent', 'p1')"
            assert other.value(finish, row.id, row.attempts, lease)["status"] == "sent"
            other.connection.commit()
            assert erasing.result() is True

    def test_a_technician_acts_while_a_notification_ends(self, desk: Desk) -> None:
        work(desk, TechnicianAction.ANSWER, "hola")
        desk.tables.do("update outbox set next_at = now()")
        (row,) = desk.claim()

        def act(number: int) -> Any:
            return (
                work(desk, TechnicianAction.ANSWER, "otra")
                if number
                else desk.finish(row, Outcome.SENT).status
            )

        assert at_once(2, act) == ["sent", "done"]
        assert desk.tables.all("select body from ticket_events where kind = 'notified'") == [
            {"body": "message"}
        ]
        assert desk.tables.value("select count(*) from outbox where content = 'notification'") == 2


class TestMerge:
    def test_an_action_meets_two_aliases_that_turn_out_to_be_one(self, desk: Desk, other: Tables) -> None:
        by_number = Sender(user_id=None, wa_id="5491100000077", name="Caro")
        by_name = Sender(user_id="AR.caro", wa_id=None, name="Caro")
        desk.take(message("2", by_number), opens(7), outbox=[reply("2")], channels=BOTH)
        desk.take(message("3", by_name))
        find = "select id from customers where name = 'Caro' and user_id is not null"
        remaining = desk.tables.value(find)
        other.value("select identify_customer('AR.caro', '5491100000077', 'Caro')")
        with ThreadPoolExecutor(1) as pool:
            working = pool.submit(
                desk.store.act_on_ticket,
                code(7),
                TechnicianAction.ANSWER,
                "hola",
                author="",
                key="k",
                seen=None,
            )
            desk.tables.until_somebody_waits()
            other.connection.commit()
            assert working.result().result is ActionResult.DONE
        row = desk.tables.one("select customer_id, lane from outbox where content = 'notification'")
        assert row == {"customer_id": remaining, "lane": f"notify:{remaining}"}
