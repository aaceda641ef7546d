"""How long Meta waits for its 200 when the others are as far away as they are, and when Resend hangs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from bench.instance import AFTERNOON, BARE, COLD, WARM, Kind
from bench.load import Sent, greet, opened, percentile
from bench.plan import Plan
from bench.report import Report
from bench.surroundings import Surroundings
from bench.talk import SCRIPT, visit

_PERCENTILES: Final = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


def measure(plan: Plan, around: Surroundings, report: Report) -> None:
    far = {"rest": plan.supabase_seconds, "graph": plan.graph_seconds}
    _measure(plan, around, report, (BARE, AFTERNOON, WARM, COLD), far, "")
    hanging = far | {"resend": plan.hang_seconds}
    _measure(plan, around, report, (AFTERNOON, WARM), hanging, ", Resend hangs")


def _measure(
    plan: Plan,
    around: Surroundings,
    report: Report,
    kinds: Sequence[Kind],
    far: dict[str, float],
    circumstance: str,
) -> None:
    runs = defaultdict[str, list[Sent]](list)
    for _ in range(plan.latency_rounds):
        for kind in kinds:
            runs[kind.name].append(_run(plan, around, kind, far))
    around.set()
    for name, share in _PERCENTILES.items():
        cells = {
            column: [percentile(sent.latencies, share) * 1000 for sent in sents]
            for column, sents in runs.items()
        }
        report.add(f"until 200 at {plan.rate:.0f}/s, {name}{circumstance}", "ms", cells)
    late = {column: [sent.late * 1000 for sent in sents] for column, sents in runs.items()}
    report.add(f"the load generator's own lateness, p99{circumstance}", "ms", late)


def _run(plan: Plan, around: Surroundings, kind: Kind, far: dict[str, float]) -> Sent:
    """A fresh instance each time: threads that hang must not be those of the round before."""
    visits = [visit() for _ in range(max(1, round(plan.rate * plan.latency_seconds / len(SCRIPT))))]
    with ExitStack() as stack:
        instance = stack.enter_context(around.instance(kind)).ready()
        around.set()
        greet([instance.port], visits, plan.connections)
        instance.settled()
        around.set(**far)
        return opened(instance.port, visits, plan.rate)
