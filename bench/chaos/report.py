"""The result of a run as one table, with the seed to repeat it."""

from collections.abc import Iterator

from bench.chaos.checker import Result
from bench.chaos.environment import SERVICES
from bench.chaos.recording import Recording

_MAX_EXAMPLES = 5


def table(recording: Recording, result: Result) -> str:
    return "\n".join(_lines(recording, result)) + "\n"


def _lines(recording: Recording, result: Result) -> Iterator[str]:
    scenario = recording.scenario
    yield (
        f"seed {scenario.seed}: {scenario.messages} messages from {scenario.customers} customers, "
        f"{scenario.instances} instances, {recording.kills} kills, {recording.freezes} freezes, "
        f"{recording.duplicates} duplicates, {scenario.faults:.0%} faults"
        f"{'' if scenario.statuses else ', no delivery statuses'}"
        f"{', Postgres restarted every 30 s' if scenario.restart_postgres else ''}; {recording.seconds:.0f} s"
    )
    for name, count in {**result.facts, **_calls(recording)}.items():
        yield f"  {name:<44}{count:>8}"
    yield "  must be zero"
    for name, examples in result.violations.items():
        yield f"  {name:<44}{len(examples):>8}{'  <<<' if examples else ''}"
        yield from (f"      {example}" for example in examples[:_MAX_EXAMPLES])


def _calls(recording: Recording) -> dict[str, int]:
    """How many calls each service got, and how many of them failed on purpose."""
    calls = {service: recording.calls.get(service, []) for service in SERVICES}
    faults = {
        f"faults of {service}": sum(
            any(mark.startswith("fault:") and mark != "fault:delay" for mark in call.marks) for call in made
        )
        for service, made in calls.items()
    }
    counts = {f"calls to {service}": len(made) for service, made in calls.items()}
    return counts | faults | {"webhook POSTs": len(recording.calls.get("webhooks", []))}
