"""Builders for tests of the store: messages, effects, outbox rows, one instance's store, and the tables by SQL."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Barrier
from typing import Any, TypeVar

import psycopg

from channels.http import Http, HttpxClient
from state.model.language import Language
from state.model.message import Message, Sender, Status, Text
from state.model.outbox_row import Channel, Content, NewOutboxRow, OutboxRow, Outcome, Result, SentMark
from state.model.session import Session
from state.model.ticket import ActionResult, TechnicianAction
from state.model.ticket_fact import TicketFact
from state.model.turn import ChangeTicket, Effect, EraseCustomer, Lookup, OpenTicket, Turn
from state.store.client import Store, new_lease
from state.store.rows import Commit, Conversation, Finish, Marked
from tests.support.database import SupabaseLocal, fetch, kept_connection

T = TypeVar("T")
BOTH = tuple(Channel)

ANA = Sender(user_id="AR.ana", wa_id="5491100000001", name="Ana")
BEA = Sender(user_id="AR.bea", wa_id="5491100000002", name="Bea")


def code(number: int) -> str:
    """A ticket code in the valid format."""
    return f"TK-{number:04}-0000"


def message(wamid: str, sender: Sender = ANA, *, ago: timedelta = timedelta()) -> Message:
    at = datetime.now(UTC).replace(microsecond=0) - ago
    return Message(wamid=wamid, sender=sender, at=at, content=Text(body="hola"))


def reply(wamid: str, *, template: str | None = None, repeat: bool = True) -> NewOutboxRow:
    key = f"wa/{wamid}"
    return NewOutboxRow(
        dedup_key=key, channel=Channel.WHATSAPP, body=f"body of {key}", template=template, repeat=repeat
    )


def mail(ticket: str, what: str = "opened") -> NewOutboxRow:
    key = f"mail/{ticket}/{what}"
    return NewOutboxRow(dedup_key=key, channel=Channel.EMAIL, content=Content.OPENED, ticket=ticket)


def throttled(wamid: str) -> NewOutboxRow:
    return NewOutboxRow(
        dedup_key=f"wa/{wamid}/throttled", channel=Channel.WHATSAPP, body="slowly", repeat=False
    )


def opens(number: int) -> OpenTicket:
    return OpenTicket(
        code=code(number), summary="no prende", description="mi compu no prende", language=Language.ES
    )


def notes(number: int) -> ChangeTicket:
    return ChangeTicket(code=code(number), text="sigue igual")


def sent_mark(row: OutboxRow) -> SentMark:
    """The mark of a row that is leased to us, and was sent."""
    return SentMark(id=row.id, attempt=row.attempts, lease=row.lease, provider_id=f"p{row.id}")


ERASES = EraseCustomer()


@dataclass(slots=True)
class Tables:
    """Reads rows, and changes their times."""

    connection: psycopg.Connection[dict[str, Any]]

    def all(self, statement: str, *values: object) -> list[dict[str, Any]]:
        return fetch(self.connection, statement, *values)

    def one(self, statement: str, *values: object) -> dict[str, Any]:
        (row,) = self.all(statement, *values)
        return row

    def value(self, statement: str, *values: object) -> Any:
        (value,) = self.one(statement, *values).values()
        return value

    def do(self, statement: str, *values: object) -> int:
        return self.connection.execute(statement.encode(), values).rowcount

    def outbox(self, key: str) -> dict[str, Any]:
        return self.one("select * from outbox where dedup_key = %s", key)

    def status(self, *keys: str) -> list[str]:
        return [self.outbox(key)["status"] for key in keys]

    def let_lease_end(self, key: str) -> None:
        assert self.do("update outbox set next_at = now() - interval '1 s' where dedup_key = %s", key)

    def let_be_due(self, key: str) -> None:
        """End the grace period, the back-off or the pause."""
        assert self.do("update outbox set next_at = now() - interval '1 s' where dedup_key = %s", key)
        self.do("delete from channel_pauses")

    def until_somebody_waits(self) -> None:
        """Wait until another transaction waits for a lock. Raises TimeoutError."""
        deadline = time.monotonic() + 5
        while not self.value("select count(*) from pg_locks where not granted"):
            if time.monotonic() > deadline:
                raise TimeoutError("no transaction waits")
            time.sleep(0.005)

    def waits(self, key: str) -> float:
        """The seconds until the row is due."""
        seconds = self.value(
            "select extract(epoch from next_at - now())::float from outbox where dedup_key = %s", key
        )
        return float(seconds)


@dataclass(slots=True)
class Desk:
    """The store as one instance of the function uses it: each call has its own lease token."""

    store: Store
    tables: Tables

    def conversation(self, sender: Sender = ANA) -> Conversation:
        return self.store.load(sender, Lookup()).conversation

    def take(
        self,
        message: Message,
        *effects: Effect,
        outbox: Iterable[NewOutboxRow] | None = None,
        base: Conversation | None = None,
        session: Session | None = None,
        lease: str | None = None,
        channels: tuple[Channel, ...] = BOTH,
        throttle_reply: bool = True,
        sent: Iterable[OutboxRow] = (),
    ) -> Commit:
        """Try once to commit a turn, with marks of rows that were sent. Its outbox rows are one reply, unless `outbox` is given."""
        base = base or self.conversation(message.sender)
        session = session or Session(serial=base.version + 1)
        turn = Turn(session=replace(session, language=Language.ES), effects=effects)
        return self.store.commit_turn(
            message,
            base,
            turn,
            outbox=[reply(message.wamid)] if outbox is None else outbox,
            throttle_reply=throttled(message.wamid) if throttle_reply else None,
            sent=[sent_mark(row) for row in sent],
            lease=lease or new_lease(),
            channels=channels,
        )

    def row(
        self, wamid: str, sender: Sender = ANA, *, template: str | None = None, repeat: bool = True
    ) -> OutboxRow:
        """Commit a message; returns its reply, leased to us."""
        outbox = [reply(wamid, template=template, repeat=repeat)]
        (row,) = self.take(message(wamid, sender), outbox=outbox).rows
        return row

    def work(self, action: TechnicianAction, text: str = "", ticket: str = code(1)) -> None:
        """A technician does this to a ticket."""
        done = self.store.act_on_ticket(ticket, action, text, author="Marta", key=None, seen=None)
        assert done.result is ActionResult.DONE

    def mail_row(self, number: int = 1) -> OutboxRow:
        """Open a ticket; returns its e-mail, leased to us."""
        (row,) = self.take(message(f"of {code(number)}"), opens(number), outbox=[mail(code(number))]).rows
        return row

    def claim(
        self, limit: int = 8, channels: tuple[Channel, ...] = BOTH, lease: str | None = None
    ) -> tuple[OutboxRow, ...]:
        return self.store.claim(limit, lease or new_lease(), channels).rows

    def finish(self, row: OutboxRow, outcome: Outcome, **what: Any) -> Finish:
        return self.store.finish(row, Result(outcome=outcome, **what), BOTH)

    def confirm(
        self, key: str | None, provider_id: str, outcome: Outcome = Outcome.SENT, lease: str | None = None
    ) -> tuple[str, tuple[OutboxRow, ...]]:
        """Store a delivery status from Meta. A failed one has an outcome other than SENT."""
        result = Result(outcome=outcome, error="meta")
        status = Status(provider_id=provider_id, status="any", dedup_key=key)
        answer = self.store.confirm([(status, result)], lease or new_lease(), BOTH)
        return answer.results[0], answer.rows

    def mark_sent(self, *rows: OutboxRow, lease: str | None = None) -> Marked:
        """Store that these rows were sent, by one call."""
        return self.store.mark_sent([sent_mark(row) for row in rows], lease or new_lease(), BOTH)


@cache
def store_of(url: str, key: str) -> Store:
    """A store has no state but its connections, so all tests share it."""
    return Store(url, key, HttpxClient(Http()))


@contextmanager
def tables_of(dsn: str) -> Iterator[Tables]:
    yield Tables(kept_connection(dsn))


@contextmanager
def desk_over(local: SupabaseLocal) -> Iterator[Desk]:
    with tables_of(local.database_url) as tables:
        yield Desk(store_of(local.url, local.secret_key), tables)


def ticket_facts(conversation: Conversation) -> list[TicketFact]:
    return [fact for fact in conversation.facts if isinstance(fact, TicketFact)]


def keys(rows: Iterable[OutboxRow]) -> list[str]:
    return [row.dedup_key for row in rows]


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """Run `work(0)` to `work(count - 1)`, each on its own thread, all started together."""
    gate = Barrier(count)

    def begin(number: int) -> T:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def side_by_side(*works: Callable[[], T]) -> list[T]:
    """Run each on its own thread, all started together."""
    return at_once(len(works), lambda number: works[number]())
