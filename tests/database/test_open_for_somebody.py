"""A ticket that a technician opens for somebody: whose it is, in which form their number is kept, and what waits for them."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from state.model.language import Language
from state.model.message import IdentityChange, Sender
from state.model.outbox_row import Channel, Outcome
from state.model.session import Session, State
from state.model.ticket import TechnicianAction
from state.model.ticket_fact import FactKind
from state.model.turn import Lookup
from state.store.rows import OpenResult
from tests.support.builders import Desk, at_once, code, keys, message, opens, side_by_side, ticket_facts
from tests.support.database import capped
from tests.support.opening import EVA, opens_for

WRITES = Sender(wa_id=EVA, name="Eva")


def numbers(desk: Desk) -> list[str | None]:
    return [row["wa_id"] for row in desk.tables.all("select wa_id from customers order by id")]


def told(desk: Desk) -> list[dict[str, Any]]:
    """What is for customers, in order."""
    return desk.tables.all(
        "select status, held, as_template, cardinality(events) as events from outbox where channel = 'whatsapp' order by id"
    )


class TestForms:
    @pytest.mark.parametrize(
        ("number", "forms"),
        [
            ("5215512345678", ["5215512345678", "525512345678"]),
            ("525512345678", ["5215512345678", "525512345678"]),
            ("5491155550102", ["5491155550102", "541155550102"]),
            ("541155550102", ["5491155550102", "541155550102"]),
            ("5511988887777", ["5511988887777", "551188887777"]),
            ("551188887777", ["5511988887777", "551188887777"]),
            ("551133334444", ["551133334444"]),  # not a mobile
            ("573001234567", ["573001234567"]),
            ("52551234567", ["52551234567"]),  # too short
        ],
    )
    def test_of_one_number(self, desk: Desk, number: str, forms: list[str]) -> None:
        assert desk.tables.value("select number_forms(%s)", number) == forms

    def test_of_no_number(self, desk: Desk) -> None:
        assert desk.tables.value("select number_forms(null)") is None


class TestWhose:
    def test_is_somebody_new_in_the_likeliest_form(self, desk: Desk) -> None:
        opens_for(desk, "525512340077")
        assert numbers(desk) == [EVA]

    @pytest.mark.parametrize("known", ["5215512340077", "525512340077"])
    @pytest.mark.parametrize("typed", ["5215512340077", "525512340077"])
    def test_is_who_has_it_in_any_form(self, desk: Desk, known: str, typed: str) -> None:
        desk.take(message("1", Sender(wa_id=known, name="Eva")))
        opens_for(desk, typed)
        assert numbers(desk) == [known]
        assert desk.tables.value("select count(*) from tickets where customer_id is not null") == 1

    def test_of_two_is_who_has_it_as_it_was_typed(self, desk: Desk) -> None:
        """Without the 9 it may be a landline, and of somebody else."""
        desk.take(message("1", Sender(wa_id="5491155550102")))
        desk.take(message("2", Sender(wa_id="541155550102")))
        opens_for(desk, "541155550102")
        owner = "select wa_id from customers c join tickets t on t.customer_id = c.id"
        assert desk.tables.value(owner) == "541155550102"

    def test_is_not_who_had_the_number_long_ago(self, desk: Desk) -> None:
        """Carriers give silent numbers to others: what is theirs is not shown to the next owner."""
        desk.take(message("1", Sender(wa_id=EVA, user_id="MX.old")), opens(1))
        desk.tables.do("update conversations set last_inbound_at = now() - interval '91 days'")
        opens_for(desk)
        assert desk.tables.all("select user_id, wa_id from customers order by id") == [
            {"user_id": "MX.old", "wa_id": None},
            {"user_id": None, "wa_id": EVA},
        ]
        assert [ticket.code for ticket in desk.store.load(WRITES, Lookup(tickets=True)).tickets or ()] == [
            code(7)
        ]

    def test_a_name_that_they_gave_themselves_stays(self, desk: Desk) -> None:
        opens_for(desk, name="Evita")
        assert desk.tables.value("select name from customers") == "Evita"
        desk.take(message("1", Sender(wa_id=EVA, name="Eva Luna")))
        opens_for(desk, name="Eva", ticket=8)
        assert desk.tables.value("select name from customers") == "Eva Luna"


class TestOnce:
    def test_the_same_form_at_the_same_moment(self, desk: Desk) -> None:
        opened = at_once(6, lambda number: opens_for(desk, ticket=number, key="one form"))
        assert len({each.code for each in opened}) == len({each.event for each in opened}) == 1
        assert sorted(each.result for each in opened) == [OpenResult.OPENED, *[OpenResult.REPEATED] * 5]
        assert [row["status"] for row in told(desk)] == ["sending"]
        assert desk.tables.value("select count(*) from outbox where channel = 'email'") == 1

    def test_two_forms_at_the_same_moment_are_one_customer(self, desk: Desk) -> None:
        at_once(4, lambda number: opens_for(desk, ("525512340077", EVA)[number % 2], ticket=number + 1))
        assert numbers(desk) == [EVA]
        assert desk.tables.value("select count(*) from tickets") == 4

    def test_the_same_lease_brings_its_rows_again(self, desk: Desk) -> None:
        lease = "00000000-0000-0000-0000-000000000009"
        first, again = (opens_for(desk, lease=lease) for _ in range(2))
        assert keys(first.rows) == keys(again.rows)
        assert len(first.rows) == 2
        assert opens_for(desk).rows == ()

    def test_a_code_that_is_taken_opens_nothing(self, desk: Desk) -> None:
        desk.take(message("1"), opens(7))
        assert opens_for(desk).result is OpenResult.CODE_TAKEN
        assert EVA not in numbers(desk)

    def test_the_cap_is_that_of_customers(self, desk: Desk, database: str) -> None:
        with capped(database, "max_tickets_per_hour", 2):
            desk.take(message("1", WRITES), opens(1))
            assert opens_for(desk).result is OpenResult.OPENED
            assert opens_for(desk, ticket=8).result is OpenResult.TOO_MANY_TICKETS
            assert desk.take(message("2", WRITES), opens(2)).result == "too_many_tickets"

    def test_nobody_who_was_logged_out(self, desk: Desk) -> None:
        assert opens_for(desk, epoch=desk.store.desk_epoch() - 1).result is OpenResult.SHUT
        assert numbers(desk) == []


class TestTold:
    def test_of_somebody_new_it_is_a_template(self, desk: Desk) -> None:
        rows = {row.channel: row for row in opens_for(desk).rows}
        assert rows[Channel.WHATSAPP].as_template
        assert (rows[Channel.WHATSAPP].record or {})["has_written"] is False

    def test_within_the_window_it_is_none(self, desk: Desk) -> None:
        desk.take(message("1", WRITES), outbox=[])
        (row,) = (row for row in opens_for(desk).rows if row.channel == "whatsapp")
        assert not row.as_template

    def test_is_a_fact_and_changes_no_session(self, desk: Desk) -> None:
        report = Session(state=State.CONFIRMING, draft="no imprime", language=Language.ES)
        desk.take(message("1", WRITES), session=report)
        before = desk.conversation(WRITES)
        opens_for(desk)
        after = desk.conversation(WRITES)
        assert after.session == before.session
        assert [(fact.kind, fact.ticket) for fact in ticket_facts(after)] == [(FactKind.OPENED, code(7))]

    def test_a_turn_that_did_not_know_of_it_is_stale(self, desk: Desk) -> None:
        desk.take(message("1", WRITES))
        before = desk.conversation(WRITES)
        opens_for(desk)
        assert desk.take(message("2", WRITES), base=before).result == "conflict"

    def test_has_no_full_text_to_follow(self, desk: Desk) -> None:
        (row,) = (row for row in opens_for(desk).rows if row.channel == "whatsapp")
        desk.finish(row, Outcome.SENT, provider_id="p1")
        assert len(told(desk)) == 1

    def test_that_it_did_not_arrive_is_mailed_to_who_opened_it(self, desk: Desk) -> None:
        (row,) = (row for row in opens_for(desk).rows if row.channel == "whatsapp")
        desk.finish(row, Outcome.DEAD, error="meta 131026")
        mail = desk.tables.one("select recipient, events from outbox where content = 'undelivered'")
        assert (mail["recipient"], len(mail["events"])) == ("marta@example.com", 2)


class TestHeld:
    """Until somebody has written they are told the code, and nothing else."""

    def opened(self, desk: Desk) -> None:
        (row,) = (row for row in opens_for(desk).rows if row.channel == "whatsapp")
        desk.finish(row, Outcome.SENT, provider_id="p1")

    def works(self, desk: Desk, *texts: str) -> None:
        for text in texts:
            desk.work(TechnicianAction.ANSWER, text, ticket=code(7))

    def test_what_technicians_do_waits(self, desk: Desk) -> None:
        self.opened(desk)
        self.works(desk, "uno")
        desk.work(TechnicianAction.CLOSE, ticket=code(7))
        desk.tables.do("update outbox set next_at = now() - interval '1 min'")
        assert desk.store.release_templates(10) == 0
        assert all(row.channel == "email" for row in desk.claim())
        assert [(row["held"], row["events"]) for row in told(desk)] == [(False, 1), (True, 2)]

    def test_also_what_is_changed_by_hand(self, desk: Desk) -> None:
        self.opened(desk)
        desk.tables.do("update tickets set status = 'resolved'")
        assert told(desk)[-1]["held"]

    def test_does_not_join_what_tells_the_code(self, desk: Desk) -> None:
        opens_for(desk, channels=())
        self.works(desk, "uno")
        assert [(row["held"], row["events"]) for row in told(desk)] == [(False, 1), (True, 1)]

    def test_leaves_with_their_first_message_in_order(self, desk: Desk) -> None:
        self.opened(desk)
        self.works(desk, *"123456")
        rows = desk.take(message("1", WRITES), outbox=[]).rows
        assert [(row.content, row.as_template) for row in rows] == [("notification", False)]
        assert [len(row.record["events"]) for row in rows if row.record] == [5]
        (last,) = desk.finish(rows[0], Outcome.SENT, provider_id="p2").rows
        assert (last.record or {})["events"][0]["text"] == "6"

    def test_leaves_with_the_sweep_if_it_was_put_in_beside_that_message(self, desk: Desk) -> None:
        self.opened(desk)
        self.works(desk, "uno")
        desk.tables.do("update conversations set last_inbound_at = now()")
        assert desk.store.release_templates(10) == 1
        assert [row.as_template for row in desk.claim() if row.channel == "whatsapp"] == [False]

    def test_is_given_up_after_thirty_days_and_its_author_is_told(self, desk: Desk) -> None:
        self.opened(desk)
        self.works(desk, "uno")
        desk.tables.do("update outbox set created_at = now() - interval '31 days' where held")
        desk.store.purge_expired()
        assert desk.store.release_templates(10) == 1
        assert desk.tables.value("select last_error from outbox where status = 'dead'") == "never written"
        assert desk.tables.value("select recipient from outbox where content = 'undelivered'") is None
        assert desk.tables.value("select count(*) from ticket_events where kind = 'undelivered'") == 1

    def test_the_page_says_so(self, desk: Desk) -> None:
        self.opened(desk)
        self.works(desk, "uno")
        ticket = desk.store.load_ticket(code(7))
        assert ticket is not None
        assert [event.delivery.state for event in ticket.events if event.delivery] == [
            "sent",
            "first_message",
        ]
        assert not ticket.has_written

    def test_of_who_has_written_nothing_waits(self, desk: Desk) -> None:
        desk.take(message("1", WRITES, ago=timedelta(days=3)), outbox=[])
        self.opened(desk)
        self.works(desk, "uno")
        assert [row["held"] for row in told(desk)] == [False, False]


class TestWrites:
    @pytest.mark.parametrize("form", [EVA, "525512340077"])
    @pytest.mark.parametrize("user_id", [None, "MX.eva"])
    def test_is_known_by_any_form(self, desk: Desk, form: str, user_id: str | None) -> None:
        opens_for(desk)
        sender = Sender(user_id=user_id, wa_id=form, name="Eva")
        loaded = desk.store.load(sender, Lookup(tickets=True))
        assert [ticket.code for ticket in loaded.tickets or ()] == [code(7)]
        assert desk.take(message("1", sender), base=loaded.conversation).result == "committed"
        assert desk.tables.all("select user_id, wa_id from customers order by id") == [
            {"user_id": user_id, "wa_id": form}
        ]

    def test_whom_we_know_by_their_bsuid_alone_joins_them(self, desk: Desk) -> None:
        desk.take(message("1", Sender(user_id="MX.eva", name="Eva")))
        opens_for(desk)
        both = Sender(user_id="MX.eva", wa_id="525512340077", name="Eva")
        commit = desk.take(message("2", both))
        assert commit.result == "conflict"
        assert desk.take(message("2", both), base=commit.conversation).result == "committed"
        assert desk.tables.one("select user_id, wa_id from customers") == {
            "user_id": "MX.eva",
            "wa_id": "525512340077",
        }
        assert desk.tables.value("select customer_id from tickets") == desk.tables.value(
            "select id from customers"
        )

    def test_a_number_that_changed_to_another_form_joins_them(self, desk: Desk) -> None:
        desk.take(message("1", Sender(user_id="MX.eva", wa_id="5215500000000", name="Eva")))
        opens_for(desk)
        change = IdentityChange(previous_user_id="MX.eva", user_id="MX.eva2", wa_id="525512340077")
        assert desk.store.link_identity(change)
        assert numbers(desk) == ["525512340077"]

    def test_at_the_moment_it_is_opened_is_one_customer(self, desk: Desk) -> None:
        def writes() -> None:
            while desk.take(message("1", Sender(wa_id="525512340077", name="Eva"))).result == "conflict":
                pass

        side_by_side(writes, lambda: opens_for(desk) and None)
        assert len(numbers(desk)) == 1


class TestLearned:
    """Meta answers the send with the number as WhatsApp writes it."""

    def row(self, desk: Desk) -> Any:
        (row,) = (row for row in opens_for(desk).rows if row.channel == "whatsapp")
        return row

    def test_is_theirs(self, desk: Desk) -> None:
        assert desk.store.learn_number(self.row(desk), "525512340077")
        assert numbers(desk) == ["525512340077"]

    def test_once(self, desk: Desk) -> None:
        row = self.row(desk)
        assert desk.store.learn_number(row, "525512340077")
        assert not desk.store.learn_number(row, "525512340077")

    def test_of_somebody_else_joins_the_two(self, desk: Desk) -> None:
        known = desk.take(message("1", Sender(wa_id="5215500000000", name="Eva"))).conversation.customer_id
        row = self.row(desk)
        desk.work(TechnicianAction.ANSWER, "uno", ticket=code(7))
        assert desk.store.learn_number(row, "5215500000000")
        assert numbers(desk) == ["5215500000000"]
        assert desk.tables.value("select customer_id from tickets") == known
        assert desk.finish(row, Outcome.SENT, provider_id="p1").finished
        assert desk.store.release_templates(10) == 1  # they have written, so nothing waits for that
        lanes = desk.tables.all(
            "select distinct lane from outbox where content = 'notification' order by lane"
        )
        assert [row["lane"] for row in lanes] == [f"notify:{known}"]

    def test_is_not_believed_of_who_had_it_long_ago(self, desk: Desk) -> None:
        desk.take(message("1", Sender(wa_id="5215500000000", user_id="MX.old", name="Old")), opens(1))
        desk.tables.do("update conversations set last_inbound_at = now() - interval '91 days'")
        row = self.row(desk)
        assert desk.store.learn_number(row, "5215500000000")
        owner = desk.tables.one(
            "select user_id, wa_id from customers c join tickets t on t.customer_id = c.id where t.code = %s",
            code(7),
        )
        assert owner == {"user_id": None, "wa_id": "5215500000000"}

    def test_changes_nothing_once_they_have_written(self, desk: Desk) -> None:
        row = self.row(desk)
        desk.take(message("1", WRITES))
        assert not desk.store.learn_number(row, "525512340077")
        assert numbers(desk) == [EVA]

    def test_waits_for_their_first_message(self, desk: Desk, database: str) -> None:
        row = self.row(desk)
        with psycopg.connect(database) as turn:
            turn.execute("select from customers for update")

            def writes() -> bool:
                desk.tables.until_somebody_waits()
                turn.execute("update conversations set last_inbound_at = now()")
                turn.commit()
                return True

            assert side_by_side(writes, lambda: desk.store.learn_number(row, "525512340077")) == [True, False]
        assert numbers(desk) == [EVA]
