"""`python -m ops outbox`, and `restored`, about e-mails of technicians that are to be fetched."""

import pytest

from state.model.outbox_row import Channel, Outcome
from state.model.received_mail import NewMail
from state.store.client import new_lease
from tests.support.ops_tickets import CODES, OpsCli

MARTA = "marta@example.com"


@pytest.fixture
def cli(cli: OpsCli) -> OpsCli:
    """A ticket of which everything was sent."""
    cli.open_ticket(0)
    cli.tables.do("update outbox set status = 'sent'")
    return cli


@pytest.fixture
def number(cli: OpsCli) -> int:
    """The row of an e-mail that came."""
    mail = NewMail(
        event_id="msg_1", message_id="id_1", email_id="mail_1", code=CODES[0], technician=MARTA, seen=1
    )
    assert cli.desk.store.receive_mail(mail, new_lease(), ()).result == "new"
    return int(cli.tables.value("select row_id from received_mails"))


def give_up(cli: OpsCli) -> None:
    (row,) = cli.desk.store.claim(1, new_lease(), [Channel.INBOX]).rows
    cli.desk.finish(row, Outcome.DEAD, error="resend 404 not_found")


def pause(cli: OpsCli) -> None:
    """Resend's key may only send."""
    cli.tables.do(
        "insert into channel_pauses values ('inbox', now() + interval '30 min', 'resend 401 restricted_api_key')"
    )


def outcome(cli: OpsCli) -> str | None:
    found: str | None = cli.tables.value("select outcome from received_mails")
    return found


def told(cli: OpsCli) -> list[str]:
    found = cli.tables.all("select recipient from outbox where content = 'mail_result' order by id")
    return [row["recipient"] for row in found]


class TestList:
    def test_says_what_it_is(self, cli: OpsCli, number: int) -> None:
        (line,) = [line for line in cli.output("outbox", "list").splitlines() if line.startswith(str(number))]
        assert "fetch a technician's e-mail and do what it says" in line
        assert CODES[0] in line
        assert "will be tried with the next sweep" in line

    def test_shows_nothing_of_who_wrote(self, cli: OpsCli, number: int) -> None:
        for words in (["list", "--all"], ["show", str(number)], ["show", str(number), "--body"]):
            assert MARTA not in cli.output("outbox", *words)

    def test_that_it_was_given_up_and_its_author_told(self, cli: OpsCli, number: int) -> None:
        give_up(cli)
        listed = cli.output("outbox", "list")
        assert "given up: Resend refused it (resend 404)" in listed
        assert "what became of an e-mail, for its author by e-mail" in listed

    def test_that_it_was_refused_for_the_key(self, cli: OpsCli, number: int) -> None:
        pause(cli)
        listed = cli.output("outbox", "list")
        assert "received e-mail is paused until" in listed
        assert "Resend refuses the API key (resend 401)" in listed
        assert "python -m ops outbox resume inbox" in listed


class TestRetry:
    def test_of_one_whose_author_was_told_it_is_done_after_all(self, cli: OpsCli, number: int) -> None:
        give_up(cli)
        assert (outcome(cli), told(cli)) == ("unreadable", [MARTA])
        said = cli.output("outbox", "retry", str(number))
        assert said == (
            f"✓ {number}, fetch a technician's e-mail and do what it says: will be tried with the next sweep\n"
        )
        assert outcome(cli) is None

    def test_of_one_that_is_done(self, cli: OpsCli, number: int) -> None:
        cli.tables.do("update outbox set status = 'sent' where id = %s", number)
        assert cli.error("outbox", "retry", str(number)) == f"{number} was done already"

    def test_of_one_that_is_being_done(self, cli: OpsCli, number: int) -> None:
        cli.desk.store.claim(1, new_lease(), [Channel.INBOX])
        assert "being done right now" in cli.error("outbox", "retry", str(number))


class TestDrop:
    def test_asks_and_tells_its_author(self, cli: OpsCli, number: int) -> None:
        result = cli.run("outbox", "drop", str(number), stdin="y\n")
        assert (
            f"Never do {number}, fetch a technician's e-mail and do what it says of {CODES[0]}?" in result.err
        )
        assert f"✓ {number} is dropped." in result.out
        assert (outcome(cli), told(cli)) == ("unreadable", [MARTA])

    def test_and_back(self, cli: OpsCli, number: int) -> None:
        cli.output("outbox", "drop", str(number), "--yes")
        cli.output("outbox", "retry", str(number))
        assert (outcome(cli), told(cli)) == (None, [])


class TestResume:
    def test_what_waits_is_due(self, cli: OpsCli, number: int) -> None:
        pause(cli)
        said = cli.output("outbox", "resume", "inbox")
        assert said == "✓ received e-mail is resumed: 1 row to do with the next sweep\n"
        assert len(cli.desk.store.claim(1, new_lease(), [Channel.INBOX]).rows) == 1

    def test_that_was_not_paused(self, cli: OpsCli, number: int) -> None:
        assert cli.output("outbox", "resume", "inbox") == "✓ received e-mail was not paused; 1 row to do\n"


class TestRestored:
    """Resend has the e-mail, but what it says was perhaps done after the backup was made."""

    def test_it_is_given_up_and_its_author_told(self, cli: OpsCli, number: int) -> None:
        result = cli.run("restored", stdin="restored\n", SUPABASE_DB_URL=cli.local.database_url)
        assert (result.code, "✓ 1 row given up" in result.out) == (0, True)
        assert (outcome(cli), told(cli)) == ("unreadable", [MARTA])
        assert cli.tables.value("select last_error from outbox where id = %s", number) == "restored"

    def test_an_event_of_resends_that_comes_again_is_known(self, cli: OpsCli, number: int) -> None:
        cli.run("restored", stdin="restored\n", SUPABASE_DB_URL=cli.local.database_url)
        mail = NewMail(
            event_id="msg_1", message_id="id_1", email_id="mail_1", code=CODES[0], technician=MARTA, seen=1
        )
        again = cli.desk.store.receive_mail(mail, new_lease(), [Channel.INBOX])
        assert (again.result, again.rows) == ("known", ())

    def test_it_counts_what_was_open(self, cli: OpsCli, number: int) -> None:
        result = cli.run("restored", stdin="no\n", SUPABASE_DB_URL=cli.local.database_url)
        assert "0 messages to customers, 0 e-mails, 1 task with files or received e-mails." in result.err
