"""How much one instance and several can do, and what a message costs: processor time, calls, memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Final

from bench.config import Config
from bench.environment import Environment
from bench.instance import BARE, VARIANTS, WARM, Instance
from bench.load_generator import closed_loop, greet
from bench.report import Report
from bench.workload import Visit, new_visit

_CALLS: Final = ("commit_turn", "load_conversation", "finish_outbox", "reply", "receipt", "mail")


def measure(config: Config, environment: Environment, report: Report) -> None:
    """One instance, closed loop, no latency: what remains is the function and, on the same cores, the services."""
    cells = defaultdict[str, dict[str, list[float]]](lambda: defaultdict(list))
    with ExitStack() as stack:
        instances = [stack.enter_context(environment.instance(variant)).ready() for variant in VARIANTS]
        for _ in range(config.throughput_rounds):
            for instance in instances:
                visits = [new_visit() for _ in range(config.throughput_visits)]
                if instance.variant is not BARE:
                    greet([instance.port], visits, config.connections)
                for name, value in _round(config, environment, [instance], visits).items():
                    cells[name][instance.variant.name].append(value)
        for instance in instances:
            cells["memory"][instance.variant.name] = [instance.peak_memory()]
    report.add("messages a second, one instance", "1/s", cells["rate"])
    report.add("the function's processor time per message", "ms", cells["processor"])
    report.add_ratio("the function's processor time per message", cells["processor"])
    for part in environment.pids:
        report.add(f"processor time of {part} per message", "ms", _without_zeros(cells[part]))
    for call in _CALLS:
        report.add(f"calls per message: {call}", "", _without_zeros(cells[call]))
    report.add("peak memory", "MB", cells["memory"])


def measure_instances(config: Config, environment: Environment, report: Report) -> None:
    """Several instances, each message to any of them. More instances than cores are not faster, but their caches get stale."""
    for size in config.instances:
        cells = defaultdict[str, list[float]](list)
        with ExitStack() as stack:
            instances = [stack.enter_context(environment.instance(WARM)).ready() for _ in range(size)]
            for _ in range(config.instances_rounds):
                visits = [new_visit() for _ in range(config.throughput_visits)]
                for name, value in _round(config, environment, instances, visits).items():
                    cells[name].append(value)
        retried = [(calls - 1) * 100 for calls in cells["commit_turn"]]
        loaded = [calls * 100 for calls in cells["load_conversation"]]
        count = f"{size} instance{'s' if size > 1 else ''}"
        report.add(f"messages a second, {count}, new customers", "1/s", {WARM.name: cells["rate"]})
        report.add(f"processor time per message, {count}", "ms", {WARM.name: cells["processor"]})
        report.add(f"turns retried because of a stale cache, {count}", "%", {WARM.name: retried})
        report.add(f"turns that loaded the conversation, {count}", "%", {WARM.name: loaded})


def _without_zeros(cells: Mapping[str, list[float]]) -> dict[str, list[float]]:
    return {column: values for column, values in cells.items() if any(values)}


def _round(
    config: Config, environment: Environment, instances: Sequence[Instance], visits: Sequence[Visit]
) -> dict[str, float]:
    """The rate; per message, ms of processor time of the function and of each service, and how many calls of each kind."""
    before, services = sum(instance.when_idle() for instance in instances), environment.processor_seconds()
    environment.set_delays()
    result = closed_loop([instance.port for instance in instances], visits, config.connections)
    used = sum(instance.when_idle() for instance in instances) - before
    calls = environment.set_delays()
    spent = {name: now - services[name] for name, now in environment.processor_seconds().items()}
    per_message = {name: seconds * 1000 / result.messages for name, seconds in spent.items()}
    per_message |= {name: calls.get(name, 0) / result.messages for name in _CALLS}
    return {"rate": result.rate, "processor": used * 1000 / result.messages, **per_message}
