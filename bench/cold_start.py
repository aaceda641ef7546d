"""From the start of a process to its first answers, and which packages take the time."""

from collections import Counter
from typing import Final

from bench.config import Config
from bench.environment import Environment
from bench.instance import AFTERNOON, BARE, WARM
from bench.report import Report
from bench.workload import new_visit

_MAX_PACKAGES: Final = 8
_ATTEMPTS: Final = 5


def measure(config: Config, environment: Environment, report: Report) -> None:
    """Each start is a fresh process, which gets its first message as soon as /health answers."""
    health, message = "cold start to the first 200 on /health", "cold start to the first message answered"
    environment.set_delays()
    for _ in range(config.cold_start_rounds):
        for variant in (BARE, AFTERNOON, WARM):
            with environment.instance(variant) as instance:
                report.add(health, "ms", variant.name, instance.wait_for() * 1000)
                report.add(message, "ms", variant.name, instance.wait_for(new_visit().messages[0]) * 1000)
                used = instance.processor_seconds() * 1000
                report.add("processor time of a cold start", "ms", variant.name, used)
    for name in (health, message):
        report.add_ratio(name, "ms", BARE.name)


def import_times(environment: Environment) -> list[tuple[str, float]]:
    """What main.py imports besides functions-framework: ms in each package's own modules, the eight largest.

    The minimum of some attempts: anything above it is the rest of the machine.
    """
    attempts = [_import(environment) for _ in range(_ATTEMPTS)]
    least = Counter({name: min(spent[name] for spent in attempts) for name in attempts[0]})
    return [(name, microseconds / 1000) for name, microseconds in least.most_common(_MAX_PACKAGES)]


def _import(environment: Environment) -> Counter[str]:
    """Microseconds by package."""
    program = "import functions_framework._cli, gunicorn.app.base, gunicorn.workers.gthread; import main"
    lines = environment.run_python("-S", "-X", "importtime", "-c", program).stderr.splitlines()
    start = next(number for number, line in enumerate(lines) if line.endswith(" gunicorn.workers.gthread"))
    spent: Counter[str] = Counter()
    for line in lines[start + 1 :]:
        own, _, name = line.removeprefix("import time:").split("|")
        spent[name.strip().partition(".")[0]] += int(own)
    return spent
