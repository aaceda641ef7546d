"""Who has a ticket: taken by the first words or on purpose, handed over, given back, by hand; and whom an e-mail tells of it."""

from typing import Any

import pytest

from state.model.technician import Technician
from state.model.ticket import ActionResult, TechnicianAction
from state.model.turn import ChangeTicket
from tests.support.builders import Desk, code, message, opens
from tests.support.database import SupabaseLocal

MARTA = Technician(address="Marta@example.com", name="Marta Ruiz")
LUIS = Technician(address="luis@example.com", name="Luis Paz")
SHARED = Technician(address="soporte@example.com")
ALL = (MARTA, LUIS, SHARED)
CODE = code(1)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With a ticket that nobody has."""
    desk.take(message("1"), opens(1), outbox=[])
    return desk


def does(
    desk: Desk,
    who: Technician | None,
    action: TechnicianAction,
    text: str = "",
    *,
    to: Technician | None = None,
    name: str = "",
    setting: tuple[Technician, ...] = ALL,
    key: str | None = None,
) -> ActionResult:
    return desk.store.act_on_ticket(
        CODE,
        action,
        text,
        author=name or (who.name if who else ""),
        key=key,
        seen=None,
        technician=who.address if who else None,
        technicians=[each.address.lower() for each in setting],
        to=to,
    ).result


def has_it(desk: Desk) -> tuple[str | None, str | None]:
    row = desk.tables.one("select assignee, assignee_address from tickets")
    return row["assignee"], row["assignee_address"]


def assigned(desk: Desk) -> list[dict[str, Any]]:
    return desk.tables.all("select * from ticket_events where kind = 'assigned' order by id")


def mailed(desk: Desk) -> list[str]:
    """Whom an e-mail will tell of it."""
    return [
        row["recipient"]
        for row in desk.tables.all("select * from outbox where recipient is not null order by id")
    ]


class TestTaken:
    @pytest.mark.parametrize(
        "action", [TechnicianAction.ASK, TechnicianAction.ANSWER, TechnicianAction.RESOLVE]
    )
    def test_by_the_first_words(self, desk: Desk, action: TechnicianAction) -> None:
        does(desk, MARTA, action, "hola")
        assert has_it(desk) == ("Marta Ruiz", "marta@example.com")
        assert assigned(desk) == []
        event = desk.tables.one("select * from ticket_events where actor = 'technician'")
        assert (event["author"], event["author_address"]) == ("Marta Ruiz", "marta@example.com")

    @pytest.mark.parametrize("action", [TechnicianAction.CLOSE, TechnicianAction.REOPEN])
    def test_by_nothing_else(self, desk: Desk, action: TechnicianAction) -> None:
        if action is TechnicianAction.REOPEN:
            desk.tables.do("update tickets set status = 'closed'")
        assert does(desk, MARTA, action) is ActionResult.DONE
        assert has_it(desk) == (None, None)

    def test_once(self, desk: Desk) -> None:
        does(desk, MARTA, TechnicianAction.ANSWER, "hola")
        does(desk, LUIS, TechnicianAction.ANSWER, "hola")
        assert has_it(desk) == ("Marta Ruiz", "marta@example.com")
        assert mailed(desk) == []

    def test_from_who_is_no_technician_any_more(self, desk: Desk) -> None:
        does(desk, MARTA, TechnicianAction.TAKE)
        does(desk, LUIS, TechnicianAction.ANSWER, "hola", setting=(LUIS, SHARED))
        assert has_it(desk) == ("Luis Paz", "luis@example.com")

    def test_from_a_colleague_who_hears_of_it(self, desk: Desk) -> None:
        does(desk, MARTA, TechnicianAction.TAKE)
        does(desk, LUIS, TechnicianAction.TAKE)
        assert has_it(desk) == ("Luis Paz", "luis@example.com")
        assert mailed(desk) == ["marta@example.com"]
        assert [event["action"] for event in assigned(desk)] == ["take", "take"]

    def test_not_by_somebody_who_says_nothing_of_themselves(self, desk: Desk) -> None:
        does(desk, MARTA, TechnicianAction.TAKE)
        does(desk, None, TechnicianAction.TAKE)
        does(desk, None, TechnicianAction.ANSWER, "hola")
        assert has_it(desk) == ("Marta Ruiz", "marta@example.com")
        assert mailed(desk) == []

    def test_a_shared_mailbox_is_an_address_and_a_name(self, desk: Desk) -> None:
        does(desk, SHARED, TechnicianAction.TAKE, name="Ana")
        assert has_it(desk) == ("Ana", "soporte@example.com")
        does(desk, SHARED, TechnicianAction.TAKE, name="Bea")
        assert has_it(desk) == ("Bea", "soporte@example.com")
        assert mailed(desk) == []

    def test_by_somebody_known_by_name_alone(self, desk: Desk) -> None:
        does(desk, None, TechnicianAction.TAKE, name="Dora")
        assert has_it(desk) == ("Dora", None)
        does(desk, MARTA, TechnicianAction.ANSWER, "hola")
        assert has_it(desk) == ("Dora", None)

    @pytest.mark.parametrize("change", ["resolved", "open"])
    def test_stays_theirs(self, desk: Desk, change: str) -> None:
        does(desk, MARTA, TechnicianAction.RESOLVE)
        desk.tables.do("update tickets set status = %s", "open")
        if change == "resolved":
            does(desk, LUIS, TechnicianAction.RESOLVE)
        assert has_it(desk) == ("Marta Ruiz", "marta@example.com")


class TestHandedOver:
    def test_to_a_colleague_who_hears_of_it(self, desk: Desk) -> None:
        assert does(desk, MARTA, TechnicianAction.HAND_OVER, to=LUIS) is ActionResult.DONE
        assert has_it(desk) == ("Luis Paz", "luis@example.com")
        assert mailed(desk) == ["luis@example.com"]
        (event,) = assigned(desk)
        assert (event["author"], event["action"], event["assignee"]) == (
            "Marta Ruiz",
            "hand_over",
            "Luis Paz",
        )
        assert (event["from_status"], event["to_status"]) == ("open", "in_progress")

    def test_to_a_mailbox_is_to_its_address(self, desk: Desk) -> None:
        does(desk, MARTA, TechnicianAction.HAND_OVER, to=SHARED)
        assert has_it(desk) == (None, "soporte@example.com")
        assert assigned(desk)[0]["assignee"] == "soporte@example.com"

    def test_to_oneself_mails_nobody(self, desk: Desk) -> None:
        does(desk, MARTA, TechnicianAction.HAND_OVER, to=MARTA)
        assert mailed(desk) == []

    def test_to_nobody_is_not_possible(self, desk: Desk) -> None:
        assert does(desk, MARTA, TechnicianAction.HAND_OVER) is ActionResult.ILLEGAL

    def test_twice_within_a_minute_tells_the_last(self, desk: Desk) -> None:
        does(desk, MARTA, TechnicianAction.HAND_OVER, to=LUIS)
        does(desk, MARTA, TechnicianAction.HAND_OVER, to=SHARED)
        assert mailed(desk) == ["soporte@example.com"]
        does(desk, SHARED, TechnicianAction.GIVE_BACK)
        assert mailed(desk) == []

    def test_what_is_leaving_is_let_go(self, desk: Desk) -> None:
        does(desk, MARTA, TechnicianAction.HAND_OVER, to=LUIS)
        desk.tables.do("update outbox set next_at = now()")
        (row,) = desk.claim()
        assert row.recipient == "luis@example.com"
        does(desk, MARTA, TechnicianAction.HAND_OVER, to=SHARED)
        assert mailed(desk) == ["luis@example.com", "soporte@example.com"]

    def test_the_same_form_twice_is_once(self, desk: Desk) -> None:
        assert does(desk, MARTA, TechnicianAction.HAND_OVER, to=LUIS, key="k1") is ActionResult.DONE
        assert does(desk, MARTA, TechnicianAction.HAND_OVER, to=LUIS, key="k1") is ActionResult.REPEATED
        assert len(assigned(desk)) == 1

    def test_what_the_customer_adds_is_another_row(self, desk: Desk) -> None:
        """It may be for somebody else by the time it leaves."""
        does(desk, MARTA, TechnicianAction.HAND_OVER, to=LUIS)
        desk.take(message("2"), ChangeTicket(code=CODE, text="sigue igual"), outbox=[])
        rows = desk.tables.all("select * from outbox where content = 'update' order by id")
        assert [(row["recipient"], len(row["events"])) for row in rows] == [
            ("luis@example.com", 1),
            (None, 1),
        ]


class TestGivenBack:
    def test_is_nobody_s(self, desk: Desk) -> None:
        does(desk, MARTA, TechnicianAction.TAKE)
        assert does(desk, MARTA, TechnicianAction.GIVE_BACK) is ActionResult.DONE
        assert has_it(desk) == (None, None)
        assert desk.tables.value("select status from tickets") == "open"
        assert mailed(desk) == []

    def test_only_if_somebody_has_it(self, desk: Desk) -> None:
        assert does(desk, MARTA, TechnicianAction.GIVE_BACK) is ActionResult.ILLEGAL
        assert "give_back" not in desk.tables.value("select load_ticket(%s)", CODE)["actions"]


class TestByHand:
    """An UPDATE in Supabase Studio."""

    def test_an_address_is_mailed(self, desk: Desk) -> None:
        desk.tables.do("update tickets set assignee_address = 'LUIS@example.com'")
        assert has_it(desk) == (None, "luis@example.com")
        assert mailed(desk) == ["luis@example.com"]
        (event,) = assigned(desk)
        assert (event["actor"], event["author"], event["action"]) == ("technician", None, "hand_over")
        assert event["assignee"] == "luis@example.com"

    def test_the_one_that_is_left_as_it_was_is_of_somebody_else(self, desk: Desk) -> None:
        does(desk, MARTA, TechnicianAction.TAKE)
        desk.tables.do("update tickets set assignee = 'Luis Paz'")
        assert has_it(desk) == ("Luis Paz", None)
        does(desk, MARTA, TechnicianAction.TAKE)
        desk.tables.do("update tickets set assignee_address = 'luis@example.com'")
        assert has_it(desk) == (None, "luis@example.com")

    def test_nobody_is_given_back(self, desk: Desk) -> None:
        does(desk, MARTA, TechnicianAction.TAKE)
        desk.tables.do("update tickets set assignee = null, assignee_address = null")
        assert [event["action"] for event in assigned(desk)] == ["take", "give_back"]

    def test_in_the_transaction_of_an_action_it_is_recorded_too(self, desk: Desk) -> None:
        with desk.tables.connection.transaction():
            desk.tables.value(
                "select act_on_ticket(%s, 'take', p_author => 'Marta', p_technician => 'marta@example.com')",
                CODE,
            )
            desk.tables.do("update tickets set assignee_address = 'luis@example.com'")
        assert [event["action"] for event in assigned(desk)] == ["take", "hand_over"]


class TestAway:
    def test_until_a_date(self, desk: Desk) -> None:
        does(desk, MARTA, TechnicianAction.TAKE)
        for until, away in (("1 hour", True), ("-1 hour", False)):
            desk.tables.value("select set_away('MARTA@example.com', now() + %s::interval)", until)
            assert desk.tables.value("select load_ticket(%s)", CODE)["assignee_away"] is away
        desk.tables.value("select set_away('marta@example.com', null)")
        assert desk.tables.value("select count(*) from technicians") == 0


def test_the_database_has_the_same_ids(supabase_local: SupabaseLocal, desk: Desk) -> None:
    for technician in ALL:
        assert desk.tables.value("select technician_id(%s)", technician.address) == technician.id


def test_who_is_no_technician_any_more_is_told_of_nothing(desk: Desk) -> None:
    """An e-mail to them would be a dead letter with each of their tickets that a colleague takes."""
    does(desk, LUIS, TechnicianAction.TAKE)
    assert does(desk, MARTA, TechnicianAction.TAKE, setting=(MARTA, SHARED)) is ActionResult.DONE
    assert has_it(desk) == ("Marta Ruiz", "marta@example.com")
    assert mailed(desk) == []
