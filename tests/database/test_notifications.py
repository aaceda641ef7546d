"""Outbox rows that an event creates or extends, and what the ticket records."""

from typing import Any

import pytest

from state.model.outbox_row import OutboxRow, Outcome
from state.model.ticket import TechnicianAction
from state.model.turn import ChangeKind, ChangeTicket
from tests.support.builders import BEA, ERASES, Desk, code, keys, mail, message, notes, opens
from tests.support.database import capped
from tests.support.links import MAILBOX

CODE = code(1)
NOT_COUNTED = [Outcome.PAUSED, Outcome.LIMITED, Outcome.RELEASED]
WAITING = "select * from outbox where content = 'notification' and status <> 'dead' order by id"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With a ticket that is open."""
    desk.take(message("1"), opens(1), outbox=[])
    return desk


def by_hand(desk: Desk, status: str) -> None:
    assert desk.tables.do("update tickets set status = %s", status)


def texts(desk: Desk) -> list[list[str]]:
    """The events of each waiting notification: the new status, or the text."""
    return [
        [
            event["to_status"] or event["body"]
            for event in desk.tables.all(
                "select * from ticket_events where id = any (%s) order by id", row["events"]
            )
        ]
        for row in desk.tables.all(WAITING)
    ]


def updates(desk: Desk) -> list[dict[str, Any]]:
    return desk.tables.all(
        "select *, extract(epoch from next_at - now())::float as waits from outbox where content = 'update' order by id"
    )


class TestNotification:
    def test_waits_a_minute_in_a_lane_of_its_own(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ANSWER, "hola")
        (row,) = desk.tables.all(WAITING)
        person = desk.tables.value("select id from customers")
        assert (row["lane"], row["channel"], row["as_template"]) == (f"notify:{person}", "whatsapp", False)
        assert row["dedup_key"] == f"notify/{row['events'][0]}"
        assert 55 < desk.tables.waits(row["dedup_key"]) <= 60
        assert desk.claim() == ()

    def test_may_go_as_long_as_the_window_is_open(self, desk: Desk) -> None:
        desk.tables.do("update conversations set last_inbound_at = '2026-11-01 12:00+00'")
        desk.work(TechnicianAction.ANSWER, "hola")
        window = desk.tables.value("select window_until::text from outbox where content = 'notification'")
        assert window.startswith("2026-11-02 11:55:00")

    def test_to_somebody_who_never_wrote_is_a_template(self, desk: Desk) -> None:
        desk.tables.do("update conversations set last_inbound_at = null")
        desk.work(TechnicianAction.ANSWER, "hola")
        desk.tables.do("update outbox set next_at = now()")
        assert [(row.content, row.as_template) for row in desk.claim()] == [("notification", True)]

    def test_is_about_its_own_events_only(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ANSWER, "uno")
        desk.tables.do("update outbox set next_at = now()")
        (row,) = desk.claim()
        desk.work(TechnicianAction.ANSWER, "dos")
        assert row.record
        assert [event["text"] for event in row.record["events"]] == ["uno"]
        assert texts(desk) == [["in_progress"], ["dos"]]

    def test_that_was_tried_gets_no_more_events(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ANSWER, "uno")
        desk.tables.do("update outbox set next_at = now()")
        (row,) = desk.claim()
        desk.finish(row, Outcome.RETRY, retry_seconds=300.0)
        desk.work(TechnicianAction.ANSWER, "dos")
        assert texts(desk) == [["in_progress"], ["dos"]]

    @pytest.mark.parametrize("outcome", NOT_COUNTED)
    def test_that_was_tried_gets_no_more_events_even_if_the_try_does_not_count(
        self, desk: Desk, outcome: Outcome
    ) -> None:
        desk.work(TechnicianAction.ANSWER, "uno")
        desk.tables.do("update outbox set next_at = now()")
        (row,) = desk.claim()
        desk.finish(row, outcome, retry_seconds=300.0)
        desk.tables.do("update outbox set status = 'ready', attempts = 0, next_at = now() + interval '30 s'")
        desk.work(TechnicianAction.ANSWER, "dos")
        assert texts(desk) == [["in_progress"], ["dos"]]

    def test_of_another_ticket_is_another(self, desk: Desk) -> None:
        desk.take(message("2"), opens(2), outbox=[])
        for ticket in (CODE, code(2)):
            desk.work(TechnicianAction.RESOLVE, ticket=ticket)
        assert texts(desk) == [["resolved"], ["resolved"]]


class TestOfNobody:
    """Its customer was locked when it was put in, or has been erased since."""

    @pytest.fixture
    def row(self, desk: Desk) -> OutboxRow:
        desk.work(TechnicianAction.ANSWER, "hola")
        desk.tables.do("update outbox set customer_id = null, next_at = now()")
        (row,) = desk.claim()
        return row

    def test_is_marked_as_sent(self, desk: Desk, row: OutboxRow) -> None:
        assert desk.mark_sent(row).done == (row.id,)
        assert desk.tables.status(row.dedup_key) == ["sent"]

    def test_a_status_of_it_is_applied(self, desk: Desk, row: OutboxRow) -> None:
        assert desk.confirm(row.dedup_key, "p1")[0] == "closed"


class TestChangedBack:
    @pytest.mark.parametrize(
        ("done", "left"),
        [
            (["in_progress", "open"], []),
            (["resolved", "open"], []),
            (["in_progress", "resolved", "open"], []),
            (["in_progress", "waiting_customer", "in_progress"], []),
            (["in_progress", "resolved"], [["resolved"]]),
        ],
    )
    def test_without_a_text_is_not_notified(self, desk: Desk, done: list[str], left: list[list[str]]) -> None:
        for status in done:
            by_hand(desk, status)
        assert texts(desk) == left

    def test_with_a_text_is_notified(self, desk: Desk) -> None:
        desk.work(TechnicianAction.RESOLVE, "listo")
        by_hand(desk, "open")
        assert texts(desk) == [["resolved", "open"]]

    def test_by_the_customer_in_between_is_notified(self, desk: Desk) -> None:
        by_hand(desk, "resolved")
        desk.take(message("2"), ChangeTicket(code=CODE, kind=ChangeKind.REOPEN), outbox=[])
        desk.work(TechnicianAction.TAKE)
        assert texts(desk) == [["resolved"]]

    def test_after_the_notification_was_sent_is_notified(self, desk: Desk) -> None:
        desk.work(TechnicianAction.RESOLVE)
        desk.tables.do("update outbox set next_at = now()")
        assert len(desk.claim()) == 1
        by_hand(desk, "open")
        assert texts(desk) == [["resolved"], ["open"]]


class TestNoNotification:
    def test_of_who_has_it(self, desk: Desk) -> None:
        """The name comes with the next words."""
        for action in (TechnicianAction.TAKE, TechnicianAction.TAKE, TechnicianAction.GIVE_BACK):
            desk.work(action, "lo miro")
        for status in ("in_progress", "open"):
            by_hand(desk, status)
        desk.tables.do("update tickets set assignee = 'Luis'")
        assert texts(desk) == []

    def test_of_what_they_did_themselves(self, desk: Desk) -> None:
        desk.take(message("2"), ChangeTicket(code=CODE, kind=ChangeKind.CLOSE), outbox=[])
        desk.take(message("3"), notes(1), outbox=[])
        assert texts(desk) == []

    def test_who_is_gone(self, desk: Desk) -> None:
        desk.take(message("2"), ERASES, outbox=[])
        desk.work(TechnicianAction.ANSWER, "hola")
        assert texts(desk) == []


class TestUpdates:
    def test_is_gathered_for_a_minute(self, desk: Desk) -> None:
        desk.take(message("2"), notes(1), outbox=[])
        desk.take(message("3"), ChangeTicket(code=CODE, kind=ChangeKind.CLOSE), outbox=[])
        (row,) = updates(desk)
        assert (row["lane"], row["channel"], len(row["events"])) == (f"update:{CODE}", "email", 2)
        assert 55 < row["waits"] <= 60

    def test_the_next_comes_five_minutes_after_the_last(self, desk: Desk) -> None:
        desk.take(message("2"), notes(1), outbox=[])
        desk.tables.do("update outbox set next_at = now()")
        (row,) = desk.claim()
        desk.take(message("3"), notes(1), outbox=[])
        assert 290 < updates(desk)[1]["waits"] <= 300
        desk.finish(row, Outcome.SENT)
        desk.take(message("4"), notes(1), outbox=[])
        assert [len(row["events"]) for row in updates(desk)] == [1, 2]

    def test_the_next_comes_five_minutes_after_the_last_was_sent(self, desk: Desk) -> None:
        desk.take(message("2"), notes(1), outbox=[])
        desk.tables.do("update outbox set status = 'sent', done_at = now() - interval '1 min'")
        desk.take(message("3"), notes(1), outbox=[])
        assert 230 < updates(desk)[1]["waits"] <= 240

    def test_long_after_the_last_it_waits_a_minute_again(self, desk: Desk) -> None:
        desk.take(message("2"), notes(1), outbox=[])
        desk.tables.do("update outbox set status = 'sent', done_at = now() - interval '1 h'")
        desk.take(message("3"), notes(1), outbox=[])
        assert 55 < updates(desk)[1]["waits"] <= 60

    @pytest.mark.parametrize("outcome", NOT_COUNTED)
    def test_that_was_tried_gets_no_more_events_even_if_the_try_does_not_count(
        self, desk: Desk, outcome: Outcome
    ) -> None:
        desk.take(message("2"), notes(1), outbox=[])
        desk.tables.do("update outbox set next_at = now()")
        (row,) = desk.claim()
        desk.finish(row, outcome, retry_seconds=300.0)
        desk.take(message("3"), notes(1), outbox=[])
        assert [len(row["events"]) for row in updates(desk)] == [1, 1]

    def test_that_an_operator_sends_again_gets_no_more_events(self, desk: Desk) -> None:
        """The key may be known to Resend, with the words that it had."""
        desk.take(message("2"), notes(1), outbox=[])
        desk.tables.do("update outbox set next_at = now()")
        (row,) = desk.claim()
        desk.finish(row, Outcome.DEAD)
        desk.tables.value("select retry_outbox(%s)", row.id)
        desk.take(message("3"), notes(1), outbox=[])
        assert [len(row["events"]) for row in updates(desk)] == [1, 1]

    def test_is_not_the_first_mail_nor_what_technicians_did(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ANSWER, "hola")
        assert updates(desk) == []

    def test_an_erasure_is_no_update(self, desk: Desk) -> None:
        desk.take(message("2"), ERASES, outbox=[])
        assert updates(desk) == []

    def test_does_not_wait_for_the_first_mail(self, desk: Desk) -> None:
        desk.take(message("2"), notes(1), outbox=[mail(CODE)], channels=())
        desk.tables.do("update outbox set next_at = now()")
        assert {key.split("/")[0] for key in keys(desk.claim())} == {"mail", "update"}


class TestLink:
    def test_once_in_ten_minutes(self, desk: Desk) -> None:
        with desk.tables.connection.transaction():
            asked = [desk.tables.value("select mail_link(%s, %s)", CODE, MAILBOX.address) for _ in range(3)]
        assert asked == ["mailed", "recent", "recent"]
        desk.tables.do("update outbox set dedup_key = 'link/of ten minutes ago'")
        assert desk.tables.value("select mail_link(%s, %s)", CODE, MAILBOX.address) == "mailed"

    def test_of_no_ticket(self, desk: Desk) -> None:
        assert desk.tables.value("select mail_link(%s, %s)", code(9), MAILBOX.address) == "missing"

    def test_at_most_so_many_in_an_hour_for_all_tickets(self, desk: Desk, database: str) -> None:
        for number in (2, 3):
            desk.take(message(str(number)), opens(number), outbox=[])
        with capped(database, "max_links_per_hour", 2):
            asked = [desk.store.mail_link(code(number), MAILBOX.address) for number in (1, 2, 3, 2)]
            assert asked == ["mailed", "mailed", "too_many", "recent"]
            desk.tables.do("update outbox set created_at = created_at - interval '1 hour'")
            assert desk.store.mail_link(code(3), MAILBOX.address) == "mailed"

    def test_leaves_at_once_with_the_ticket_as_it_was(self, desk: Desk) -> None:
        assert desk.store.mail_link(CODE, MAILBOX.address) == "mailed"
        (row,) = desk.claim()
        assert (row.content, row.lane) == ("link", f"link:{CODE}")
        by_hand(desk, "resolved")
        desk.finish(row, Outcome.UNKNOWN)
        desk.tables.let_be_due(row.dedup_key)
        again = next(row for row in desk.claim() if row.content == "link")
        assert row.record
        assert again.record
        for name in ("status_then", "written_at", "events", "summary", "customer"):
            assert again.record[name] == row.record[name]
        assert (again.record["status_then"], again.record["status"]) == ("open", "resolved")


class TestRecorded:
    def _notification(self, desk: Desk) -> Any:
        desk.work(TechnicianAction.ANSWER, "hola")
        desk.tables.do("update outbox set next_at = now()")
        (row,) = desk.claim()
        return row

    def _recorded(self, desk: Desk) -> list[str]:
        found = desk.tables.all("select body, actor from ticket_events where kind = 'notified' order by id")
        assert {event["actor"] for event in found} <= {"system"}
        return [event["body"] for event in found]

    def test_as_a_message(self, desk: Desk) -> None:
        desk.finish(self._notification(desk), Outcome.SENT)
        assert self._recorded(desk) == ["message"]

    def test_by_template(self, desk: Desk) -> None:
        (again,) = desk.finish(self._notification(desk), Outcome.WINDOW).rows
        desk.finish(again, Outcome.SENT)
        assert self._recorded(desk) == ["template"]

    def test_not_at_all(self, desk: Desk) -> None:
        desk.finish(self._notification(desk), Outcome.DEAD, error="meta 131026")
        assert self._recorded(desk) == ["failed"]

    @pytest.mark.parametrize("outcome", [Outcome.RETRY, Outcome.UNKNOWN, Outcome.PAUSED, Outcome.RELEASED])
    def test_nothing_as_long_as_it_is_not_known(self, desk: Desk, outcome: Outcome) -> None:
        desk.finish(self._notification(desk), outcome)
        assert self._recorded(desk) == []

    def test_a_status_says_nothing_new(self, desk: Desk) -> None:
        row = self._notification(desk)
        desk.finish(row, Outcome.SENT, provider_id="p1")
        desk.confirm(row.dedup_key, "p1")
        assert self._recorded(desk) == ["message"]

    def test_only_notifications_are_recorded(self, desk: Desk) -> None:
        desk.finish(desk.row("9", BEA), Outcome.SENT)
        desk.take(message("2"), notes(1), outbox=[])
        desk.tables.do("update outbox set status = 'sent'")
        assert self._recorded(desk) == []
