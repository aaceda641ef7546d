"""The measurements as a table: medians with their quartiles, a row for each name and a column for each function."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

COLUMNS: Final = ("bare", "afternoon", "ours, warm", "ours, cold")
_NAME_WIDTH: Final = 64
_WIDTH: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The median and quartiles of `count` runs."""

    median: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        if self.count == 1:
            return _short(self.median)
        return f"{_short(self.median)} [{_short(self.low)}, {_short(self.high)}]"


def figure(values: Sequence[float]) -> Figure:
    """Raises statistics.StatisticsError for no values."""
    if len(values) == 1:
        return Figure(median=values[0], low=values[0], high=values[0], count=1)
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return Figure(median=statistics.median(values), low=low, high=high, count=len(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement, by column."""

    name: str
    unit: str
    cells: dict[str, Figure]


@dataclass(slots=True, kw_only=True)
class Report:
    """All rows in the order in which they were measured; `about` says on what."""

    about: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def add(self, name: str, unit: str, cells: Mapping[str, Sequence[float]]) -> None:
        figures = {column: figure(values) for column, values in cells.items() if values}
        self.rows.append(Row(name=name, unit=unit, cells=figures))

    def add_ratio(self, name: str, cells: Mapping[str, Sequence[float]], to: str = "bare") -> None:
        """Multiples of the value of `to` in the same round."""
        ratios = {
            column: [value / base for value, base in zip(values, cells[to], strict=True)]
            for column, values in cells.items()
            if column != to
        }
        self.add(name, "times bare", ratios)

    def median(self, name: str, column: str) -> float:
        """Raises KeyError if it was not measured."""
        return {row.name: row.cells for row in self.rows}[name][column].median

    def table(self) -> str:
        head = f"{'median [quartiles]':<{_NAME_WIDTH}}" + "".join(f"{name:>{_WIDTH}}" for name in COLUMNS)
        about = [
            f"{name}: {value}" for name, value in self.about.items() if not isinstance(value, list | dict)
        ]
        lines = [*about, "", head, "-" * len(head), *map(_line, self.rows), *self._parts()]
        return "\n".join(line.rstrip() for line in lines) + "\n"

    def _parts(self) -> Iterable[str]:
        """Where the start and a message spend their time."""
        yield f"\n{'what main.py imports, by package':<{_NAME_WIDTH}}{'ms':>{_WIDTH}}"
        for name, spent in self.about.get("imports", ()):
            yield f"  {name:<{_NAME_WIDTH - 2}}{_short(spent):>{_WIDTH}}"
        yield f"\n{'one warm message, microseconds':<{_NAME_WIDTH}}{'processor':>{_WIDTH}}{'with waiting':>{_WIDTH}}"
        for name, spent in self.about.get("parts", {}).items():
            yield f"  {name:<{_NAME_WIDTH - 2}}{_short(spent['processor']):>{_WIDTH}}{_short(spent['wall']):>{_WIDTH}}"


def _line(row: Row) -> str:
    cells = (str(row.cells[column]) if column in row.cells else "" for column in COLUMNS)
    name = f"{row.name}, {row.unit}" if row.unit else row.name
    return f"{name:<{_NAME_WIDTH}}" + "".join(f"{cell:>{_WIDTH}}" for cell in cells)


def _short(value: float) -> str:
    """Three significant digits."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
