"""Figures of the benchmark table."""

from bench.report import Report, figure


def test_a_figure_is_a_median_with_its_quartiles() -> None:
    found = figure([1, 2, 3, 4, 100])
    assert (found.median, found.low, found.high, str(found)) == (3, 2, 4, "3.00 [2.00, 4.00]")


def test_a_ratio_is_of_the_same_round() -> None:
    report = Report()
    report.add("x", "ms", "bare", 1, 10)
    report.add("x", "ms", "ours, warm", 2, 20)

    report.add_ratio("x", "ms")

    assert report.rows[-1].cells["ours, warm"].median == 2
