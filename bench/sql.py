"""What a turn costs Postgres: each call of the store, explained and rolled back, then made."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg import sql

from bench.surroundings import Surroundings
from bench.talk import SCRIPT
from channels.http import Http, HttpxTransport
from emulator.meta.customers import Customer
from handlers.log import Log
from handlers.payload import read_payload
from handlers.process_message import MessageProcessor
from handlers.render_turn import TurnRenderer
from handlers.settings import Settings
from handlers.signed_links import SignedLinks
from state.model.language import Language
from state.model.message import Message
from state.model.outbox_row import Kind, Outcome, Result
from state.store.client import Store
from state.store.lru import ConversationCache, Lru

_numbers = itertools.count(1)
_EXPLAIN: Final = sql.SQL("explain (analyze, buffers, wal, format json) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one call: milliseconds in Postgres, pages of 8 kB that were looked at, bytes of write-ahead log."""

    milliseconds: float
    pages: float
    wal: float


class ExplainedStore(Store):
    """The store, straight to Postgres; `costs` by the name of the function."""

    def __init__(self, connection: psycopg.Connection) -> None:
        super().__init__("http://nowhere.example", "no key", HttpxTransport(Http()))
        self._connection = connection
        self.costs: defaultdict[str, list[Cost]] = defaultdict(list)

    def _execute(self, name: str, arguments: Mapping[str, Any]) -> Any:
        call = sql.SQL("select public.{}({})").format(
            sql.Identifier(name),
            sql.SQL(", ").join(
                sql.SQL("{} := {}").format(sql.Identifier(key), sql.Literal(_plain(value)))
                for key, value in arguments.items()
            ),
        )
        self.costs[name].append(self._explained(call))
        row = self._connection.execute(call).fetchone()
        self._connection.commit()
        return row and row[0]

    def _explained(self, call: sql.Composed) -> Cost:
        row = self._connection.execute(_EXPLAIN + call).fetchone()
        self._connection.rollback()
        assert row is not None
        plan = row[0][0]
        top = plan["Plan"]
        return Cost(
            milliseconds=plan["Execution Time"],
            pages=top["Shared Hit Blocks"] + top["Shared Read Blocks"],
            wal=top["WAL Bytes"],
        )


def measure(around: Surroundings, visits: int) -> dict[str, list[Cost]]:
    """The costs of each function, over as many visits of people who have never been here."""
    settings = Settings.from_environment(around.settings())
    with psycopg.connect(around.database_url) as connection:
        store = ExplainedStore(connection)
        turns = _turns(store, settings)
        for _ in range(visits):
            sender = Customer(wa_id=f"54933{next(_numbers):08}", user_id=None, username=None)
            for text in ("hola", *SCRIPT):
                _say(turns, store, sender, text, settings.whatsapp_phone_number_id)
    return dict(store.costs)


def _turns(store: Store, settings: Settings) -> MessageProcessor:
    return MessageProcessor(
        store=store,
        lost_commits=Lru(1024),
        cache=ConversationCache(0),  # each turn is a cold one: load_conversation is measured too
        renderer=TurnRenderer(
            settings=settings, links=SignedLinks(settings.public_url, settings.link_signing_keys)
        ),
        log=Log("key", write=lambda _: None),
        default_language=Language.ES,
        now=lambda: datetime.now(UTC),
        kinds=lambda: tuple(Kind),
    )


def _say(turns: MessageProcessor, store: Store, sender: Customer, text: str, number: str) -> None:
    (message,) = read_payload(sender.webhook(sender.text(text)), number)
    assert isinstance(message, Message)
    taken = turns.process(message)
    for row in taken.rows:
        result = Result(outcome=Outcome.SENT, provider_id=f"sent/{row.dedup_key}")
        store.finish(row, taken.lease, result, tuple(Kind))


def _plain(value: Any) -> Any:
    """As PostgREST hands it on: documents as JSON, lists of words as arrays."""
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value)):
        return json.dumps(value)
    return list(map(str, value)) if isinstance(value, list) else value
