"""What is kept of technicians' e-mails: what became of each, until it is old, its ticket is deleted or its customer is erased."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from state.model.outbox_row import Channel, OutboxRow, Outcome
from state.model.received_mail import LostFile, MailDetail, MailOutcome, NewMail
from state.model.ticket import TechnicianAction
from state.store.client import new_lease
from state.store.rows import MailReceived
from tests.support.builders import BEA, BOTH, ERASES, Desk, at_once, code, message, opens

MARTA = "marta@example.com"
DETAIL = MailDetail(sender="marta.ruiz@example.com", files=(LostFile(name="su factura.exe", problem="type"),))


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A ticket of Ana, of which nothing is under way."""
    desk.take(message("1"), opens(1), outbox=[], channels=())
    return desk


def receive(desk: Desk, name: str = "1", *, ticket: str = code(1)) -> OutboxRow:
    """An e-mail came. Returns the row that fetches it, leased."""
    received = desk.store.receive_mail(
        NewMail(
            event_id=f"msg_{name}",
            message_id=f"id_{name}",
            email_id=f"mail_{name}",
            code=ticket,
            technician=MARTA,
            seen=1,
        ),
        new_lease(),
        [Channel.INBOX],
    )
    assert received.result == "new"
    (row,) = received.rows
    return row


def finish(
    desk: Desk,
    row: OutboxRow,
    outcome: MailOutcome = MailOutcome.SENT,
    detail: MailDetail = DETAIL,
    *,
    tell: bool = False,
) -> None:
    assert row.record
    desk.store.finish_mail(
        row.record["id"], outcome, detail, tell=tell, events=(), lease=new_lease(), channels=()
    )


def mails(desk: Desk) -> list[dict[str, Any]]:
    return desk.tables.all("select outcome, detail from received_mails order by id")


def told(desk: Desk) -> list[dict[str, Any]]:
    return desk.tables.all("select recipient, status from outbox where content = 'mail_result' order by id")


class TestAtOnce:
    """Resend delivers an event again after some seconds, to whichever instance, and two events of one e-mail together."""

    @pytest.mark.parametrize("same", ["event_id", "message_id"])
    def test_an_e_mail_is_one_row(self, desk: Desk, same: str) -> None:
        given = {"event_id": "msg_{}", "message_id": "id_{}"} | {same: "same"}

        def take(number: int) -> MailReceived:
            mail = NewMail(
                event_id=given["event_id"].format(number),
                message_id=given["message_id"].format(number),
                email_id=f"mail_{number}",
                code=code(1),
                technician=MARTA,
                seen=1,
            )
            return desk.store.receive_mail(mail, new_lease(), [Channel.INBOX])

        received = at_once(8, take)
        assert sorted(each.result for each in received) == ["known"] * 7 + ["new"]
        assert sum(len(each.rows) for each in received) == 1
        assert len(mails(desk)) == 1

    def test_its_author_is_told_once(self, desk: Desk) -> None:
        row = receive(desk)
        at_once(8, lambda _: finish(desk, row, MailOutcome.EMPTY, tell=True))
        assert len(told(desk)) == 1


class TestErased:
    """Names of files, and who wrote, are personal."""

    def test_the_detail_goes_with_the_customer(self, desk: Desk) -> None:
        finish(desk, receive(desk))
        assert mails(desk)[0]["detail"]["files"][0]["name"] == "su factura.exe"
        desk.take(message("bye"), ERASES)
        assert mails(desk) == [{"outcome": "sent", "detail": None}]

    def test_of_others_it_stays(self, desk: Desk) -> None:
        desk.take(message("2", BEA), opens(2), outbox=[], channels=())
        finish(desk, receive(desk, ticket=code(2)))
        desk.take(message("bye"), ERASES)
        assert mails(desk)[0]["detail"] is not None

    def test_none_is_kept_of_what_ends_afterwards(self, desk: Desk) -> None:
        """It was sent a moment before."""
        row = receive(desk)
        desk.take(message("bye"), ERASES)
        finish(desk, row)
        assert mails(desk) == [{"outcome": "sent", "detail": None}]

    def test_nor_beside_the_erasure(self, desk: Desk, database: str) -> None:
        """It waits for the erasure; the other way round the erasure finds the detail."""
        row = receive(desk)
        with ThreadPoolExecutor(1) as beside:
            with psycopg.connect(database) as erasing:
                erasing.execute("select erase_person(id) from customers")
                ending = beside.submit(finish, desk, row)
                desk.tables.until_somebody_waits()
            ending.result()
        assert mails(desk) == [{"outcome": "sent", "detail": None}]

    def test_the_row_that_fetches_it_says_that_there_is_nobody(self, desk: Desk) -> None:
        receive(desk)
        desk.take(message("bye"), ERASES)
        desk.tables.do("update outbox set next_at = now() - interval '1 s' where channel = 'inbox'")
        (row,) = desk.store.claim(1, new_lease(), [Channel.INBOX]).rows
        assert row.record
        assert (row.record["has_customer"], row.record["done"]) == (False, False)


class TestRetention:
    def test_after_30_days_what_is_done_goes(self, desk: Desk) -> None:
        finish(desk, receive(desk, "old"))
        finish(desk, receive(desk, "new"))
        desk.tables.do(
            "update received_mails set received_at = now() - interval '30 days 1 second' where event_id = 'msg_old'"
        )
        desk.store.purge_expired()
        assert desk.tables.all("select event_id from received_mails") == [{"event_id": "msg_new"}]

    def test_what_is_still_to_be_fetched_stays(self, desk: Desk) -> None:
        receive(desk)
        desk.tables.do("update received_mails set received_at = now() - interval '1 year'")
        desk.store.purge_expired()
        assert mails(desk) == [{"outcome": None, "detail": None}]

    def test_it_outlives_the_row_that_fetched_it(self, desk: Desk) -> None:
        """Else an event of Resend's that comes late would be another e-mail."""
        row = receive(desk)
        finish(desk, row)
        desk.finish(row, Outcome.SENT)
        desk.tables.do("update outbox set done_at = now() - interval '31 days'")
        desk.store.purge_expired()
        assert desk.tables.value("select count(*) from outbox where channel = 'inbox'") == 0
        assert len(mails(desk)) == 1

    def test_it_goes_with_its_ticket(self, desk: Desk) -> None:
        finish(desk, receive(desk, "1"), tell=True)
        receive(desk, "2")
        desk.work(TechnicianAction.CLOSE, ticket=code(1))
        desk.tables.value("select set_retention(12)")
        desk.tables.do("update outbox set status = 'sent', done_at = now() - interval '2 years'")
        desk.tables.do("update tickets set waits_since = waits_since - interval '2 years'")
        assert desk.store.purge_expired()["tickets"] == 1
        assert mails(desk) == []
        assert desk.tables.value("select count(*) from outbox where channel in ('inbox', 'email')") == 0

    def test_also_one_that_is_still_to_be_fetched(self, desk: Desk) -> None:
        """Then there is nothing to do."""
        row = receive(desk)
        desk.tables.do("delete from tickets")
        assert mails(desk) == []
        assert desk.tables.value("select received_record(%s)", row.id) is None


class TestGivenUp:
    """Its author is told, whoever gives it up."""

    def test_by_who_tries(self, desk: Desk) -> None:
        desk.finish(receive(desk), Outcome.DEAD, error="resend 404 not_found")
        assert mails(desk)[0]["outcome"] == "unreadable"
        assert told(desk) == [{"recipient": MARTA, "status": "ready"}]

    def test_after_too_many_attempts(self, desk: Desk) -> None:
        receive(desk)
        desk.tables.do(
            "update outbox set status = 'ready', attempts = 1000, next_at = now() where channel = 'inbox'"
        )
        desk.store.claim(5, new_lease(), BOTH)
        assert mails(desk)[0]["outcome"] == "unreadable"
        assert len(told(desk)) == 1

    def test_but_not_while_its_ticket_is_locked(self, desk: Desk, database: str) -> None:
        """By who erases its customer, for instance: the sweep waits for nobody, and tries once more."""
        receive(desk)
        due = "update outbox set status = 'ready', attempts = 1000, next_at = now() where channel = 'inbox'"
        desk.tables.do(due)
        with psycopg.connect(database) as erasing:
            erasing.execute("select from tickets for update")
            assert len(desk.store.claim(5, new_lease(), BOTH).rows) == 1
        assert mails(desk)[0]["outcome"] is None
        desk.tables.do(due)
        assert desk.store.claim(5, new_lease(), [Channel.INBOX]).rows == ()
        assert mails(desk)[0]["outcome"] == "unreadable"

    def test_not_of_what_is_done(self, desk: Desk) -> None:
        row = receive(desk)
        finish(desk, row)
        desk.finish(row, Outcome.DEAD)
        assert mails(desk)[0]["outcome"] == "sent"
        assert told(desk) == []


class TestRetried:
    @pytest.fixture
    def row(self, desk: Desk) -> OutboxRow:
        """It was given up."""
        row = receive(desk)
        desk.finish(row, Outcome.DEAD, error="resend 404 not_found")
        return row

    def test_it_is_open_again(self, desk: Desk, row: OutboxRow) -> None:
        desk.tables.value("select retry_outbox(%s)", row.id)
        assert mails(desk) == [{"outcome": None, "detail": None}]
        (again,) = desk.store.claim(1, new_lease(), [Channel.INBOX]).rows
        assert again.record
        assert again.record["done"] is False

    def test_who_has_not_been_told_yet_is_not(self, desk: Desk, row: OutboxRow) -> None:
        desk.tables.value("select retry_outbox(%s)", row.id)
        assert told(desk) == []
        finish(desk, row, MailOutcome.EMPTY, tell=True)
        assert len(told(desk)) == 1

    def test_who_has_been_told_of_one_end_is_told_of_another(self, desk: Desk, row: OutboxRow) -> None:
        desk.tables.do("update outbox set status = 'sent' where content = 'mail_result'")
        desk.tables.value("select retry_outbox(%s)", row.id)
        finish(desk, row, tell=True)
        assert told(desk) == [
            {"recipient": MARTA, "status": "sent"},
            {"recipient": MARTA, "status": "ready"},
        ]
        assert mails(desk)[0]["outcome"] == "sent"

    def test_what_is_on_its_way_tells_the_truth(self, desk: Desk, row: OutboxRow) -> None:
        """Of the e-mail that was being sent nothing is said any more; another says what became of it."""
        (telling,) = desk.store.claim(1, new_lease(), [Channel.EMAIL]).rows
        desk.finish(telling, Outcome.UNKNOWN)
        desk.tables.value("select retry_outbox(%s)", row.id)
        assert desk.tables.value("select mailed_record(%s)", telling.id) is None
        finish(desk, row, tell=True)
        assert desk.tables.value("select mailed_record(%s)", telling.id) is None
        latest = desk.tables.value("select told_id from received_mails")
        assert desk.tables.value("select mailed_record(%s)", latest)["outcome"] == "sent"
