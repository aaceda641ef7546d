"""The one file that talks to Supabase: every call that is made, by name, with what it takes and gives.

All of them are functions of the database (supabase/migrations), so each call is one transaction. Every call may be repeated
with the same arguments without harm, and is, once, when the connection broke.

    StoreError
      StoreUnavailable   Supabase cannot be reached, is busy, or is not set up as this code expects: worth another try later
        StoreDeadlock    two calls waited for each other and this one was ended: made again at once, three times
      StoreRefused       the database refused the data itself: another try would end the same
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any, Final, TypeVar

# At the top, though they cost the start 0.2 s: an instance starts before its first customer waits, not while.
import httpx

from state.model.clock import Moment, moment
from state.model.message import IdentityChange, Message, Poison, Sender
from state.model.outbox_row import Kind, NewOutboxRow, OutboxRow, Result
from state.model.session import Session, attachment_json, from_json, to_json
from state.model.ticket import ActionResult, AttemptedAction, TechnicianAction, TicketRecord, TicketView
from state.model.turn import AddNote, ChangeTicket, EraseCustomer, Lookup, OpenTicket, Turn
from state.store.lru import Conversation
from state.store.without import without

# To supabase-py's PyJWT an extra for signatures that nobody here checks: 6 % of the cold start.
with without("cryptography"):
    from postgrest.exceptions import APIError
    from supabase import Client, ClientOptions, create_client

T = TypeVar("T")

LEASE_SECONDS: Final = 30
_CONNECT_SECONDS: Final = 2.0
_READ_SECONDS: Final = 5.0
# SQLSTATE classes 22 (data) and 23 (constraint) are about what we sent; a key that somebody else took, or took away, is not.
_REFUSED_CLASSES: Final = ("22", "23")
_DEADLOCK: Final = "40P01"
_MAX_CIRCLES: Final = 3
_LOST_RACES: Final = ("23503", "23505")


def new_lease() -> str:
    """A token that no other holder of a lease has."""
    return str(uuid.uuid4())


class StoreError(Exception):
    """Supabase did not do what it was asked."""


class StoreUnavailable(StoreError):
    """Supabase cannot be reached, is busy, or is not set up as this code expects."""


class StoreDeadlock(StoreUnavailable):
    """Two calls waited for each other, and this one was ended; nothing of it was done."""


class StoreRefused(StoreError):
    """The database refused the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What `load` found: where the customer is, and the facts that came along.

    asked: the code that `ticket` answers to; ticket: None when it is not there or not theirs; tickets: None when not asked.
    """

    conversation: Conversation
    asked: str | None = None
    ticket: TicketView | None = None
    tickets: tuple[TicketView, ...] | None = None

    def answers(self, lookup: Lookup) -> bool:
        """Whether the facts at hand are those that are needed."""
        return (lookup.code is None or lookup.code == self.asked) and not (
            lookup.tickets and self.tickets is None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What `commit_turn` answered. result: committed, duplicate, conflict, throttled, code_taken or
    too_many_tickets (of this customer, within the hour).

    conversation: the conversation as it is now; rows: what may leave now, leased to us.
    """

    result: str
    conversation: Conversation
    rows: tuple[OutboxRow, ...]


class Store:
    """Supabase. Made without a call or a thread; the client is built with the first call. `transport` carries the calls."""

    def __init__(self, url: str, key: str, transport: httpx.BaseTransport) -> None:
        self._url = url
        self._key = key
        self._transport = transport
        self._lock = Lock()
        self._client: Client | None = None

    def load(self, sender: Sender, lookup: Lookup) -> Loaded:
        """Where this customer is, with the facts asked for. One read."""
        return self._call(
            "load_conversation",
            {
                "p_user_id": sender.user_id,
                "p_wa_id": sender.wa_id,
                "p_code": lookup.code,
                "p_tickets": lookup.tickets,
            },
            lambda data: _conversation(data, lookup),
        )

    def commit_turn(
        self,
        message: Message,
        base: Conversation,
        turn: Turn,
        *,
        outbox: Iterable[NewOutboxRow],
        throttled: NewOutboxRow,
        lease: str,
        kinds: Iterable[Kind],
    ) -> Commit:
        """All that a message does, in one transaction, if the conversation is still as `base` says.

        throttled: the bubble for somebody who writes too much; lease: our token for what may leave now; kinds: the channels
        that we have threads for.
        """
        return self._lease(
            "commit_turn",
            {
                "p_wamid": message.wamid,
                "p_user_id": message.sender.user_id,
                "p_wa_id": message.sender.wa_id,
                "p_name": message.sender.name,
                "p_sent_at": message.at.isoformat(),
                "p_customer_id": base.customer_id,
                "p_version": base.version,
                "p_session": to_json(turn.session),
                **_writes(turn),
                "p_outbox": [asdict(row) for row in outbox],
                "p_throttled": asdict(throttled),
                **_leasing(lease, kinds),
            },
            lambda data, asked: Commit(
                result=data["result"], conversation=_conversation_of(data), rows=_rows(data["rows"], asked)
            ),
        )

    def claim(self, limit: int, lease: str, kinds: Iterable[Kind]) -> tuple[OutboxRow, ...]:
        """What is due in any lane, leased to us: at most one row a lane."""
        return self._lease("claim_outbox", {"p_limit": limit, **_leasing(lease, kinds)}, _rows)

    def finish(self, row: OutboxRow, lease: str, result: Result, kinds: Iterable[Kind]) -> Finish:
        """What became of a row, if the lease is still ours; with the next of its lane, leased."""
        return self._lease(
            "finish_outbox",
            {
                "p_id": row.id,
                "p_attempt": row.attempts,
                "p_outcome": result.outcome,
                "p_provider_id": result.provider_id,
                "p_error": result.error,
                "p_retry_seconds": result.retry_seconds,
                **_leasing(lease, kinds),
            },
            lambda data, asked: Finish(
                finished=data["finished"], status=data["status"], rows=_rows(data["rows"], asked)
            ),
        )

    def confirm(
        self, dedup_key: str | None, provider_id: str, result: Result, lease: str, kinds: Iterable[Kind]
    ) -> tuple[str, tuple[OutboxRow, ...]]:
        """Evidence from a status echo. Says closed, again, dead or ignored; with the next of the lane, leased."""
        return self._lease(
            "confirm_outbox",
            {
                "p_dedup_key": dedup_key,
                "p_provider_id": provider_id,
                "p_outcome": result.outcome,
                "p_error": result.error,
                "p_retry_seconds": result.retry_seconds,
                **_leasing(lease, kinds),
            },
            lambda data, asked: (data["result"], _rows(data["rows"], asked)),
        )

    def load_ticket(self, code: str) -> TicketRecord | None:
        """Everything about a ticket, for a technician: nobody's ownership is checked."""
        return self._call("load_ticket", {"p_code": code}, _record)

    def work_ticket(
        self,
        code: str,
        action: TechnicianAction,
        text: str,
        *,
        author: str,
        key: str | None,
        seen: int | None,
    ) -> AttemptedAction:
        """A technician's action on a ticket, in one transaction, with the letter to its owner.

        key: of the form that was sent, so that it is done once; seen: the latest event the technician knew of.
        """
        arguments = {
            "p_code": code,
            "p_action": action,
            "p_text": text,
            "p_author": author,
            "p_key": key,
            "p_seen": seen,
        }
        return self._call(
            "work_ticket",
            arguments,
            lambda data: AttemptedAction(result=ActionResult(data["result"]), ticket=_record(data["ticket"])),
        )

    def mail_link(self, code: str) -> bool:
        """Puts a fresh link for the technicians into the outbox. False if there is no such ticket, or one was just put."""
        return self._call("mail_link", {"p_code": code}, _truth)

    def link_identity(self, change: IdentityChange) -> bool:
        """The alias moves and the tickets follow. False if nobody had the old one."""
        arguments = {f"p_{name}": value for name, value in asdict(change).items()}
        return self._call("link_identity", arguments, _truth)

    def record_poison(self, poison: Poison) -> bool:
        """Keep what could not be understood. False if it was kept before."""
        arguments = {"p_key": poison.key, "p_payload": poison.payload, "p_reason": poison.reason}
        return self._call("record_poison", arguments, _truth)

    def report_dead(self) -> list[dict[str, Any]]:
        """Rows that were given up and that nobody has been told of: id, kind, wamid, error. Each is told once."""
        return self._call("report_dead", {}, lambda data: [dict(row) for row in data])

    def purge_expired(self) -> dict[str, int]:
        """Retention: how many rows went, by table."""
        return self._call("purge_expired", {}, dict)

    def close(self) -> None:
        """Close the kept connections. The next call opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.postgrest.session.close()

    def _lease(self, name: str, arguments: Mapping[str, Any], read: Callable[[Any, Moment], T]) -> T:
        """A call that may bring leased rows: their time runs from before it."""
        asked = moment()
        return self._call(name, arguments, lambda data: read(data, asked))

    def _call(self, name: str, arguments: Mapping[str, Any], read: Callable[[Any], T]) -> T:
        answer = self._answer(name, arguments)
        try:
            return read(answer)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # A proxy's page, or a schema of another version: it says nothing about the data.
            raise StoreUnavailable(f"{name}: {type(error).__name__} in the answer") from None

    def _answer(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Of two calls that wait for each other Postgres ends one, whole: it is made again, and finds the way free."""
        for _ in range(_MAX_CIRCLES):
            try:
                return self._answer_once(name, arguments)
            except StoreDeadlock:
                continue
        return self._answer_once(name, arguments)

    def _answer_once(self, name: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return self._execute(name, arguments)
        except (httpx.ReadTimeout, httpx.PoolTimeout) as error:  # it has had its time
            raise StoreUnavailable(f"{name}: {type(error).__name__}") from error
        except httpx.HTTPError:
            pass  # the connection broke, perhaps only an old one
        try:
            return self._execute(name, arguments)
        except httpx.HTTPError as error:
            raise StoreUnavailable(f"{name}: {type(error).__name__}") from error

    def _execute(self, name: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return self._connected().rpc(name, dict(arguments)).execute().data
        except APIError as error:
            # The message of an error may quote the data: only its code is passed on.
            code = str(error.code or "")
            if code == _DEADLOCK:
                raise StoreDeadlock(f"{name}: {code}") from None
            refused = code[:2] in _REFUSED_CLASSES and len(code) == 5 and code not in _LOST_RACES
            raise (StoreRefused if refused else StoreUnavailable)(f"{name}: {code or 'no code'}") from None

    def _connected(self) -> Client:
        with self._lock:
            if self._client is None:
                self._client = _client(self._url, self._key, self._transport)
            return self._client


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """What `finish` did. finished: False if the lease was no longer ours; status: the row's, after it."""

    finished: bool
    status: str | None
    rows: tuple[OutboxRow, ...]


def _client(url: str, key: str, transport: httpx.BaseTransport) -> Client:
    """HTTP/1.1 with real time-outs: over HTTP/2 a call after an idle close or a freeze can fail (supabase-py #1064)."""
    http = httpx.Client(transport=transport, timeout=httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS))
    options = ClientOptions(httpx_client=http, postgrest_client_retry=False, auto_refresh_token=False)
    client = create_client(url, key, options=options)
    _ = client.postgrest  # a lazy property without a lock: touched once, here, under ours
    return client


def _writes(turn: Turn) -> dict[str, Any]:
    writes: dict[str, Any] = {}
    for effect in turn.effects:
        match effect:
            case OpenTicket():
                writes["p_ticket"] = {
                    "code": effect.code,
                    "summary": effect.summary,
                    "description": effect.description,
                    "language": turn.session.language,
                    "wants_human": effect.wants_human,
                    "attachments": [attachment_json(file) for file in effect.files],
                }
            case AddNote():
                writes["p_note"] = {
                    "code": effect.code,
                    "kind": "human" if effect.wants_human else "note",
                    "text": effect.text,
                    "attachments": [attachment_json(file) for file in effect.files],
                }
            case ChangeTicket():
                writes["p_note"] = {
                    "code": effect.code,
                    "kind": effect.change,
                    "text": effect.text or None,
                    "rating": effect.rating,
                    "attachments": [attachment_json(file) for file in effect.files],
                }
            case EraseCustomer():
                writes["p_erase"] = True
    return writes


def _leasing(lease: str, kinds: Iterable[Kind]) -> dict[str, Any]:
    return {"p_lease": lease, "p_lease_seconds": LEASE_SECONDS, "p_kinds": list(kinds)}


def _conversation_of(data: Mapping[str, Any]) -> Conversation:
    session: Session = from_json(data["session"])
    return Conversation(customer_id=data["customer_id"], version=data["version"], session=session)


def _conversation(data: Mapping[str, Any], lookup: Lookup) -> Loaded:
    conversation = _conversation_of(data)
    tickets = data["tickets"]
    return Loaded(
        conversation=conversation,
        asked=lookup.code or conversation.session.current_ticket,
        ticket=TicketView.from_json(data["ticket"]) if data["ticket"] else None,
        tickets=None if tickets is None else tuple(TicketView.from_json(ticket) for ticket in tickets),
    )


def _record(data: Mapping[str, Any] | None) -> TicketRecord | None:
    return TicketRecord.from_json(data) if data else None


def _truth(data: Any) -> bool:
    if not isinstance(data, bool):
        raise TypeError(type(data))
    return data


def _rows(data: Iterable[Mapping[str, Any]], asked: Moment) -> tuple[OutboxRow, ...]:
    return tuple(OutboxRow.from_json(row, asked) for row in data)
