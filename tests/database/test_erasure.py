"""Erasure: the customer is deleted at once, the tickets remain without personal data, and open rows are still sent."""

from datetime import timedelta

import psycopg
import pytest

from state.model.message import Attachment, AttachmentKind
from state.model.outbox_row import Channel, Outcome
from state.model.session import Session
from state.model.turn import ChangeTicket, Lookup
from state.store.rows import Commit
from tests.support.builders import (
    ANA,
    BEA,
    BOTH,
    ERASES,
    Desk,
    at_once,
    code,
    keys,
    mail,
    message,
    notes,
    opens,
    reply,
    side_by_side,
)

ERASING = """
    select commit_turn('bye', 'AR.ana', null, null, now(), %s, %s, '{}', p_erase => true)"""
EMAIL = f"mail/{code(1)}/opened"


def reports(desk: Desk) -> Commit:
    """Ana opens a ticket with a photo; the bubble and the e-mail are leased to us."""
    desk.take(message("1"), opens(1), outbox=[])
    photo = Attachment(kind=AttachmentKind.IMAGE, media_id="m1", caption="yo con mi compu")
    note = ChangeTicket(code=code(1), text="sigue igual", files=(photo,))
    return desk.take(message("2"), note, outbox=[reply("2"), mail(code(1))])


def erases(desk: Desk, wamid: str = "bye") -> Commit:
    return desk.take(message(wamid), ERASES)


class TestDeleted:
    def test_the_person_and_the_conversation(self, desk: Desk) -> None:
        reports(desk)
        erases(desk)
        for table in ("customers", "conversations", "attachments"):
            assert desk.tables.value(f"select count(*) from {table}") == 0

    def test_rows_that_were_sent_and_replies_that_need_not_be(self, desk: Desk) -> None:
        bubble, email = (row for row in reports(desk).rows if row.channel is not Channel.STORAGE)
        desk.finish(bubble, Outcome.SENT)
        desk.finish(email, Outcome.DEAD)
        desk.take(message("3"), channels=())
        assert keys(erases(desk).rows) == ["wa/bye"]
        # The technicians still hear of what was added to the ticket, and of nobody.
        left = desk.tables.all("select * from outbox where channel <> 'storage' order by id")
        assert [row["dedup_key"] for row in left] == ["update/2", "wa/bye"]

    def test_an_unclear_reply_does_not_block_the_last_one(self, desk: Desk) -> None:
        desk.finish(desk.row("1"), Outcome.UNKNOWN)
        assert keys(erases(desk).rows) == ["wa/bye"]

    def test_every_trace_of_the_number(self, desk: Desk) -> None:
        """Meta's wamids carry it, in base 64."""
        reports(desk)
        erases(desk)
        assert desk.tables.value("select wamid from tickets").startswith("erased/")
        assert desk.tables.all("select wamid from ticket_events where wamid is not null") == []

    def test_the_tickets_have_no_owner(self, desk: Desk) -> None:
        reports(desk)
        erases(desk)
        desk.take(message("new"))
        assert desk.store.load(ANA, Lookup(codes=(code(1),), tickets=True)).tickets == ()
        assert desk.take(message("again"), notes(1)).result == "conflict"


class TestKept:
    def test_the_ticket_and_its_history(self, desk: Desk) -> None:
        reports(desk)
        erases(desk)
        ticket = desk.tables.one("select * from tickets")
        assert (ticket["code"], ticket["customer_id"], ticket["status"]) == (code(1), None, "open")
        assert [event["kind"] for event in desk.tables.all("select kind from ticket_events order by id")] == [
            "created",
            "note",
            "erased",
        ]

    def test_everybody_else(self, desk: Desk) -> None:
        desk.take(message("b", BEA), opens(2), outbox=[reply("b"), mail(code(2))])
        reports(desk)
        erases(desk)
        assert desk.store.load(BEA, Lookup(codes=(code(2),))).ticket
        assert desk.tables.status("wa/b", f"mail/{code(2)}/opened") == ["sending", "sending"]

    def test_that_the_messages_were_taken(self, desk: Desk) -> None:
        reports(desk)
        erases(desk)
        assert desk.tables.all("select distinct customer_id from inbound") == [{"customer_id": None}]
        assert desk.tables.value("select count(*) from inbound") == 3

    def test_the_answer_says_that_there_is_nobody(self, desk: Desk) -> None:
        reports(desk)
        conversation = erases(desk).conversation
        assert (conversation.customer_id, conversation.version, conversation.session) == (None, 0, Session())
        assert desk.conversation() == conversation


class TestStillSent:
    def test_the_pending_email_is_sent_without_their_name(self, desk: Desk) -> None:
        desk.take(message("1"), opens(1), outbox=[mail(code(1))], channels=())
        erases(desk)
        (row,) = desk.claim()
        assert row.record
        assert (row.record["customer"], row.record["description"]) == (None, "mi compu no prende")
        assert desk.finish(row, Outcome.SENT).status == "sent"

    def test_the_last_reply_is_sent_and_then_scrubbed(self, desk: Desk) -> None:
        (goodbye,) = erases(desk).rows
        assert goodbye.body == "body of wa/bye"
        desk.finish(goodbye, Outcome.SENT, provider_id="p1")
        assert desk.tables.outbox("wa/bye")["body"] is None

    def test_a_last_reply_that_failed_late_is_not_sent_again_empty(self, desk: Desk) -> None:
        (goodbye,) = erases(desk).rows
        desk.finish(goodbye, Outcome.SENT, provider_id="p1")
        assert desk.confirm("wa/bye", "p1", Outcome.RETRY) == ("dead", ())

    def test_a_row_that_dies_is_scrubbed_too(self, desk: Desk) -> None:
        email = reports(desk).rows[1]
        erases(desk)
        desk.finish(email, Outcome.RETRY)
        desk.tables.let_be_due(EMAIL)
        desk.tables.do("update outbox set first_attempt_at = now() - interval '24 hours'")
        assert desk.claim() == ()
        row = desk.tables.outbox(EMAIL)
        assert (row["status"], row["body"], row["last_error"]) == ("dead", None, "key expired")

    def test_a_bubble_that_is_being_sent_may_be_finished(self, desk: Desk) -> None:
        bubble = reports(desk).rows[0]
        erases(desk)
        (goodbye,) = desk.finish(bubble, Outcome.SENT).rows
        assert goodbye.dedup_key == "wa/bye"
        assert desk.tables.outbox("wa/2")["body"] is None


class TestRedelivery:
    @pytest.mark.parametrize("wamid", ["1", "2", "bye"])
    def test_creates_nobody(self, desk: Desk, wamid: str) -> None:
        reports(desk)
        erases(desk)
        commit = desk.take(message(wamid))
        assert (commit.result, commit.conversation.customer_id) == ("duplicate", None)
        assert desk.tables.value("select count(*) from customers") == 0

    def test_of_the_erasure_leases_the_last_reply(self, desk: Desk) -> None:
        desk.take(message("bye"), ERASES, channels=())
        assert keys(desk.take(message("bye"), ERASES).rows) == ["wa/bye"]

    def test_during_the_erasure(self, desk: Desk) -> None:
        base = desk.take(message("1"), outbox=[]).conversation
        results = at_once(8, lambda _: desk.take(message("bye"), ERASES, base=base).result)
        assert sorted(results) == ["committed"] + ["duplicate"] * 7
        assert desk.tables.value("select count(*) from customers") == 0

    def test_that_waited_for_the_erasure(self, desk: Desk, database: str) -> None:
        base = desk.take(message("1"), outbox=[]).conversation
        with psycopg.connect(database) as erasure:
            erasure.execute(ERASING, [base.customer_id, base.version])

            def goes_on() -> None:
                desk.tables.until_somebody_waits()
                erasure.commit()

            _, again = side_by_side(goes_on, lambda: desk.take(message("bye"), ERASES, base=base).result)
        assert again == "duplicate"
        assert desk.tables.value("select count(*) from customers") == 0

    def test_of_an_older_message_during_the_erasure(self, desk: Desk, database: str) -> None:
        base = desk.take(message("1"), outbox=[]).conversation
        with psycopg.connect(database) as erasure:
            erasure.execute(ERASING, [base.customer_id, base.version])

            _, again = side_by_side(erasure.commit, lambda: desk.take(message("1"), base=base).result)
        assert again == "duplicate"
        assert desk.tables.value("select count(*) from customers") == 0


def test_a_new_message_during_the_erasure_is_not_lost(desk: Desk, database: str) -> None:
    """It waits for the erasure, and is then the first of somebody new."""
    base = desk.take(message("1"), outbox=[]).conversation
    with psycopg.connect(database) as erasure:
        erasure.execute("select erase_customer(identify_customer('AR.ana', null, null), 'bye')")

        def goes_on() -> None:
            desk.tables.until_somebody_waits()
            erasure.commit()

        _, stale = side_by_side(goes_on, lambda: desk.take(message("2"), base=base))
    assert stale
    assert stale.result == "conflict"
    assert desk.take(message("2"), base=stale.conversation).conversation.version == 1


def test_a_customer_who_comes_back_is_a_new_one(desk: Desk) -> None:
    reports(desk)
    erases(desk)
    commit = desk.take(message("hello", ago=timedelta(seconds=-5)))
    assert (commit.result, commit.conversation.version) == ("committed", 1)
    assert desk.tables.value("select tokens from conversations") == 19


def test_sixteen_erasures_and_messages_at_once(desk: Desk) -> None:
    def work(n: int) -> str:
        base = desk.conversation()
        effects = (ERASES,) if n % 4 == 0 else (opens(n),)
        while (commit := desk.take(message(str(n)), *effects, base=base, channels=BOTH)).result == "conflict":
            base = commit.conversation
        return commit.result

    assert at_once(16, work) == ["committed"] * 16
    assert desk.tables.value("select count(*) from tickets") == 12
    assert desk.tables.value("select count(*) from customers") <= 1
