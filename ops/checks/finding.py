"""Findings of checks, which say what is right, or what is wrong and how to fix it; and the function that runs checks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ops.errors import OpsError
from ops.operator_settings import OperatorSettings
from ops.output import plural


class State(StrEnum):
    RIGHT = "right"
    WARNING = "warning"
    WRONG = "wrong"


class AtDeploy(StrEnum):
    """What a finding that is wrong means to a deploy, before which the same is checked."""

    STOPS = "stops"  # a wrong setting would be promoted
    MENDED = "mended"  # by each deploy
    MENDED_BY_SETUP = "mended by setup"  # by a deploy with --setup
    UNCHANGED = "unchanged"  # it is so already, and a deploy makes it no worse


_MARKS: Final = {State.RIGHT: "✓", State.WARNING: "!", State.WRONG: "✗"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """check: what was checked; fix: what to do, "" when there is nothing to do."""

    check: str
    state: State
    text: str
    fix: str = ""
    at_deploy: AtDeploy = AtDeploy.STOPS

    def as_json(self) -> dict[str, str]:
        return {"check": self.check, "state": self.state, "text": self.text, "fix": self.fix}

    def __str__(self) -> str:
        fix = f" -> {self.fix}" if self.fix else ""
        return f"{_MARKS[self.state]} {self.check}: {self.text}{fix}"


Check = Callable[[OperatorSettings], Iterator[Finding]]


def right(check: str, text: str) -> Finding:
    return Finding(check=check, state=State.RIGHT, text=text)


def warning(check: str, text: str, fix: str = "") -> Finding:
    return Finding(check=check, state=State.WARNING, text=text, fix=fix)


def wrong(check: str, text: str, fix: str = "", *, at_deploy: AtDeploy = AtDeploy.STOPS) -> Finding:
    return Finding(check=check, state=State.WRONG, text=text, fix=fix, at_deploy=at_deploy)


def run_checks(settings: OperatorSettings, checks: Sequence[Check]) -> list[Finding]:
    """All findings, in the order of `checks`, which run in parallel."""
    with ThreadPoolExecutor(max_workers=len(checks)) as pool:
        found = pool.map(lambda check: list(_findings(settings, check)), checks)
        # A service's own words may quote a secret.
        return [
            replace(each, text=settings.conceal(each.text), fix=settings.as_typed(each.fix))
            for findings in found
            for each in findings
        ]


def _findings(settings: OperatorSettings, check: Check) -> Iterator[Finding]:
    """Run one check. A service that does not answer becomes a finding too."""
    try:
        yield from check(settings)
    except OpsError as error:
        yield wrong("check", str(error))


def any_wrong(findings: Iterable[Finding]) -> bool:
    return any(finding.state is State.WRONG for finding in findings)


def report(findings: Sequence[Finding]) -> Iterator[str]:
    """The findings, and "17 right, 1 warning, 2 wrong."."""
    yield from map(str, findings)
    states = [finding.state for finding in findings]
    warnings = plural(states.count(State.WARNING), "warning")
    yield f"\n{states.count(State.RIGHT)} right, {warnings}, {states.count(State.WRONG)} wrong."
