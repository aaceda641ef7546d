"""Identifying customers: BSUID first, then the number; linked, reassigned, merged and moved, and never the wrong person."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from state.model.language import Language
from state.model.message import IdentityChange, Sender
from state.model.session import Session, State
from state.model.ticket import EventKind, TechnicianAction
from state.model.ticket_fact import OtherSession
from state.model.turn import Lookup
from state.store.rows import Conversation
from tests.support.builders import Desk, at_once, code, message, notes, opens, reply, side_by_side

BY_ID = Sender(user_id="AR.a")
BY_NUMBER = Sender(wa_id="549111")
BY_BOTH = Sender(user_id="AR.a", wa_id="549111")
NEXT_OWNER = Sender(user_id="AR.b", wa_id="549111")
NEW_NUMBER = Sender(user_id="AR.a", wa_id="549222")


def writes(desk: Desk, wamid: str, sender: Sender, ticket: int | None = None) -> int:
    """A message that is taken, conflicts and all; gives the customer's id."""
    base: Conversation | None = None
    effects = () if ticket is None else (opens(ticket),)
    while (commit := desk.take(message(wamid, sender), *effects, base=base)).result == "conflict":
        base = commit.conversation
    assert commit.result == "committed"
    assert commit.conversation.customer_id
    return commit.conversation.customer_id


def sees(desk: Desk, sender: Sender) -> list[str]:
    """The codes of the tickets this sender is shown."""
    return sorted(ticket.code for ticket in desk.store.load(sender, Lookup(tickets=True)).tickets or ())


def aliases(desk: Desk) -> list[tuple[Any, Any]]:
    found = desk.tables.all("select user_id, wa_id from customers order by id")
    return [(row["user_id"], row["wa_id"]) for row in found]


class TestSeenTogether:
    @pytest.mark.parametrize("first", [BY_ID, BY_NUMBER])
    def test_the_second_alias_is_linked(self, desk: Desk, first: Sender) -> None:
        one = writes(desk, "1", first, ticket=1)
        assert writes(desk, "2", BY_BOTH) == one
        assert aliases(desk) == [("AR.a", "549111")]
        assert sees(desk, BY_ID) == sees(desk, BY_NUMBER) == [code(1)]

    def test_either_alias_is_enough_afterwards(self, desk: Desk) -> None:
        one = writes(desk, "1", BY_BOTH)
        assert writes(desk, "2", BY_ID) == writes(desk, "3", BY_NUMBER) == one

    def test_two_that_turn_out_to_be_one(self, desk: Desk) -> None:
        writes(desk, "1", BY_NUMBER, ticket=1)
        kept = writes(desk, "2", BY_ID, ticket=2)
        assert writes(desk, "3", BY_BOTH, ticket=3) == kept
        assert sees(desk, BY_BOTH) == [code(1), code(2), code(3)]
        assert desk.tables.all("select distinct customer_id from inbound") == [{"customer_id": kept}]
        assert desk.tables.all("select distinct customer_id from outbox") == [{"customer_id": kept}]

    def test_what_waits_for_either_is_in_one_lane(self, desk: Desk) -> None:
        writes(desk, "1", BY_NUMBER, ticket=1)
        desk.work(TechnicianAction.ANSWER, "hola")
        kept = writes(desk, "2", BY_ID)
        writes(desk, "3", BY_BOTH)
        lanes = desk.tables.all("select distinct lane from outbox where channel = 'whatsapp' order by lane")
        assert [row["lane"] for row in lanes] == [f"notify:{kept}", f"wa:{kept}"]
        desk.work(TechnicianAction.ANSWER, "otra cosa")  # joins the notification that waits
        assert desk.tables.value("select cardinality(events) from outbox where content = 'notification'") == 2

    def test_what_was_computed_before_the_merge_is_stale(self, desk: Desk) -> None:
        writes(desk, "1", BY_NUMBER, ticket=1)
        writes(desk, "2", BY_ID)
        before = desk.conversation(BY_ID)
        assert desk.take(message("3", BY_BOTH), base=before).result == "conflict"

    def test_the_session_of_either_is_there_for_the_dialogue(self, desk: Desk) -> None:
        draft = Session(state=State.CONFIRMING, draft="no prende", language=Language.ES)
        desk.take(message("1", BY_NUMBER, ago=timedelta(hours=1)), session=draft)
        writes(desk, "2", BY_ID)
        stale = desk.take(message("3", BY_BOTH), base=desk.conversation(BY_ID))
        (fact,) = stale.conversation.facts
        assert (stale.result, fact) == ("conflict", OtherSession(session=draft))
        assert desk.take(message("3", BY_BOTH), base=stale.conversation).conversation.facts == ()

    def test_the_session_of_the_only_one_goes_on(self, desk: Desk) -> None:
        """Whom Meta only told us of has no conversation yet."""
        draft = Session(state=State.CONFIRMING, draft="no prende", language=Language.ES)
        desk.take(message("1", BY_NUMBER), session=draft)
        desk.tables.do("insert into customers (user_id) values ('AR.a')")
        stale = desk.take(message("3", BY_BOTH))
        assert (stale.result, stale.conversation.session) == ("conflict", draft)

    def test_the_service_window_of_either_is_theirs(self, desk: Desk) -> None:
        writes(desk, "1", BY_NUMBER)
        desk.take(message("2", BY_ID, ago=timedelta(days=2)))
        desk.take(message("3", BY_BOTH, ago=timedelta(days=2)))
        assert desk.tables.value("select last_inbound_at > now() - interval '1 min' from conversations")

    def test_their_day_of_replies_goes_on(self, desk: Desk) -> None:
        """A limit that one of the two has reached is not gone because the other's day began earlier."""
        writes(desk, "1", BY_ID)
        desk.tables.do("update conversations set bubbles = 2, bubbles_since = now() - interval '23 h'")
        writes(desk, "2", BY_NUMBER)
        desk.tables.do(
            "update conversations set bubbles = 150, bubbles_since = now() - interval '1 h' where bubbles <> 2"
        )
        writes(desk, "3", BY_BOTH)
        day = desk.tables.one(
            "select bubbles, bubbles_since > now() - interval '2 h' as is_the_later from conversations"
        )
        assert (day["bubbles"] >= 152, day["is_the_later"]) == (True, True)

    def test_the_name_is_kept_up_to_date(self, desk: Desk) -> None:
        writes(desk, "1", Sender(user_id="AR.a", name="Ana"))
        writes(desk, "2", Sender(user_id="AR.a"))
        assert desk.tables.value("select name from customers") == "Ana"
        writes(desk, "3", Sender(user_id="AR.a", name="Ana María"))
        assert desk.tables.value("select name from customers") == "Ana María"


class TestReassigned:
    """Numbers get new owners, who must not find the old ones' tickets."""

    def test_the_next_owner_sees_nothing(self, desk: Desk) -> None:
        first = writes(desk, "1", BY_BOTH, ticket=1)
        assert sees(desk, NEXT_OWNER) == []
        assert writes(desk, "2", NEXT_OWNER, ticket=2) != first
        assert sees(desk, NEXT_OWNER) == sees(desk, BY_NUMBER) == [code(2)]
        assert sees(desk, BY_ID) == [code(1)]
        assert desk.take(message("3", NEXT_OWNER), notes(1)).result == "conflict"

    def test_the_number_goes_back_and_forth_with_its_owner(self, desk: Desk) -> None:
        for n, sender in enumerate((BY_BOTH, NEXT_OWNER, BY_BOTH, NEXT_OWNER)):
            writes(desk, str(n), sender)
        assert aliases(desk) == [("AR.a", None), ("AR.b", "549111")]

    def test_somebody_known_takes_the_number_of_somebody_known(self, desk: Desk) -> None:
        writes(desk, "1", Sender(user_id="AR.b", wa_id="549222"), ticket=1)
        writes(desk, "2", BY_BOTH, ticket=2)
        writes(desk, "3", NEW_NUMBER)
        assert aliases(desk) == [("AR.b", None), ("AR.a", "549222")]
        assert sees(desk, NEW_NUMBER) == [code(2)]

    def test_what_waits_for_the_number_does_not_reach_its_next_owner(self, desk: Desk) -> None:
        for wamid, sender in (("1", BY_BOTH), ("2", BY_ID)):
            to = f'{{"to": "+{sender.wa_id}"}}' if sender.wa_id else '{"recipient": "AR.a"}'
            desk.take(message(wamid, sender), outbox=[replace(reply(wamid), body=to)], channels=())
        writes(desk, "3", NEXT_OWNER)
        assert desk.tables.status("wa/1", "wa/2") == ["dead", "ready"]
        assert desk.tables.outbox("wa/1")["last_error"] == "number reassigned"


WITHIN, AFTER = timedelta(days=89), timedelta(days=91)


def lets_pass(desk: Desk, time: timedelta) -> None:
    """Nobody writes for so long."""
    desk.tables.do("update customers set created_at = created_at - %s", time)
    desk.tables.do("update conversations set last_inbound_at = last_inbound_at - %s", time)


class TestSilent:
    """A number alone says who writes for 90 days after their last message: carriers give silent numbers to others."""

    # Who had the number, and who writes from it now.
    SENDERS = pytest.mark.parametrize(
        ("first", "then"), [(BY_NUMBER, BY_NUMBER), (BY_NUMBER, BY_BOTH), (BY_BOTH, BY_NUMBER)]
    )

    @SENDERS
    def test_for_less_is_the_same_person(self, desk: Desk, first: Sender, then: Sender) -> None:
        one = writes(desk, "1", first, ticket=1)
        lets_pass(desk, WITHIN)
        assert sees(desk, then) == [code(1)]
        assert writes(desk, "2", then) == one

    @SENDERS
    def test_for_longer_is_somebody_else(self, desk: Desk, first: Sender, then: Sender) -> None:
        desk.take(message("1", first), opens(1), session=Session(draft="no prende", state=State.CONFIRMING))
        one = desk.tables.value("select id from customers")
        lets_pass(desk, AFTER)
        assert sees(desk, then) == []
        assert desk.conversation(then) == Conversation(customer_id=None, version=0, session=Session())
        assert writes(desk, "2", then, ticket=2) != one
        assert sees(desk, then) == [code(2)]

    @SENDERS
    def test_what_was_in_memory_counts_for_nothing(self, desk: Desk, first: Sender, then: Sender) -> None:
        cached = desk.take(message("1", first), opens(1)).conversation
        lets_pass(desk, AFTER)
        commit = desk.take(message("2", then), notes(1), base=cached)
        assert (commit.result, commit.conversation.session) == ("conflict", Session())
        assert commit.conversation.customer_id != cached.customer_id
        assert desk.tables.value("select count(*) from ticket_events where kind = 'note'") == 0

    @SENDERS
    def test_begins_with_the_last_message(self, desk: Desk, first: Sender, then: Sender) -> None:
        one = writes(desk, "1", first)
        lets_pass(desk, AFTER)
        desk.tables.do("update conversations set last_inbound_at = now() - interval '1 day'")
        assert writes(desk, "2", then) == one

    def test_a_bsuid_is_theirs_for_ever(self, desk: Desk) -> None:
        one = writes(desk, "1", BY_BOTH, ticket=1)
        lets_pass(desk, AFTER)
        assert writes(desk, "2", BY_BOTH) == writes(desk, "3", BY_ID) == one
        assert aliases(desk) == [("AR.a", "549111")]

    def test_who_has_a_bsuid_is_found_by_it_and_gets_the_number_back(self, desk: Desk) -> None:
        """Meta left the BSUID away once: the two are one again with the next message that has both."""
        writes(desk, "1", BY_BOTH, ticket=1)
        lets_pass(desk, AFTER)
        writes(desk, "2", BY_NUMBER, ticket=2)
        assert aliases(desk) == [("AR.a", None), (None, "549111")]
        writes(desk, "3", BY_BOTH)
        assert sees(desk, BY_BOTH) == [code(1), code(2)]

    def test_two_rows_of_one_number(self, desk: Desk) -> None:
        """Its owner had no BSUID; who comes with one and with this number is somebody else."""
        writes(desk, "1", BY_NUMBER, ticket=1)
        lets_pass(desk, AFTER)
        writes(desk, "2", BY_ID, ticket=2)
        writes(desk, "3", BY_BOTH)
        assert sees(desk, BY_BOTH) == [code(2)]

    @pytest.mark.parametrize(("silence", "seen"), [(WITHIN, [1, 2]), (AFTER, [2])])
    def test_somebody_with_a_number_writes_from_it(
        self, desk: Desk, silence: timedelta, seen: list[int]
    ) -> None:
        writes(desk, "1", Sender(wa_id="549222"), ticket=1)
        lets_pass(desk, silence)
        writes(desk, "2", BY_BOTH, ticket=2)
        writes(desk, "3", NEW_NUMBER)
        assert sees(desk, NEW_NUMBER) == [code(n) for n in seen]

    def test_the_ticket_stays_and_says_why_it_has_no_customer(self, desk: Desk) -> None:
        writes(desk, "1", BY_NUMBER, ticket=1)
        desk.work(TechnicianAction.ANSWER, "hola")
        lets_pass(desk, AFTER)
        writes(desk, "2", BY_NUMBER)
        record = desk.store.load_ticket(code(1))
        assert record
        assert (record.customer, record.status) == (None, "in_progress")
        assert record.events[-1].kind is EventKind.UNREACHABLE
        (row,) = desk.tables.all("select status, last_error from outbox where content = 'notification'")
        assert row == {"status": "dead", "last_error": "number reassigned"}

    def test_a_technician_who_answers_the_old_one_writes_to_nobody(self, desk: Desk) -> None:
        writes(desk, "1", BY_NUMBER, ticket=1)
        lets_pass(desk, AFTER)
        writes(desk, "2", BY_NUMBER)
        desk.work(TechnicianAction.ANSWER, "hola")
        assert desk.tables.all("select * from outbox where content = 'notification'") == []

    def test_a_change_of_number_that_meta_reports_by_number_alone(self, desk: Desk) -> None:
        writes(desk, "1", BY_NUMBER, ticket=1)
        lets_pass(desk, AFTER)
        assert not desk.store.link_identity(IdentityChange(previous_wa_id="549111", wa_id="549222"))
        assert sees(desk, Sender(wa_id="549222")) == []

    def test_the_operator_finds_whose_number_it_was(self, desk: Desk) -> None:
        one = writes(desk, "1", BY_NUMBER)
        lets_pass(desk, AFTER)
        assert desk.tables.value("select find_person(null, '549111')")["id"] == one

    def test_a_report_whose_question_was_given_up_is_not_taken_from_them(self, desk: Desk) -> None:
        desk.take(message("1", BY_NUMBER), session=Session(draft="no prende", state=State.CONFIRMING))
        desk.tables.do("update outbox set status = 'dead', last_error = 'window closed'")
        assert [question.wamid for question in desk.store.unshown_questions(0, 9)] == ["1"]
        lets_pass(desk, AFTER)
        assert desk.store.unshown_questions(0, 9) == []


class TestMetaReportsAChange:
    def test_a_new_bsuid(self, desk: Desk) -> None:
        one = writes(desk, "1", BY_BOTH, ticket=1)
        change = IdentityChange(previous_user_id="AR.a", user_id="AR.z", wa_id="549999")
        assert desk.store.link_identity(change)
        assert aliases(desk) == [("AR.z", "549999")]
        assert writes(desk, "2", Sender(user_id="AR.z")) == one

    def test_a_new_bsuid_without_its_number_leaves_the_old_number_to_its_next_owner(self, desk: Desk) -> None:
        writes(desk, "1", BY_BOTH, ticket=1)
        desk.store.link_identity(IdentityChange(previous_user_id="AR.a", user_id="AR.z"))
        assert aliases(desk) == [("AR.z", None)]
        assert sees(desk, BY_NUMBER) == []

    def test_after_the_first_message_under_the_new_one(self, desk: Desk) -> None:
        writes(desk, "1", BY_BOTH, ticket=1)
        new = writes(desk, "2", Sender(user_id="AR.z", wa_id="549999"), ticket=2)
        desk.store.link_identity(IdentityChange(previous_user_id="AR.a", user_id="AR.z"))
        assert aliases(desk) == [("AR.z", "549999")]
        assert sees(desk, Sender(user_id="AR.z")) == [code(1), code(2)]
        assert writes(desk, "3", Sender(user_id="AR.z")) == new

    def test_a_new_number(self, desk: Desk) -> None:
        one = writes(desk, "1", BY_NUMBER, ticket=1)
        assert desk.store.link_identity(IdentityChange(previous_wa_id="549111", wa_id="549222"))
        assert writes(desk, "2", Sender(wa_id="549222")) == one
        assert sees(desk, BY_NUMBER) == []

    def test_a_new_number_that_wrote_before_the_change_was_reported(self, desk: Desk) -> None:
        writes(desk, "1", BY_NUMBER, ticket=1)
        writes(desk, "2", Sender(wa_id="549222"), ticket=2)
        desk.store.link_identity(IdentityChange(previous_wa_id="549111", wa_id="549222"))
        assert sees(desk, Sender(wa_id="549222")) == [code(1), code(2)]

    def test_a_new_number_that_was_somebody_else_s(self, desk: Desk) -> None:
        writes(desk, "1", BY_BOTH, ticket=1)
        writes(desk, "2", Sender(user_id="AR.b", wa_id="549222"), ticket=2)
        desk.store.link_identity(IdentityChange(previous_wa_id="549111", wa_id="549222"))
        assert aliases(desk) == [("AR.a", "549222"), ("AR.b", None)]
        assert sees(desk, BY_ID) == [code(1)]
        assert sees(desk, Sender(user_id="AR.b")) == [code(2)]

    def test_reported_twice(self, desk: Desk) -> None:
        writes(desk, "1", BY_BOTH)
        change = IdentityChange(previous_user_id="AR.a", user_id="AR.z", wa_id="549999")
        assert [desk.store.link_identity(change) for _ in range(2)] == [True, False]
        assert aliases(desk) == [("AR.z", "549999")]

    def test_of_somebody_we_do_not_know(self, desk: Desk) -> None:
        assert not desk.store.link_identity(IdentityChange(previous_user_id="AR.a", user_id="AR.z"))
        assert aliases(desk) == []


class TestAtOnce:
    @pytest.mark.parametrize("senders", [(BY_BOTH,), (BY_ID, BY_NUMBER, BY_BOTH), (BY_BOTH, NEXT_OWNER)])
    def test_first_messages(self, desk: Desk, senders: tuple[Sender, ...]) -> None:
        at_once(10, lambda n: writes(desk, str(n), senders[n % len(senders)], ticket=n))
        writes(desk, "last", senders[-1])
        people = {sender.user_id for sender in senders if sender.user_id}
        assert {user_id for user_id, _ in aliases(desk)} == people
        assert desk.tables.value("select count(*) from tickets where customer_id is not null") == 10

    def test_messages_and_the_change_of_a_bsuid(self, desk: Desk) -> None:
        writes(desk, "0", BY_BOTH, ticket=0)
        change = IdentityChange(previous_user_id="AR.a", user_id="AR.z")

        def work(n: int) -> object:
            return (
                writes(desk, str(n), Sender(user_id="AR.z"), ticket=n)
                if n
                else desk.store.link_identity(change)
            )

        at_once(8, work)
        assert sees(desk, Sender(user_id="AR.z")) == [code(n) for n in range(8)]

    def test_a_link_and_a_turn_do_not_deadlock(self, desk: Desk, database: str) -> None:
        """The turn holds the conversation and refers to the customer; the link changes the customer's alias."""
        one = writes(desk, "1", BY_ID)
        with psycopg.connect(database) as turn:
            turn.execute("select identify_customer('AR.a', null, null)")

            def goes_on() -> None:
                desk.tables.until_somebody_waits()
                turn.execute("insert into inbound (wamid, customer_id) values ('3', %s)", [one])
                turn.commit()

            assert side_by_side(goes_on, lambda: writes(desk, "2", BY_BOTH)) == [None, one]

    def test_a_ticket_opened_during_the_merge_is_merged_too(self, desk: Desk, database: str) -> None:
        number = writes(desk, "1", BY_NUMBER, ticket=1)
        writes(desk, "2", BY_ID)
        with psycopg.connect(database) as turn:
            turn.execute("select identify_customer(null, '549111', null)")

            def goes_on() -> None:
                desk.tables.until_somebody_waits()
                turn.execute("update tickets set summary = 'otra' where customer_id = %s", [number])
                turn.execute(
                    "insert into tickets (code, customer_id, wamid, summary, description, language) "
                    "values (%s, %s, '4', '', '', 'es')",
                    [code(2), number],
                )
                turn.commit()

            side_by_side(goes_on, lambda: writes(desk, "3", BY_BOTH))
        assert sees(desk, BY_BOTH) == [code(1), code(2)]


def test_a_new_customer_is_not_refused_because_of_a_lost_race(desk: Desk, database: str) -> None:
    """Somebody else makes the same person, and takes it back."""
    with psycopg.connect(database) as other:
        other.execute("insert into customers (user_id) values ('AR.a')")

        def takes_back() -> None:
            desk.tables.until_somebody_waits()
            other.rollback()

        side_by_side(takes_back, lambda: writes(desk, "1", BY_BOTH))
    assert aliases(desk) == [("AR.a", "549111")]


def test_a_new_bsuid_that_somebody_writes_under_at_that_moment(desk: Desk, database: str) -> None:
    """Their first message is committed while Meta's word of the new BSUID waits for it."""
    writes(desk, "0", BY_ID, ticket=0)
    with psycopg.connect(database) as turn:
        turn.execute("select identify_customer('AR.z', null, null)")

        def goes_on() -> None:
            desk.tables.until_somebody_waits()
            turn.commit()

        change = IdentityChange(previous_user_id="AR.a", user_id="AR.z")
        assert side_by_side(goes_on, lambda: desk.store.link_identity(change)) == [None, True]
    assert sees(desk, Sender(user_id="AR.z")) == [code(0)]
