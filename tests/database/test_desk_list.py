"""The technicians' list: whose each ticket is, since when it waits, the order and the pages of each tab."""

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from state.model.message import Sender
from state.model.session import WITH_TICKET, Session, State, to_json
from state.model.ticket import TechnicianAction
from state.model.turn import ChangeKind, ChangeTicket
from tests.support.builders import ANA, BEA, Desk, code, message, notes, opens
from tests.support.database import capped

MARTA, LUIS = "marta@example.com", "luis@example.com"
TEAM = [MARTA, LUIS]
SINCE = "extract(epoch from now() - waits_since)::int"


def show(desk: Desk, tab: str, **more: Any) -> dict[str, Any]:
    """A page of the list as Marta sees it."""
    given: dict[str, Any] = {
        "technicians": TEAM,
        "query": None,
        "codes": [],
        "after": None,
        "limit": 50,
        **more,
    }
    found: dict[str, Any] = desk.tables.value(
        "select list_desk(%s, %s, %s, %s, %s, %s, %s)",
        tab, MARTA, given["technicians"], given["query"], given["codes"], given["after"], given["limit"],
    )  # fmt: skip
    return found


def codes(desk: Desk, tab: str, **more: Any) -> list[str]:
    return [row["code"] for row in show(desk, tab, **more)["rows"]]


def open_tickets(desk: Desk, *numbers: int) -> None:
    for number in numbers:
        desk.take(message(f"w{number}"), opens(number), outbox=[])


def give(desk: Desk, number: int, address: str | None, name: str | None = "Alguien") -> None:
    desk.tables.do(
        "update tickets set assignee = %s, assignee_address = %s where code = %s", name, address, code(number)
    )


def age(desk: Desk) -> None:
    """Let an hour pass for what waits."""
    desk.tables.do("update tickets set waits_since = waits_since - interval '1 hour'")


def waits(desk: Desk, number: int = 1) -> tuple[int, bool]:
    """For how many hours a ticket has waited, and whether for an answer of ours."""
    row = desk.tables.one(f"select {SINCE} as seconds, answer_due from tickets where code = %s", code(number))
    return round(row["seconds"] / 3600), row["answer_due"]


class TestTabs:
    def test_whose_it_is(self, desk: Desk) -> None:
        open_tickets(desk, 1, 2, 3, 4, 5)
        give(desk, 2, MARTA)
        give(desk, 3, LUIS)
        give(desk, 4, "left@example.com")
        give(desk, 5, None, "Bea")  # taken from the command line: known by name only
        assert codes(desk, "untaken") == [code(1), code(4)]
        assert codes(desk, "mine") == [code(2)]
        assert codes(desk, "our_turn") == [code(number) for number in (1, 2, 3, 4, 5)]
        assert show(desk, "mine")["counts"] == {
            "untaken": 2, "mine": 1, "our_turn": 5, "waiting": 0, "resolved": 0, "all": 5, "drafts": 0,
        }  # fmt: skip

    def test_who_left_the_setting_is_nobody(self, desk: Desk) -> None:
        open_tickets(desk, 1)
        give(desk, 1, LUIS, "Luis")
        assert show(desk, "all")["rows"][0]["assignee"] == "Luis"
        (row,) = show(desk, "untaken", technicians=[MARTA])["rows"]
        assert (row["code"], row["assignee"], row["assignee_address"]) == (code(1), None, None)

    def test_by_status(self, desk: Desk) -> None:
        open_tickets(desk, 1, 2, 3, 4)
        desk.work(TechnicianAction.ASK, "¿qué modelo?", code(1))
        desk.work(TechnicianAction.RESOLVE, "listo", code(2))
        desk.work(TechnicianAction.CLOSE, "", code(3))
        assert codes(desk, "waiting") == [code(1)]
        assert codes(desk, "resolved") == [code(2)]
        assert codes(desk, "our_turn") == [code(4)]
        assert codes(desk, "all") == [code(number) for number in (4, 3, 2, 1)]
        assert code(3) not in codes(desk, "untaken")

    def test_the_longest_waiting_first(self, desk: Desk) -> None:
        open_tickets(desk, 1, 2, 3)
        age(desk)
        desk.work(TechnicianAction.ANSWER, "lo vemos", code(1))
        assert codes(desk, "our_turn") == [code(2), code(3), code(1)]

    @pytest.mark.parametrize("tab", ["untaken", "our_turn", "all"])
    def test_pages_by_cursor(self, desk: Desk, tab: str) -> None:
        open_tickets(desk, 1, 2, 3, 4, 5)
        desk.tables.do("update tickets set waits_since = now()")  # the same moment: the number decides
        whole, found, after = codes(desk, tab), [], None
        for _ in range(3):
            page = show(desk, tab, limit=2, after=after)
            found += [row["code"] for row in page["rows"]]
            after = page["next"]
        assert found == whole
        assert len(whole) == 5
        assert after is None

    def test_what_was_shown_is_not_shown_again_when_others_change(self, desk: Desk) -> None:
        open_tickets(desk, 1, 2, 3)
        first = show(desk, "our_turn", limit=1)
        desk.work(TechnicianAction.CLOSE, "", code(1))
        assert codes(desk, "our_turn", after=first["next"]) == [code(2), code(3)]

    def test_many_are_counted_up_to_a_number(self, desk: Desk) -> None:
        open_tickets(desk, 1, 2, 3, 4)
        with capped(desk.tables.connection.info.dsn, "max_desk_count", 2):
            shown = show(desk, "all")
        assert (shown["most"], shown["counts"]["all"], shown["counts"]["untaken"]) == (2, 3, 3)
        assert len(shown["rows"]) == 4

    def test_an_erased_customer_leaves_a_row_without_a_name(self, desk: Desk) -> None:
        open_tickets(desk, 1)
        desk.tables.value("select erase_person(id) from customers")
        (row,) = show(desk, "all")["rows"]
        assert (row["customer"], row["wa_id"], row["has_customer"]) == (None, None, False)


class TestWaitsSince:
    def test_the_first_message_after_our_last_word(self, desk: Desk) -> None:
        open_tickets(desk, 1)
        age(desk)
        desk.take(message("2"), notes(1), outbox=[])
        assert waits(desk) == (1, True)  # it has waited since the report
        desk.work(TechnicianAction.ANSWER, "lo vemos")
        assert waits(desk) == (0, False)
        age(desk)
        desk.take(message("3"), notes(1), outbox=[])
        assert waits(desk) == (0, True)
        age(desk)
        desk.take(message("4"), notes(1), outbox=[])
        assert waits(desk) == (1, True)

    def test_our_question_and_its_answer(self, desk: Desk) -> None:
        open_tickets(desk, 1)
        age(desk)
        desk.work(TechnicianAction.ASK, "¿qué modelo?")
        assert waits(desk) == (0, False)
        age(desk)
        desk.take(message("2"), notes(1), outbox=[])
        assert waits(desk) == (0, True)

    def test_taking_it_is_no_word(self, desk: Desk) -> None:
        open_tickets(desk, 1)
        age(desk)
        desk.work(TechnicianAction.TAKE)
        assert waits(desk) == (1, True)

    @pytest.mark.parametrize("kind", [ChangeKind.REOPEN, ChangeKind.HUMAN])
    def test_what_the_customer_does_after_it_was_resolved(self, desk: Desk, kind: ChangeKind) -> None:
        open_tickets(desk, 1)
        desk.work(TechnicianAction.RESOLVE, "listo")
        age(desk)
        assert waits(desk) == (1, False)
        desk.take(message("2"), ChangeTicket(code=code(1), kind=kind), outbox=[])
        assert waits(desk) == (0, True)

    def test_a_ticket_that_its_customer_closed_waits_for_nobody(self, desk: Desk) -> None:
        open_tickets(desk, 1)
        desk.take(message("2"), ChangeTicket(code=code(1), kind=ChangeKind.CLOSE), outbox=[])
        assert waits(desk) == (0, False)

    def test_a_change_by_hand(self, desk: Desk) -> None:
        open_tickets(desk, 1)
        age(desk)
        desk.tables.do("update tickets set status = 'closed'")
        assert waits(desk) == (0, False)
        age(desk)
        desk.tables.do("update tickets set status = 'open'")
        assert waits(desk) == (0, True)


class TestDrafts:
    LEFT = Session(state=State.CONFIRMING, draft="no me anda la compu", serial=3)

    def leave(self, desk: Desk, session: Session = LEFT, sender: Sender = ANA, wamid: str = "d") -> None:
        desk.take(message(wamid, sender), session=session, outbox=[])

    def a_day_later(self, desk: Desk) -> None:
        desk.tables.do("update drafts set since = since - interval '25 hours'")
        desk.tables.do("update conversations set last_inbound_at = last_inbound_at - interval '25 hours'")

    def test_what_was_left_for_a_day(self, desk: Desk) -> None:
        self.leave(desk)
        assert show(desk, "drafts")["drafts"] == []
        self.a_day_later(desk)
        shown = show(desk, "drafts")
        (draft,) = shown["drafts"]
        assert (draft["text"], draft["customer"], draft["files"]) == ("no me anda la compu", "Ana", 0)
        assert shown["counts"]["drafts"] == 1

    def test_who_writes_again_is_not_among_them(self, desk: Desk) -> None:
        self.leave(desk)
        self.a_day_later(desk)
        self.leave(desk, wamid="again")
        assert show(desk, "drafts")["drafts"] == []

    @pytest.mark.parametrize("state", State)
    @pytest.mark.parametrize("cancelled", [False, True])
    def test_only_reports_that_are_in_no_ticket(self, desk: Desk, state: State, cancelled: bool) -> None:
        session = Session(state=state, draft="no anda", cancelled=cancelled)
        held = desk.tables.value("select holds_draft(%s)", Jsonb(to_json(session)))
        assert held is (session.has_report and not cancelled)
        assert held is (state not in WITH_TICKET and not cancelled)

    def test_it_goes_with_the_ticket_and_with_the_person(self, desk: Desk) -> None:
        self.leave(desk)
        self.leave(desk, sender=BEA, wamid="b")
        desk.take(message("yes"), opens(1), session=Session(state=State.FOLLOWING), outbox=[])
        assert desk.tables.value("select count(*) from drafts") == 1
        desk.tables.value("select erase_person(id) from customers where user_id = 'AR.bea'")
        assert desk.tables.value("select count(*) from drafts") == 0

    def test_pages(self, desk: Desk) -> None:
        self.leave(desk)
        self.leave(desk, sender=BEA, wamid="b")
        self.a_day_later(desk)
        first = show(desk, "drafts", limit=1)
        second = show(desk, "drafts", limit=1, after=first["next"])
        assert [each["customer"] for each in first["drafts"] + second["drafts"]] == ["Ana", "Bea"]
        assert second["next"] is None

    def test_the_session_is_not_touched(self, desk: Desk) -> None:
        self.leave(desk)
        self.a_day_later(desk)
        before = desk.tables.all("select * from conversations")
        show(desk, "drafts")
        assert desk.tables.all("select * from conversations") == before


class TestEpoch:
    OPEN = "select open_desk(%s, 'all', 'marta@example.com', '{marta@example.com}')"

    def test_what_was_ended_opens_nothing(self, desk: Desk) -> None:
        assert desk.tables.value(self.OPEN, 0) is not None
        assert desk.tables.value("select end_desk_access()") == 1
        assert desk.tables.value(self.OPEN, 0) is None
        assert desk.tables.value(self.OPEN, 1) is not None
        assert desk.tables.value("select end_desk_access()") == 2

    def test_nor_does_no_epoch(self, desk: Desk) -> None:
        assert desk.tables.value(self.OPEN, None) is None
