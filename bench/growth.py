"""What becomes of a turn when the database has grown: the way through the function, and the SQL alone."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from typing import Final

from bench import sql
from bench.instance import COLD, WARM
from bench.load import closed, greet, percentile
from bench.plan import Plan
from bench.report import Report
from bench.surroundings import Surroundings
from bench.talk import visit

# Each customer with a conversation, a ticket with its first event, a message and a reply that was sent.
_FILL: Final = """
with numbers as (select n, '54922' || lpad(n::text, 8, '0') as wa from generate_series({first}, {last}) n),
customer as (
  insert into public.customers (user_id, wa_id, name) select 'AR.old' || wa, wa, 'Cliente ' || n from numbers
  returning id, wa_id),
conversation as (
  insert into public.conversations (customer_id, version, last_inbound_at)
  select id, 1, now() - interval '2 days' from customer),
ticket as (
  insert into public.tickets (code, customer_id, wamid, summary, description, language)
  select 'TK-' || lpad(upper(to_hex(id / 65536)), 4, '0') || '-' || lpad(upper(to_hex(id % 65536)), 4, '0'),
         id, 'old/' || wa_id, 'no imprime', 'mi impresora no imprime y se traba', 'es' from customer
  returning id, wamid),
event as (
  insert into public.ticket_events (ticket_id, kind, actor, body, wamid)
  select id, 'created', 'customer', 'mi impresora no imprime y se traba', wamid from ticket),
message as (
  insert into public.inbound (wamid, customer_id, sent_at, version)
  select 'old/' || wa_id, id, now() - interval '2 days', 1 from customer)
insert into public.outbox (dedup_key, lane, kind, customer_id, wamid, body, status)
select 'wa/old/' || wa_id, 'wa:' || id, 'whatsapp', id, 'old/' || wa_id, repeat('x', 600), 'sent' from customer
"""


def measure(plan: Plan, around: Surroundings, report: Report) -> None:
    filled = 0
    for size in plan.growth:
        around.rows(_FILL.format(first=filled + 1, last=size))
        around.rows("analyze")
        filled = size
        _measure(plan, around, report, size)


def _measure(plan: Plan, around: Surroundings, report: Report, size: int) -> None:
    took = defaultdict[str, list[float]](list)
    around.set()
    with ExitStack() as stack:
        instances = [stack.enter_context(around.instance(kind)).ready() for kind in (WARM, COLD)]
        for _ in range(plan.growth_rounds):
            for instance in instances:
                visits = [visit() for _ in range(plan.growth_visits)]
                greet([instance.port], visits, 1)
                instance.settled()
                sent = closed([instance.port], visits, 1)
                took[instance.kind.name].append(percentile(sent.latencies, 0.5) * 1000)
    among = f"with {size:,} customers and tickets"
    report.add(f"one message at a time, p50, {among}", "ms", took)
    for name, costs in sql.measure(around, plan.growth_visits).items():
        column = "ours, cold" if name == "load_conversation" else "ours, warm"
        report.add(f"SQL of {name}, {among}", "ms", {column: [cost.milliseconds for cost in costs]})
        report.add(f"pages of {name}, {among}", "", {column: [cost.pages for cost in costs]})
        if name != "load_conversation":
            report.add(f"WAL of {name}, {among}", "bytes", {column: [cost.wal for cost in costs]})
