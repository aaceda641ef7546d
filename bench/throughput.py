"""How much one instance and several can do, and what a message costs: processor time, calls, memory."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
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
    processor = "the function's processor time per message"
    with ExitStack() as stack:
        instances = [stack.enter_context(environment.instance(variant)).ready() for variant in VARIANTS]
        for _, instance in product(range(config.throughput_rounds), instances):
            column, bare = instance.variant.name, instance.variant is BARE
            visits = [new_visit() for _ in range(config.throughput_visits)]
            if not bare:
                greet([instance.port], visits, config.connections)
            found = _round(config, environment, [instance], visits)
            report.add("messages a second, one instance", "1/s", column, found.rate)
            report.add(processor, "ms", column, found.processor)
            for service, spent in found.services.items():
                if not bare:
                    report.add(f"processor time of {service} per message", "ms", column, spent)
            for call in _CALLS:
                if found.calls[call]:
                    report.add(f"calls per message: {call}", "", column, found.calls[call])
        for instance in instances:
            report.add("peak memory", "MB", instance.variant.name, instance.peak_memory())
    report.add_ratio(processor, "ms")


def measure_instances(config: Config, environment: Environment, report: Report) -> None:
    """Several instances, each message to any of them. More instances than cores are not faster, but their caches get stale."""
    for size in config.instances:
        count = f"{size} instance{'s' if size > 1 else ''}"
        with ExitStack() as stack:
            instances = [stack.enter_context(environment.instance(WARM)).ready() for _ in range(size)]
            for _ in range(config.rounds):
                visits = [new_visit() for _ in range(config.throughput_visits)]
                found = _round(config, environment, instances, visits)
                retried, loaded = found.calls["commit_turn"] - 1, found.calls["load_conversation"]
                report.add(f"messages a second, {count}, new customers", "1/s", WARM.name, found.rate)
                report.add(f"processor time per message, {count}", "ms", WARM.name, found.processor)
                report.add(f"turns retried because of a stale cache, {count}", "%", WARM.name, retried * 100)
                report.add(f"turns that loaded the conversation, {count}", "%", WARM.name, loaded * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """Messages per second; per message: ms of processor time of the function and of each service, and calls by name."""

    rate: float
    processor: float
    services: dict[str, float]
    calls: defaultdict[str, float]


def _round(
    config: Config, environment: Environment, instances: Sequence[Instance], visits: Sequence[Visit]
) -> _Round:
    before, services = sum(instance.when_idle() for instance in instances), environment.processor_seconds()
    environment.set_delays()
    result = closed_loop([instance.port for instance in instances], visits, config.connections)
    used = sum(instance.when_idle() for instance in instances) - before
    calls = environment.set_delays()
    after = environment.processor_seconds()
    return _Round(
        rate=result.rate,
        processor=used * 1000 / result.messages,
        services={name: (after[name] - services[name]) * 1000 / result.messages for name in after},
        calls=defaultdict(float, {name: count / result.messages for name, count in calls.items()}),
    )
