"""A crowd on the database: a few people's aliases, technicians, the sweep and Meta at once, on many connections, at random."""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from tests.support.builders import Tables, at_once
from tests.support.database import capped

CONNECTIONS = 12
_MAX_TRIES = 12
_LATEST = 20  # tickets that technicians still work on
_MANY = 1_000_000
_LANGUAGE = {"language": "es"}

Connection = psycopg.Connection[tuple[Any, ...]]
Alias = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The BSUIDs and numbers that are theirs, and nobody else's."""

    name: str
    user_ids: tuple[str, ...]
    wa_ids: tuple[str, ...]

    def alias(self, chance: random.Random) -> Alias:
        """As one message names them: by one, by the other or by both."""
        user_id, wa_id = chance.choice(self.user_ids), chance.choice(self.wa_ids)
        return chance.choice([(user_id, None), (None, wa_id), (user_id, wa_id)])


@dataclass(slots=True, kw_only=True)
class Crowd:
    """`people` write at random. mixed: every BSUID may come with every number, as if numbers changed hands all the time.

    results: how often a call had which result; opened: the tickets that were committed, and who opened them.
    """

    dsn: str
    people: tuple[Person, ...]
    mixed: bool = False
    results: Counter[str] = field(default_factory=Counter)
    opened: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def run(self, calls: int, seed: int) -> None:
        """Make so many calls, from all connections together. Raises the first error of Postgres."""

        def work(number: int) -> None:
            chance = random.Random(seed + number)
            with psycopg.connect(self.dsn, autocommit=True, row_factory=tuple_row) as connection:
                for _ in range(calls // CONNECTIONS):
                    self._one(connection, chance)

        with ExitStack() as lifted:
            for cap in ("max_messages_per_hour", "max_tickets_per_hour"):
                lifted.enter_context(capped(self.dsn, cap, _MANY))
            at_once(CONNECTIONS, work)

    def _one(self, connection: Connection, chance: random.Random) -> None:
        kinds: Mapping[Callable[[Connection, random.Random], None], int] = {
            self._writes: 60,
            self._changes_alias: 12,
            self._technician: 8,
            self._opens_for: 4,
            self._learns_number: 4,
            self._by_hand: 4,
            self._erased: 2,
            self._sweep: 6,
            self._statuses: 6,
            self._operator: 2,
        }
        (kind,) = chance.choices(list(kinds), list(kinds.values()))
        try:
            kind(connection, chance)
        except psycopg.errors.LockNotAvailable:  # a slow machine: the function answers 503
            self.results["gave up"] += 1

    def _sender(self, chance: random.Random) -> tuple[Person, Alias]:
        person = chance.choice(self.people)
        user_id, wa_id = person.alias(chance)
        if self.mixed and wa_id:
            wa_id = chance.choice(chance.choice(self.people).wa_ids)
        return person, (user_id, wa_id)

    def _writes(self, connection: Connection, chance: random.Random) -> None:
        person, alias = self._sender(chance)
        number = next(self._numbers)
        what, erases = chance.random(), chance.random() < 0.02
        ticket = None
        if what < 0.3 and not erases:
            ticket = {
                "code": _code(number),
                "summary": person.name,
                "description": "",
                "files": [],
                **_LANGUAGE,
            }
        for _ in range(_MAX_TRIES):
            base = _value(connection, "select load_conversation(%s, %s, null, true)", *alias)
            theirs = [each["code"] for each in base["tickets"]]
            note = None
            if theirs and what > 0.6 and not erases:
                note = {"code": chance.choice(theirs), "kind": "note", "text": "sigue", "files": []}
            lease = str(uuid4())
            answer = self._commit(connection, f"m{number}", alias, base, ticket, note, erases, lease)
            self.results[answer["result"]] += 1
            if answer["result"] != "conflict":
                break
        if ticket and answer["result"] == "committed":
            self.opened[_code(number)] = person.name
        if chance.random() < 0.8:
            self._sent(connection, answer["rows"], lease)

    def _commit(
        self,
        connection: Connection,
        wamid: str,
        alias: Alias,
        base: Any,
        ticket: Any,
        note: Any,
        erases: bool,
        lease: str,
    ) -> Any:
        rows = [
            {
                "dedup_key": f"wa/{wamid}",
                "channel": "whatsapp",
                "content": "rendered",
                "body": "",
                "repeat": True,
            }
        ]
        if ticket:
            mail = {"channel": "email", "content": "opened", "repeat": True}
            rows.append({"dedup_key": f"mail/{wamid}", "ticket": ticket["code"], **mail})
        return _value(
            connection,
            "select commit_turn(%s, %s, %s, %s, now(), %s, %s, %s, %s, %s, %s, %s, p_lease => %s)",
            wamid,
            *alias,
            f"name {wamid[-1]}",
            base["customer_id"],
            base["version"],
            Jsonb({}),
            ticket and Jsonb(ticket),
            note and Jsonb(note),
            erases,
            Jsonb(rows),
            lease,
        )

    def _sent(self, connection: Connection, rows: list[dict[str, Any]], lease: str) -> None:
        marks = [
            {"id": row["id"], "attempt": row["attempts"], "lease": lease, "provider_id": f"p{row['id']}"}
            for row in rows
        ]
        marked = _value(connection, "select mark_sent(%s)", Jsonb(marks))
        self.results["marked"] += len(marked["done"])

    def _changes_alias(self, connection: Connection, chance: random.Random) -> None:
        person = chance.choice(self.people)
        before, after = chance.choice(person.user_ids), chance.choice(person.user_ids)
        number, next_number = chance.choice(person.wa_ids), chance.choice([None, *person.wa_ids])
        if chance.random() < 0.5:
            link: tuple[str | None, ...] = (before, after, None, next_number)
        else:
            link = (None, None, number, next_number or number)
        linked = _value(connection, "select link_identity(%s, %s, %s, %s)", *link)
        self.results[f"linked {linked}"] += 1

    def _technician(self, connection: Connection, chance: random.Random) -> None:
        ticket = self._any_ticket(chance)
        if ticket:
            action = chance.choice(["take", "ask", "answer", "resolve", "reopen"])
            done = _value(connection, "select act_on_ticket(%s, %s, 'hola')", ticket, action)
            self.results[f"action {done['result']}"] += 1

    def _opens_for(self, connection: Connection, chance: random.Random) -> None:
        """A technician opens a ticket for somebody, now and then twice by the same form."""
        person = chance.choice(self.people)
        number = next(self._numbers)
        call = "select open_ticket_for(%s, %s, %s, null, 'no prende', %s, 'es', p_lease => %s)"
        for _ in range(chance.choice([1, 1, 2])):
            given = (f"k{number}", _code(number), chance.choice(person.wa_ids), person.name, str(uuid4()))
            opened = _value(connection, call, *given)
            self.results[f"for somebody: {opened['result']}"] += 1
            self.opened[_code(number)] = person.name

    def _learns_number(self, connection: Connection, chance: random.Random) -> None:
        person = chance.choice(self.people)
        rows = (
            "select array(select o.id from outbox o join customers c on c.id = o.customer_id "
            "where c.wa_id = any (%s) order by o.id desc limit 1)"
        )
        for row in _value(connection, rows, list(person.wa_ids)):
            learned = _value(connection, "select learn_number(%s, %s)", row, chance.choice(person.wa_ids))
            self.results[f"learned {learned}"] += 1

    def _by_hand(self, connection: Connection, chance: random.Random) -> None:
        ticket = self._any_ticket(chance)
        if ticket:
            move = "update tickets set status = 'in_progress' where code = %s and status in ('open', 'waiting_customer')"
            connection.execute(move, [ticket])

    def _erased(self, connection: Connection, chance: random.Random) -> None:
        person = _value(connection, "select find_person(%s, %s)", *self._sender(chance)[1])
        if person:
            erased = _value(connection, "select erase_person(%s)", person["id"])
            self.results[f"erased {erased}"] += 1

    def _sweep(self, connection: Connection, chance: random.Random) -> None:
        due = "update outbox set next_at = now() where ctid = any (array(select ctid from outbox where status = 'ready' and not held limit 20 for update skip locked))"
        connection.execute(due.encode())
        lease = str(uuid4())
        claimed = _value(connection, "select claim_outbox(8, %s)", lease)["rows"]
        if chance.random() < 0.5:
            self._sent(connection, claimed, lease)
        else:
            for row in claimed:
                finish = "select finish_outbox(%s, %s, %s, %s)"
                outcome = chance.choice(["sent", "retry", "unknown", "dead"])
                _value(connection, finish, row["id"], row["attempts"], lease, outcome)

    def _statuses(self, connection: Connection, chance: random.Random) -> None:
        rows = (
            "select array(select dedup_key from outbox where channel = 'whatsapp' order by random() limit 10)"
        )
        statuses = [
            {"dedup_key": key, "provider_id": f"s{key}", "outcome": chance.choice(["sent", "sent", "retry"])}
            for key in _value(connection, rows)
        ]
        answer = _value(connection, "select confirm_outbox(%s)", Jsonb(statuses))
        self.results.update(f"status {result}" for result in answer["results"])

    def _operator(self, connection: Connection, chance: random.Random) -> None:
        call = chance.choice(["retry_outbox", "drop_outbox"])
        rows = "select array(select id from outbox where status in ('ready', 'unknown', 'dead') order by random() limit 1)"
        for row in _value(connection, rows):
            _value(connection, f"select {call}(%s)", row)
        _value(connection, "select purge_expired()")

    def _any_ticket(self, chance: random.Random) -> str | None:
        latest = list(self.opened)[-_LATEST:]  # a copy made at once: others open more meanwhile
        return chance.choice(latest) if latest else None


def _code(number: int) -> str:
    return f"TK-{number // 10_000:04}-{number % 10_000:04}"


def _value(connection: Connection, statement: str, *values: object) -> Any:
    row = connection.execute(statement.encode(), values).fetchone()
    assert row is not None
    return row[0]


@contextmanager
def no_deadlocks(tables: Tables) -> Iterator[None]:
    """As Postgres counts them, whoever tried again and succeeded."""
    counted = "select deadlocks from pg_stat_database where datname = current_database()"
    before = tables.value(counted)
    yield
    tables.do("select pg_stat_clear_snapshot()")
    assert tables.value(counted) == before
