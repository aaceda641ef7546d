"""What is left when a run is over: what everybody wrote, what the database holds, what Meta and Resend took."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, LiteralString

import psycopg
from psycopg.rows import dict_row

from bench.chaos.people import Said
from bench.chaos.plan import Plan
from bench.chaos.technicians import Deed
from emulator.call_list import Ledger
from emulator.meta.sent_message import SentMessage
from emulator.resend.email_rules import Mail

Row = dict[str, Any]
_TABLES: Final[dict[str, LiteralString]] = {
    "customers": "select * from public.customers order by id",
    "conversations": "select * from public.conversations order by customer_id",
    "inbound": "select * from public.inbound order by received_at",
    "tickets": "select * from public.tickets order by id",
    "ticket_events": "select * from public.ticket_events order by id",
    "outbox": "select * from public.outbox order by id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`sent` in the order in which Meta took it; `unclear`: tries (outbox row, number) of which nobody could say how they ended."""

    plan: Plan
    said: list[Said]
    tables: dict[str, list[Row]]
    sent: list[SentMessage]
    mails: list[Mail]
    unclear: frozenset[tuple[int, int]] = frozenset()
    deeds: list[Deed] = field(default_factory=list)
    undelivered: int = 0
    twice: int = 0
    killed: int = 0
    frozen: int = 0
    restarts: int = 0
    seconds: float = 0.0
    ledgers: dict[str, Ledger] = field(default_factory=dict)


def read_tables(database_url: str) -> dict[str, list[Row]]:
    """Everything the judge looks at."""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        return {table: connection.execute(select).fetchall() for table, select in _TABLES.items()}
