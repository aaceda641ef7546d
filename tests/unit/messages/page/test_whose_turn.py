"""Whose turn it is in a ticket, and since when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from messages.page.ticket_history import Viewer
from messages.page.whose_turn import span, whose_turn
from state.model.language import Language
from state.model.message import Sender
from state.model.technician import Technician
from state.model.ticket import Actor, EventKind, TicketEvent, TicketRecord, TicketStatus

NOW = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
VIEWER = Viewer(language=Language.EN, tz=ZoneInfo("UTC"), now=NOW, path="/t/x/")
ANA = Sender(user_id="AR.ana", name="Ana")


def event(hours: float, actor: Actor, kind: EventKind, **more: Any) -> TicketEvent:
    """An event of so many hours ago."""
    return TicketEvent(id=1, at=NOW - timedelta(hours=hours), actor=actor, kind=kind, **more)


OPENED = event(9, Actor.CUSTOMER, EventKind.CREATED, text="no prende")
ANSWERED = event(5, Actor.TECHNICIAN, EventKind.ANSWER, action="answer", text="¿y con otro cable?")
WROTE = event(2, Actor.CUSTOMER, EventKind.NOTE, text="tampoco")
WROTE_AGAIN = event(1, Actor.CUSTOMER, EventKind.NOTE, text="y huele")


def line(
    *events: TicketEvent, status: str = "in_progress", name: str = "", viewer: Viewer = VIEWER, **more: Any
) -> str:
    fields: dict[str, Any] = {"assignee": None, "rating": None, "customer": ANA}
    record = TicketRecord(
        code="TK-0001-0000",
        summary="no prende",
        description="",
        language=Language.ES,
        status=TicketStatus(status),
        created_at=NOW - timedelta(hours=9),
        updated_at=NOW - timedelta(hours=4),
        actions=(),
        events=events,
        waiting=0,
        **fields | more,
    )
    return whose_turn(record, viewer, name).line


class TestOurs:
    def test_since_the_first_word_without_an_answer(self) -> None:
        waits = line(OPENED, ANSWERED, WROTE, WROTE_AGAIN, assignee="Bea", name="Bea")
        assert waits == "Your turn: the customer has been waiting for 2 h"

    def test_a_colleagues(self) -> None:
        for name in ("", "Lu"):
            assert line(OPENED, assignee="Bea", name=name).startswith("Bea's turn: ")

    @pytest.mark.parametrize(
        ("address", "said"),
        [
            ("bea@example.com", "Your turn: "),
            ("lu@example.com", "Lu's turn: "),
            ("gone@example.com", "Nobody has it: "),
        ],
    )
    def test_by_the_address_of_who_has_it(self, address: str, said: str) -> None:
        people = tuple(Technician(address=f"{name}@example.com", name=name) for name in ("Bea", "Lu"))
        viewer = replace(VIEWER, technician=people[0], technicians=people)
        waits = line(OPENED, assignee="Bea", assignee_address=address, name="Gone", viewer=viewer)
        assert waits.startswith(said)

    def test_nobodys(self) -> None:
        assert (
            line(OPENED, status="open", name="Bea") == "Nobody has it: the customer has been waiting for 9 h"
        )

    @pytest.mark.parametrize(
        "since",
        [
            event(1, Actor.TECHNICIAN, EventKind.INTERNAL, text="ojo"),
            event(1, Actor.TECHNICIAN, EventKind.STATUS, action="take", to_status="in_progress"),
            event(1, Actor.SYSTEM, EventKind.NOTIFIED, text="message"),
        ],
    )
    def test_what_tells_them_nothing_is_no_answer(self, since: TicketEvent) -> None:
        assert "waiting for 9 h" in line(OPENED, since)

    def test_what_they_write_when_it_was_resolved(self) -> None:
        resolved = event(
            3, Actor.TECHNICIAN, EventKind.STATUS, action="resolve", to_status=TicketStatus.RESOLVED
        )
        assert "waiting for 2 h" in line(OPENED, resolved, WROTE, status="resolved")

    def test_what_was_opened_for_them(self) -> None:
        opened = event(3, Actor.TECHNICIAN, EventKind.CREATED, text="no prende")
        assert line(opened, status="open").endswith("waiting for 3 h")

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (None, "Nobody has it: the customer has been waiting for 1 h"),
            ("vuelvo", "We wrote to them 1 h ago"),
        ],
    )
    def test_what_a_technician_opened_again(self, words: str | None, said: str) -> None:
        reopened = event(
            1,
            Actor.TECHNICIAN,
            EventKind.STATUS,
            action="reopen",
            text=words,
            from_status=TicketStatus.RESOLVED,
            to_status=TicketStatus.OPEN,
        )
        assert line(OPENED, ANSWERED, reopened, status="open") == said


class TestTheirs:
    def test_asked(self) -> None:
        asked = event(
            30,
            Actor.TECHNICIAN,
            EventKind.STATUS,
            action="ask",
            text="¿?",
            to_status=TicketStatus.WAITING_CUSTOMER,
        )
        assert line(OPENED, asked, status="waiting_customer") == "Waiting for the customer for 1 day"

    def test_answered(self) -> None:
        assert line(OPENED, ANSWERED) == "We wrote to them 5 h ago"

    def test_resolved(self) -> None:
        resolved = event(
            3, Actor.TECHNICIAN, EventKind.STATUS, action="resolve", to_status=TicketStatus.RESOLVED
        )
        said = line(OPENED, resolved, status="resolved")
        assert said == "Resolved 3 h ago: waiting for the customer to confirm"


class TestNobodys:
    def test_closed(self) -> None:
        closed = event(3, Actor.CUSTOMER, EventKind.STATUS, action="close", to_status=TicketStatus.CLOSED)
        assert line(OPENED, closed, status="closed") == "Closed 3 h ago"

    def test_a_duplicate(self) -> None:
        said = line(OPENED, status="closed", merged_into="TK-0002-0000")
        assert said == "Closed: it was the same problem as TK-0002-0000"

    def test_without_its_customer(self) -> None:
        assert line(OPENED, status="open", customer=None) == "There is nobody left to answer"


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(seconds=-5), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=12), "12 days"),
    ],
)
def test_a_length_of_time(time: timedelta, said: str) -> None:
    assert span(time, Language.EN) == said
