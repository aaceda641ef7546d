"""Several instances at once, each message to any of them: what they do together, and how often a memory was stale."""

from __future__ import annotations

from contextlib import ExitStack

from bench.instance import WARM
from bench.load import closed
from bench.plan import Plan
from bench.report import Report
from bench.surroundings import Surroundings
from bench.talk import visit


def measure(plan: Plan, around: Surroundings, report: Report) -> None:
    """On one machine: more instances than cores cannot do more, but they can disagree."""
    for size in plan.fleets:
        rates, used, stale, cold = list[float](), list[float](), list[float](), list[float]()
        with ExitStack() as stack:
            instances = [stack.enter_context(around.instance(WARM)).ready() for _ in range(size)]
            for _ in range(plan.fleet_rounds):
                visits = [visit() for _ in range(plan.speed_visits)]
                before = sum(instance.settled() for instance in instances)
                around.set()
                sent = closed([instance.port for instance in instances], visits, plan.connections)
                spent = sum(instance.settled() for instance in instances) - before
                calls = around.set()
                rates.append(sent.rate)
                used.append(spent * 1000 / sent.messages)
                stale.append((calls["commit_turn"] - sent.messages) * 100 / sent.messages)
                cold.append(calls["load_conversation"] * 100 / sent.messages)
        many = f"{size} instance{'s' if size > 1 else ''}"
        report.add(f"messages a second, {many}, new customers", "1/s", {"ours, warm": rates})
        report.add(f"processor time per message, {many}", "ms", {"ours, warm": used})
        report.add(f"turns taken again (stale memory), {many}", "%", {"ours, warm": stale})
        report.add(f"turns that had to read first, {many}", "%", {"ours, warm": cold})
