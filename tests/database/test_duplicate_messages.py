"""A message that was already processed: it changes nothing, and leases its rows that are still open."""

from uuid import uuid4

import psycopg
import pytest

from state.model.outbox_row import Outcome
from state.model.session import Session
from tests.support.builders import Desk, at_once, code, keys, mail, message, opens, reply, side_by_side


def test_it_changes_nothing(desk: Desk) -> None:
    first = desk.take(message("1"), opens(1))
    again = desk.take(message("1"), opens(2), session=Session(draft="otra cosa"))
    assert (again.result, again.conversation) == ("duplicate", first.conversation)
    assert desk.tables.value("select count(*) from tickets") == 1
    assert desk.tables.value("select count(*) from outbox") == 1


def test_a_row_that_is_being_sent_is_not_leased_again(desk: Desk) -> None:
    desk.row("1")
    assert desk.take(message("1")).rows == ()


def test_a_row_that_was_sent_is_not_leased_again(desk: Desk) -> None:
    desk.finish(desk.row("1"), Outcome.SENT)
    assert desk.take(message("1")).rows == ()


def test_a_row_that_nobody_leased_is_leased(desk: Desk) -> None:
    assert desk.take(message("1"), channels=()).rows == ()
    assert keys(desk.take(message("1")).rows) == ["wa/1"]


def test_an_expired_lease_still_has_its_grace(desk: Desk) -> None:
    desk.row("1")
    desk.tables.let_lease_end("wa/1")
    assert desk.take(message("1")).rows == ()
    assert desk.tables.status("wa/1") == ["unknown"]


def test_behind_an_older_row_the_older_one_is_leased(desk: Desk) -> None:
    desk.take(message("1"), channels=())
    desk.take(message("2"), channels=())
    assert keys(desk.take(message("2")).rows) == ["wa/1"]


def test_an_answer_that_was_lost_is_given_again(desk: Desk) -> None:
    lease = str(uuid4())
    base = desk.conversation()
    first = desk.take(message("1"), opens(1), outbox=[reply("1"), mail(code(1))], base=base, lease=lease)
    again = desk.take(message("1"), opens(1), outbox=[reply("1"), mail(code(1))], base=base, lease=lease)
    assert again.result == "duplicate"
    assert keys(again.rows) == keys(first.rows) == ["wa/1", f"mail/{code(1)}/opened"]
    assert [row.attempts for row in again.rows] == [1, 1]


def test_the_first_commit_is_still_running(desk: Desk) -> None:
    """Two deliveries at the same time, of a ticket and from somebody new."""
    commits = at_once(2, lambda n: desk.take(message("1"), opens(n), outbox=[reply("1"), mail(code(n))]))
    assert sorted(commit.result for commit in commits) == ["committed", "duplicate"]
    assert sorted(len(commit.rows) for commit in commits) == [0, 2]
    for table in ("customers", "conversations", "tickets", "inbound"):
        assert desk.tables.value(f"select count(*) from {table}") == 1


@pytest.mark.parametrize("known", [False, True])
def test_a_delivery_that_waited_for_another_is_a_duplicate(desk: Desk, database: str, known: bool) -> None:
    base = desk.take(message("0"), outbox=[]).conversation if known else desk.conversation()
    with psycopg.connect(database) as first:
        statement = "select commit_turn('1', 'AR.ana', null, 'Ana', now(), %s, %s, '{}')"
        first.execute(statement, [base.customer_id, base.version])

        def goes_on() -> None:
            desk.tables.until_somebody_waits()
            first.commit()

        _, again = side_by_side(goes_on, lambda: desk.take(message("1"), opens(1), base=base))
    assert again
    assert (again.result, again.conversation.version) == ("duplicate", base.version + 1)
    assert desk.tables.value("select count(*) from customers") == 1
    assert desk.tables.value("select count(*) from tickets") == 0
