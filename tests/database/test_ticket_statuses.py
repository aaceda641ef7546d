"""Legal status changes: from the page, by the owner, and by hand; and the result of a technician's action."""

from itertools import product
from typing import Any

import psycopg
import pytest

from state.model.ticket import EventKind, TechnicianAction, TicketStatus
from state.model.turn import ChangeKind, ChangeTicket
from tests.support.builders import ANA, ERASES, Desk, code, message, opens

OPEN, IN_PROGRESS, WAITING, RESOLVED, CLOSED = TicketStatus
CODE = code(1)

# The legal actions in each status, and the status after them.
MOVES = {
    (TechnicianAction.TAKE, OPEN): IN_PROGRESS,
    (TechnicianAction.TAKE, IN_PROGRESS): IN_PROGRESS,
    (TechnicianAction.TAKE, WAITING): IN_PROGRESS,
    (TechnicianAction.ASK, OPEN): WAITING,
    (TechnicianAction.ASK, IN_PROGRESS): WAITING,
    (TechnicianAction.ASK, WAITING): WAITING,
    (TechnicianAction.ANSWER, OPEN): IN_PROGRESS,
    (TechnicianAction.ANSWER, IN_PROGRESS): IN_PROGRESS,
    (TechnicianAction.ANSWER, WAITING): WAITING,
    (TechnicianAction.ANSWER, RESOLVED): RESOLVED,
    (TechnicianAction.RESOLVE, OPEN): RESOLVED,
    (TechnicianAction.RESOLVE, IN_PROGRESS): RESOLVED,
    (TechnicianAction.RESOLVE, WAITING): RESOLVED,
    (TechnicianAction.CLOSE, OPEN): CLOSED,
    (TechnicianAction.CLOSE, IN_PROGRESS): CLOSED,
    (TechnicianAction.CLOSE, WAITING): CLOSED,
    (TechnicianAction.CLOSE, RESOLVED): CLOSED,
    (TechnicianAction.REOPEN, RESOLVED): OPEN,
    (TechnicianAction.REOPEN, CLOSED): OPEN,
    (TechnicianAction.HAND_OVER, OPEN): IN_PROGRESS,
    (TechnicianAction.HAND_OVER, IN_PROGRESS): IN_PROGRESS,
    (TechnicianAction.HAND_OVER, WAITING): WAITING,
    (TechnicianAction.GIVE_BACK, OPEN): OPEN,
    (TechnicianAction.GIVE_BACK, IN_PROGRESS): OPEN,
    (TechnicianAction.GIVE_BACK, WAITING): WAITING,
}
# And the owner's.
CHANGES = {
    (ChangeKind.FIXED, RESOLVED): CLOSED,
    (ChangeKind.CLOSE, OPEN): CLOSED,
    (ChangeKind.CLOSE, IN_PROGRESS): CLOSED,
    (ChangeKind.CLOSE, WAITING): CLOSED,
    (ChangeKind.CLOSE, RESOLVED): CLOSED,
    (ChangeKind.REOPEN, RESOLVED): OPEN,
    (ChangeKind.REOPEN, CLOSED): OPEN,
    (ChangeKind.RATING, RESOLVED): RESOLVED,
    (ChangeKind.RATING, CLOSED): CLOSED,
}
# By hand: the same ways.
WAYS = {(was, became) for (_, was), became in (MOVES | CHANGES).items() if was != became}
WORK = """select act_on_ticket(%s, %s, p_text => %s, p_author => %s, p_key => %s, p_seen => %s, p_to => 'luis@example.com',
  p_to_name => 'Luis') as answer"""


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With a ticket that is open."""
    desk.take(message("1"), opens(1), outbox=[])
    return desk


def put(desk: Desk, status: TicketStatus) -> None:
    """The ticket in this state, as if it had always been, and somebody has it."""
    desk.tables.do("alter table tickets disable trigger user")
    desk.tables.do("update tickets set status = %s, assignee = 'Bea'", status)
    desk.tables.do("alter table tickets enable trigger user")


def work(
    desk: Desk,
    action: str,
    text: str | None = None,
    author: str | None = None,
    key: str | None = None,
    seen: int | None = None,
    ticket: str = CODE,
) -> dict[str, Any]:
    answer: dict[str, Any] = desk.tables.value(WORK, ticket, action, text, author, key, seen)
    return answer


def status(desk: Desk) -> str:
    return str(desk.tables.value("select status from tickets"))


def events(desk: Desk) -> list[dict[str, Any]]:
    return desk.tables.all("select * from ticket_events where kind <> 'created' order by id")


class TestATechnician:
    @pytest.mark.parametrize(("action", "was"), [*product(TechnicianAction, TicketStatus)])
    def test_moves_as_the_table_says(self, desk: Desk, action: TechnicianAction, was: TicketStatus) -> None:
        put(desk, was)
        answer = work(desk, action, "una palabra", "Marta")
        became = MOVES.get((action, was))
        assert (answer["result"], status(desk)) == (("done", became) if became else ("illegal", was))
        assert answer["ticket"]["status"] == status(desk)
        assert len(events(desk)) == (became is not None)

    @pytest.mark.parametrize(("action", "was"), MOVES)
    def test_leaves_one_event(self, desk: Desk, action: TechnicianAction, was: TicketStatus) -> None:
        put(desk, was)
        work(desk, action, " una\npalabra \n", " Marta ", "k1")
        (event,) = events(desk)
        moved = MOVES[action, was] is not was
        assert event["kind"] == ("assigned" if action.assigns else "status" if moved else "answer")
        assert (event["actor"], event["author"], event["action"]) == ("technician", "Marta", action)
        assert (event["body"], event["key"]) == (None if action.assigns else "una\npalabra", "k1")
        assert (event["from_status"], event["to_status"]) == (
            (was, MOVES[action, was]) if moved else (None, None)
        )

    @pytest.mark.parametrize("was", TicketStatus)
    @pytest.mark.parametrize("action", ["fixed", "rating", "", "TAKE", "delete"])
    def test_can_do_nothing_else(self, desk: Desk, action: str, was: TicketStatus) -> None:
        put(desk, was)
        assert work(desk, action, "una palabra")["result"] == "illegal"
        assert events(desk) == []

    @pytest.mark.parametrize("was", TicketStatus)
    def test_is_offered_what_they_may_do(self, desk: Desk, was: TicketStatus) -> None:
        put(desk, was)
        offered = desk.tables.value("select load_ticket(%s)", CODE)["actions"]
        assert offered == sorted({action for action, status in MOVES if status is was})


class TestTheOwner:
    @pytest.mark.parametrize(
        ("change", "was"), [*product(sorted({kind for kind, _ in CHANGES}), TicketStatus)]
    )
    def test_moves_as_the_table_says(self, desk: Desk, change: ChangeKind, was: TicketStatus) -> None:
        put(desk, was)
        rating = 4 if change is ChangeKind.RATING else None
        commit = desk.take(message("2"), ChangeTicket(code=CODE, kind=change, rating=rating), outbox=[])
        became = CHANGES.get((change, was))
        assert (commit.result, status(desk)) == (("committed", became) if became else ("conflict", was))
        assert [event["actor"] for event in events(desk)] == ["customer"] * (became is not None)

    @pytest.mark.parametrize("was", TicketStatus)
    @pytest.mark.parametrize("wants_human", [True, False])
    def test_what_they_add_is_the_answer_that_was_waited_for(
        self, desk: Desk, was: TicketStatus, wants_human: bool
    ) -> None:
        put(desk, was)
        kind = ChangeKind.HUMAN if wants_human else ChangeKind.NOTE
        note = ChangeTicket(code=CODE, kind=kind, text="la luz roja")
        assert desk.take(message("2"), note, outbox=[]).result == "committed"
        assert status(desk) == (IN_PROGRESS if was is WAITING else was)
        kinds = [event["kind"] for event in events(desk)]
        assert kinds == ["status"] * (was is WAITING) + ["human" if wants_human else "note"]

    def test_a_rating_is_kept(self, desk: Desk) -> None:
        put(desk, RESOLVED)
        for stars in (2, 5):
            desk.take(
                message(str(stars)), ChangeTicket(code=CODE, kind=ChangeKind.RATING, rating=stars), outbox=[]
            )
        assert desk.tables.value("select rating from tickets") == 5
        assert [event["body"] for event in events(desk)] == ["2", "5"]


class TestByHand:
    @pytest.mark.parametrize(("was", "became"), [*product(TicketStatus, repeat=2)])
    def test_only_the_moves_of_the_table(self, desk: Desk, was: TicketStatus, became: TicketStatus) -> None:
        put(desk, was)
        change = "update tickets set status = %s"
        if was is became or (was, became) in WAYS:
            desk.tables.do(change, became)
            assert len(events(desk)) == (was is not became)
        else:
            with pytest.raises(psycopg.errors.CheckViolation) as refused:
                desk.tables.do(change, became)
            legal = sorted(after for before, after in WAYS if before is was)
            assert refused.value.diag.message_hint == f"legal from {was}: {', '.join(legal)}"
            assert (status(desk), events(desk)) == (was, [])

    def test_is_a_technician_s_without_a_name(self, desk: Desk) -> None:
        desk.tables.do("update tickets set status = 'in_progress', summary = 'otra cosa'")
        (event,) = events(desk)
        assert (event["actor"], event["author"], event["action"]) == ("technician", None, None)
        assert (event["from_status"], event["to_status"]) == ("open", "in_progress")

    def test_says_nothing_of_the_action_before_it(self, desk: Desk) -> None:
        """Actor and action belong to one change, not to the whole transaction."""
        with desk.tables.connection.transaction():
            work(desk, "take", None, "Marta", "k1")
            desk.tables.do("update tickets set status = 'resolved'")
        assert [(event["author"], event["key"]) for event in events(desk)] == [("Marta", "k1"), (None, None)]

    def test_several_at_once_are_an_event_each(self, desk: Desk) -> None:
        for number in (2, 3):
            desk.take(message(str(number)), opens(number), outbox=[])
        assert desk.tables.do("update tickets set status = 'closed'") == 3
        assert (
            desk.tables.value("select count(distinct ticket_id) from ticket_events where kind = 'status'")
            == 3
        )

    def test_one_that_is_illegal_stops_them_all(self, desk: Desk) -> None:
        desk.take(message("2"), opens(2), outbox=[])
        work(desk, "close")
        with pytest.raises(psycopg.errors.CheckViolation):
            desk.tables.do("update tickets set status = 'resolved'")
        assert desk.tables.value("select count(*) from ticket_events where to_status = 'resolved'") == 0

    @pytest.mark.parametrize("word", ["done", "", "OPEN"])
    def test_an_unknown_status_is_refused(self, desk: Desk, word: str) -> None:
        with pytest.raises(psycopg.errors.CheckViolation):
            desk.tables.do("update tickets set status = %s", word)


class TestResults:
    def test_missing(self, desk: Desk) -> None:
        assert work(desk, "take", ticket=code(9)) == {"result": "missing", "ticket": None}

    @pytest.mark.parametrize("text", [None, "", " \n\t\r "])
    def test_text_missing(self, desk: Desk, text: str | None) -> None:
        for action in ("ask", "answer"):
            assert work(desk, action, text)["result"] == "text_missing"
        assert (status(desk), events(desk)) == (OPEN, [])

    def test_repeated_is_the_same_form_once_more(self, desk: Desk) -> None:
        assert work(desk, "answer", "hola", key="k1")["result"] == "done"
        again = work(desk, "close", "otra cosa", key="k1")
        assert (again["result"], again["ticket"]["status"]) == ("repeated", IN_PROGRESS)
        assert len(events(desk)) == 1

    def test_repeated_comes_before_stale(self, desk: Desk) -> None:
        """A form that is sent twice has itself not seen what it did."""
        assert work(desk, "take", key="k1", seen=1)["result"] == "done"
        assert work(desk, "take", key="k1", seen=1)["result"] == "repeated"

    def test_without_a_key_nothing_is_a_repetition(self, desk: Desk) -> None:
        for _ in range(2):
            assert work(desk, "answer", "hola")["result"] == "done"
        assert len(events(desk)) == 2

    def test_stale_when_something_happened_that_was_not_seen(self, desk: Desk) -> None:
        seen = work(desk, "take")["ticket"]["events"][-1]["id"]
        desk.take(message("2"), ChangeTicket(code=CODE, text="ya anda"), outbox=[])
        assert work(desk, "resolve", seen=seen)["result"] == "stale"
        assert status(desk) == IN_PROGRESS
        latest = work(desk, "resolve", seen=seen)["ticket"]["events"][-1]["id"]
        assert work(desk, "resolve", seen=latest)["result"] == "done"

    def test_a_notification_makes_nothing_stale(self, desk: Desk) -> None:
        seen = work(desk, "answer", "hola")["ticket"]["events"][-1]["id"]
        desk.tables.do("update outbox set status = 'sent'")
        assert (
            desk.tables.value("select kind from ticket_events order by id desc limit 1") == EventKind.NOTIFIED
        )
        assert work(desk, "resolve", seen=seen)["result"] == "done"

    def test_another_ticket_s_events_make_nothing_stale(self, desk: Desk) -> None:
        seen = work(desk, "take")["ticket"]["events"][-1]["id"]
        desk.take(message("2"), opens(2), outbox=[])
        assert work(desk, "resolve", seen=seen)["result"] == "done"

    def test_an_erased_customer_s_ticket_can_still_be_worked(self, desk: Desk) -> None:
        desk.take(message("2"), ERASES, outbox=[])
        answer = work(desk, "resolve", "sin nadie", "Marta")
        assert (answer["result"], answer["ticket"]["customer"]) == ("done", None)


class TestAssignee:
    """More of it in test_assignment.py."""

    def test_is_who_takes_it(self, desk: Desk) -> None:
        for author in ("Marta", "Juan"):
            work(desk, "take", author=author)
        assert desk.tables.value("select assignee from tickets") == "Juan"

    @pytest.mark.parametrize("author", [None, "", "  "])
    def test_stays_when_nobody_says_who(self, desk: Desk, author: str | None) -> None:
        work(desk, "take", author="Marta")
        work(desk, "take", author=author)
        assert desk.tables.value("select assignee from tickets") == "Marta"
        assert events(desk)[-1]["author"] is None


def test_the_record_that_comes_back_is_the_whole_ticket(desk: Desk) -> None:
    answer = work(desk, "answer", "hola", "Marta")
    assert answer["ticket"] == desk.tables.value("select load_ticket(%s)", CODE)
    assert [event["kind"] for event in answer["ticket"]["events"]] == ["created", "status"]
    assert answer["ticket"]["customer"] == {"name": ANA.name, "wa_id": ANA.wa_id, "user_id": ANA.user_id}
    assert answer["ticket"]["waiting"] == 1
