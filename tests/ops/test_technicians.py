"""`python -m ops technicians`: who they are, and who is away."""

import json

from tests.support.ops_tickets import OpsCli

TO = {"SUPPORT_EMAIL_TO": "Bea Paz <Bea@example.com>, soporte@example.com"}


def test_lists_them(cli: OpsCli) -> None:
    shown = cli.output("technicians", **TO)
    assert [line.split()[0] for line in shown.splitlines()[2:]] == ["Bea@example.com", "soporte@example.com"]
    assert "a shared mailbox" in shown


def test_away_and_back(cli: OpsCli) -> None:
    assert cli.output("technicians", "away", "bea paz", "--until", "2099-01-07", **TO) == (
        "✓ Bea Paz is away until 2099-01-07\n"
    )
    assert cli.tables.value(
        "select away_until::text from technicians where address = 'bea@example.com'"
    ).startswith("2099-01-07 00:00")
    found = json.loads(cli.output("technicians", "--json", **TO))
    assert [each["away_until"] is None for each in found] == [False, True]
    cli.output("technicians", "back", "bea@example.com", **TO)
    assert cli.tables.value("select count(*) from technicians") == 0


def test_nobody_is_away_who_is_no_technician(cli: OpsCli) -> None:
    error = cli.error("technicians", "away", "dora@example.com", "--until", "2099-01-07", **TO)
    assert (
        error
        == "'dora@example.com' is no technician of SUPPORT_EMAIL_TO; those are: Bea Paz, soporte@example.com"
    )


def test_a_day_that_is_over(cli: OpsCli) -> None:
    assert "not in the future" in cli.run("technicians", "away", "Bea Paz", "--until", "2020-01-07", **TO).err
