"""One message, one turn, one transaction: the results of `commit_turn` and the rows that it writes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.process_message import SERVICE_WINDOW
from state.model.message import Attachment, AttachmentKind
from state.model.outbox_row import Channel
from state.model.session import Session, State
from state.model.turn import ChangeKind, ChangeTicket, Lookup
from state.store.rows import Conversation
from tests.support.builders import (
    ANA,
    BEA,
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
)


class TestCommitted:
    def test_a_first_message_makes_the_customer(self, desk: Desk) -> None:
        commit = desk.take(message("1"), base=Conversation(customer_id=None, version=0, session=Session()))
        customer = desk.tables.one("select * from customers")
        assert (commit.result, commit.conversation.version) == ("committed", 1)
        assert commit.conversation.customer_id == customer["id"]
        assert (customer["user_id"], customer["wa_id"], customer["name"]) == (ANA.user_id, ANA.wa_id, "Ana")

    def test_what_is_remembered_is_what_the_next_one_loads(self, desk: Desk) -> None:
        commit = desk.take(message("1"), session=Session(draft="mi compu no prende", serial=7))
        assert commit.conversation == desk.conversation()

    def test_the_reply_and_the_email_are_leased_to_us(self, desk: Desk) -> None:
        commit = desk.take(message("1"), opens(1), outbox=[reply("1"), mail(code(1))])
        bubble, email = commit.rows
        assert (bubble.dedup_key, bubble.channel, bubble.attempts) == ("wa/1", Channel.WHATSAPP, 1)
        assert (email.dedup_key, email.channel, email.lane) == (
            f"mail/{code(1)}/opened",
            Channel.EMAIL,
            f"mail:{code(1)}",
        )
        assert 35 < bubble.lease_seconds <= 40
        assert bubble.body == "body of wa/1"

    def test_a_channel_without_a_free_thread_is_left_to_the_sweep(self, desk: Desk) -> None:
        commit = desk.take(
            message("1"), opens(1), outbox=[reply("1"), mail(code(1))], channels=(Channel.WHATSAPP,)
        )
        assert keys(commit.rows) == ["wa/1"]
        assert keys(desk.claim()) == [f"mail/{code(1)}/opened"]

    def test_the_ticket_with_all_that_came_with_it(self, desk: Desk) -> None:
        photo = Attachment(kind=AttachmentKind.IMAGE, media_id="m1", caption="la pantalla")
        place = Attachment(kind=AttachmentKind.LOCATION, latitude=-34.6, longitude=-58.4)
        ticket = replace(opens(1), files=(photo, place))
        desk.take(message("1"), ticket, session=Session(current_ticket=code(1)))
        view = desk.store.load(ANA, Lookup()).ticket
        assert view
        assert (view.code, view.status, view.summary) == (code(1), "open", "no prende")
        assert desk.tables.all("select kind, actor, body, wamid from ticket_events") == [
            {"kind": "created", "actor": "customer", "body": "mi compu no prende", "wamid": "1"}
        ]
        assert desk.tables.all("select kind, media_id, caption, latitude from attachments order by id") == [
            {"kind": "image", "media_id": "m1", "caption": "la pantalla", "latitude": None},
            {"kind": "location", "media_id": None, "caption": None, "latitude": -34.6},
        ]

    def test_a_note_and_a_request_for_a_person(self, desk: Desk) -> None:
        desk.take(message("1"), opens(1))
        desk.take(message("2"), notes(1))
        desk.take(message("3"), ChangeTicket(code=code(1), kind=ChangeKind.HUMAN))
        events = desk.tables.all("select kind, body from ticket_events order by id")
        assert [event["kind"] for event in events] == ["created", "note", "human"]
        assert desk.tables.value("select wants_human from tickets")
        assert desk.tables.value("select ticket from inbound where wamid = '3'") == code(1)

    def test_a_turn_may_have_no_reply(self, desk: Desk) -> None:
        commit = desk.take(message("1"), outbox=[])
        assert (commit.result, commit.rows) == ("committed", ())


class TestConflict:
    def test_a_stale_version_gets_the_conversation_as_it_is(self, desk: Desk) -> None:
        stale = desk.conversation()
        desk.take(message("1"), session=Session(draft="uno"))
        commit = desk.take(message("2"), opens(1), base=stale)
        assert (commit.result, commit.rows) == ("conflict", ())
        assert commit.conversation == desk.conversation()
        assert commit.conversation.session.draft == "uno"
        assert desk.tables.value("select count(*) from tickets") == 0

    def test_after_it_the_same_message_can_be_taken(self, desk: Desk) -> None:
        stale = desk.conversation()
        desk.take(message("1"))
        conflict = desk.take(message("2"), base=stale)
        assert desk.take(message("2"), base=conflict.conversation).result == "committed"

    def test_a_version_of_somebody_who_was_erased(self, desk: Desk) -> None:
        before = desk.take(message("1")).conversation
        desk.take(message("2"), ERASES)
        commit = desk.take(message("3"), base=before)
        assert (commit.result, commit.conversation.version, commit.conversation.session) == (
            "conflict",
            0,
            Session(),
        )
        assert commit.conversation.customer_id != before.customer_id

    def test_it_costs_the_customer_no_token(self, desk: Desk) -> None:
        first = desk.take(message("0")).conversation
        for n in range(25):
            assert (
                desk.take(
                    message("1"), base=Conversation(customer_id=None, version=n + 5, session=Session())
                ).result
                == "conflict"
            )
        assert desk.take(message("1"), base=first).result == "committed"

    def test_the_ticket_of_a_note_is_gone(self, desk: Desk) -> None:
        desk.take(message("1"), opens(1))
        desk.tables.do("delete from tickets")
        assert desk.take(message("2"), notes(1)).result == "conflict"


class TestNobodyElse:
    """Nobody reads another's ticket, and nobody writes to it."""

    @pytest.fixture(autouse=True)
    def ticket_of_bea(self, desk: Desk) -> None:
        desk.take(message("b", BEA), opens(1))

    def test_somebody_elses_and_missing_are_the_same(self, desk: Desk) -> None:
        desk.take(message("1"))
        not_yours = desk.store.load(ANA, Lookup(codes=(code(1),), tickets=True))
        not_there = desk.store.load(ANA, Lookup(codes=(code(2),), tickets=True))
        assert not_yours.ticket is not_there.ticket is None
        assert not_yours.tickets == ()
        assert desk.store.load(BEA, Lookup(codes=(code(1),))).ticket

    def test_a_session_that_names_it_shows_nothing(self, desk: Desk) -> None:
        desk.take(message("1"), session=Session(current_ticket=code(1)))
        assert desk.store.load(ANA, Lookup()).ticket is None

    def test_somebody_new_sees_nothing(self, desk: Desk) -> None:
        assert desk.store.load(ANA, Lookup(codes=(code(1),), tickets=True)).ticket is None

    def test_a_note_on_it_is_refused(self, desk: Desk) -> None:
        assert desk.take(message("1"), notes(1)).result == "conflict"
        assert desk.tables.value("select count(*) from ticket_events where kind = 'note'") == 0
        assert desk.tables.value("select count(*) from inbound where wamid = '1'") == 0


def test_a_code_that_somebody_has_already(desk: Desk) -> None:
    desk.take(message("b", BEA), opens(1))
    taken = desk.take(message("1"), opens(1))
    assert (taken.result, taken.rows) == ("code_taken", ())
    assert desk.take(message("1"), opens(2), base=taken.conversation).result == "committed"


def test_the_latest_ten_tickets_open_ones_first(desk: Desk) -> None:
    for n in range(12):
        desk.take(message(str(n)), opens(n), outbox=[])
        desk.tables.do("update tickets set created_at = created_at - interval '1 hour'")
    desk.tables.do("update tickets set status = 'closed' where code >= %s", code(8))
    tickets = desk.store.load(ANA, Lookup(tickets=True)).tickets
    assert tickets
    assert [ticket.code for ticket in tickets] == [code(n) for n in (7, 6, 5, 4, 3, 2, 1, 0, 11, 10)]


def test_ten_messages_at_once_lose_no_turn(desk: Desk) -> None:
    """Each starts from what it knows and, in conflict, again from the answer, as the function does."""

    def commit(n: int) -> int:
        base = Conversation(customer_id=None, version=0, session=Session())
        while (done := desk.take(message(f"m{n}"), opens(n), base=base)).result == "conflict":
            base = done.conversation
        assert done.result == "committed"
        return done.conversation.version

    assert sorted(at_once(10, commit)) == list(range(1, 11))
    assert desk.conversation().version == 10
    assert desk.tables.value("select count(*) from tickets") == 10
    lane = desk.tables.all(
        "select o.dedup_key, i.version from outbox o join inbound i using (wamid) order by o.id"
    )
    assert [row["version"] for row in lane] == list(range(1, 11))
    assert desk.tables.value("select count(*) from outbox where status = 'sending'") == 1


def test_a_message_that_arrives_late_finds_its_window_closed(desk: Desk) -> None:
    late = message("1", ago=timedelta(days=2))
    commit = desk.take(late, outbox=[reply("1", template="the template")])
    assert [row.body for row in commit.rows] == ["the template"]
    assert desk.take(message("2", BEA, ago=timedelta(days=2))).rows == ()
    assert desk.tables.outbox("wa/2")["last_error"] == "window closed"


class TestSeveralCodes:
    """A text may name several: the first that is theirs, whatever stands before it."""

    @pytest.fixture(autouse=True)
    def _tickets(self, desk: Desk) -> None:
        for number, sender in ((1, ANA), (2, BEA), (3, ANA)):
            desk.take(message(str(number), sender), opens(number), outbox=[])

    @pytest.mark.parametrize(
        ("numbers", "found"),
        [((2, 9, 3, 1), 3), ((1, 3), 1), ((3, 1), 3), ((2, 9), None), ((9, 9, 9, 9, 1), 1)],
    )
    def test_the_first_of_theirs(self, desk: Desk, numbers: tuple[int, ...], found: int | None) -> None:
        ticket = desk.store.load(ANA, Lookup(codes=tuple(map(code, numbers)))).ticket
        assert (ticket and ticket.code) == (code(found) if found else None)

    def test_none_is_the_current_one(self, desk: Desk) -> None:
        desk.take(message("4"), session=Session(state=State.FOLLOWING, current_ticket=code(3)))
        ticket = desk.store.load(ANA, Lookup()).ticket
        assert ticket
        assert ticket.code == code(3)


def test_the_service_window_is_as_long_in_the_function_as_in_the_database(desk: Desk) -> None:
    assert desk.tables.value("select public.service_window()") == SERVICE_WINDOW
