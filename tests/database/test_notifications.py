"""Outbox rows that an event creates or extends, and what the ticket records."""

from typing import Any

import pytest

from state.model.outbox_row import OutboxRow, Outcome
from state.model.ticket import Actor, TechnicianAction
from state.model.turn import ChangeKind, ChangeTicket
from state.store.client import new_lease
from tests.support.builders import BEA, BOTH, ERASES, Desk, code, keys, mail, message, notes, opens
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
        desk.work(TechnicianAction.CLOSE)
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

    def test_to_somebody_who_never_wrote_waits_for_their_first_message(self, desk: Desk) -> None:
        """Only a technician can have opened their ticket: tests/database/test_open_for_somebody.py."""
        desk.tables.do("update conversations set last_inbound_at = null")
        desk.work(TechnicianAction.ANSWER, "hola")
        desk.tables.do("update outbox set next_at = now()")
        assert desk.claim() == ()

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


class TestAtOnce:
    """What a technician writes does not wait, nor does "resolved", which asks the customer something."""

    @pytest.mark.parametrize(
        ("action", "words"),
        [
            (TechnicianAction.ANSWER, "hola"),
            (TechnicianAction.CLOSE, "listo"),
            (TechnicianAction.RESOLVE, ""),
        ],
    )
    def test_is_due(self, desk: Desk, action: TechnicianAction, words: str) -> None:
        desk.work(action, words)
        assert [row.content for row in desk.claim()] == ["notification"]

    def test_a_bare_change_is_not(self, desk: Desk) -> None:
        desk.work(TechnicianAction.CLOSE)
        assert desk.claim() == ()

    def test_that_it_was_a_duplicate_is(self, desk: Desk) -> None:
        desk.take(message("2"), opens(2), outbox=[])
        done = desk.store.act_on_ticket(
            CODE, TechnicianAction.MERGE, "", author="Marta", key=None, seen=None, choice=code(2)
        )
        assert done.result == "done"
        assert [row.content for row in desk.claim()] == ["notification"]

    def test_by_hand_too(self, desk: Desk) -> None:
        by_hand(desk, "resolved")
        assert len(desk.claim()) == 1

    def test_what_has_waited_goes_in_the_same_bubble(self, desk: Desk) -> None:
        by_hand(desk, "waiting_customer")
        desk.work(TechnicianAction.ASK, "¿qué luz parpadea?")
        (row,) = desk.claim()
        assert row.record
        assert [event["action"] for event in row.record["events"]] == [None, "ask"]

    def test_what_has_waited_about_another_ticket_leaves_before_it(self, desk: Desk) -> None:
        desk.take(message("2"), opens(2), outbox=[])
        desk.work(TechnicianAction.CLOSE, ticket=code(2))
        desk.work(TechnicianAction.ANSWER, "hola")
        (first,) = desk.claim()
        (second,) = desk.finish(first, Outcome.SENT).rows
        assert [row.record and row.record["code"] for row in (first, second)] == [code(2), CODE]

    def test_what_follows_before_it_has_left_joins_it(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ANSWER, "uno")
        desk.work(TechnicianAction.ANSWER, "dos")
        assert texts(desk) == [["in_progress", "dos"]]

    def test_one_that_waits_after_a_try_is_not_hurried(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ANSWER, "uno")
        desk.finish(desk.claim()[0], Outcome.RETRY, retry_seconds=300.0)
        desk.work(TechnicianAction.ANSWER, "dos")
        assert desk.claim() == ()


class TestLeased:
    """Who acts gets the rows that may leave now, in the same transaction."""

    def act(
        self, desk: Desk, key: str, lease: str, action: TechnicianAction = TechnicianAction.ANSWER
    ) -> list[str]:
        words = "hola" if action is TechnicianAction.ANSWER else ""
        done = desk.store.act_on_ticket(
            CODE, action, words, author="Marta", key=key, seen=None, lease=lease, channels=BOTH
        )
        return keys(done.rows)

    def test_with_the_action(self, desk: Desk) -> None:
        (key,) = self.act(desk, "k", new_lease())
        assert desk.tables.status(key) == ["sending"]
        assert desk.claim() == ()

    def test_not_a_bare_change(self, desk: Desk) -> None:
        assert self.act(desk, "k", new_lease(), TechnicianAction.CLOSE) == []

    def test_the_same_call_again_gets_the_same(self, desk: Desk) -> None:
        lease = new_lease()
        assert self.act(desk, "k", lease) == self.act(desk, "k", lease) != []

    def test_the_same_form_from_elsewhere_gets_nothing_twice(self, desk: Desk) -> None:
        assert len(self.act(desk, "k", new_lease())) == 1
        assert self.act(desk, "k", new_lease()) == []
        assert desk.tables.value("select count(*) from outbox where content = 'notification'") == 1

    def test_the_same_form_gets_what_has_not_left(self, desk: Desk) -> None:
        desk.store.act_on_ticket(CODE, TechnicianAction.ANSWER, "hola", author="", key="k", seen=None)
        assert len(self.act(desk, "k", new_lease())) == 1

    def test_not_behind_one_that_is_being_sent(self, desk: Desk) -> None:
        assert len(self.act(desk, "k1", new_lease())) == 1
        assert self.act(desk, "k2", new_lease()) == []
        assert texts(desk) == [["in_progress"], ["hola"]]

    def test_not_while_the_channel_is_paused(self, desk: Desk) -> None:
        desk.tables.do("insert into channel_pauses values ('whatsapp', now() + interval '1 h')")
        assert self.act(desk, "k", new_lease()) == []

    def test_not_of_somebody_who_is_gone(self, desk: Desk) -> None:
        desk.take(message("2"), ERASES, outbox=[])
        assert self.act(desk, "k", new_lease()) == []


class TestUndelivered:
    """Whoever wrote what did not reach the customer gets an e-mail."""

    MAILS = "select * from outbox where content = 'undelivered' order by id"

    def test_names_the_words_and_why(self, desk: Desk) -> None:
        desk.work(TechnicianAction.TAKE)
        desk.work(TechnicianAction.ANSWER, "hola")
        desk.finish(desk.claim()[0], Outcome.DEAD, error="meta 131026")
        (mail,) = desk.claim()
        assert (mail.channel, mail.content) == ("email", "undelivered")
        assert mail.record
        assert [event["text"] for event in mail.record["events"]] == ["hola", "meta 131026"]

    def test_a_bare_change_is_not_worth_a_mail(self, desk: Desk) -> None:
        desk.work(TechnicianAction.RESOLVE)
        desk.finish(desk.claim()[0], Outcome.DEAD, error="meta 131026")
        assert desk.tables.all(self.MAILS) == []

    def test_nor_is_what_no_longer_has_a_reader(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ANSWER, "hola")
        (row,) = desk.claim()
        desk.take(message("2"), ERASES, outbox=[])
        desk.finish(row, Outcome.DEAD, error="meta 131026")
        assert desk.tables.all(self.MAILS) == []

    def test_what_a_template_had_no_room_for(self, desk: Desk) -> None:
        desk.tables.do("update conversations set last_inbound_at = now() - interval '25 h'")
        desk.work(TechnicianAction.ANSWER, "hola")
        desk.finish(desk.claim()[0], Outcome.SENT)
        assert desk.tables.do("update outbox set status = 'dead', held = false where content = 'full_text'")
        assert len(desk.tables.all(self.MAILS)) == 1


class TestDeliveries:
    """How far each of the technicians' texts has come, as their page shows it."""

    def state(self, desk: Desk) -> tuple[str, bool] | None:
        record = desk.store.load_ticket(CODE)
        assert record
        told = next(event for event in reversed(record.events) if event.actor is Actor.TECHNICIAN).delivery
        return (told.state, told.template) if told else None

    def test_waits_for_what_follows(self, desk: Desk) -> None:
        desk.work(TechnicianAction.CLOSE)
        assert self.state(desk) == ("waiting", False)

    def test_is_leaving(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ANSWER, "hola")
        assert self.state(desk) == ("leaving", False)
        desk.claim()
        assert self.state(desk) == ("leaving", False)

    @pytest.mark.parametrize("proof", ["sent", "delivered", "read"])
    def test_as_meta_has_reported(self, desk: Desk, proof: str) -> None:
        desk.work(TechnicianAction.ANSWER, "hola")
        desk.tables.do("update outbox set status = 'sent', proof = %s", proof)
        assert self.state(desk) == (proof, False)

    def test_has_failed(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ANSWER, "hola")
        desk.finish(desk.claim()[0], Outcome.DEAD)
        assert self.state(desk) == ("failed", False)

    def test_one_line_has_left_and_then_all_of_it(self, desk: Desk) -> None:
        desk.tables.do("update conversations set last_inbound_at = now() - interval '25 h'")
        desk.work(TechnicianAction.ANSWER, "hola")
        (row,) = desk.claim()
        assert row.as_template
        desk.finish(row, Outcome.SENT)
        assert self.state(desk) == ("sent", True)
        (text,) = desk.take(message("2"), outbox=[]).rows
        desk.finish(text, Outcome.SENT)
        assert self.state(desk) == ("sent", False)

    def test_nothing_is_known_of_what_was_sent_long_ago(self, desk: Desk) -> None:
        desk.work(TechnicianAction.ANSWER, "hola")
        desk.tables.do("delete from outbox")
        assert self.state(desk) is None


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
        found = desk.tables.all(
            "select body, actor from ticket_events where kind in ('notified', 'undelivered') order by id"
        )
        assert {event["actor"] for event in found} <= {"system"}
        return [event["body"] for event in found]

    def test_as_a_message(self, desk: Desk) -> None:
        desk.finish(self._notification(desk), Outcome.SENT)
        assert self._recorded(desk) == ["message"]

    def test_by_template(self, desk: Desk) -> None:
        (again,) = desk.finish(self._notification(desk), Outcome.WINDOW).rows
        desk.finish(again, Outcome.SENT)
        assert self._recorded(desk) == ["template"]

    def test_not_at_all_and_why(self, desk: Desk) -> None:
        desk.finish(self._notification(desk), Outcome.DEAD, error="meta 131026")
        assert self._recorded(desk) == ["meta 131026"]

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
