"""What a check found: a line that says what is right, or what is wrong and how to fix it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ops.output import plural


class State(StrEnum):
    RIGHT = "right"
    WARNING = "warning"
    WRONG = "wrong"


_MARKS: Final = {State.RIGHT: "✓", State.WARNING: "!", State.WRONG: "✗"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """check: what was checked; fix: what to do, "" when there is nothing to do."""

    check: str
    state: State
    text: str
    fix: str = ""

    def __str__(self) -> str:
        fix = f" -> {self.fix}" if self.fix else ""
        return f"{_MARKS[self.state]} {self.check}: {self.text}{fix}"


def right(check: str, text: str) -> Finding:
    return Finding(check=check, state=State.RIGHT, text=text)


def warning(check: str, text: str, fix: str = "") -> Finding:
    return Finding(check=check, state=State.WARNING, text=text, fix=fix)


def wrong(check: str, text: str, fix: str = "") -> Finding:
    return Finding(check=check, state=State.WRONG, text=text, fix=fix)


def any_wrong(findings: Iterable[Finding]) -> bool:
    return any(finding.state is State.WRONG for finding in findings)


def report(findings: Sequence[Finding]) -> Iterator[str]:
    """The findings, and "17 right, 1 warning, 2 wrong."."""
    yield from map(str, findings)
    states = [finding.state for finding in findings]
    warnings = plural(states.count(State.WARNING), "warning")
    yield f"\n{states.count(State.RIGHT)} right, {warnings}, {states.count(State.WRONG)} wrong."
