"""`python -m ops report`: the views as tables that a team lead reads, and as numbers for programs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.commands.report import bar
from ops.output import duration
from tests.support.builders import BEA
from tests.support.ops_tickets import OpsCli

HOUR = 3600


def answered_after(cli: OpsCli, number: int, minutes: int, **columns: Any) -> str:
    """A ticket of today, answered so many minutes after it was opened and resolved after twice as many."""
    code = cli.open_ticket(number)
    cli.output("tickets", "answer", code, "hola")
    cli.output("tickets", "resolve", code)
    for action, after in (("answer", minutes), ("resolve", 2 * minutes)):
        cli.tables.do(
            "update ticket_events e set created_at = t.created_at + make_interval(mins => %s) "
            "from tickets t where t.id = e.ticket_id and t.code = %s and e.action = %s",
            after,
            code,
            action,
        )
    for name, value in columns.items():
        cli.tables.do(f"update tickets set {name} = %s where code = %s", value, code)
    return code


class TestTables:
    def test_an_empty_desk(self, cli: OpsCli) -> None:
        assert cli.output("report") == "There are no tickets yet.\n"

    def test_days_with_a_bar(self, cli: OpsCli) -> None:
        for number in range(2):
            cli.open_ticket(number)
        cli.tables.do(
            "update tickets set created_at = created_at - interval '1 day' where id = (select min(id) from tickets)"
        )
        cli.open_ticket(2, BEA)
        today, yesterday, before = cli.output("report", "--days", "3").splitlines()[3:6]
        now = datetime.now(UTC)
        assert today.split() == [f"{now:%Y-%m-%d}", "2", "█" * 24, "0", "0"]
        assert yesterday.split() == [f"{now - timedelta(days=1):%Y-%m-%d}", "1", "█" * 12, "0", "0"]
        assert before.split()[1:] == ["0", "0", "0"]

    def test_months_in_hours_and_minutes(self, cli: OpsCli) -> None:
        answered_after(cli, 0, 130, rating=4)
        line = next(
            each
            for each in cli.output("report").splitlines()
            if each.startswith(f"{datetime.now(UTC):%Y-%m} ")
        )
        assert "2 h 10 min" in line
        assert "4 h 20 min" in line
        assert line.rstrip().endswith("4.00 (1)")

    def test_months_without_an_answer_or_a_rating(self, cli: OpsCli) -> None:
        cli.open_ticket()
        line = next(
            each
            for each in cli.output("report").splitlines()
            if each.startswith(f"{datetime.now(UTC):%Y-%m} ")
        )
        assert line.split()[1:] == ["1", "-", "-", "-", "-", "0", "-"]

    def test_open_by_age(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        cli.tables.do(
            "update tickets set created_at = created_at - interval '2 days 3 h 10 min' where code = %s", code
        )
        cli.open_ticket(1)
        shown = cli.output("report")
        line = next(each for each in shown.splitlines() if each.startswith("1 to 3 days"))
        assert line.split()[4:] == ["1", "1", "2", "d", "3", "h"]

    def test_satisfaction(self, cli: OpsCli) -> None:
        cli.open_ticket()
        assert "nobody has rated yet" in cli.output("report")
        for number, rating in ((1, 5), (2, 5), (3, 2)):
            answered_after(cli, number, 1, rating=rating)
        shown = cli.output("report")
        assert "on average 4.00, of 3" in shown
        assert ["5", "2", "█" * 24] in [line.split() for line in shown.splitlines()]


class TestNumbers:
    def test_for_programs_spans_are_seconds(self, cli: OpsCli) -> None:
        answered_after(cli, 0, 60)
        (month,) = cli.json("report")["months"]
        assert month["first_answer_median_seconds"] == pytest.approx(HOUR)
        assert month["resolution_p90_seconds"] == pytest.approx(2 * HOUR)
        assert month["satisfaction"] is None

    def test_median_and_ninetieth(self, cli: OpsCli) -> None:
        for number, minutes in enumerate((60, 120, 26 * 60)):
            answered_after(cli, number, minutes)
        (month,) = cli.json("report")["months"]
        assert month["first_answer_median_seconds"] == pytest.approx(2 * HOUR)
        assert month["first_answer_p90_seconds"] == pytest.approx((2 + 0.8 * 24) * HOUR)

    def test_reopened(self, cli: OpsCli) -> None:
        code = answered_after(cli, 0, 1)
        cli.output("tickets", "reopen", code)
        report = cli.json("report")
        assert (report["days"][0]["reopened"], report["months"][0]["reopened"]) == (1, 1)

    def test_every_day_every_age_every_rating(self, cli: OpsCli) -> None:
        report = cli.json("report", "--days", "5")
        assert [row["opened"] for row in report["days"]] == [0] * 5
        assert [row["age"] for row in report["open"]] == [
            "less than a day", "1 to 3 days", "3 to 7 days", "more than 7 days",
        ]  # fmt: skip
        assert [row["rating"] for row in report["ratings"]] == [5, 4, 3, 2, 1]
        assert report["months"] == []


class TestWords:
    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (0, "0 s"),
            (-5, "0 s"),
            (59.9, "59 s"),
            (60, "1 min"),
            (7800, "2 h 10 min"),
            (2 * HOUR, "2 h"),
            (26 * HOUR + 61, "1 d 2 h"),
            (24 * HOUR + 60, "1 d"),
        ],
    )
    def test_a_span(self, seconds: float, words: str) -> None:
        assert duration(seconds) == words

    @pytest.mark.parametrize(("value", "length"), [(0, 0), (1, 1), (50, 12), (100, 24)])
    def test_a_bar_shows_whatever_is_more_than_nothing(self, value: int, length: int) -> None:
        assert len(bar(value, 100)) == length


class TestSupabase:
    def test_an_older_schema(self, cli: OpsCli) -> None:
        cli.tables.do("alter view report_days rename to not_yet")
        try:
            assert "python -m ops migrate" in cli.unavailable("report")
        finally:
            cli.tables.do("alter view not_yet rename to report_days")
