"""From the start of a process to its first answers, and which packages take the time."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from typing import Final

from bench.deployed import environment
from bench.instance import AFTERNOON, BARE, HEALTH, WARM
from bench.plan import Plan
from bench.report import Report
from bench.surroundings import Surroundings
from bench.talk import visit
from emulator.function import ROOT

_MAX: Final = 8
_TRIES: Final = 5


def measure(plan: Plan, around: Surroundings, report: Report) -> None:
    """Each start is a fresh process whose first message comes as soon as it says that it is well."""
    health, message, used = (defaultdict[str, list[float]](list) for _ in range(3))
    around.set()
    for _ in range(plan.cold_rounds):
        for kind in (BARE, AFTERNOON, WARM):
            with around.instance(kind) as instance:
                health[kind.name].append(instance.first(HEALTH) * 1000)
                message[kind.name].append(instance.first(visit().messages[0]) * 1000)
                used[kind.name].append(instance.processor() * 1000)
    report.add("cold start to the first 200 on /health", "ms", health)
    report.add_ratio("cold start to the first 200 on /health", health)
    report.add("cold start to the first message answered", "ms", message)
    report.add_ratio("cold start to the first message answered", message)
    report.add("processor time of that", "ms", used)


def packages(around: Surroundings) -> list[tuple[str, float]]:
    """What main.py imports on top of functions-framework: ms of each package's own modules, the eight largest.

    The least of some tries: on a busy machine the others tell of the machine.
    """
    tries = [_imported(around) for _ in range(_TRIES)]
    least = Counter({name: min(spent[name] for spent in tries) for name in tries[0]})
    return [(name, microseconds / 1000) for name, microseconds in least.most_common(_MAX)]


def _imported(around: Surroundings) -> Counter[str]:
    """Microseconds by package."""
    program = "import functions_framework._cli, gunicorn.app.base, gunicorn.workers.gthread; import main"
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-S", "-X", "importtime", "-c", program],
        cwd=ROOT,
        env=environment(around.site, around.settings()),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = ran.stderr.splitlines()
    start = next(place for place, line in enumerate(lines) if line.endswith(" gunicorn.workers.gthread"))
    spent: Counter[str] = Counter()
    for line in lines[start + 1 :]:
        own, _, name = line.removeprefix("import time:").split("|")
        spent[name.strip().partition(".")[0]] += int(own)
    return spent
