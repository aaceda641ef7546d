"""What a turn costs in an empty and in a large database: through the function, and in SQL alone."""

from contextlib import ExitStack
from itertools import product
from typing import Final

from bench import sql_cost
from bench.config import Config
from bench.environment import Environment
from bench.instance import COLD, WARM
from bench.load_generator import closed_loop, percentile
from bench.report import Report
from bench.workload import new_visit

# Customers, each with a conversation, a ticket and its first event, a message, and a reply that was sent: a statement a table.
_OLD: Final = """
  (select id, wa_id from public.customers
    where wa_id between '54922' || lpad('{first}', 8, '0') and '54922' || lpad('{last}', 8, '0')) as old
"""
_FILL: Final = (
    """
insert into public.customers (user_id, wa_id, name)
select 'AR.old' || n, '54922' || lpad(n::text, 8, '0'), 'Cliente ' || n from generate_series({first}, {last}) n
""",
    """
insert into public.conversations (customer_id, version, last_inbound_at)
select id, 1, now() - interval '2 days' from {old}
""",
    """
insert into public.tickets (code, customer_id, wamid, summary, description, language)
select 'TK-' || lpad(upper(to_hex(id / 65536)), 4, '0') || '-' || lpad(upper(to_hex(id % 65536)), 4, '0'),
       id, 'old/' || wa_id, 'no imprime', 'mi impresora no imprime y se traba', 'es' from {old}
""",
    """
insert into public.ticket_events (ticket_id, kind, actor, body, wamid)
select ticket.id, 'created', 'customer', ticket.description, ticket.wamid
  from {old} join public.tickets as ticket on ticket.customer_id = old.id
""",
    """
insert into public.inbound (wamid, customer_id, sent_at, version)
select 'old/' || wa_id, id, now() - interval '2 days', 1 from {old}
""",
    """
insert into public.outbox (dedup_key, lane, channel, customer_id, wamid, body, status, created_at)
select 'wa/old/' || wa_id, 'wa:' || id, 'whatsapp', id, 'old/' || wa_id, repeat('x', 600), 'sent', now() - interval '2 days'
  from {old}
""",
)


def measure(config: Config, environment: Environment, report: Report) -> None:
    filled = 0
    for size in config.database_sizes:
        environment.fill(fill(filled + 1, size))
        filled = size
        _measure(config, environment, report, f"with {size:,} customers and tickets")


def fill(first: int, last: int) -> list[str]:
    """The statements that add customers with these numbers, and all that belongs to them."""
    old = _OLD.format(first=first, last=last)
    return [statement.format(first=first, last=last, old=old) for statement in _FILL]


def _measure(config: Config, environment: Environment, report: Report, suffix: str) -> None:
    environment.set_delays()
    with ExitStack() as stack:
        instances = [stack.enter_context(environment.instance(variant)).ready() for variant in (WARM, COLD)]
        for _, instance in product(range(config.rounds), instances):
            visits = [new_visit() for _ in range(config.database_visits)]
            environment.pass_an_hour()
            environment.greet([instance], visits, 1)
            with environment.statuses([instance], scale=config.short_status_scale, messages=0, seconds=0):
                result = closed_loop([instance.port], visits, 1)
            took = percentile(result.latencies, 0.5) * 1000
            report.add(f"one message at a time, p50, {suffix}", "ms", instance.variant.name, took)
    for name, plans in sql_cost.measure(environment, config.database_visits).items():
        reads, tops = name == "load_conversation", [plan["Plan"] for plan in plans]
        column = COLD.name if reads else WARM.name
        pages = [top["Shared Hit Blocks"] + top["Shared Read Blocks"] for top in tops]
        report.add(f"SQL of {name}, {suffix}", "ms", column, *(plan["Execution Time"] for plan in plans))
        report.add(f"pages of {name}, {suffix}", "", column, *pages)
        if not reads:
            report.add(f"WAL of {name}, {suffix}", "bytes", column, *(top["WAL Bytes"] for top in tops))
