"""Figures of the benchmark table."""

import pytest

from bench.report import FUNCTION, POSTGRES, RATE, Report, figure


def test_a_figure_is_a_median_with_its_quartiles() -> None:
    found = figure([1, 2, 3, 4, 100])
    assert (found.median, found.low, found.high, str(found)) == (3, 2, 4, "3.00 [2.00, 4.00]")


def test_a_ratio_is_of_the_same_round() -> None:
    report = Report()
    report.add("x", "ms", "bare", 1, 2)
    report.add("x", "ms", "afternoon", 10, 100)
    report.add("x", "ms", "ours, warm", 20, 400)

    report.add_ratio("x", "ms", "afternoon", "bare")

    values, of_afternoon, of_bare = report.rows
    assert (values.unit, of_afternoon.unit, of_bare.unit) == ("ms", "times afternoon", "times bare")
    assert str(of_afternoon.cells["ours, warm"]) == "3.00 [2.50, 3.50]"
    assert of_bare.cells["ours, warm"].median == 110
    assert set(of_afternoon.cells) == {"bare", "ours, warm"}


def test_a_round_in_which_the_base_used_nothing_measurable_has_no_ratio() -> None:
    report = Report()
    report.add("x", "ms", "afternoon", 0, 1)
    report.add("x", "ms", "ours, warm", 5, 3)
    report.add_ratio("x", "ms", "afternoon")

    assert (report.rows[-1].cells["ours, warm"].median, report.rows[-1].cells["ours, warm"].count) == (3, 1)


def test_what_matters_most_is_at_the_top() -> None:
    report = Report()
    for name in ("cold start", RATE, POSTGRES, FUNCTION, "calls"):
        report.add(name, "", "ours, warm", 1)
    assert [row.name for row in report.rows] == [FUNCTION, POSTGRES, RATE, "cold start", "calls"]


@pytest.mark.parametrize(
    ("processor", "rate", "postgres", "verdicts"),
    [
        (5.0, 200.0, 3.0, ["1.00: met", "1.00: met", "3.00: met"]),
        (6.0, 150.0, 3.5, ["1.20: not met", "0.75: not met", "3.50: not met"]),
    ],
)
def test_the_table_ends_with_the_aims(
    processor: float, rate: float, postgres: float, verdicts: list[str]
) -> None:
    report = Report()
    for name, unit, afternoon, ours in (
        (FUNCTION, "ms", 5.0, processor),
        (RATE, "1/s", 200.0, rate),
        (POSTGRES, "ms", 0.2, postgres),
    ):
        report.add(name, unit, "afternoon", afternoon)
        report.add(name, unit, "ours, warm", ours)
        report.add_ratio(name, unit, "afternoon")

    last = report.table().splitlines()[-3:]

    assert [line.split("  ")[-1].strip() for line in last] == verdicts
    assert list(report.as_json()["aims"].values()) == verdicts


def test_an_aim_of_a_part_that_did_not_run_is_not_measured() -> None:
    assert set(Report().as_json()["aims"].values()) == {"not measured"}


def test_a_warning_stands_above_and_below_the_figures() -> None:
    report = Report()
    report.warnings.append("machine: 34% busy with other work")
    assert report.table().count("machine: 34% busy") == 2
    assert report.as_json()["about"]["warnings"] == ["machine: 34% busy with other work"]
