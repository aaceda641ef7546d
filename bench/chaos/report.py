"""The verdict as one table, with the seed to do it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bench.chaos.history import History
from bench.chaos.judge import Verdict
from bench.chaos.world import SERVICES

_EXAMPLES = 5


def table(history: History, verdict: Verdict) -> str:
    return "\n".join(_lines(history, verdict)) + "\n"


def _lines(history: History, verdict: Verdict) -> Iterator[str]:
    plan = history.plan
    yield (
        f"seed {plan.seed}: {plan.messages} messages of {plan.customers} customers on {plan.instances} instances, "
        f"{history.killed} kills, {history.frozen} freezes, {history.twice} brought twice, "
        f"{plan.faults:.0%} faults, {'echo' if plan.echo else 'no echo'}"
        f"{', Postgres restarted every 30 s' if plan.restart_postgres else ''}; {history.seconds:.0f} s"
    )
    for name, count in {**verdict.facts, **_calls(history)}.items():
        yield f"  {name:<44}{count:>8}"
    yield "  must be zero"
    for name, examples in verdict.broken.items():
        yield f"  {name:<44}{len(examples):>8}{'  <<<' if examples else ''}"
        yield from (f"      {example}" for example in examples[:_EXAMPLES])


def _calls(history: History) -> dict[str, int]:
    """How many calls each dependency got, and how many of them failed on purpose."""
    counted: Counter[str] = Counter()
    for name, ledger in history.ledgers.items():
        service = name.rpartition("-")[2]
        if service not in SERVICES:
            continue
        for entry in ledger.all():
            counted[f"calls to {service}"] += 1
            counted[f"faults of {service}"] += any(
                mark.startswith("fault:") and mark != "fault:delay" for mark in entry.marks
            )
    posts = history.ledgers.get("posts")
    counted["webhook POSTs"] = len(posts.all()) if posts else 0
    return dict(sorted(counted.items()))
