"""`python -m ops outbox`: why something has not left, in plain words, and a hand on it that no sender's lease is hurt by."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ops.outbox_text import error_text, title
from state.model.outbox_row import OutboxRow, Outcome, Result
from tests.support.builders import ANA, BOTH, at_once, message, notes
from tests.support.ops_tickets import Counter

AGO = datetime.now(UTC) - timedelta(days=2)
SOON = datetime.now(UTC) + timedelta(days=1, minutes=59)  # "1 d" for as long as tests run


def row_of(counter: Counter, number: int) -> dict[str, Any]:
    return counter.tables.one("select * from outbox where id = %s", number)


def listed(counter: Counter, *words: str) -> list[int]:
    return [entry["id"] for entry in counter.asks("outbox", "list", *words)]


def why(counter: Counter, number: int) -> str:
    """The sentence of `show`."""
    lines = counter.does("outbox", "show", str(number)).splitlines()
    return next(line for line in lines if line.startswith("why "))[11:]


def retried(counter: Counter, number: int) -> tuple[OutboxRow, ...]:
    """On a connection of its own."""
    with psycopg.connect(counter.local.database_url) as operator:
        operator.execute("select retry_outbox(%s)", [number])
    return ()


def leased(counter: Counter, *, seconds: int = 30) -> int:
    """A row that somebody is sending; the lease ends in so many seconds."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return counter.row("wa/leased", status="sending", attempts=1, lease_token=uuid4(), lease_until=until)


class TestList:
    def test_nothing_waits(self, counter: Counter) -> None:
        assert counter.does("outbox", "list") == "✓ Nothing waits, and nothing was given up.\n"
        assert listed(counter) == []

    def test_what_waits_or_died_newest_first(self, counter: Counter) -> None:
        numbers = [
            counter.row(status, status=status) for status in ("ready", "sending", "unknown", "dead", "sent")
        ]
        assert listed(counter) == numbers[3::-1]
        assert listed(counter, "--all") == numbers[::-1]
        assert listed(counter, "--status", "sent", "--status", "dead") == [numbers[4], numbers[3]]

    def test_not_what_somebody_has_decided_about(self, counter: Counter) -> None:
        for error in ("superseded", "dropped"):
            counter.row(error, status="dead", last_error=error)
        assert listed(counter) == []
        assert len(listed(counter, "--status", "dead")) == 2

    def test_what_it_is_and_for_which_ticket(self, counter: Counter) -> None:
        code = counter.opened()
        alert, reply = counter.does("outbox", "list").splitlines()[2:4]
        assert "ticket alert by e-mail" in alert
        assert code in alert
        assert "reply by WhatsApp" in reply

    def test_more_than_the_limit_is_told(self, counter: Counter) -> None:
        numbers = [counter.row(f"wa/{n}") for n in range(3)]
        assert "These are the newest 2" in counter.does("outbox", "list", "--limit", "2")
        assert listed(counter, "--limit", "2") == [numbers[2], numbers[1]]

    def test_a_channel_that_rests_is_told_once_with_its_reason_and_the_way_out(
        self, counter: Counter
    ) -> None:
        counter.row("wa/1", last_error="meta 190", paused_until=SOON)
        counter.row("wa/2")
        shown = counter.does("outbox", "list")
        assert shown.count("outbox resume whatsapp") == 1
        assert "Meta refuses the access token: it has expired or was revoked (meta 190)" in shown
        assert shown.count("WhatsApp is paused\n") + shown.count("WhatsApp is paused ") >= 2


@pytest.mark.parametrize(
    ("key", "kind", "told"),
    [
        ("wa/wamid.1", "whatsapp", "reply by WhatsApp"),
        ("notify/1", "whatsapp", "notification for the customer by WhatsApp"),
        ("update/1", "email", "notification for technicians by e-mail"),
        ("digest/1", "email", "digest for technicians by e-mail"),
        ("link/TK-7F3K-9QX2/1", "email", "new link by e-mail"),
        ("mail/TK-7F3K-9QX2/opened", "email", "ticket alert by e-mail"),
        ("mail/wamid.1", "email", "request for a person by e-mail"),
    ],
)
def test_what_a_row_is(key: str, kind: str, told: str) -> None:
    assert title({"key": key, "kind": kind}) == told


class TestWhy:
    def test_it_is_due(self, counter: Counter) -> None:
        assert why(counter, counter.row("wa/1")) == "leaves with the next sweep"

    def test_it_waits_for_its_time(self, counter: Counter) -> None:
        number = counter.row(
            "mail/1", kind="email", next_at=SOON, attempts=2, last_error="resend 500 internal"
        )
        assert why(counter, number).startswith("Resend had an internal error (resend 500); leaves in 1 d")

    def test_it_waits_behind_another(self, counter: Counter) -> None:
        first, second = (counter.row(f"wa/{n}", lane="wa:1") for n in range(2))
        assert why(counter, second) == f"waits for row {first}, which goes first"

    def test_a_menu_that_was_tried_holds_up_nobody(self, counter: Counter) -> None:
        counter.row("wa/1", lane="wa:1", repeat=False, attempts=1, next_at=SOON)
        assert why(counter, counter.row("wa/2", lane="wa:1")) == "leaves with the next sweep"

    def test_it_is_being_sent(self, counter: Counter) -> None:
        assert why(counter, leased(counter)) == "is being sent now"

    def test_its_sender_died(self, counter: Counter) -> None:
        told = why(counter, leased(counter, seconds=-1))
        assert (
            told
            == "may have arrived or not (the process that sent it died or froze); leaves with the next sweep"
        )

    def test_meta_has_not_said_yet(self, counter: Counter) -> None:
        number = counter.row("wa/1", status="unknown", attempts=1, next_at=SOON, last_error="lease expired")
        assert why(counter, number).startswith(
            "may have arrived or not (the process that sent it died or froze); waits another 1 d"
        )

    @pytest.mark.parametrize(
        ("error", "told"),
        [
            ("meta 131047", "the customer last wrote more than 24 h ago (meta 131047)"),
            ("meta 13", "Meta refused it (meta 13)"),
            ("meta http 502", "Meta had an internal error (meta http)"),
            ("resend 429 daily_quota_exceeded", "Resend's daily quota is used up (resend 429)"),
            ("resend 429 rate_limit_exceeded", "too many requests to Resend (resend 429)"),
            ("resend 503 x", "Resend had an internal error (resend 503)"),
            ("too many tries", "tried too often"),
            ("something new", "something new"),
            (None, ""),
        ],
    )
    def test_in_plain_words(self, error: str | None, told: str) -> None:
        assert error_text(error) == told


class TestShow:
    def test_all_but_the_words(self, counter: Counter) -> None:
        code = counter.opened()
        number = listed(counter)[0]
        shown = counter.does("outbox", "show", str(number))
        for each in (
            f"row        {number}, ticket alert by e-mail",
            code,
            f"key        mail/{code}/opened",
            "tries      0",
        ):
            assert each in shown
        assert "body of" not in shown
        assert "body" not in counter.asks("outbox", "show", str(number))

    def test_the_words_when_asked(self, counter: Counter) -> None:
        code = counter.opened()
        number = str(listed(counter)[0])
        assert f"body of mail/{code}/opened" in counter.does("outbox", "show", number, "--body")
        assert counter.asks("outbox", "show", number, "--body")["body"] == f"body of mail/{code}/opened"

    def test_a_letter_has_no_words_yet(self, counter: Counter) -> None:
        number = counter.row("notify/1", body="notice", events=[4, 5])
        shown = counter.does("outbox", "show", str(number), "--body")
        assert "is written when it is sent" in shown
        assert "event 4, event 5" in shown

    def test_words_that_are_forgotten(self, counter: Counter) -> None:
        number = counter.row("wa/1", status="sent", body="")
        assert "was deleted" in counter.does("outbox", "show", str(number), "--body")

    def test_no_such_row(self, counter: Counter) -> None:
        assert counter.refused("outbox", "show", "77") == "there is no row 77 in the outbox"


class TestRetry:
    def test_what_died_is_due_with_fresh_tries(self, counter: Counter) -> None:
        number = counter.row(
            "wa/1", status="dead", attempts=20, last_error="too many tries", done_at=AGO, reported_at=AGO
        )
        assert "leaves with the next sweep" in counter.does("outbox", "retry", str(number))
        row = row_of(counter, number)
        assert (row["status"], row["attempts"], row["done_at"], row["reported_at"]) == (
            "ready",
            0,
            None,
            None,
        )
        assert [claimed.id for claimed in counter.desk.claim()] == [number]

    def test_and_if_it_dies_again_the_operator_hears_of_it_again(self, counter: Counter) -> None:
        number = counter.row("wa/1", status="dead", reported_at=AGO)
        counter.does("outbox", "retry", str(number))
        (claimed,) = counter.desk.claim()
        counter.desk.finish(claimed, Outcome.DEAD, error="meta 131026")
        assert [row.id for row in counter.desk.store.report_dead()] == [number]

    def test_what_waits_is_due_and_its_tries_count(self, counter: Counter) -> None:
        number = counter.row("wa/1", attempts=3, next_at=SOON)
        counter.does("outbox", "retry", str(number))
        assert row_of(counter, number)["attempts"] == 3
        assert [claimed.id for claimed in counter.desk.claim()] == [number]

    def test_what_was_sent_is_refused(self, counter: Counter) -> None:
        number = counter.row("wa/1", status="sent")
        assert counter.refused("outbox", "retry", str(number)) == f"{number} was sent already"
        assert "sent already" in counter.refused("outbox", "retry", str(number), "--anyway")

    @pytest.mark.parametrize("command", [["retry"], ["retry", "--anyway"], ["drop", "--yes"]])
    def test_a_live_lease_is_its_holder_s(self, counter: Counter, command: list[str]) -> None:
        number = leased(counter)
        before = row_of(counter, number)
        assert "being sent right now" in counter.refused("outbox", *command, str(number))
        assert row_of(counter, number) == before

    def test_an_old_email_could_arrive_twice(self, counter: Counter) -> None:
        number = counter.row("mail/1", kind="email", status="dead", attempts=3, first_try_at=AGO)
        told = counter.refused("outbox", "retry", str(number))
        assert "Resend no longer knows its key" in told
        assert "--anyway" in told
        counter.does("outbox", "retry", str(number), "--anyway")
        (claimed,) = counter.desk.claim()
        assert (claimed.id, claimed.attempts) == (number, 1)

    def test_a_younger_email_goes_under_its_key(self, counter: Counter) -> None:
        first = datetime.now(UTC) - timedelta(hours=22)
        number = counter.row("mail/1", kind="email", status="dead", first_try_at=first)
        counter.does("outbox", "retry", str(number))
        assert row_of(counter, number)["first_try_at"] == first
        assert [claimed.id for claimed in counter.desk.claim()] == [number]

    def test_a_message_that_may_have_arrived_could_arrive_twice(self, counter: Counter) -> None:
        number = counter.row("wa/1", status="unknown", attempts=1, next_at=SOON)
        assert "could receive it twice" in counter.refused("outbox", "retry", str(number))
        counter.does("outbox", "retry", str(number), "--anyway")
        assert [claimed.id for claimed in counter.desk.claim()] == [number]

    def test_and_its_echo_still_closes_it(self, counter: Counter) -> None:
        number = counter.row("wa/1", status="unknown", attempts=1, next_at=SOON)
        counter.does("outbox", "retry", str(number), "--anyway")
        assert counter.desk.echo("wa/1", "p1")[0] == "closed"

    def test_a_lease_that_ran_out_is_nobody_s(self, counter: Counter) -> None:
        number = leased(counter, seconds=-1)
        assert "could receive it twice" in counter.refused("outbox", "retry", str(number))
        counter.does("outbox", "retry", str(number), "--anyway")
        assert row_of(counter, number)["lease_token"] is None

    def test_without_words_there_is_nothing_to_send(self, counter: Counter) -> None:
        number = counter.row("wa/1", status="dead", body="", scrub=True)
        assert "no content any more" in counter.refused("outbox", "retry", str(number), "--anyway")

    def test_a_letter_gets_its_other_form_back(self, counter: Counter) -> None:
        """For the customer who has not written for a day."""
        code = counter.opened()
        counter.does("tickets", "resolve", code)
        number = listed(counter)[0]
        counter.tables.do(
            "update outbox set status = 'dead', fallback = null, window_until = null where id = %s", number
        )
        counter.does("outbox", "retry", str(number))
        row = row_of(counter, number)
        assert (row["fallback"], row["window_until"] > datetime.now(UTC)) == ("template", True)

    def test_behind_a_pause_it_says_so(self, counter: Counter) -> None:
        counter.row("wa/1", paused_until=SOON)
        number = counter.row("wa/2", status="dead")
        assert "WhatsApp is paused" in counter.does("outbox", "retry", str(number))
        assert counter.desk.claim() == ()

    def test_for_programs(self, counter: Counter) -> None:
        number = counter.row("wa/1", status="dead")
        answer = counter.asks("outbox", "retry", str(number))
        assert (answer["result"], answer["row"]["status"]) == ("done", "ready")
        assert "there is no row 77" in counter.refused("outbox", "retry", "77")


class TestDrop:
    def test_it_never_leaves_and_nobody_is_alarmed(self, counter: Counter) -> None:
        number = counter.row("wa/1")
        assert f"{number} is dropped" in counter.does("outbox", "drop", str(number), "--yes")
        row = row_of(counter, number)
        assert (row["status"], row["last_error"]) == ("dead", "dropped")
        assert counter.desk.claim() == ()
        assert counter.desk.store.report_dead() == []
        assert listed(counter) == []

    def test_only_after_a_yes(self, counter: Counter) -> None:
        code = counter.opened()
        number = listed(counter)[0]
        result = counter.runs("outbox", "drop", str(number), stdin="n\n")
        assert (result.code, row_of(counter, number)["status"]) == (1, "ready")
        assert f"Never send {number}, ticket alert by e-mail of {code}?" in result.err
        assert counter.runs("outbox", "drop", str(number), stdin="y\n").code == 0
        assert row_of(counter, number)["status"] == "dead"

    def test_what_died_is_off_the_list(self, counter: Counter) -> None:
        number = counter.row("wa/1", status="dead", last_error="meta 131026")
        counter.does("outbox", "drop", str(number), "--yes")
        assert listed(counter) == []

    def test_the_ticket_says_that_its_owner_was_not_told(self, counter: Counter) -> None:
        code = counter.opened()
        counter.does("tickets", "resolve", code)
        counter.does("outbox", "drop", str(listed(counter)[0]), "--yes")
        assert "Could not be delivered" in counter.does("tickets", "show", code)

    def test_the_next_of_its_lane_goes(self, counter: Counter) -> None:
        first, second = (counter.row(f"wa/{n}", lane="wa:1") for n in range(2))
        counter.does("outbox", "drop", str(first), "--yes")
        assert [claimed.id for claimed in counter.desk.claim()] == [second]

    def test_an_erased_person_s_words_go_with_it(self, counter: Counter) -> None:
        number = counter.row("mail/1", kind="email", scrub=True)
        counter.does("outbox", "drop", str(number), "--yes")
        assert row_of(counter, number)["body"] == ""

    def test_it_can_be_taken_back(self, counter: Counter) -> None:
        number = counter.row("wa/1")
        counter.does("outbox", "drop", str(number), "--yes")
        counter.does("outbox", "retry", str(number))
        assert [claimed.id for claimed in counter.desk.claim()] == [number]

    def test_what_was_sent_or_is_not_there(self, counter: Counter) -> None:
        number = counter.row("wa/1", status="sent")
        assert "sent already" in counter.refused("outbox", "drop", str(number), "--yes")
        assert "no row 77" in counter.refused("outbox", "drop", "77", "--yes")


class TestResume:
    def test_the_channel_goes_on_at_once(self, counter: Counter) -> None:
        paused, waiting = counter.row("wa/1", paused_until=SOON, next_at=SOON), counter.row("wa/2")
        assert counter.desk.claim() == ()
        assert "WhatsApp is resumed: 2 rows to send" in counter.does("outbox", "resume", "whatsapp")
        assert {claimed.id for claimed in counter.desk.claim()} == {paused, waiting}

    def test_only_this_channel(self, counter: Counter) -> None:
        counter.row("mail/1", kind="email", paused_until=SOON, next_at=SOON)
        assert counter.asks("outbox", "resume", "whatsapp") == {
            "kind": "whatsapp",
            "paused": False,
            "waiting": 0,
        }
        assert counter.desk.claim() == ()

    def test_what_is_no_channel(self, counter: Counter) -> None:
        assert counter.runs("outbox", "resume", "sms").code == 2
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            counter.tables.all("select resume_channel('sms')")


class TestSideBySide:
    """The functions of the database, while others are at work."""

    def test_an_operator_waits_for_the_sender_s_word(self, counter: Counter) -> None:
        """Not its lease: it is being said this moment."""
        number = leased(counter)
        with psycopg.connect(counter.local.database_url) as sender:
            sender.execute("update outbox set status = 'sent' where id = %s", [number])
            counter.tables.do("set statement_timeout = '200ms'")
            with pytest.raises(psycopg.errors.QueryCanceled):
                counter.tables.all("select retry_outbox(%s)", number)
        assert counter.tables.value("select retry_outbox(%s)", number)["result"] == "sent"

    def test_a_sender_that_wakes_late_finishes_nothing(self, counter: Counter) -> None:
        counter.row("mail/1", kind="email")
        lease = str(uuid4())
        (row,) = counter.desk.claim(lease=lease)
        counter.tables.do("update outbox set status = 'dead'")
        counter.does("outbox", "retry", str(row.id))
        (again,) = counter.desk.claim()
        counter.desk.finish(again, Outcome.RETRY)
        late = Result(outcome=Outcome.DEAD, error="late")
        assert not counter.desk.store.finish(row, lease, late, BOTH).finished
        assert row_of(counter, row.id)["status"] == "ready"

    def test_an_operator_and_the_sweep_at_once_send_it_once(self, counter: Counter) -> None:
        number = counter.row("wa/1", attempts=1)
        taken = at_once(8, lambda n: counter.desk.claim() if n % 2 else retried(counter, number))
        # A sweep passes over a row that the operator holds this moment: the next one finds it.
        assert sum(len(rows) for rows in [*taken, counter.desk.claim()]) == 1

    def test_a_list_while_a_customer_writes(self, counter: Counter) -> None:
        code = counter.opened()
        counter.desk.take(message("2", ANA), notes(0), outbox=[])
        assert json.dumps(counter.asks("outbox", "list")).count(code) >= 1
