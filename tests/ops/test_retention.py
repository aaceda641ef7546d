"""`python -m ops retention`: says for how long closed tickets are kept, shows how many would go, and asks."""

import pytest

from tests.support.ops_tickets import OpsCli


@pytest.fixture
def cli(cli: OpsCli) -> OpsCli:
    """Two tickets, the first closed three years ago."""
    code = cli.open_ticket(0)
    cli.open_ticket(1)
    cli.output("tickets", "close", code)
    tables = cli.tables
    tables.do("update outbox set status = 'sent'")
    tables.do("update tickets set waits_since = now() - interval '3 years' where code = %s", code)
    return cli


def set_to(cli: OpsCli) -> int | None:
    value: int | None = cli.tables.value("select get_retention()")
    return value


def test_is_off_at_first(cli: OpsCli) -> None:
    assert "kept for ever" in cli.output("retention")
    assert cli.json("retention") == {"months": None, "older": None}


def test_shows_how_much_goes_and_sets_it_after_the_word(cli: OpsCli) -> None:
    result = cli.run("retention", "--months", "24", stdin="delete\n")
    assert "Older than 24 months: 1 ticket with 0 files, and 0 people." in result.err
    assert (result.code, set_to(cli)) == (0, 24)
    assert "kept for 24 months; 1 ticket" in result.out
    assert cli.tables.value("select count(*) from tickets") == 2  # the sweep deletes, not the command
    cli.desk.store.purge_expired()
    assert cli.output("retention") == "Closed tickets are kept for 24 months\n"


@pytest.mark.parametrize("typed", ["no\n", "\n", "yes\n", "24\n", ""])
def test_any_other_answer_changes_nothing(cli: OpsCli, typed: str) -> None:
    assert cli.run("retention", "--months", "24", stdin=typed).code == 1
    assert set_to(cli) is None


def test_people_who_have_no_other_ticket(cli: OpsCli) -> None:
    cli.tables.do("delete from tickets where status <> 'closed'")
    cli.tables.do("update conversations set last_inbound_at = now() - interval '3 years'")
    assert cli.json("retention", "--months", "24", "--yes") == {
        "months": 24,
        "older": {"tickets": 1, "files": 0, "people": 1},
    }


def test_off_again(cli: OpsCli) -> None:
    cli.output("retention", "--months", "24", "--yes")
    cli.output("retention", "--months", "36", "--yes")
    assert set_to(cli) == 36
    assert "kept for ever" in cli.output("retention", "--off")
    assert set_to(cli) is None


def test_not_both(cli: OpsCli) -> None:
    assert "exclude each other" in cli.error("retention", "--months", "3", "--off")


@pytest.mark.parametrize("months", ["0", "-1", "x"])
def test_no_such_time(cli: OpsCli, months: str) -> None:
    assert cli.run("retention", "--months", months).code == 2
