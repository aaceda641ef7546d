"""How much one instance and several can do, and what a message costs: processor time, calls, memory."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from typing import Final

from bench.config import Config
from bench.environment import Environment
from bench.instance import AFTERNOON, BARE, VARIANTS, WARM, Instance
from bench.load_generator import closed_loop
from bench.report import FUNCTION, POSTGRES, RATE, Report
from bench.workload import SCRIPT, Visit, new_visit

_BARE_RATE: Final = 1000.0  # messages a second: about what the bare function answers


def measure(config: Config, environment: Environment, report: Report) -> None:
    """One instance, closed loop, no latency: what remains is the function and, on the same cores, the services."""
    rounds: defaultdict[str, list[_Round]] = defaultdict(list)
    with ExitStack() as stack:
        instances = [stack.enter_context(environment.instance(variant)).ready() for variant in VARIANTS]
        for _, instance in product(range(config.throughput_rounds), instances):
            visits = [new_visit() for _ in range(config.throughput_visits)]
            environment.pass_an_hour()
            if instance.variant is not BARE:
                environment.greet([instance], visits, config.connections)
            rounds[instance.variant.name].append(
                _round(config, environment, [instance], visits, config.status_scale)
            )
        for column, found in rounds.items():
            _add(report, column, found)
        for instance in instances:
            report.add("peak memory", "MB", instance.variant.name, instance.peak_memory())
    report.add_ratio(FUNCTION, "ms", AFTERNOON.name, BARE.name)
    report.add_ratio(POSTGRES, "ms", AFTERNOON.name)
    report.add_ratio(RATE, "1/s", AFTERNOON.name)


def _add(report: Report, column: str, rounds: Sequence["_Round"]) -> None:
    report.add(FUNCTION, "ms", column, *(one.processor for one in rounds))
    report.add(RATE, "1/s", column, *(one.rate for one in rounds))
    if column != BARE.name:
        for service in rounds[0].services:
            spent = (one.services[service] for one in rounds)
            report.add(f"processor time of {service} per message", "ms", column, *spent)
    early = (one.statuses_meanwhile * 100 for one in rounds)
    report.add("statuses that came while messages did", "%", column, *early)
    for name, counts in calls_per_message([one.calls for one in rounds]).items():
        report.add(f"calls per message: {name}", "", column, *counts)


def calls_per_message(rounds: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """By name, each name that occurs in any round: how often in each round."""
    names = sorted({name for calls in rounds for name in calls})
    return {name: [calls.get(name, 0.0) for calls in rounds] for name in names}


def measure_instances(config: Config, environment: Environment, report: Report) -> None:
    """Several instances, each message to any of them. More instances than cores are not faster, but their caches get stale."""
    for size in config.instances:
        count = f"{size} instance{'s' if size > 1 else ''}"
        with ExitStack() as stack:
            instances = [stack.enter_context(environment.instance(WARM)).ready() for _ in range(size)]
            for _ in range(config.rounds):
                environment.pass_an_hour()
                visits = [new_visit() for _ in range(config.fleet_visits)]
                found = _round(config, environment, instances, visits, config.short_status_scale)
                retried, loaded = found.calls["commit_turn"] - 1, found.calls["load_conversation"]
                report.add(f"messages a second, {count}, new customers", "1/s", WARM.name, found.rate)
                report.add(f"processor time per message, {count}", "ms", WARM.name, found.processor)
                report.add(f"turns retried because of a stale cache, {count}", "%", WARM.name, retried * 100)
                report.add(f"turns that loaded the conversation, {count}", "%", WARM.name, loaded * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """Messages per second; per message: ms of processor time of the function and of each service, and calls by name.

    All of it with the delivery statuses of these messages. `statuses_meanwhile`: the share that came before the last message
    was answered.
    """

    rate: float
    processor: float
    services: dict[str, float]
    calls: defaultdict[str, float]
    statuses_meanwhile: float


def _round(
    config: Config,
    environment: Environment,
    instances: Sequence[Instance],
    visits: Sequence[Visit],
    scale: float,
) -> _Round:
    before, services = sum(instance.when_idle() for instance in instances), environment.processor_seconds()
    environment.set_delays()
    expected = len(visits) * len(SCRIPT)
    with environment.statuses(instances, scale=scale, messages=expected, seconds=expected / _BARE_RATE):
        result = closed_loop([instance.port for instance in instances], visits, config.connections)
        pending = environment.pending_statuses()
    used = sum(instance.when_idle() for instance in instances) - before
    calls = environment.set_delays()
    after = environment.processor_seconds()
    return _Round(
        rate=result.rate,
        processor=used * 1000 / result.messages,
        services={name: (after[name] - services[name]) * 1000 / result.messages for name in after},
        calls=defaultdict(float, {name: count / result.messages for name, count in calls.items()}),
        statuses_meanwhile=1 - pending / calls["status"],
    )
