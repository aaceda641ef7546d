"""Meta refuses a template: its row waits for the template to be mended, or for its customer's next message."""

from dataclasses import replace
from datetime import timedelta

import pytest

from state.model.outbox_row import OutboxRow, Outcome
from state.model.ticket import TechnicianAction
from tests.support.builders import ANA, ERASES, Desk, code, keys, mail, message, opens, reply

ERROR = "meta 132015"
HOUR = 3600.0


def template_row(desk: Desk, wamid: str = "1") -> OutboxRow:
    """The confirmation of a ticket whose service window has closed, leased to us as a template."""
    confirmation = replace(reply(wamid, template="the template"), ticket=code(1))
    (row,) = desk.take(message(wamid, ago=timedelta(hours=25)), opens(1), outbox=[confirmation]).rows
    assert row.body == "the template"
    return row


def refused(desk: Desk, row: OutboxRow) -> str | None:
    return desk.finish(row, Outcome.HELD, error=ERROR, retry_seconds=HOUR).status


def an_hour_later(desk: Desk) -> list[OutboxRow]:
    desk.tables.do("update outbox set next_at = next_at - interval '70 min'")
    desk.store.release_templates(10)
    return list(desk.claim())


class TestHeld:
    def test_waits_without_an_attempt(self, desk: Desk) -> None:
        assert refused(desk, template_row(desk)) == "ready"
        row = desk.tables.outbox("wa/1")
        assert (row["held"], row["as_template"], row["attempts"], row["last_error"]) == (True, True, 0, ERROR)
        assert desk.claim() == ()

    def test_is_tried_again_each_hour_and_is_never_given_up(self, desk: Desk) -> None:
        refused(desk, template_row(desk))
        for _ in range(30):
            (row,) = an_hour_later(desk)
            assert (row.dedup_key, row.body, row.attempts) == ("wa/1", "the template", 1)
            assert refused(desk, row) == "ready"

    def test_not_before(self, desk: Desk) -> None:
        refused(desk, template_row(desk))
        assert 0.85 * HOUR < desk.tables.waits("wa/1") < 1.15 * HOUR
        assert desk.store.release_templates(10) == 0

    def test_blocks_no_other_row_of_its_lane(self, desk: Desk) -> None:
        refused(desk, template_row(desk))
        replies = [reply("2", template="the next template")]
        assert keys(desk.take(message("2", ago=timedelta(hours=25)), outbox=replies).rows) == ["wa/2"]

    def test_is_not_what_free_text_is(self, desk: Desk) -> None:
        """Nothing but a template can be refused for its template."""
        assert refused(desk, desk.row("1", template="the template")) == "dead"


class TestTheirNextMessage:
    def test_sends_the_free_text_at_once(self, desk: Desk) -> None:
        refused(desk, template_row(desk))
        assert [row.body for row in desk.take(message("2")).rows] == ["body of wa/1"]

    def test_not_a_message_that_is_too_old_itself(self, desk: Desk) -> None:
        refused(desk, template_row(desk))
        desk.take(message("2", ago=timedelta(hours=24)))
        assert desk.tables.outbox("wa/1")["held"]

    def test_while_the_template_is_being_tried_it_follows_the_refusal(self, desk: Desk) -> None:
        row = template_row(desk)
        desk.take(message("2"))
        (text,) = desk.finish(row, Outcome.HELD, error=ERROR, retry_seconds=HOUR).rows
        assert (text.dedup_key, text.body) == ("wa/1", "body of wa/1")

    def test_which_is_refused_too_goes_back_to_the_template_and_waits(self, desk: Desk) -> None:
        """Meta sometimes takes an open window for closed: no attempt follows another for ever."""
        refused(desk, template_row(desk))
        (text,) = desk.take(message("2"), outbox=[]).rows
        (template,) = desk.finish(text, Outcome.WINDOW, error="meta 131047").rows
        assert template.body == "the template"
        assert desk.finish(template, Outcome.HELD, error=ERROR, retry_seconds=HOUR).rows == ()
        assert desk.tables.outbox("wa/1")["held"]


class TestReportedLater:
    """Meta took the template, and reports that it failed."""

    def report(self, desk: Desk, outcome: Outcome = Outcome.HELD) -> str:
        return desk.confirm("wa/1", "p1", outcome)[0]

    def sent(self, desk: Desk) -> None:
        desk.finish(template_row(desk), Outcome.SENT, provider_id="p1")

    def test_waits_all_the_same(self, desk: Desk) -> None:
        self.sent(desk)
        assert self.report(desk) == "again"
        row = desk.tables.outbox("wa/1")
        assert (row["status"], row["held"], row["attempts"], row["provider_id"]) == ("ready", True, 0, None)
        assert [row.body for row in desk.take(message("2")).rows] == ["body of wa/1"]

    def test_of_who_has_written_meanwhile_the_free_text_leaves(self, desk: Desk) -> None:
        self.sent(desk)
        desk.take(message("2"), outbox=[])
        _, (text,) = desk.confirm("wa/1", "p1", Outcome.HELD)
        assert text.body == "body of wa/1"

    def test_of_free_text_is_the_end(self, desk: Desk) -> None:
        desk.finish(desk.row("1"), Outcome.SENT, provider_id="p1")
        assert self.report(desk) == "dead"


class TestItsPurposeEnds:
    def test_with_the_ticket(self, desk: Desk) -> None:
        refused(desk, template_row(desk))
        desk.tables.do("delete from tickets")
        assert an_hour_later(desk) == []
        assert desk.tables.outbox("wa/1")["last_error"] == "the ticket is gone"
        assert [letter.error for letter in desk.store.report_dead()] == ["the ticket is gone"]

    def test_with_the_customer(self, desk: Desk) -> None:
        refused(desk, template_row(desk))
        desk.take(message("bye"), ERASES, outbox=[])
        assert desk.tables.value("select count(*) from outbox where dedup_key = 'wa/1'") == 0

    def test_with_the_customer_while_it_is_tried(self, desk: Desk) -> None:
        row = template_row(desk)
        desk.take(message("bye"), ERASES, outbox=[])
        assert refused(desk, row) == "dead"
        assert desk.tables.outbox("wa/1")["template"] is None

    def test_with_the_customer_who_was_deleted_by_hand(self, desk: Desk) -> None:
        refused(desk, template_row(desk))
        desk.tables.do("delete from customers")
        assert an_hour_later(desk) == []
        assert desk.tables.outbox("wa/1")["last_error"] == "the customer is gone"

    def test_after_thirty_days(self, desk: Desk) -> None:
        refused(desk, template_row(desk))
        desk.tables.do("update outbox set created_at = now() - interval '31 days'")
        assert desk.store.purge_expired()["outbox"] == 0  # first the operator hears of it
        assert an_hour_later(desk) == []
        assert [letter.error for letter in desk.store.report_dead()] == [ERROR]


class TestNotification:
    @pytest.fixture
    def row(self, desk: Desk) -> OutboxRow:
        """What a technician did, leased to us as a template."""
        desk.take(message("1"), opens(1), outbox=[])
        desk.tables.do("update conversations set last_inbound_at = now() - interval '25 h'")
        desk.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        desk.tables.do("update outbox set next_at = now() where content = 'notification'")
        (row,) = desk.claim()
        assert row.as_template
        return row

    def test_leaves_as_free_text_with_their_next_message(self, desk: Desk, row: OutboxRow) -> None:
        refused(desk, row)
        (text,) = desk.take(message("2"), outbox=[]).rows
        assert (text.dedup_key, text.as_template) == (row.dedup_key, False)

    def test_is_still_what_the_ticket_waits_for(self, desk: Desk, row: OutboxRow) -> None:
        refused(desk, row)
        record = desk.store.load_ticket(code(1))
        assert record is not None
        assert record.waiting == 1

    def test_after_thirty_days_the_ticket_says_that_nobody_was_told(self, desk: Desk, row: OutboxRow) -> None:
        refused(desk, row)
        desk.tables.do("update outbox set created_at = now() - interval '31 days'")
        assert [mail.content for mail in an_hour_later(desk)] == ["undelivered"]
        assert desk.tables.value("select count(*) from ticket_events where kind = 'undelivered'") == 1

    def test_of_an_erased_customer_is_finished_all_the_same(self, desk: Desk, row: OutboxRow) -> None:
        """Nobody is left to whom its full text could follow."""
        desk.take(message("bye"), ERASES, outbox=[])
        assert desk.finish(row, Outcome.SENT, provider_id="p1").status == "sent"

    def test_says_nothing_twice(self, desk: Desk, row: OutboxRow) -> None:
        """Its full text was to follow the template, which Meta took and then refused: now the notification has all of it."""
        desk.finish(row, Outcome.SENT, provider_id="p1")
        assert desk.tables.value("select count(*) from outbox where content = 'full_text'") == 1
        assert desk.confirm(row.dedup_key, "p1", Outcome.HELD)[0] == "again"
        assert keys(desk.take(message("2"), outbox=[]).rows) == [row.dedup_key]
        assert desk.tables.value("select count(*) from outbox where content = 'full_text'") == 0


def test_the_operator_sees_what_waits(desk: Desk) -> None:
    refused(desk, template_row(desk))
    backlog = desk.tables.value("select outbox_backlog()")
    assert (backlog["waiting"], backlog["templates"]) == (0, {"rows": 1, "error": ERROR})


def test_a_mail_is_no_template(desk: Desk) -> None:
    (row,) = desk.take(message("1", ANA), opens(1), outbox=[mail(code(1))]).rows
    assert refused(desk, row) == "dead"
