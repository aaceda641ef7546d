"""The functions and tables of the database, as the operator's commands call them: JSON in, plain data out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from supabase import Client

from ops.database import ask, client, older
from ops.settings import Settings

T = TypeVar("T")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Database:
    """Every method raises SupabaseError, also for an answer that `read` does not understand."""

    client: Client

    def call(self, function: str, read: Callable[[Any], T], **arguments: Any) -> T:
        """`function`, with `p_` before the name of each argument, in one transaction; `read` takes its JSON."""
        given = {f"p_{name}": value for name, value in arguments.items()}
        return understood(function, ask(self.client.rpc(function, given)), read)

    def rows(self, view: str, read: Callable[[Row], T], *, order: str, limit: int) -> list[T]:
        """The last `limit` rows of a view in this order, the last one first, each as `read` takes it."""
        query = self.client.table(view).select("*").order(order, desc=True).limit(limit)
        return understood(view, ask(query), lambda data: [read(dict(row)) for row in data])

    def row(self, table: str, number: int, columns: str) -> Row | None:
        """These columns of the row with this id."""
        query = self.client.table(table).select(columns).eq("id", number)
        return understood(table, ask(query), lambda data: dict(data[0]) if data else None)


@contextmanager
def connected(settings: Settings) -> Iterator[Database]:
    """The project's, until the end of the block."""
    with client(settings) as supabase:
        yield Database(supabase)


def understood(name: str, data: Any, read: Callable[[Any], T]) -> T:
    """`read` of an answer; what it does not know comes from another schema. Raises SupabaseError."""
    try:
        return read(data)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise older(name) from None
