"""The recording of a run: what was written and done, the database at the end, and every call; saved as JSON lines."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql
from pydantic import TypeAdapter

from bench.chaos.customers import CustomerMessage
from bench.chaos.mail_program import MailedAnswer
from bench.chaos.scenario import Scenario
from bench.chaos.technicians import TechnicianAction
from emulator.call_log import LoggedCall
from emulator.meta.sent_message import SentMessage

Row = dict[str, Any]
_ORDER_OF: Final = {
    "customers": "id",
    "conversations": "customer_id",
    "inbound": "received_at",
    "tickets": "id",
    "attachments": "id",
    "ticket_events": "id",
    "outbox": "id",
    "received_mails": "id",
}
# Whoever writes to a conversation holds its customer's lock, for a turn as for a technician's action: numbers drawn
# under that lock are in the order of the commits. This is all that a run adds to the database.
_NUMBER_COMMITS: Final[LiteralString] = """
create sequence public.chaos_commits;
grant usage on sequence public.chaos_commits to service_role;
alter table public.inbound add column commit_number bigint not null default nextval('public.chaos_commits');
alter table public.ticket_events add column commit_number bigint not null default nextval('public.chaos_commits');
"""
_DO_NOT: Final[LiteralString] = """
alter table public.inbound drop column commit_number;
alter table public.ticket_events drop column commit_number;
drop sequence public.chaos_commits;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """`whatsapp_messages` in the order in which Meta accepted them; `unclear_attempts`: (outbox row, attempt) whose outcome
    the function could not know; `objects`: the bytes of each file in Storage, by its path; `calls` to each service, under /<instance>, and `webhooks` and `statuses` that Meta posted.
    """

    scenario: Scenario
    customer_messages: list[CustomerMessage]
    tables: dict[str, list[Row]]
    whatsapp_messages: list[SentMessage]
    emails: list[Row]
    objects: dict[str, int]
    technician_actions: list[TechnicianAction] = field(default_factory=list)
    mailed_answers: list[MailedAnswer] = field(default_factory=list)
    unclear_attempts: frozenset[tuple[int, int]] = frozenset()
    calls: dict[str, list[LoggedCall]] = field(default_factory=dict)
    undelivered: int = 0
    duplicates: int = 0
    kills: int = 0
    freezes: int = 0
    restarts: int = 0
    seconds: float = 0.0


_ADAPTER: Final = TypeAdapter(Recording)
_LISTS: Final = ("customer_messages", "technician_actions", "mailed_answers", "whatsapp_messages", "emails")
_FOLDERS: Final = ("tables", "calls")


def number_commits(database_url: str) -> None:
    """Add a column `commit_number` to `inbound` and `ticket_events`."""
    with psycopg.connect(database_url) as connection:
        connection.execute(_NUMBER_COMMITS)


def unnumber_commits(database_url: str) -> None:
    """Undo `number_commits`."""
    with psycopg.connect(database_url) as connection:
        connection.execute(_DO_NOT)


def read_tables(database_url: str) -> dict[str, list[Row]]:
    """Every table that the checker reads; the values are JSON, timestamps are ISO 8601."""
    select, name = sql.SQL("select to_jsonb(t) from public.{} t order by {}"), sql.Identifier
    with psycopg.connect(database_url) as connection:
        return {
            table: [row for (row,) in connection.execute(select.format(name(table), name(order)))]
            for table, order in _ORDER_OF.items()
        }


def save(recording: Recording, folder: Path) -> None:
    """One file for each list, each table and each list of calls; everything else in run.json."""
    document = _ADAPTER.dump_python(recording, mode="json")
    lists = {name: document.pop(name) for name in _LISTS}
    for name in _FOLDERS:
        lists |= {f"{name}/{stem}": rows for stem, rows in document.pop(name).items()}
    for name, rows in lists.items():
        path = folder / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    (folder / "run.json").write_text(json.dumps(document, indent=1))


def load(folder: Path) -> Recording:
    """What `save` wrote. Raises OSError, or pydantic.ValidationError for a folder of another version."""
    document = json.loads((folder / "run.json").read_text())
    for path in folder.rglob("*.jsonl"):
        parent = document if path.parent == folder else document.setdefault(path.parent.name, {})
        with path.open() as file:
            parent[path.stem] = [json.loads(line) for line in file]
    return _ADAPTER.validate_python(document)
