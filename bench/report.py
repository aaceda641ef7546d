"""The measurements as a table: medians with their quartiles, a row for each name and a column for each function."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

COLUMNS: Final = ("bare", "afternoon", "ours, warm", "ours, cold")
FUNCTION: Final = "the function's processor time per message"
POSTGRES: Final = "processor time of postgres per message"
RATE: Final = "messages a second, one instance"
_FIRST: Final = (FUNCTION, POSTGRES, RATE)  # rows, at the top of the table
_NAME_WIDTH: Final = 72
_WIDTH: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The median and quartiles of `count` values."""

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
    at_least_two = values if len(values) > 1 else [*values, *values]
    low, median, high = statistics.quantiles(at_least_two, n=4, method="inclusive")
    return Figure(median=median, low=low, high=high, count=len(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement, by column."""

    name: str
    unit: str
    cells: dict[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What the median of a row is to be: at most `limit`, or at least if `at_least`."""

    row: str
    unit: str
    limit: float
    at_least: bool = False
    column: str = "ours, warm"

    def verdict(self, rows: Iterable[Row]) -> str:
        """The measured median, and whether it meets the aim."""
        for row in rows:
            if (row.name, row.unit) == (self.row, self.unit) and self.column in row.cells:
                median = row.cells[self.column].median
                met = median >= self.limit if self.at_least else median <= self.limit
                return f"{_short(median)}: {'met' if met else 'not met'}"
        return "not measured"

    def __str__(self) -> str:
        return f"{self.row}, at {'least' if self.at_least else 'most'} {self.limit:.1f} {self.unit}"


AIMS: Final = (
    Aim(row=FUNCTION, unit="times afternoon", limit=1.0),
    Aim(row=RATE, unit="times afternoon", limit=1.0, at_least=True),
    Aim(row=POSTGRES, unit="ms", limit=3.0),
)


class Report:
    """Collects the values of each row and column; `about` says what they were measured on."""

    def __init__(self) -> None:
        self.about: dict[str, Any] = {}
        self.warnings: list[str] = []
        self._values: dict[tuple[str, str], dict[str, list[float]]] = {}
        self._compared: dict[tuple[str, str], tuple[str, ...]] = {}

    def add(self, name: str, unit: str, column: str, *values: float) -> None:
        self._values.setdefault((name, unit), {}).setdefault(column, []).extend(values)

    def add_ratio(self, name: str, unit: str, *bases: str) -> None:
        """For each base a row after this one: the multiples of that column's value in the same round."""
        self._compared[name, unit] = bases

    @property
    def rows(self) -> list[Row]:
        """The most important first, then in the order in which they were added."""
        rows = list[Row]()
        for name, unit in sorted(self._values, key=_rank):
            columns = self._values[name, unit]
            rows.append(_row(name, unit, columns))
            for base in self._compared.get((name, unit), ()):
                if ratios := _ratios(columns, base):
                    rows.append(_row(name, f"times {base}", ratios))
        return rows

    def as_json(self) -> dict[str, Any]:
        rows = self.rows
        aims = {str(aim): aim.verdict(rows) for aim in AIMS}
        about = self.about | {"warnings": self.warnings}
        return {"about": about, "aims": aims, "rows": [asdict(row) for row in rows]}

    def table(self) -> str:
        about = [
            f"{name}: {value}" for name, value in self.about.items() if not isinstance(value, list | dict)
        ]
        head = _line("median [quartiles]", *COLUMNS)
        rows = [
            _line(f"{row.name}, {row.unit}" if row.unit else row.name, *map(row.cells.get, COLUMNS))
            for row in self.rows
        ]
        lines = [*about, "", *self.warnings, head, "-" * len(head), *rows, *self._parts(), *self._aims()]
        return "\n".join(lines) + "\n"

    def _aims(self) -> Iterable[str]:
        yield "\n" + _line(f"aims, of the medians of {AIMS[0].column}", "measured")
        rows = self.rows
        for aim in AIMS:
            yield _line(f"  {aim}", aim.verdict(rows))
        yield from self.warnings

    def _parts(self) -> Iterable[str]:
        """Where a start and a message spend their time."""
        yield "\n" + _line("what main.py imports, by package", "ms")
        for name, spent in self.about.get("imports", ()):
            yield _line(f"  {name}", _short(spent))
        yield "\n" + _line("one warm message, microseconds", "processor", "with waiting")
        for name, spent in self.about.get("parts", {}).items():
            yield _line(f"  {name}", _short(spent["processor"]), _short(spent["wall"]))


def _row(name: str, unit: str, columns: Mapping[str, Sequence[float]]) -> Row:
    return Row(name=name, unit=unit, cells={column: figure(values) for column, values in columns.items()})


def _rank(key: tuple[str, str]) -> int:
    name, _ = key
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _ratios(columns: Mapping[str, Sequence[float]], base: str) -> dict[str, list[float]]:
    """Without the rounds in which the base used less than the clock can tell."""
    ratios = {
        column: [value / of for value, of in zip(values, columns[base], strict=True) if of]
        for column, values in columns.items()
        if column != base
    }
    return {column: found for column, found in ratios.items() if found}


def _line(name: str, *cells: object) -> str:
    """A name and what is in its columns; None leaves one empty."""
    return (f"{name:<{_NAME_WIDTH}}" + "".join(f"{cell or ''!s:>{_WIDTH}}" for cell in cells)).rstrip()


def _short(value: float) -> str:
    """Three significant digits."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
