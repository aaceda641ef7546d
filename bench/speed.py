"""How much one instance does, and what it takes for it: messages a second, processor time, calls, memory."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from typing import Final

from bench.instance import BARE, KINDS, Instance
from bench.load import closed, greet
from bench.plan import Plan
from bench.report import Report
from bench.surroundings import Surroundings
from bench.talk import visit

_CALLS: Final = ("commit_turn", "load_conversation", "finish_outbox", "reply", "receipt", "mail")


def measure(plan: Plan, around: Surroundings, report: Report) -> None:
    """Closed loop, all others answer at once: what is left is the function and, on the same cores, what is around it."""
    cells = defaultdict[str, dict[str, list[float]]](lambda: defaultdict(list))
    with ExitStack() as stack:
        instances = [stack.enter_context(around.instance(kind)).ready() for kind in KINDS]
        for _ in range(plan.speed_rounds):
            for instance in instances:
                for name, value in _round(plan, around, instance).items():
                    cells[name][instance.kind.name].append(value)
        for instance in instances:
            cells["memory"][instance.kind.name] = [instance.memory()]
    report.add("messages a second, one instance", "1/s", cells["rate"])
    report.add("the function's processor time per message", "ms", cells["used"])
    report.add_ratio("the function's processor time per message", cells["used"])
    for part in around.pids:
        _add(report, cells, f"processor time of {part} per message", "ms", part)
    for call in _CALLS:
        _add(report, cells, f"calls per message: {call}", "", call)
    report.add("memory, most", "MB", cells["memory"])


def _add(report: Report, cells: dict[str, dict[str, list[float]]], name: str, unit: str, key: str) -> None:
    given = {column: values for column, values in cells[key].items() if any(values)}
    report.add(name, unit, given)


def _round(plan: Plan, around: Surroundings, instance: Instance) -> dict[str, float]:
    visits = [visit() for _ in range(plan.speed_visits)]
    if instance.kind is not BARE:
        greet([instance.port], visits, plan.connections)
    before, parts = instance.settled(), around.processor()
    around.set()
    sent = closed([instance.port], visits, plan.connections)
    used = instance.settled() - before
    calls = around.set()
    found = {"rate": sent.rate, "used": used * 1000 / sent.messages}
    found |= {name: (now - parts[name]) * 1000 / sent.messages for name, now in around.processor().items()}
    return found | {name: calls.get(name, 0) / sent.messages for name in _CALLS}
