"""What a customer may add to one ticket in a day, and how much of a ticket is read at once."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from state.model.outbox_row import Content
from state.model.turn import ChangeKind, ChangeTicket
from tests.support.builders import Desk, at_once, code, message, opens
from tests.support.database import capped

CODE = code(1)
MANY = (
    "insert into ticket_events (ticket_id, kind, actor, body) "
    "select max(t.id), 'note', 'customer', repeat('x', %s) from tickets t, generate_series(1, %s) n group by n order by n"
)


def note(text: str = "sigue igual") -> ChangeTicket:
    return ChangeTicket(code=CODE, text=text)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With a ticket whose report is long."""
    desk.take(message("0"), replace(opens(1), description="x" * 5000), outbox=[])
    return desk


class TestRead:
    def test_the_record_an_email_is_made_from(self, desk: Desk) -> None:
        desk.tables.do(MANY, 4000, 180)
        desk.tables.do("update outbox set next_at = now()")
        row = next(row for row in desk.claim() if row.content is Content.UPDATE)
        assert len(json.dumps(row.record)) < 300_000

    @pytest.mark.parametrize(("size", "events"), [(1, 50), (10_000, 10), (200_000, 1)])
    def test_fifty_events_or_a_hundred_thousand_bytes(self, desk: Desk, size: int, events: int) -> None:
        desk.tables.do(MANY, size, 120)
        record = desk.store.load_ticket(CODE)
        assert record is not None
        assert [event.kind for event in record.events] == ["created", *["note"] * events]
        assert record.earlier == record.events[1].id

    def test_nothing_is_between_the_last_page_and_the_report(self, desk: Desk) -> None:
        for number, earlier in ((50, False), (1, True)):
            desk.tables.do(MANY, 1, number)
            record = desk.store.load_ticket(CODE)
            assert record is not None
            assert (record.earlier is not None, len(record.events)) == (earlier, 51)
            before = record.earlier
        last = desk.store.load_ticket(CODE, before)
        assert last is not None
        assert (last.earlier, len(last.events)) == (None, 2)


class TestCap:
    @pytest.fixture(autouse=True)
    def few(self, database: str) -> Iterator[None]:
        caps = {"max_notes_per_day": 4, "max_characters_per_day": 1000, "max_files_per_day": 2}
        with ExitStack() as stack:
            for cap, most in caps.items():
                stack.enter_context(capped(database, cap, most))
            yield

    def test_the_report_does_not_count(self, desk: Desk) -> None:
        assert desk.take(message("1"), note("x" * 1001), outbox=[]).result == "ticket_full"
        assert desk.take(message("2"), note("x" * 1000), outbox=[]).result == "committed"
        assert desk.take(message("3"), note("x"), outbox=[]).result == "ticket_full"

    def test_what_is_refused_changes_nothing(self, desk: Desk) -> None:
        before = desk.conversation()
        refused = desk.take(message("1"), note("x" * 1001))
        assert (refused.rows, refused.conversation) == ((), before)
        assert desk.tables.value("select count(*) from inbound where wamid = '1'") == 0

    def test_it_says_whether_the_ticket_tells_it(self, desk: Desk) -> None:
        full = ChangeTicket(code=CODE, kind=ChangeKind.FULL)
        assert desk.take(message("1"), full, outbox=[]).result == "committed"
        assert desk.take(message("2"), note("x" * 1001), outbox=[]).result == "ticket_full_told"
        desk.tables.do("update ticket_events set created_at = created_at - interval '1 day'")
        assert desk.take(message("3"), note("x" * 1001), outbox=[]).result == "ticket_full"

    @pytest.mark.parametrize(
        "kind", [ChangeKind.NOTE, ChangeKind.HUMAN, ChangeKind.CORRECTION, ChangeKind.CLOSE]
    )
    def test_words_count_whatever_they_come_with(self, desk: Desk, kind: ChangeKind) -> None:
        change = ChangeTicket(code=CODE, kind=kind, text="x" * 1001, of="wamid.x")
        assert desk.take(message("1"), change, outbox=[]).result == "ticket_full"

    def test_asking_for_a_person_counts(self, desk: Desk) -> None:
        """Each is an e-mail at once."""
        asks = ChangeTicket(code=CODE, kind=ChangeKind.HUMAN)
        results = [desk.take(message(str(n)), asks, outbox=[]).result for n in range(1, 6)]
        assert results == ["committed"] * 4 + ["ticket_full"]

    @pytest.mark.parametrize("kind", [ChangeKind.CLOSE, ChangeKind.DELETION])
    def test_what_adds_nothing_is_done(self, desk: Desk, kind: ChangeKind) -> None:
        desk.tables.do(MANY, 100, 4)
        change = ChangeTicket(code=CODE, kind=kind, of="wamid.x")
        assert desk.take(message("1"), change, outbox=[]).result == "committed"

    def test_at_once(self, desk: Desk) -> None:
        def commit(n: int) -> str:
            known = desk.conversation()
            while (done := desk.take(message(f"m{n}"), note(), outbox=[], base=known)).result == "conflict":
                known = done.conversation
            return done.result

        results = at_once(12, commit)
        assert (results.count("committed"), results.count("ticket_full")) == (4, 8)
