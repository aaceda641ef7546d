"""Somebody holds a row for long: a stuck transaction, a session in Supabase Studio. Whoever needs it gives up soon, and says so."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from state.model.message import IdentityChange, Poison, Sender
from state.model.outbox_row import OutboxRow, Outcome
from state.model.ticket import TechnicianAction
from state.store import client
from state.store.errors import StoreUnavailable
from tests.support.builders import ANA, BEA, Desk, code, message, notes, opens, side_by_side
from tests.support.database import impatient
from tests.support.links import MAILBOX
from tests.support.opening import opens_for
from tests.support.paths import ROOT

NEW = Sender(user_id="AR.new", wa_id="5491100000009")
CUSTOMER = "select from customers where user_id = 'AR.ana' for update"
TICKET = "select from tickets for update"
LANE = (
    "select pg_advisory_xact_lock(hashtextextended('wa:' || id, 0)) from customers where user_id = 'AR.ana'"
)
WAMID = "insert into inbound (wamid) values ('9')"
ALIAS = "select identify_customer(null, '5491100000009', null)"
ROW = "select from outbox where dedup_key = 'wa/1' for update"
LINK = (
    "insert into outbox (dedup_key, lane, channel) values (concat_ws('/', 'link', 'TK-0001-0000', "
    f"floor(extract(epoch from now()) / 600), '{MAILBOX.id}'), 'x', 'email')"
)


@pytest.fixture
def row(desk: Desk, database: str) -> Iterator[OutboxRow]:
    """The reply to Ana's message, which opened a ticket; it is leased to us, and another waits behind it."""
    taken = desk.take(message("1"), opens(1))
    desk.take(message("2"))
    functions = (
        "commit_turn",
        "act_on_ticket",
        "link_identity",
        "finish_outbox",
        "record_poison",
        "mail_link",
        "open_ticket_for",
        "learn_number",
    )
    with impatient(database, *functions):
        yield taken.rows[0]


def act(desk: Desk) -> None:
    desk.work(TechnicianAction.TAKE)


CALLS: dict[str, tuple[str, str, Callable[[Desk, OutboxRow], object]]] = {
    "a turn": ("commit_turn", CUSTOMER, lambda desk, _: desk.take(message("9"))),
    "a turn with a note": ("commit_turn", TICKET, lambda desk, _: desk.take(message("9"), notes(1))),
    "the same message": ("commit_turn", WAMID, lambda desk, _: desk.take(message("9"))),
    "somebody new": ("commit_turn", ALIAS, lambda desk, _: desk.take(message("9", NEW))),
    "a turn behind another reply": ("commit_turn", LANE, lambda desk, _: desk.take(message("9"))),
    "a ticket for somebody": (
        "open_ticket_for",
        f"select from customers where wa_id = '{ANA.wa_id}' for update",
        lambda desk, _: opens_for(desk, ANA.wa_id or ""),
    ),
    "a ticket for somebody new": ("open_ticket_for", ALIAS, lambda desk, _: opens_for(desk, "5491100000009")),
    "an action, the customer": ("act_on_ticket", CUSTOMER, lambda desk, _: act(desk)),
    "an action, the ticket": ("act_on_ticket", TICKET, lambda desk, _: act(desk)),
    "a new BSUID": (
        "link_identity",
        CUSTOMER,
        lambda desk, _: desk.store.link_identity(
            IdentityChange(previous_user_id=ANA.user_id, user_id="AR.z")
        ),
    ),
    "a result": ("finish_outbox", ROW, lambda desk, row: desk.finish(row, Outcome.SENT)),
    "a result, its lane": ("finish_outbox", LANE, lambda desk, row: desk.finish(row, Outcome.SENT)),
    "a poison message": (
        "record_poison",
        WAMID,
        lambda desk, _: desk.store.record_poison(Poison(key="9", payload="{}", reason="odd")),
    ),
    "a fresh link": ("mail_link", LINK, lambda desk, _: desk.store.mail_link(code(1), MAILBOX.address)),
}


@pytest.mark.parametrize(("function", "held", "call"), CALLS.values(), ids=CALLS.keys())
def test_is_given_up_and_then_done(
    desk: Desk,
    database: str,
    row: OutboxRow,
    function: str,
    held: str,
    call: Callable[[Desk, OutboxRow], object],
) -> None:
    with psycopg.connect(database) as somebody:
        somebody.execute(held.encode())
        with pytest.raises(StoreUnavailable) as caught:
            call(desk, row)
        assert str(caught.value) == f"{function}: 55P03"
        assert desk.tables.value("select count(*) from pg_locks where not granted") == 0
        somebody.rollback()
    call(desk, row)


@pytest.fixture
def notified(desk: Desk) -> OutboxRow:
    """The notification of what a technician answered Ana, leased to us."""
    desk.take(message("1"), opens(1), outbox=[])
    desk.work(TechnicianAction.ANSWER, "hola")
    desk.tables.do("update outbox set next_at = now()")
    (row,) = desk.claim()
    return row


class TestOthersInTheSameCall:
    """One call is about many customers: who can be served is."""

    def test_marks_of_others_are_stored(self, desk: Desk, database: str, notified: OutboxRow) -> None:
        theirs = desk.row("2", BEA)
        with psycopg.connect(database) as somebody:
            somebody.execute(CUSTOMER.encode())
            assert desk.mark_sent(notified, theirs).done == (theirs.id,)
            somebody.rollback()
        assert desk.mark_sent(notified).done == (notified.id,)
        assert desk.tables.status(notified.dedup_key, theirs.dedup_key) == ["sent", "sent"]

    @pytest.mark.parametrize(
        "held", [CUSTOMER, "select from outbox where content = 'notification' for update"]
    )
    def test_statuses_of_others_are_stored(
        self, desk: Desk, database: str, notified: OutboxRow, held: str
    ) -> None:
        theirs = desk.row("2", BEA)
        statuses = [(notified.dedup_key, "p1"), (theirs.dedup_key, "p2"), ("of somebody else", "p3")]
        with impatient(database, "confirm_outbox"):
            with psycopg.connect(database) as somebody:
                somebody.execute(held.encode())
                assert confirm(desk, statuses) == ["busy", "closed", "ignored"]
                somebody.rollback()
            assert confirm(desk, statuses) == ["closed", "ignored", "ignored"]

    def test_who_writes_at_that_moment_is_waited_for(
        self, desk: Desk, database: str, notified: OutboxRow
    ) -> None:
        """Else a delivery status would often meet the turn that stores the mark of its row."""
        with psycopg.connect(database) as turn:
            turn.execute(CUSTOMER.encode())

            def goes_on() -> list[str]:
                desk.tables.until_somebody_waits()
                turn.commit()
                return []

            done = side_by_side(goes_on, lambda: confirm(desk, [(notified.dedup_key, "p1")]))
        assert done[1] == ["closed"]


def confirm(desk: Desk, statuses: list[tuple[str, str]]) -> list[str]:
    reports = [{"dedup_key": key, "provider_id": name, "outcome": "sent"} for key, name in statuses]
    answer: Any = desk.store._connected().rpc("confirm_outbox", {"p_statuses": reports}).execute().data
    return list(answer["results"])


def test_every_function_that_changes_something_gives_up_in_time(desk: Desk) -> None:
    """Those that are called from outside. The same everywhere, and well before our own time-out."""
    called = set()
    for path in (ROOT / "state/store/client.py", *(ROOT / "ops").rglob("*.py")):
        called |= set(re.findall(r'"(\w+)"', path.read_text("utf-8")))
    assert {"commit_turn", "act_on_ticket", "erase_person", "drop_outbox"} <= called
    found = desk.tables.all(
        "select proname, proconfig from pg_proc where proname = any (%s) and provolatile = 'v' order by proname",
        sorted(called),
    )
    without = [row["proname"] for row in found if "lock_timeout=2s" not in row["proconfig"]]
    assert without == ["report_dead"]  # skips what is locked
    assert client._READ_SECONDS > 2 * 2
