"""The measurements as a table: medians with their quartiles, a row for each name and a column for each function."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

BASE: Final = "bare"
COLUMNS: Final = (BASE, "afternoon", "ours, warm", "ours, cold")
_NAME_WIDTH: Final = 64
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


class Report:
    """Collects the values of each row and column; `about` says what they were measured on."""

    def __init__(self) -> None:
        self.about: dict[str, Any] = {}
        self._values: dict[tuple[str, str], dict[str, list[float]]] = {}
        self._compared: set[tuple[str, str]] = set()

    def add(self, name: str, unit: str, column: str, *values: float) -> None:
        self._values.setdefault((name, unit), {}).setdefault(column, []).extend(values)

    def add_ratio(self, name: str, unit: str) -> None:
        """A row after this one: the multiples of the bare function's value in the same round."""
        self._compared.add((name, unit))

    @property
    def rows(self) -> list[Row]:
        """In the order in which they were added."""
        rows = list[Row]()
        for (name, unit), columns in self._values.items():
            rows.append(_row(name, unit, columns))
            if (name, unit) in self._compared:
                rows.append(_row(name, f"times {BASE}", _ratios(columns)))
        return rows

    def as_json(self) -> dict[str, Any]:
        return {"about": self.about, "rows": [asdict(row) for row in self.rows]}

    def table(self) -> str:
        about = [
            f"{name}: {value}" for name, value in self.about.items() if not isinstance(value, list | dict)
        ]
        head = _line("median [quartiles]", *COLUMNS)
        rows = [
            _line(f"{row.name}, {row.unit}" if row.unit else row.name, *map(row.cells.get, COLUMNS))
            for row in self.rows
        ]
        return "\n".join([*about, "", head, "-" * len(head), *rows, *self._parts()]) + "\n"

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


def _ratios(columns: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    return {
        column: [value / base for value, base in zip(values, columns[BASE], strict=True)]
        for column, values in columns.items()
        if column != BASE
    }


def _line(name: str, *cells: object) -> str:
    """A name and what is in its columns; None leaves one empty."""
    return (f"{name:<{_NAME_WIDTH}}" + "".join(f"{cell or ''!s:>{_WIDTH}}" for cell in cells)).rstrip()


def _short(value: float) -> str:
    """Three significant digits."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
