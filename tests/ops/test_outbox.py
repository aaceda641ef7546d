"""`python -m ops outbox`: why something was not sent, in plain words; retry and drop respect a lease."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ops.outbox_text import error_text, title
from state.model.outbox_row import Content, OutboxRow, Outcome, Result
from tests.support.builders import ANA, BOTH, at_once, message, notes
from tests.support.ops_tickets import CODES, OpsCli

AGO = datetime.now(UTC) - timedelta(days=2)
SOON = datetime.now(UTC) + timedelta(days=1, minutes=59)  # "1 d" for as long as tests run


def row_of(cli: OpsCli, number: int) -> dict[str, Any]:
    return cli.tables.one("select * from outbox where id = %s", number)


def listed(cli: OpsCli, *words: str) -> list[int]:
    return [entry["id"] for entry in cli.json("outbox", "list", *words)]


def why(cli: OpsCli, number: int) -> str:
    """The sentence of `show`."""
    lines = cli.output("outbox", "show", str(number)).splitlines()
    return next(line for line in lines if line.startswith("why "))[15:]


def retried(cli: OpsCli, number: int) -> tuple[OutboxRow, ...]:
    """On a connection of its own."""
    with psycopg.connect(cli.local.database_url) as operator:
        operator.execute("select retry_outbox(%s)", [number])
    return ()


def leased(cli: OpsCli, *, seconds: int = 30) -> int:
    """A row that somebody is sending; the lease ends in so many seconds."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return cli.add_row("wa/leased", status="sending", attempts=1, lease_token=uuid4(), next_at=until)


def paused(cli: OpsCli, channel: str = "whatsapp", error: str = "meta 190") -> None:
    """The channel refuses the whole account until tomorrow."""
    cli.tables.do("insert into channel_pauses values (%s, %s, %s)", channel, SOON, error)


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
        paused(cli)
        cli.add_row("wa/1", last_error="meta 190")
        cli.add_row("wa/2")
        shown = cli.output("outbox", "list")
        assert shown.count("outbox resume whatsapp") == 1
        assert "Meta refuses the access token: it has expired or was revoked (meta 190)" in shown
        assert shown.count("WhatsApp is paused\n") + shown.count("WhatsApp is paused ") >= 2


@pytest.mark.parametrize(
    ("content", "channel", "expected"),
    [
        ("rendered", "whatsapp", "reply by WhatsApp"),
        ("notification", "whatsapp", "notification for the customer by WhatsApp"),
        ("full_text", "whatsapp", "full text of a notification by WhatsApp"),
        ("update", "email", "notification for technicians by e-mail"),
        ("digest", "email", "digest for technicians by e-mail"),
        ("link", "email", "new link by e-mail"),
        ("opened", "email", "ticket alert by e-mail"),
        ("human", "email", "request for a person by e-mail"),
    ],
)
def test_what_a_row_is(content: str, channel: str, expected: str) -> None:
    assert title({"content": content, "channel": channel}) == expected


def test_every_content_has_a_title_of_its_own() -> None:
    titles = {title({"content": content, "channel": "email"}) for content in Content}
    assert len(titles) == len(Content)


class TestWhy:
    def test_it_is_due(self, cli: OpsCli) -> None:
        assert why(cli, cli.add_row("wa/1")) == "will be sent with the next sweep"

    def test_it_waits_for_its_time(self, cli: OpsCli) -> None:
        number = cli.add_row(
            "mail/1", channel="email", next_at=SOON, attempts=2, last_error="resend 500 internal"
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

    def test_it_waits_for_the_customer_s_next_message(self, cli: OpsCli) -> None:
        """The full text behind a notification that went as a template."""
        code = cli.open_ticket()
        cli.tables.do("update outbox set status = 'sent'")
        cli.output("tickets", "answer", code, "Prueba con otro cable.")
        cli.tables.do("update outbox set next_at = now(), as_template = true where content = 'notification'")
        (notification,) = cli.desk.claim()
        cli.desk.finish(notification, Outcome.SENT)
        (number,) = listed(cli)
        assert why(cli, number) == "waits for the customer's next message"
        assert "full text of a notification by WhatsApp" in cli.output("outbox", "list")

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
            ("meta http 502 code None", "Meta's answer was unclear (meta http)"),
            ("meta 132007", "Meta refuses the template (meta 132007)"),
            ("resend 429 daily_quota_exceeded", "Resend's daily quota is used up (resend 429)"),
            ("resend 429 rate_limit_exceeded", "too many requests to Resend (resend 429)"),
            ("resend 503 x", "Resend had an internal error (resend 503)"),
            (
                "resend unclear 403",
                "something in front of Resend answered, and not Resend itself (resend unclear)",
            ),
            ("too many attempts", "tried too often"),
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
            f"row            {number}, ticket alert by e-mail",
            code,
            f"key            mail/{code}/opened",
            "attempts       0",
        ):
            assert each in shown
        assert "body of" not in shown
        assert "body" not in cli.json("outbox", "show", str(number))

    def test_its_content_when_asked(self, cli: OpsCli) -> None:
        number = str(cli.add_row("wa/1", body="body of wa/1"))
        assert "body of wa/1" in cli.output("outbox", "show", number, "--body")
        assert cli.json("outbox", "show", number, "--body")["body"] == "body of wa/1"

    def test_a_notification_has_no_content_yet(self, cli: OpsCli) -> None:
        number = cli.add_row("notify/1", content="notification", events=[4, 5])
        shown = cli.output("outbox", "show", str(number), "--body")
        assert (
            "Its content (notification) is written when it is sent, from the events of its ticket." in shown
        )
        assert "event 4, event 5" in shown

    def test_content_that_was_deleted(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", scrub=True)
        assert "{}" in cli.output("outbox", "show", str(number), "--body")
        cli.tables.do("update outbox set status = 'sent'")
        shown = cli.output("outbox", "show", str(number), "--body")
        assert "Its content was deleted: the customer was erased." in shown

    def test_a_template_that_is_refused(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", held=True, as_template=True, next_at=SOON, last_error="meta 132015")
        assert why(cli, number) == (
            "Meta has paused the template for its quality (meta 132015); tried again in 1 d, or sent as free text when the "
            "customer writes; see `templates status`"
        )

    def test_what_meta_reported(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", status="sent", proof="read")
        assert "reported as    read" in cli.output("outbox", "show", str(number))

    def test_for_programs(self, cli: OpsCli) -> None:
        number = cli.add_row("notify/1/full", content="full_text", held=True)
        shown = cli.json("outbox", "show", str(number))
        told = {name: shown[name] for name in ("channel", "content", "held", "status", "attempts", "pause")}
        assert told == {
            "channel": "whatsapp",
            "content": "full_text",
            "held": True,
            "status": "ready",
            "attempts": 0,
            "pause": None,
        }

    def test_names_and_values_are_apart(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", attempts=1, first_attempt_at=AGO, next_at=SOON)
        lines = cli.output("outbox", "show", str(number)).splitlines()
        names = [line[:15].rstrip() for line in lines]
        assert {"first attempt", "next attempt", "attempts", "created"} <= set(names)
        assert all(line[14] == " " for line in lines)

    def test_no_such_row(self, cli: OpsCli) -> None:
        assert cli.error("outbox", "show", "77") == "there is no row 77 in the outbox"

    def test_a_number_that_no_row_can_have(self, cli: OpsCli) -> None:
        assert "the number is too large" in cli.unavailable("outbox", "show", "9" * 20)


class TestRetry:
    def test_a_dead_row_is_due_with_new_attempts(self, cli: OpsCli) -> None:
        number = cli.add_row(
            "wa/1", status="dead", attempts=20, last_error="too many attempts", done_at=AGO, reported_at=AGO
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

    def test_what_waits_is_due_and_its_attempts_count(self, cli: OpsCli) -> None:
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
        number = cli.add_row("mail/1", channel="email", status="dead", attempts=3, first_attempt_at=AGO)
        error = cli.error("outbox", "retry", str(number))
        assert "Resend no longer knows its key" in error
        assert "--anyway" in error
        cli.output("outbox", "retry", str(number), "--anyway")
        (claimed,) = cli.desk.claim()
        assert (claimed.id, claimed.attempts) == (number, 1)

    def test_a_younger_email_goes_under_its_key(self, cli: OpsCli) -> None:
        first = datetime.now(UTC) - timedelta(hours=22)
        number = cli.add_row("mail/1", channel="email", status="dead", first_attempt_at=first)
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
        number = cli.add_row("wa/1", scrub=True)
        cli.tables.do("update outbox set status = 'dead'")
        assert "no content any more" in cli.error("outbox", "retry", str(number), "--anyway")

    def test_a_notification_begins_anew_in_free_text(self, cli: OpsCli) -> None:
        """For the customer who has written since the service window closed."""
        code = cli.open_ticket()
        cli.output("tickets", "resolve", code)
        number = listed(cli)[0]
        cli.tables.do(
            "update outbox set status = 'dead', as_template = true, window_until = null where id = %s", number
        )
        cli.output("outbox", "retry", str(number))
        row = row_of(cli, number)
        assert (row["as_template"], row["window_until"] > datetime.now(UTC)) == (False, True)

    def test_behind_a_pause_it_says_so(self, cli: OpsCli) -> None:
        paused(cli)
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
        number = cli.add_row("mail/1", channel="email", scrub=True)
        cli.output("outbox", "drop", str(number), "--yes")
        assert row_of(cli, number)["body"] is None

    def test_it_can_be_taken_back(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1")
        cli.output("outbox", "drop", str(number), "--yes")
        cli.output("outbox", "retry", str(number))
        assert [claimed.id for claimed in cli.desk.claim()] == [number]

    def test_what_was_sent_or_is_not_there(self, cli: OpsCli) -> None:
        number = cli.add_row("wa/1", status="sent")
        assert "sent already" in cli.error("outbox", "drop", str(number), "--yes")
        assert "no row 77" in cli.error("outbox", "drop", "77", "--yes")


class TestRefetch:
    def test_there_is_nothing(self, cli: OpsCli) -> None:
        assert cli.output("outbox", "refetch") == "✓ no file is missing that Meta still has\n"

    def test_what_could_not_be_kept(self, cli: OpsCli) -> None:
        cli.open_ticket()
        ticket = cli.tables.one("select id from tickets limit 1")["id"]
        for number, missing in enumerate(("gone", "no_room", "too_large")):
            path = f"{CODES[0]}/{number}"
            cli.tables.do(
                "insert into attachments (ticket_id, kind, media_id, object, missing) values (%s, 'image', 'm', %s, %s)",
                ticket,
                path,
                missing,
            )
            cli.tables.do("update outbox set status = 'sent' where object = %s", path)
        assert cli.output("outbox", "refetch") == "✓ 2 files to fetch with the next sweep\n"


class TestResume:
    def test_the_channel_goes_on_at_once(self, cli: OpsCli) -> None:
        paused(cli)
        refused, waiting = cli.add_row("wa/1", last_error="meta 190", next_at=SOON), cli.add_row("wa/2")
        assert cli.desk.claim() == ()
        assert "WhatsApp is resumed: 2 rows to send" in cli.output("outbox", "resume", "whatsapp")
        assert {claimed.id for claimed in cli.desk.claim()} == {refused, waiting}

    def test_what_waits_for_something_else_goes_on_waiting(self, cli: OpsCli) -> None:
        paused(cli)
        cli.add_row("wa/1", last_error="meta 131056", next_at=SOON)
        cli.add_row("notify/1/full", content="full_text", held=True, next_at=SOON)
        assert "WhatsApp is resumed: 1 row to send" in cli.output("outbox", "resume", "whatsapp")
        assert cli.desk.claim() == ()

    def test_what_is_not_paused(self, cli: OpsCli) -> None:
        cli.add_row("wa/1")
        assert "WhatsApp was not paused; 1 row to send" in cli.output("outbox", "resume", "whatsapp")

    def test_only_this_channel(self, cli: OpsCli) -> None:
        paused(cli, "email", "resend 429")
        cli.add_row("mail/1", channel="email")
        assert cli.json("outbox", "resume", "whatsapp") == {
            "channel": "whatsapp",
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
        cli.add_row("mail/1", channel="email")
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


class TestFiles:
    """Rows of channel storage: nothing is sent, so nothing is said of sending."""

    def put(self, cli: OpsCli, content: str, **columns: Any) -> int:
        given = {"channel": "storage", "content": content, "object": f"{CODES[0]}/1", **columns}
        return cli.add_row(f"{content}/{len(columns)}", **given)

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ("store", "fetch a customer's file and store it"),
            ("remove", "remove a file from Storage"),
            ("transcribe", "transcribe a voice note"),
        ],
    )
    def test_what_it_is_and_of_which_ticket(self, cli: OpsCli, content: str, words: str) -> None:
        number = self.put(cli, content)
        shown = cli.output("outbox", "show", str(number), "--body")
        assert f"{number}, {words}\n" in shown
        assert f"{CODES[0]}\n" in shown
        assert f"{CODES[0]}/1\n" in shown
        assert "It has no content" in shown
        assert words in cli.output("outbox", "list")

    def test_a_technicians_file(self, cli: OpsCli) -> None:
        number = cli.add_row("file/a", content="file", object="a/1")
        assert f"{number}, technician's file by WhatsApp\n" in cli.output("outbox", "show", str(number))

    @pytest.mark.parametrize(
        ("columns", "said"),
        [
            ({}, "will be tried with the next sweep"),
            ({"status": "dead", "last_error": "superseded"}, "given up: it is no longer needed"),
            ({"status": "dead", "last_error": "storage put: 503"}, "(storage put: 503)"),
            ({"status": "dead", "last_error": "transcriber http 401"}, "refuses TRANSCRIBE_KEY"),
            (
                {"status": "unknown"},
                "may have been done or not (the process that was doing it died or froze)",
            ),
            ({"status": "sending", "next_at": SOON}, "is being done now"),
        ],
    )
    def test_why(self, cli: OpsCli, columns: dict[str, Any], said: str) -> None:
        number = self.put(cli, "store", **columns)
        shown = cli.output("outbox", "show", str(number))
        assert said in shown
        assert "sent " not in shown.replace("status         sent ", "")

    def test_every_content_has_a_name(self) -> None:
        for content in Content:
            channel = "storage" if content in {"store", "remove", "transcribe"} else "whatsapp"
            named = title({"content": content, "channel": channel})
            assert named.startswith("reply") == (content is Content.RENDERED)

    def test_retry_drop_and_resume(self, cli: OpsCli) -> None:
        number = self.put(cli, "store", status="dead", attempts=20, last_error="media http 500")
        assert "will be tried with the next sweep" in cli.output("outbox", "retry", str(number))
        asked = cli.run("outbox", "drop", str(number), stdin="n\n").err
        assert f"Never do {number}, fetch a customer's file and store it of {CODES[0]}?" in asked
        cli.output("outbox", "drop", str(number), "--yes")
        paused(cli, "storage", "storage put: 503")
        waiting = self.put(cli, "remove", next_at=SOON, last_error="storage put: 503", attempts=1)
        assert "Supabase Storage is paused until" in cli.output("outbox", "show", str(waiting))
        resumed = cli.output("outbox", "resume", "storage")
        assert "Supabase Storage is resumed: 1 row to do with the next sweep" in resumed

    def test_what_is_done_already(self, cli: OpsCli) -> None:
        number = self.put(cli, "store", status="sent")
        assert f"{number} was done already" in cli.error("outbox", "retry", str(number))
