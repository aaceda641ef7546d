"""What a check found: one line that says what is right, or what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class State(StrEnum):
    RIGHT = "right"
    WARNING = "warning"
    WRONG = "wrong"


_MARKS: Final = {State.RIGHT: "✓", State.WARNING: "!", State.WRONG: "✗"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """check: what was looked at; mend: what to do, empty when there is nothing to do."""

    check: str
    state: State
    text: str
    mend: str = ""

    def __str__(self) -> str:
        todo = f" -> {self.mend}" if self.mend else ""
        return f"{_MARKS[self.state]} {self.check}: {self.text}{todo}"


def right(check: str, text: str) -> Finding:
    return Finding(check=check, state=State.RIGHT, text=text)


def warning(check: str, text: str, mend: str = "") -> Finding:
    return Finding(check=check, state=State.WARNING, text=text, mend=mend)


def wrong(check: str, text: str, mend: str = "") -> Finding:
    return Finding(check=check, state=State.WRONG, text=text, mend=mend)


def counted(findings: Iterable[Finding]) -> str:
    """ "17 right, 1 warning, 2 wrong"."""
    states = [finding.state for finding in findings]
    warnings = states.count(State.WARNING)
    warned = "1 warning" if warnings == 1 else f"{warnings} warnings"
    return f"{states.count(State.RIGHT)} right, {warned}, {states.count(State.WRONG)} wrong"
