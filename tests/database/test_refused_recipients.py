"""A permission is missing (Meta's codes 3, 10, 131005, 200 to 299): for one recipient, who stops nobody, or for everybody."""

import pytest

from state.model.message import Sender
from state.model.outbox_row import OutboxRow, Outcome
from tests.support.builders import Desk, keys, message

ERROR = "meta 10"
MOST = 6  # as max_refusals in supabase/schemas/40_outbox.sql


def person(number: int) -> Sender:
    return Sender(user_id=f"AR.{number}", wa_id=f"54911{number:08}", name="")


def writes(desk: Desk, number: int, wamid: str | None = None) -> OutboxRow:
    """This person writes; returns the reply, leased to us."""
    return desk.row(wamid or str(number), person(number))


def refused(desk: Desk, row: OutboxRow) -> str | None:
    return desk.finish(row, Outcome.REFUSED, error=ERROR).status


def accepted(desk: Desk, row: OutboxRow) -> None:
    desk.finish(row, Outcome.SENT, provider_id=f"p{row.id}")


def again(desk: Desk, key: str) -> OutboxRow:
    """The row once its time has come."""
    desk.tables.let_be_due(key)
    (row,) = (row for row in desk.claim() if row.dedup_key == key)
    return row


def is_paused(desk: Desk) -> bool:
    return bool(desk.tables.value("select is_paused('whatsapp')"))


def tries(desk: Desk) -> list[tuple[str, int, int]]:
    found = desk.tables.all("select status, attempts, refusals from outbox order by id")
    return [(row["status"], row["attempts"], row["refusals"]) for row in found]


class TestOneRecipient:
    def test_others_are_served_at_once(self, desk: Desk) -> None:
        refused(desk, writes(desk, 1))
        assert not is_paused(desk)
        assert keys(desk.take(message("2", person(2))).rows) == ["wa/2"]

    def test_is_tried_a_few_times_and_given_up(self, desk: Desk) -> None:
        row = writes(desk, 1)
        told = [refused(desk, row)]
        while told[-1] == "ready":
            told.append(refused(desk, again(desk, "wa/1")))
        assert told == ["ready"] * (MOST - 1) + ["dead"]
        assert not is_paused(desk)
        assert [letter.error for letter in desk.store.report_dead()] == [ERROR]

    def test_waits_longer_each_time(self, desk: Desk) -> None:
        refused(desk, writes(desk, 1))
        waits = [desk.tables.waits("wa/1")]
        for _ in range(MOST - 2):
            refused(desk, again(desk, "wa/1"))
            waits.append(desk.tables.waits("wa/1"))
        expected = [15, 60, 240, 960, 3840]
        assert all(most - 5 < wait <= most for wait, most in zip(waits, expected, strict=True))

    def test_who_writes_again_and_again_is_still_one(self, desk: Desk) -> None:
        for number in range(5):
            row = writes(desk, 1, wamid=f"1/{number}")
            refused(desk, row)
            desk.tables.do("update outbox set status = 'dead' where id = %s", row.id)
        assert not is_paused(desk)

    def test_whose_result_comes_twice_is_counted_once(self, desk: Desk) -> None:
        row = writes(desk, 1)
        refused(desk, row)
        refused(desk, row)
        assert tries(desk) == [("ready", 1, 1)]


class TestTwoRecipients:
    def test_pause_nobody_however_often(self, desk: Desk) -> None:
        for number in (1, 2):
            refused(desk, writes(desk, number))
        for _ in range(MOST - 2):
            for number in (1, 2):
                refused(desk, again(desk, f"wa/{number}"))
        assert not is_paused(desk)
        assert tries(desk) == [("ready", MOST - 1, MOST - 1)] * 2


class TestEverybody:
    def test_three_in_a_row_are_the_account(self, desk: Desk) -> None:
        for number in (1, 2):
            refused(desk, writes(desk, number))
        assert not is_paused(desk)
        assert refused(desk, writes(desk, 3)) == "ready"
        assert is_paused(desk)
        assert desk.tables.value("select error from channel_pauses") == ERROR

    def test_no_attempt_is_lost(self, desk: Desk) -> None:
        """Not those before the third one came, and none while it lasts, however long."""
        refused(desk, writes(desk, 1))
        refused(desk, again(desk, "wa/1"))
        for number in (2, 3):
            refused(desk, writes(desk, number))
        assert tries(desk) == [("ready", 0, 0)] * 3
        for _ in range(MOST + 1):
            for number in (1, 2, 3):
                assert refused(desk, again(desk, f"wa/{number}")) == "ready"
            assert is_paused(desk)
        assert tries(desk) == [("ready", 0, 0)] * 3

    def test_the_first_one_after_a_pause_is_enough_to_know(self, desk: Desk) -> None:
        for number in (1, 2, 3):
            refused(desk, writes(desk, number))
        refused(desk, again(desk, "wa/2"))
        assert is_paused(desk)

    def test_not_with_somebody_accepted_in_between(self, desk: Desk) -> None:
        for number in range(1, 6):
            refused(desk, writes(desk, number))
            accepted(desk, writes(desk, 10 + number))
        assert not is_paused(desk)

    def test_not_with_another_error(self, desk: Desk) -> None:
        for number, error in ((1, "meta 10"), (2, "meta 200"), (3, "meta 131005")):
            desk.finish(writes(desk, number), Outcome.REFUSED, error=error)
        assert not is_paused(desk)

    def test_an_email_that_left_says_nothing(self, desk: Desk) -> None:
        for number in (1, 2):
            refused(desk, writes(desk, number))
        desk.finish(desk.mail_row(), Outcome.SENT, provider_id="mail")
        refused(desk, writes(desk, 3))
        assert is_paused(desk)

    def test_once_it_is_mended_all_leave(self, desk: Desk) -> None:
        for number in (1, 2, 3):
            refused(desk, writes(desk, number))
        for number in (1, 2, 3):
            accepted(desk, again(desk, f"wa/{number}"))
        assert tries(desk) == [("sent", 1, 0)] * 3
        assert desk.tables.value("select count(*) from outbox where refused_at is not null") == 0


class TestThreeWhoAreRefusedThemselves:
    """They were taken for the account once. Then somebody else is accepted."""

    @pytest.fixture(autouse=True)
    def known(self, desk: Desk) -> None:
        for number in (1, 2, 3):
            refused(desk, writes(desk, number))
        desk.tables.do("delete from channel_pauses")

    def test_after_the_pause_the_others_go_first(self, desk: Desk) -> None:
        waits = [desk.tables.waits(f"wa/{number}") for number in (1, 2)]
        assert all(wait > 60 for wait in waits)

    def test_they_stop_nobody_any_more_and_are_given_up(self, desk: Desk) -> None:
        accepted(desk, writes(desk, 9))
        for _ in range(MOST):
            for number in (1, 2, 3):
                refused(desk, again(desk, f"wa/{number}"))
        assert not is_paused(desk)
        assert tries(desk) == [("dead", MOST, MOST)] * 3 + [("sent", 1, 0)]

    def test_nor_with_what_they_write_next(self, desk: Desk) -> None:
        accepted(desk, writes(desk, 9))
        desk.tables.do("update outbox set status = 'dead', done_at = now() where status = 'ready'")
        for number in (1, 2, 3):
            refused(desk, writes(desk, number, wamid=f"{number}/next"))
        assert not is_paused(desk)
