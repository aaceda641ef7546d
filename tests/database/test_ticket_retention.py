"""Retention of tickets: off at first; then what was closed long ago goes, with all that belongs to it, a few at a time."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from state.model.message import Attachment, AttachmentKind
from state.model.outbox_row import Outcome
from state.model.session import Session, State
from state.model.ticket import TechnicianAction
from state.model.turn import ChangeTicket, Lookup
from tests.support.builders import ANA, BEA, Desk, at_once, code, mail, message, notes, opens, reply
from tests.support.database import impatient

MONTHS = 12
OLD = timedelta(days=400)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Retention is on; Ana's ticket was closed long ago, and everything that was to be sent has been."""
    desk.tables.value("select set_retention(%s)", MONTHS)
    close(desk, 1)
    return desk


def close(desk: Desk, number: int, sender: Any = ANA, *, ago: timedelta = OLD) -> None:
    wamid = f"of {number}"
    photo = Attachment(kind=AttachmentKind.IMAGE, media_id="m1")
    desk.take(message(wamid, sender), opens(number), outbox=[reply(wamid), mail(code(number))], channels=())
    files = ChangeTicket(code=code(number), text="una foto", files=(photo,))
    desk.take(message(f"photo of {number}", sender), files, outbox=[], channels=())
    desk.work(TechnicianAction.CLOSE, ticket=code(number))
    let_time_pass(desk, ago)


def let_time_pass(desk: Desk, ago: timedelta) -> None:
    """Everything that is open has left, and all of it is so long ago."""
    tables = desk.tables
    tables.do("update outbox set status = 'sent' where status <> 'sent' and lane not like 'file:%%'")
    tables.do(
        "update attachments set bytes = 10, stored_at = now() where stored_at is null and object is not null"
    )
    tables.do("delete from outbox where channel = 'storage'")
    tables.do(
        "update outbox set done_at = done_at - %s::interval, created_at = created_at - %s::interval", ago, ago
    )
    tables.do("update tickets set waits_since = waits_since - %s::interval", ago)
    tables.do("update conversations set last_inbound_at = last_inbound_at - %s::interval", ago)
    tables.do("update customers set created_at = created_at - %s::interval", ago)


def counts(desk: Desk, *tables: str) -> list[int]:
    return [desk.tables.value(f"select count(*) from {table}") for table in tables]


class TestDeleted:
    def test_the_ticket_with_all_that_belongs_to_it(self, desk: Desk) -> None:
        purged = desk.store.purge_expired()
        assert purged["tickets"] == 1
        assert counts(desk, "tickets", "ticket_events", "attachments", "ticket_words") == [0, 0, 0, 0]
        assert desk.tables.all("select dedup_key from outbox where channel <> 'storage' order by 1") == []

    def test_its_files_are_removed_from_storage(self, desk: Desk) -> None:
        (path,) = (row["object"] for row in desk.tables.all("select object from attachments order by id"))
        desk.store.purge_expired()
        rows = desk.tables.all("select content, object from outbox order by id")
        assert rows == [{"content": "remove", "object": path}] * 2

    def test_also_what_was_given_up_and_nobody_looked_at(self, desk: Desk) -> None:
        """A notification with its ticket, a reply that is about none with its person."""
        desk.tables.do("update outbox set status = 'dead', last_error = 'meta 1' where channel = 'whatsapp'")
        desk.tables.do("update outbox set status = 'sent' where content = 'undelivered'")
        for _ in range(2):
            desk.store.purge_expired()
        assert desk.tables.value("select count(*) from outbox where channel <> 'storage'") == 0

    def test_then_the_person_who_has_no_other(self, desk: Desk) -> None:
        purged = [desk.store.purge_expired() for _ in range(2)]
        assert [each["people"] for each in purged] == [0, 1]
        assert counts(desk, "customers", "conversations") == [0, 0]

    def test_a_duplicate_with_the_ticket_that_it_was_merged_into(self, desk: Desk) -> None:
        close(desk, 2, ago=timedelta())
        desk.tables.do("update tickets set merged_into = 1 where id = 2")
        assert desk.store.purge_expired()["tickets"] == 2

    def test_somebody_who_only_wrote_once(self, desk: Desk) -> None:
        desk.take(message("b", BEA))
        let_time_pass(desk, OLD)
        desk.store.purge_expired()
        assert desk.tables.all("select user_id from customers order by id") == [{"user_id": ANA.user_id}]

    def test_a_report_that_was_never_confirmed_goes_with_its_author(self, desk: Desk) -> None:
        session = Session(state=State.CONFIRMING, draft="no prende")
        desk.take(message("b", BEA), session=session)
        assert counts(desk, "drafts") == [1]
        let_time_pass(desk, OLD)
        desk.store.purge_expired()
        assert counts(desk, "drafts") == [0]


class TestKept:
    def test_everything_while_it_is_off(self, desk: Desk) -> None:
        desk.tables.value("select set_retention(null)")
        assert set(desk.store.purge_expired()) == {"inbound", "outbox"}
        assert counts(desk, "tickets", "customers") == [1, 1]

    @pytest.mark.parametrize("days", [0, 300])
    def test_a_ticket_that_was_closed_later(self, desk: Desk, days: int) -> None:
        desk.tables.do("update tickets set waits_since = now() - make_interval(days => %s)", days)
        assert desk.store.purge_expired()["tickets"] == 0

    @pytest.mark.parametrize("status", ["open", "in_progress", "waiting_customer", "resolved"])
    def test_one_that_is_not_closed_however_old(self, desk: Desk, status: str) -> None:
        with desk.tables.connection.transaction():
            desk.tables.do("alter table tickets disable trigger user")
            desk.tables.do("update tickets set status = %s", status)
            desk.tables.do("alter table tickets enable trigger user")
        assert desk.store.purge_expired()["tickets"] == 0

    def test_one_to_which_the_customer_has_added_something_since(self, desk: Desk) -> None:
        desk.take(message("2"), notes(1), outbox=[])
        desk.tables.do("update outbox set status = 'sent' where status <> 'sent'")
        assert desk.store.purge_expired()["tickets"] == 0

    def test_a_duplicate_of_a_ticket_that_stays(self, desk: Desk) -> None:
        close(desk, 2, ago=timedelta())
        desk.tables.do("update tickets set merged_into = 2 where id = 1")
        assert desk.store.purge_expired()["tickets"] == 0

    def test_one_about_which_something_is_still_to_leave(self, desk: Desk) -> None:
        desk.tables.do(
            "update outbox set status = 'ready', held = true, done_at = null where channel = 'whatsapp'"
        )
        assert desk.store.purge_expired()["tickets"] == 0

    def test_a_person_who_has_written_since(self, desk: Desk) -> None:
        desk.take(message("2"), outbox=[])
        for _ in range(2):
            desk.store.purge_expired()
        assert counts(desk, "tickets", "customers") == [0, 1]

    def test_a_person_with_another_ticket(self, desk: Desk) -> None:
        desk.take(message("2"), opens(2), outbox=[])
        desk.tables.do("update conversations set last_inbound_at = now() - interval '3 years'")
        for _ in range(2):
            desk.store.purge_expired()
        assert counts(desk, "tickets", "customers") == [1, 1]


class TestWithOthers:
    def test_what_somebody_holds_is_left_for_the_next_time(self, desk: Desk, database: str) -> None:
        with psycopg.connect(database) as busy:
            busy.execute("select from tickets for update")
            assert desk.store.purge_expired()["tickets"] == 0
        assert desk.store.purge_expired()["tickets"] == 1

    @pytest.mark.parametrize("held", ["attachments", "ticket_words", "outbox"])
    def test_what_is_held_for_long_stops_nothing_else(self, desk: Desk, database: str, held: str) -> None:
        desk.tables.do("insert into inbound (wamid, received_at) values ('old', now() - interval '31 days')")
        with impatient(database, "purge_expired"), psycopg.connect(database) as busy:
            busy.execute(f"select from {held} for update".encode())
            assert desk.store.purge_expired()["inbound"] == 1
            assert counts(desk, "tickets") == [1]
        assert desk.store.purge_expired()["tickets"] == 1

    def test_two_sweeps_at_once(self, desk: Desk) -> None:
        for number in range(2, 8):
            close(desk, number, ago=timedelta())
        desk.tables.do("update tickets set waits_since = now() - interval '2 years'")
        purged = at_once(4, lambda _: desk.store.purge_expired())
        assert sum(each.get("tickets", 0) for each in purged) == 7

    def test_some_at_a_time(self, desk: Desk) -> None:
        desk.tables.do(
            "insert into tickets (code, wamid, status, summary, description, language, waits_since) "
            "select 'TK-' || lpad(n::text, 4, '0') || '-9999', 'w' || n, 'closed', '', '', 'es', now() - interval '2 years' "
            "from generate_series(1, 60) n"
        )
        assert [desk.store.purge_expired()["tickets"] for _ in range(3)] == [50, 11, 0]

    def test_one_customer_after_the_other(self, desk: Desk) -> None:
        desk.tables.do(
            "insert into customers (user_id, created_at) select 'AR.' || n, now() - interval '2 years' "
            "from generate_series(1, 401) n"
        )
        forgotten = [desk.store.purge_expired()["people"] for _ in range(4)]
        # Ana is the first: she goes when everybody has been asked about once.
        assert (forgotten, counts(desk, "customers")) == ([199, 200, 2, 1], [0])

    def test_who_writes_at_that_moment_begins_anew(self, desk: Desk) -> None:
        before = desk.conversation()
        for _ in range(2):
            desk.store.purge_expired()
        stale = desk.take(message("2"), base=before)
        assert (stale.result, stale.conversation.version) == ("conflict", 0)
        assert desk.take(message("2")).result == "committed"

    def test_nobody_finds_it_any_more(self, desk: Desk) -> None:
        desk.store.purge_expired()
        loaded = desk.store.load(ANA, Lookup(codes=(code(1),), tickets=True))
        assert (loaded.ticket, loaded.tickets) == (None, ())

    def test_a_late_report_of_meta_is_about_nothing(self, desk: Desk) -> None:
        row = desk.row("bye")
        desk.finish(row, Outcome.SENT, provider_id="p1")
        desk.store.purge_expired()
        assert desk.confirm("wa/of 1", "p0") == ("ignored", ())
