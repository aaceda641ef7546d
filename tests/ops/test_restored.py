"""`python -m ops restored`: after a restore, gives up what may have been sent since the backup. tests/ops/test_backup.py restores one."""

import psycopg
import pytest

from tests.support.ops import OpsResult
from tests.support.ops_tickets import OpsCli


def run(cli: OpsCli, stdin: str = "restored\n") -> OpsResult:
    return cli.run("restored", stdin=stdin, SUPABASE_DB_URL=cli.local.database_url)


@pytest.fixture
def cli(cli: OpsCli) -> OpsCli:
    """A ticket whose reply and e-mail have not left."""
    cli.open_ticket(0)
    return cli


def rows(cli: OpsCli) -> dict[str, str]:
    found = cli.tables.all("select channel, status from outbox order by id")
    return {row["channel"]: row["status"] for row in found}


def age(cli: OpsCli, hours: int) -> None:
    """The backup is so old."""
    cli.tables.do("update outbox set created_at = now() - make_interval(hours => %s)", hours)
    cli.tables.do("update inbound set received_at = now() - make_interval(hours => %s)", hours)
    cli.tables.do("update ticket_events set created_at = now() - make_interval(hours => %s)", hours)


class TestAsks:
    def test_shows_when_and_how_much(self, cli: OpsCli) -> None:
        age(cli, 3)
        result = run(cli)
        assert "3 h ago" in result.err
        assert (
            "Open then: 1 message to customers, 1 e-mail, 0 tasks with files or received e-mails."
            in result.err
        )
        assert (result.code, "✓ 1 row given up" in result.out) == (0, True)

    @pytest.mark.parametrize("typed", ["no\n", "\n", "y\n", ""])
    def test_any_other_answer_changes_nothing(self, cli: OpsCli, typed: str) -> None:
        assert run(cli, typed).code == 1
        assert rows(cli) == {"whatsapp": "ready", "email": "ready"}
        assert cli.tables.value("select version from conversations") == 1

    def test_for_programs(self, cli: OpsCli) -> None:
        words = ("restored", "--yes", "--json")
        found = cli.run(*words, SUPABASE_DB_URL=cli.local.database_url)
        assert '"given_up": 1' in found.out


class TestWhatItDoes:
    def test_messages_are_given_up_and_files_are_not(self, cli: OpsCli) -> None:
        cli.add_row("remove/x", channel="storage", content="remove", object="x")
        run(cli)
        assert rows(cli) == {"whatsapp": "dead", "email": "ready", "storage": "ready"}

    @pytest.mark.parametrize(("hours", "status"), [(22, "ready"), (24, "dead")])
    def test_an_email_may_leave_while_resend_knows_its_key(
        self, cli: OpsCli, hours: int, status: str
    ) -> None:
        age(cli, hours)
        run(cli)
        assert rows(cli)["email"] == status

    def test_nothing_more_is_gathered_in_an_email(self, cli: OpsCli) -> None:
        """Else what comes now would be in an e-mail that Resend takes for one that it has."""
        run(cli)
        row = cli.tables.one(
            "select tried, first_attempt_at is not null as tried_at from outbox where channel = 'email'"
        )
        assert row == {"tried": True, "tried_at": True}

    def test_nobody_is_told_of_them_again(self, cli: OpsCli) -> None:
        run(cli)
        assert cli.desk.store.report_dead() == []

    def test_numbers_go_on_beyond_what_was_given_out(self, cli: OpsCli) -> None:
        run(cli)
        cli.open_ticket(1)
        assert cli.tables.value("select min(id) from tickets where id > 1") > 1_000_000
        assert cli.tables.value("select max(version) from conversations") > 1_000_000
        assert cli.tables.value("select desk_epoch()") == 1_000_000

    def test_the_operator_s_e_mail_that_was_on_its_way_keeps_no_number(self, cli: OpsCli) -> None:
        """Resend knows it by that number, and would take the next one for it."""
        cli.tables.do("insert into operator_mails (keys, sent_at) values ('{a}', null), ('{b}', now())")
        run(cli)
        assert cli.tables.all("select keys from operator_mails") == [{"keys": ["b"]}]

    def test_the_list_says_why(self, cli: OpsCli) -> None:
        run(cli)
        assert "a backup was restored" in cli.output("outbox", "list")


class TestRefuses:
    def test_without_an_address(self, cli: OpsCli) -> None:
        assert "SUPABASE_DB_URL is missing" in cli.error("restored")

    def test_an_empty_database(self, cli: OpsCli) -> None:
        for table in ("outbox", "inbound", "tickets"):
            cli.tables.do(f"delete from {table}")
        assert "nothing was restored" in run(cli).err

    def test_while_the_desk_runs(self, cli: OpsCli) -> None:
        with psycopg.connect(cli.local.database_url) as busy:
            busy.execute("select from outbox for update")
            result = run(cli)
        assert (result.code, "Stop it" in result.err) == (1, True)
        assert rows(cli) == {"whatsapp": "ready", "email": "ready"}

    def test_without_the_schema(self, cli: OpsCli) -> None:
        url = cli.local.database_url.rpartition("/")[0] + "/postgres"
        result = cli.run("restored", SUPABASE_DB_URL=url)
        assert (result.code, "python -m ops migrate" in result.err) == (1, True)

    def test_by_the_secret_key_alone(self, cli: OpsCli) -> None:
        """Who may call functions over the Data API cannot do it by mistake."""
        with psycopg.connect(cli.local.database_url) as connection:
            connection.execute("set role service_role")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select settle_restored()")
