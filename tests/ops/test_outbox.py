"""`python -m ops outbox`: why something was not sent, in plain words; retry and drop respect a lease."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ops.outbox_text import error_text, title
from state.model.outbox_row import OutboxRow, Outcome, Result
from tests.support.builders import ANA, BOTH, at_once, message, notes
from tests.support.ops_tickets import OpsCli

AGO = datetime.now(UTC) - timedelta(days=2)
SOON = datetime.now(UTC) + timedelta(days=1, minutes=59)  # "1 d" for as long as tests run


def row_of(cli: OpsCli, number: int) -> dict[str, Any]:
    return cli.tables.one("select * from outbox where id = %s", number)


def listed(cli: OpsCli, *words: str) -> list[int]:
    return [entry["id"] for entry in cli.json("outbox", "list", *words)]


def why(cli: OpsCli, number: int) -> str:
    """The sentence of `show`."""
    lines = cli.output("outbox", "show", str(number)).splitlines()
    return next(line for line in lines if line.startswith("why "))[11:]


def retried(cli: OpsCli, number: int) -> tuple[OutboxRow, ...]:
    """On a connection of its own."""
    with psycopg.connect(cli.local.database_url) as operator:
        operator.execute("select retry_outbox(%s)", [number])
    return ()


def leased(cli: OpsCli, *, seconds: int = 30) -> int:
    """A row that somebody is sending; the lease ends in so many seconds."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return cli.add_row("wa/leased", status="sending", attempts=1, lease_token=uuid4(), lease_until=until)


class TestList:
    def test_nothing_waits(self, cli: OpsCli) -> None:
        assert cli.output("outbox", "list") == "✓ Nothing waits, and nothing was given up.\n"
        assert listed(cli) == []

    def test_what_waits_or_died_newest_first(self, cli: OpsCli) -> None:
        numbers = [
            cli.add_row(status, status=status) for status in ("ready", "sending", "unknown", "dead", "sent")
        ]
        assert listed(cli) == numbers[3::-1]
        assert listed(cli, "--all") == numbers[::-1]
        assert listed(cli, "--status", "sent", "--status", "dead") == [numbers[4], numbers[3]]

    def test_not_what_somebody_has_decided_about(self, cli: OpsCli) -> None:
        for error in ("superseded", "dropped"):
            cli.add_row(error, status="dead", last_error=error)
        assert listed(cli) == []
        assert len(listed(cli, "--status", "dead")) == 2

    def test_what_it_is_and_for_which_ticket(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        alert, reply = cli.output("outbox", "list").splitlines()[2:4]
        assert "ticket alert by e-mail" in alert
        assert code in alert
        assert "reply by WhatsApp" in reply

    def test_it_says_when_there_are_more_than_the_limit(self, cli: OpsCli) -> None:
        numbers = [cli.add_row(f"wa/{n}") for n in range(3)]
        assert "These are the newest 2" in cli.output("outbox", "list", "--limit", "2")
        assert listed(cli, "--limit", "2") == [numbers[2], numbers[1]]

    def test_a_paused_channel_is_shown_once_with_its_reason_and_the_command_to_resume(
        self, cli: OpsCli
    ) -> None:
        cli.add_row("wa/1", last_error="meta 190", paused_until=SOON)
        cli.add_row("wa/2")
        shown = cli.output("outbox", "list")
        assert shown.count("outbox resume whatsapp") == 1
        assert "Meta refuses the access token: it has expired or was revoked (meta 190)" in shown
        assert shown.count("WhatsApp is paused\n") + shown.count("WhatsApp is paused ") >= 2


@pytest.mark.parametrize(
    ("key", "kind", "expected"),
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
def test_what_a_row_is(key: str, kind: str, expected: str) -> None:
    assert title({"key": key, "kind": kind}) == expected


class TestWhy:
    def test_it_is_due(self, cli: OpsCli) -> None:
        assert why(cli, cli.add_row("wa/1")) == "will be sent with the next sweep"

    def test_it_waits_for_its_time(self, cli: OpsCli) -> None:
        number = cli.add_row(
            "mail/1", kind="email", next_at=SOON, attempts=2, last_error="resend 500 internal"
        )
        assert why(cli, number).startswith("Resend had an internal error (resend 500); will be sent in 1 d")

    def test_it_waits_behind_another(self, cli: OpsCli) -> None:
        first, second = (cli.add_row(f"wa/{n}", lane="wa:1") for n in range(2))
        assert why(cli, second) == f"waits for row {first}, which goes first"

    def test_a_menu_that_was_tried_holds_up_nobody(self, cli: OpsCli) -> None:
        cli.add_row("wa/1", lane="wa:1", repeat=False, attempts=1, next_at=SOON)
        assert why(cli, cli.add_row("wa/2", lane="wa:1")) == "will be sent with the next sweep"

    def test_it_is_being_sent(self, cli: OpsCli) -> None:
        assert why(cli, leased(cli)) == "is being sent now"

    def test_its_sender_died(self, cli: OpsCli) -> None:
        reason = why(cli, leased(cli, seconds=-1))
        assert (
            reason
            == "may have arrived or not (the process that sent it died or froze); will be sent with the next sweep"
        )

    def test_meta_has_not_said_yet(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", status="unknown", attempts=1, next_at=SOON, last_error="lease expired")
        assert why(cli, number).startswith(
            "may have arrived or not (the process that sent it died or froze); waits another 1 d"
        )

    @pytest.mark.parametrize(
        ("error", "expected"),
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
    def test_in_plain_words(self, error: str | None, expected: str) -> None:
        assert error_text(error) == expected


class TestShow:
    def test_everything_but_the_content(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        number = listed(cli)[0]
        shown = cli.output("outbox", "show", str(number))
        for each in (
            f"row        {number}, ticket alert by e-mail",
            code,
            f"key        mail/{code}/opened",
            "tries      0",
        ):
            assert each in shown
        assert "body of" not in shown
        assert "body" not in cli.json("outbox", "show", str(number))

    def test_its_content_when_asked(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        number = str(listed(cli)[0])
        assert f"body of mail/{code}/opened" in cli.output("outbox", "show", number, "--body")
        assert cli.json("outbox", "show", number, "--body")["body"] == f"body of mail/{code}/opened"

    def test_a_notification_has_no_content_yet(self, cli: OpsCli) -> None:
        number = cli.add_row("notify/1", body="message", events=[4, 5])
        shown = cli.output("outbox", "show", str(number), "--body")
        assert "is written when it is sent" in shown
        assert "event 4, event 5" in shown

    def test_content_that_was_deleted(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", status="sent", body="")
        assert "was deleted" in cli.output("outbox", "show", str(number), "--body")

    def test_no_such_row(self, cli: OpsCli) -> None:
        assert cli.error("outbox", "show", "77") == "there is no row 77 in the outbox"

    def test_a_number_that_no_row_can_have(self, cli: OpsCli) -> None:
        assert "the number is too large" in cli.unavailable("outbox", "show", "9" * 20)


class TestRetry:
    def test_a_dead_row_is_due_with_new_tries(self, cli: OpsCli) -> None:
        number = cli.add_row(
            "wa/1", status="dead", attempts=20, last_error="too many tries", done_at=AGO, reported_at=AGO
        )
        assert "will be sent with the next sweep" in cli.output("outbox", "retry", str(number))
        row = row_of(cli, number)
        assert (row["status"], row["attempts"], row["done_at"], row["reported_at"]) == (
            "ready",
            0,
            None,
            None,
        )
        assert [claimed.id for claimed in cli.desk.claim()] == [number]

    def test_if_it_is_given_up_again_it_is_reported_again(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", status="dead", reported_at=AGO)
        cli.output("outbox", "retry", str(number))
        (claimed,) = cli.desk.claim()
        cli.desk.finish(claimed, Outcome.DEAD, error="meta 131026")
        assert [row.id for row in cli.desk.store.report_dead()] == [number]

    def test_what_waits_is_due_and_its_tries_count(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", attempts=3, next_at=SOON)
        cli.output("outbox", "retry", str(number))
        assert row_of(cli, number)["attempts"] == 3
        assert [claimed.id for claimed in cli.desk.claim()] == [number]

    def test_what_was_sent_is_refused(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", status="sent")
        assert cli.error("outbox", "retry", str(number)) == f"{number} was sent already"
        assert "sent already" in cli.error("outbox", "retry", str(number), "--anyway")

    @pytest.mark.parametrize("command", [["retry"], ["retry", "--anyway"], ["drop", "--yes"]])
    def test_a_leased_row_is_refused(self, cli: OpsCli, command: list[str]) -> None:
        number = leased(cli)
        before = row_of(cli, number)
        assert "being sent right now" in cli.error("outbox", *command, str(number))
        assert row_of(cli, number) == before

    def test_an_old_email_could_arrive_twice(self, cli: OpsCli) -> None:
        number = cli.add_row("mail/1", kind="email", status="dead", attempts=3, first_attempt_at=AGO)
        error = cli.error("outbox", "retry", str(number))
        assert "Resend no longer knows its key" in error
        assert "--anyway" in error
        cli.output("outbox", "retry", str(number), "--anyway")
        (claimed,) = cli.desk.claim()
        assert (claimed.id, claimed.attempts) == (number, 1)

    def test_a_younger_email_goes_under_its_key(self, cli: OpsCli) -> None:
        first = datetime.now(UTC) - timedelta(hours=22)
        number = cli.add_row("mail/1", kind="email", status="dead", first_attempt_at=first)
        cli.output("outbox", "retry", str(number))
        assert row_of(cli, number)["first_attempt_at"] == first
        assert [claimed.id for claimed in cli.desk.claim()] == [number]

    def test_a_message_that_may_have_arrived_could_arrive_twice(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", status="unknown", attempts=1, next_at=SOON)
        assert "could receive it twice" in cli.error("outbox", "retry", str(number))
        cli.output("outbox", "retry", str(number), "--anyway")
        assert [claimed.id for claimed in cli.desk.claim()] == [number]

    def test_its_delivery_status_still_closes_it(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", status="unknown", attempts=1, next_at=SOON)
        cli.output("outbox", "retry", str(number), "--anyway")
        assert cli.desk.confirm("wa/1", "p1")[0] == "closed"

    def test_an_expired_lease_is_ignored(self, cli: OpsCli) -> None:
        number = leased(cli, seconds=-1)
        assert "could receive it twice" in cli.error("outbox", "retry", str(number))
        cli.output("outbox", "retry", str(number), "--anyway")
        assert row_of(cli, number)["lease_token"] is None

    def test_without_content_there_is_nothing_to_send(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", status="dead", body="", scrub=True)
        assert "no content any more" in cli.error("outbox", "retry", str(number), "--anyway")

    def test_a_notification_gets_its_template_back(self, cli: OpsCli) -> None:
        """For the customer who has not written for a day."""
        code = cli.open_ticket()
        cli.output("tickets", "resolve", code)
        number = listed(cli)[0]
        cli.tables.do(
            "update outbox set status = 'dead', fallback = null, window_until = null where id = %s", number
        )
        cli.output("outbox", "retry", str(number))
        row = row_of(cli, number)
        assert (row["fallback"], row["window_until"] > datetime.now(UTC)) == ("template", True)

    def test_behind_a_pause_it_says_so(self, cli: OpsCli) -> None:
        cli.add_row("wa/1", paused_until=SOON)
        number = cli.add_row("wa/2", status="dead")
        assert "WhatsApp is paused" in cli.output("outbox", "retry", str(number))
        assert cli.desk.claim() == ()

    def test_for_programs(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", status="dead")
        answer = cli.json("outbox", "retry", str(number))
        assert (answer["result"], answer["row"]["status"]) == ("done", "ready")
        assert "there is no row 77" in cli.error("outbox", "retry", "77")


class TestDrop:
    def test_it_never_leaves_and_nobody_is_alarmed(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1")
        assert f"{number} is dropped" in cli.output("outbox", "drop", str(number), "--yes")
        row = row_of(cli, number)
        assert (row["status"], row["last_error"]) == ("dead", "dropped")
        assert cli.desk.claim() == ()
        assert cli.desk.store.report_dead() == []
        assert listed(cli) == []

    def test_only_after_a_yes(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        number = listed(cli)[0]
        result = cli.run("outbox", "drop", str(number), stdin="n\n")
        assert (result.code, row_of(cli, number)["status"]) == (1, "ready")
        assert f"Never send {number}, ticket alert by e-mail of {code}?" in result.err
        assert cli.run("outbox", "drop", str(number), stdin="y\n").code == 0
        assert row_of(cli, number)["status"] == "dead"

    def test_what_died_is_off_the_list(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", status="dead", last_error="meta 131026")
        cli.output("outbox", "drop", str(number), "--yes")
        assert listed(cli) == []

    def test_the_ticket_shows_that_its_customer_was_not_notified(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        cli.output("tickets", "resolve", code)
        cli.output("outbox", "drop", str(listed(cli)[0]), "--yes")
        assert "Could not be delivered" in cli.output("tickets", "show", code)

    def test_the_next_of_its_lane_goes(self, cli: OpsCli) -> None:
        first, second = (cli.add_row(f"wa/{n}", lane="wa:1") for n in range(2))
        cli.output("outbox", "drop", str(first), "--yes")
        assert [claimed.id for claimed in cli.desk.claim()] == [second]

    def test_an_erased_person_s_words_go_with_it(self, cli: OpsCli) -> None:
        number = cli.add_row("mail/1", kind="email", scrub=True)
        cli.output("outbox", "drop", str(number), "--yes")
        assert row_of(cli, number)["body"] == ""

    def test_it_can_be_taken_back(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1")
        cli.output("outbox", "drop", str(number), "--yes")
        cli.output("outbox", "retry", str(number))
        assert [claimed.id for claimed in cli.desk.claim()] == [number]

    def test_what_was_sent_or_is_not_there(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", status="sent")
        assert "sent already" in cli.error("outbox", "drop", str(number), "--yes")
        assert "no row 77" in cli.error("outbox", "drop", "77", "--yes")


class TestResume:
    def test_the_channel_goes_on_at_once(self, cli: OpsCli) -> None:
        paused, waiting = cli.add_row("wa/1", paused_until=SOON, next_at=SOON), cli.add_row("wa/2")
        assert cli.desk.claim() == ()
        assert "WhatsApp is resumed: 2 rows to send" in cli.output("outbox", "resume", "whatsapp")
        assert {claimed.id for claimed in cli.desk.claim()} == {paused, waiting}

    def test_only_this_channel(self, cli: OpsCli) -> None:
        cli.add_row("mail/1", kind="email", paused_until=SOON, next_at=SOON)
        assert cli.json("outbox", "resume", "whatsapp") == {
            "kind": "whatsapp",
            "paused": False,
            "waiting": 0,
        }
        assert cli.desk.claim() == ()

    def test_what_is_no_channel(self, cli: OpsCli) -> None:
        assert cli.run("outbox", "resume", "sms").code == 2
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            cli.tables.all("select resume_channel('sms')")


class TestSideBySide:
    """The functions of the database, while others are at work."""

    def test_an_operator_waits_for_the_sender_s_word(self, cli: OpsCli) -> None:
        """Not its lease: it is being said this moment."""
        number = leased(cli)
        with psycopg.connect(cli.local.database_url) as sender:
            sender.execute("update outbox set status = 'sent' where id = %s", [number])
            cli.tables.do("set statement_timeout = '200ms'")
            with pytest.raises(psycopg.errors.QueryCanceled):
                cli.tables.all("select retry_outbox(%s)", number)
        assert cli.tables.value("select retry_outbox(%s)", number)["result"] == "sent"

    def test_a_sender_that_wakes_late_finishes_nothing(self, cli: OpsCli) -> None:
        cli.add_row("mail/1", kind="email")
        (row,) = cli.desk.claim()
        cli.tables.do("update outbox set status = 'dead'")
        cli.output("outbox", "retry", str(row.id))
        (again,) = cli.desk.claim()
        cli.desk.finish(again, Outcome.RETRY)
        late = Result(outcome=Outcome.DEAD, error="late")
        assert not cli.desk.store.finish(row, late, BOTH).finished
        assert row_of(cli, row.id)["status"] == "ready"

    def test_an_operator_and_the_sweep_at_once_send_it_once(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", attempts=1)
        taken = at_once(8, lambda n: cli.desk.claim() if n % 2 else retried(cli, number))
        # A sweep passes over a row that the operator holds this moment: the next one finds it.
        assert sum(len(rows) for rows in [*taken, cli.desk.claim()]) == 1

    def test_a_list_while_a_customer_writes(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        cli.desk.take(message("2", ANA), notes(0), outbox=[])
        assert json.dumps(cli.json("outbox", "list")).count(code) >= 1
