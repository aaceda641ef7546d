"""What is left when a run is over: what everybody wrote, what the database holds, what Meta and Resend took."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg.rows import dict_row

from bench.chaos.people import Said
from bench.chaos.plan import Plan
from emulator.graph_sent import SentMessage
from emulator.ledger import Ledger
from emulator.resend_rules import Mail

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
    """`sent` in the order in which Meta took it; `unclear`: tries of which nobody could say how they ended."""

    plan: Plan
    said: list[Said]
    tables: dict[str, list[Row]]
    sent: list[SentMessage]
    mails: list[Mail]
    unclear: int
    undelivered: int = 0
    twice: int = 0
    killed: int = 0
    frozen: int = 0
    ledgers: dict[str, Ledger] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """One file of JSON lines for each table and each ledger."""
        _write(folder / "plan.jsonl", [asdict(self.plan)])
        _write(folder / "said.jsonl", [{"person": said.person, **said.message} for said in self.said])
        _write(folder / "graph-took.jsonl", [sent.as_json() for sent in self.sent])
        _write(folder / "resend-took.jsonl", [mail.as_json() for mail in self.mails])
        for name, rows in self.tables.items():
            _write(folder / "tables" / f"{name}.jsonl", rows)
        for name, ledger in self.ledgers.items():
            _write(folder / "calls" / f"{name}.jsonl", [entry.as_json() for entry in ledger.all()])


def read_tables(database_url: str) -> dict[str, list[Row]]:
    """Everything the judge looks at."""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        return {table: connection.execute(select).fetchall() for table, select in _TABLES.items()}


def _write(path: Path, documents: Iterable[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        file.writelines(
            json.dumps(document, default=str, ensure_ascii=False) + "\n" for document in documents
        )
