"""What a turn costs Postgres: every call of the store under `explain analyze`, rolled back, and then made."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import psycopg
from psycopg import sql

from bench.environment import Environment
from bench.workload import new_visit
from channels.http import Http, HttpxClient
from emulator.meta.webhook_payload import BUSINESS
from handlers.app import App
from handlers.log import Log
from handlers.payload import read_payload
from handlers.process_message import MessageProcessor
from handlers.settings import Settings
from state.model.message import Message
from state.model.outbox_row import Channel
from state.store.client import Store

_EXPLAIN: Final = sql.SQL("explain (analyze, buffers, wal, format json) ")
Plan = dict[str, Any]  # what it says of one call


class ExplainedStore(Store):
    """A store that calls Postgres directly; `plans` by the name of the function."""

    def __init__(self, connection: psycopg.Connection) -> None:
        super().__init__("http://nowhere.example", "no key", HttpxClient(Http()))
        self._connection = connection
        self.plans: defaultdict[str, list[Plan]] = defaultdict(list)

    def _execute(self, name: str, arguments: Mapping[str, Any]) -> Any:
        call = sql.SQL("select public.{}({})").format(
            sql.Identifier(name),
            sql.SQL(", ").join(
                sql.SQL("{} := {}").format(sql.Identifier(key), sql.Literal(_plain(value)))
                for key, value in arguments.items()
            ),
        )
        for (plans,) in self._connection.execute(_EXPLAIN + call):
            self.plans[name] += plans
        self._connection.rollback()
        row = self._connection.execute(call).fetchone()
        self._connection.commit()
        return row and row[0]


def measure(environment: Environment, visits: int) -> dict[str, list[Plan]]:
    """The plans of each function, over this many visits of new customers."""
    # Without a cache load_conversation is measured, too.
    settings = Settings.from_environment(environment.settings() | {"CONVERSATION_CACHE_SIZE": "0"})
    with psycopg.connect(environment.database_url) as connection:
        store = ExplainedStore(connection)
        processor = replace(
            App.build(settings).webhook.messages.processor,
            store=store,
            log=Log("key", write=lambda _: None),
            channels=lambda: tuple(Channel),
        )
        for _ in range(visits):
            visit = new_visit()
            for body in (visit.greeting, *visit.messages):
                _process(processor, body)
    return dict(store.plans)


def _process(processor: MessageProcessor, body: bytes) -> None:
    """A message, and the marks of what it sends: the next commit takes them along. Then Meta's statuses need no call."""
    (message,) = read_payload(json.loads(body), BUSINESS.phone_number_id)
    assert isinstance(message, Message)
    for row in processor.process(message).rows:
        assert processor.marks.add(row, f"sent/{row.dedup_key}")


def _plain(value: Any) -> Any:
    """As PostgREST passes it: documents as JSON, lists of strings as arrays. An empty list is a document: `p_sent`, `p_outbox`;
    an empty tuple is an array: `p_codes`.
    """
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return list(map(str, value))
    return json.dumps(value) if isinstance(value, dict | list) else value
