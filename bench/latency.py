"""How long Meta waits for its 200 with realistic latencies of the services, and while Resend hangs."""

from itertools import product
from typing import Final

from bench.config import Config
from bench.environment import Environment
from bench.instance import AFTERNOON, VARIANTS, WARM, Variant
from bench.load_generator import LoadResult, open_loop, percentile
from bench.report import Report
from bench.workload import SCRIPT, new_visit

_PERCENTILES: Final = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


def measure(config: Config, environment: Environment, report: Report) -> None:
    delays = {"rest": config.supabase_seconds, "graph": config.graph_seconds}
    hanging = delays | {"resend": config.hang_seconds}
    cases = [(variant, delays, "") for variant in VARIANTS]
    cases += [(variant, hanging, ", Resend hangs") for variant in (AFTERNOON, WARM)]
    for _, (variant, seconds, suffix) in product(range(config.rounds), cases):
        result = _run(config, environment, variant, seconds)
        for name, share in _PERCENTILES.items():
            took = percentile(result.latencies, share) * 1000
            report.add(f"until 200 at {config.rate:.0f}/s, {name}{suffix}", "ms", variant.name, took)
        late = result.late * 1000
        report.add(f"the load generator's own lateness, p99{suffix}", "ms", variant.name, late)
    environment.set_delays()


def _run(config: Config, environment: Environment, variant: Variant, delays: dict[str, float]) -> LoadResult:
    """A fresh instance each time: threads that hang must not be those of the round before."""
    visits = [new_visit() for _ in range(max(1, round(config.rate * config.latency_seconds / len(SCRIPT))))]
    messages, scale = len(visits) * len(SCRIPT), config.status_scale
    with environment.instance(variant) as instance:
        instance.ready()
        environment.set_delays()
        environment.pass_an_hour()
        environment.greet([instance], visits, config.connections)
        environment.set_delays(**delays)
        with environment.statuses([instance], scale=scale, messages=messages, seconds=messages / config.rate):
            return open_loop(instance.port, visits, config.rate)
