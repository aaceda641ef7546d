"""What the database records of technicians' e-mails: each end once, its author told of each, and no deadlock with who erases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.rows import dict_row

from state.model.received_mail import MailOutcome, NewMail
from state.model.ticket import EventKind
from state.store.client import new_lease
from tests.support.builders import Desk, Tables, code, message, opens
from tests.support.database import SupabaseLocal

MARTA = "marta@example.com"
END = "select finish_mail(id, %s, '{}', true, '{}') from received_mails"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With an e-mail that is to be fetched."""
    desk.take(message("1"), opens(1), outbox=[])
    mail = NewMail(event_id="e1", message_id="m1", email_id="1", code=code(1), technician=MARTA, seen=1)
    desk.store.receive_mail(mail, new_lease(), [])
    return desk


@pytest.fixture
def other(supabase_local: SupabaseLocal) -> Iterator[Tables]:
    """Somebody else's connection, in a transaction that stays open."""
    with psycopg.connect(supabase_local.database_url, row_factory=dict_row) as connection:
        yield Tables(connection)
        connection.rollback()


def told(desk: Desk) -> list[str]:
    """Of what its author is told, in order."""
    rows = desk.tables.all(
        "select mailed_record(id) as mailed from outbox where content = 'mail_result' order by id"
    )
    return [row["mailed"]["outcome"] if row["mailed"] else "nothing" for row in rows]


def test_it_ends_once(desk: Desk) -> None:
    for outcome in (MailOutcome.EMPTY, MailOutcome.TOO_LONG):
        desk.tables.do(END, outcome)
    assert told(desk) == ["empty"]


def test_what_the_operator_tries_again_is_told_again(desk: Desk) -> None:
    desk.tables.do("update outbox set status = 'dead' where content = 'received'")
    assert told(desk) == ["unreadable"]
    desk.tables.value("select retry_outbox(row_id) from received_mails")
    assert told(desk) == []
    desk.tables.do(END, MailOutcome.OTHER_WORD)
    assert told(desk) == ["other_word"]


def test_given_up_again_it_is_told_once(desk: Desk) -> None:
    desk.tables.do("update outbox set status = 'dead' where content = 'received'")
    desk.tables.value("select retry_outbox(row_id) from received_mails")
    desk.tables.do("update outbox set status = 'dead' where content = 'received'")
    assert told(desk) == ["unreadable"]


def test_its_end_and_erasing_do_not_deadlock(desk: Desk, other: Tables) -> None:
    """Erasing has changed the tickets and comes to the e-mails."""
    other.do("update tickets set wamid = 'erased/1'")
    with ThreadPoolExecutor(1) as pool:
        ending = pool.submit(desk.tables.do, END, MailOutcome.EMPTY)
        other.until_somebody_waits()
        other.do("update received_mails set detail = null")
        other.connection.commit()
        ending.result()
    assert told(desk) == ["empty"]


def test_who_gives_it_up_waits_for_nobody(desk: Desk, other: Tables) -> None:
    """Its row in the outbox is locked then, for which whoever erases may wait."""
    other.do("update tickets set wamid = 'erased/1'")
    desk.tables.do("set lock_timeout = '1 s'")
    desk.tables.do("update outbox set status = 'dead' where content = 'received'")
    assert told(desk) == []


def test_it_is_kept_for_a_month(desk: Desk) -> None:
    """Also one that was never read, and never will be."""
    desk.tables.do("delete from outbox where content = 'received'")
    desk.tables.do("update received_mails set received_at = now() - interval '29 days'")
    desk.tables.value("select purge_expired()")
    assert desk.tables.value("select count(*) from received_mails") == 1
    desk.tables.do("update received_mails set received_at = now() - interval '31 days'")
    desk.tables.value("select purge_expired()")
    assert desk.tables.value("select count(*) from received_mails") == 0


@pytest.mark.parametrize("kind", EventKind)
def test_what_a_technician_has_to_know_is_one_rule(desk: Desk, kind: EventKind) -> None:
    assert desk.tables.value("select is_to_be_read(%s)", kind) is kind.is_to_be_read
