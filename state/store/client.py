"""The one file that talks to Supabase: one method for each function that is called.

All are functions of the database (supabase/schemas), so each call is one transaction. Every call can be repeated with the
same arguments without harm, and is repeated once if the connection broke. Raises the errors of state/store/errors.py.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any, Final, TypeVar

# Imported at the top, though that adds 0.2 s to the start: instances start before a customer waits.
import httpx

from state.model.clock import moment
from state.model.desk import DeskLead, DeskList, DeskQuery
from state.model.message import (
    AccountUpdate,
    Deleted,
    Edited,
    IdentityChange,
    Message,
    Poison,
    Sender,
    Status,
)
from state.model.operator import MailFailure, Watched
from state.model.outbox_row import Channel, NewOutboxRow, OutboxRow, Result, SentMark
from state.model.received_mail import MailDetail, MailOutcome, NewMail
from state.model.session import to_json
from state.model.technician import Technician
from state.model.ticket import (
    Mark,
    NewFile,
    TechnicianAction,
    TicketFile,
    TicketForSomebody,
    TicketRecord,
    WhyMissing,
)
from state.model.turn import ChangeTicket, EraseCustomer, Lookup, OpenTicket, Turn
from state.store.errors import StoreConfused, StoreDeadlock, StoreRefused, StoreUnavailable
from state.store.hide_import import hide_import
from state.store.rows import (
    AttemptedAction,
    Claim,
    Commit,
    Confirmation,
    Conversation,
    DeadLetter,
    DeskMail,
    Finish,
    Leased,
    LinkResult,
    Loaded,
    MailReceived,
    Marked,
    OpenedTicket,
    Reservation,
    UnshownQuestion,
    WrongShape,
    parse,
)

# supabase-py imports PyJWT, which needs cryptography only for signatures that nobody here checks: 6 % of the cold start.
with hide_import("cryptography"):
    from postgrest.exceptions import APIError
    from supabase import Client, ClientOptions, create_client

T = TypeVar("T")
L = TypeVar("L", bound=Leased)

LEASE_SECONDS: Final = 40
_CONNECT_SECONDS: Final = 2.0
_READ_SECONDS: Final = 5.0
# SQLSTATE classes 22 (data) and 23 (constraint) mean that our data is wrong. Exception: unique and foreign-key violations come
# from concurrency and are retried.
_REFUSED_CLASSES: Final = ("22", "23")
_DEADLOCK: Final = "40P01"
_MAX_DEADLOCKS: Final = 3
_CONCURRENCY_CODES: Final = ("23503", "23505")


def new_lease() -> str:
    """A token that no other holder of a lease has."""
    return str(uuid.uuid4())


class Store:
    """Supabase. Made without a call or a thread: the client is built at the first call, on top of `http`.

    A method with `lease` and `channels` may return outbox rows of these channels, leased under that token.
    """

    def __init__(self, url: str, key: str, http: httpx.Client) -> None:
        self._url = url
        self._key = key
        self._http = http
        self._lock = Lock()
        self._client: Client | None = None

    def load(self, sender: Sender, lookup: Lookup, quoting: str | None = None) -> Loaded:
        """Load a customer's conversation with the facts that `lookup` asks for, in one read.

        quoting: the id of a message of the chat, to load the ticket that it is about, too.
        """
        return self._call(
            "load_conversation",
            _arguments(
                user_id=sender.user_id,
                wa_id=sender.wa_id,
                codes=lookup.codes,
                tickets=lookup.tickets,
                quoting=quoting,
            ),
            lambda data: parse(Loaded, data, conversation=data, lookup=lookup, quoting=quoting),
        )

    def load_many(self, senders: Iterable[Sender]) -> list[Conversation]:
        """Load the conversations of many customers, in their order, in one read."""
        people = [{"user_id": sender.user_id, "wa_id": sender.wa_id} for sender in senders]
        arguments = _arguments(people=people)
        return self._call("load_conversations", arguments, partial(parse, list[Conversation]))

    def commit_turn(
        self,
        message: Message,
        base: Conversation,
        turn: Turn,
        *,
        outbox: Iterable[NewOutboxRow],
        sent: Iterable[SentMark] = (),
        throttle_reply: NewOutboxRow | None = None,
        lease: str,
        channels: Iterable[Channel],
    ) -> Commit:
        """Commit all effects of a message in one transaction, if the conversation is still at the version of `base`.

        sent: marks of earlier rows, which are stored along with a turn that is committed, now or before (`Commit.done`).
        throttle_reply: for a customer beyond the cap on messages. It is needed at most once an hour, so it is rendered only if
        the first call asks for it.
        """
        arguments = _arguments(
            wamid=message.wamid,
            user_id=message.sender.user_id,
            wa_id=message.sender.wa_id,
            name=message.sender.name,
            sent_at=message.at.isoformat(),
            customer_id=base.customer_id,
            version=base.version,
            session=to_json(turn.session),
            ticket=_effect(turn, OpenTicket),
            change=_effect(turn, ChangeTicket),
            erase=_effect(turn, EraseCustomer) is not None,
            outbox=[asdict(row) for row in outbox],
            throttle_reply=asdict(throttle_reply) if throttle_reply else None,
            sent=[asdict(mark) for mark in sent],
            original=_original(message),
            deletes=isinstance(message.content, Deleted),
        )
        return self._lease(
            "commit_turn", arguments, lease, channels, lambda data: parse(Commit, data, conversation=data)
        )

    def claim(self, limit: int, lease: str, channels: Iterable[Channel], emails_per_row: int = 1) -> Claim:
        """Lease rows that are due in any lane, at most one per lane. emails_per_row: at most so many become of one."""
        arguments = _arguments(limit=limit, emails_per_row=emails_per_row)
        return self._lease("claim_outbox", arguments, lease, channels, partial(parse, Claim))

    def finish(self, row: OutboxRow, result: Result, channels: Iterable[Channel]) -> Finish:
        """Store the result of an attempt, if there was no later one. Leases the next row of the lane."""
        arguments = _arguments(id=row.id, attempt=row.attempts, **asdict(replace(result, wa_id=None)))
        del arguments["p_wa_id"]  # see `learn_number`
        return self._lease("finish_outbox", arguments, row.lease, channels, partial(parse, Finish))

    def mark_sent(self, sent: Iterable[SentMark], lease: str, channels: Iterable[Channel]) -> Marked:
        """Mark rows as sent, each if there was no later attempt. Leases the next rows of their lanes."""
        arguments = _arguments(sent=[asdict(mark) for mark in sent])
        return self._lease("mark_sent", arguments, lease, channels, partial(parse, Marked))

    def lease_waiting(
        self, lanes: Iterable[str], ahead_seconds: float, lease: str, channels: Iterable[Channel]
    ) -> Leased:
        """Lease the replies that have waited in these lanes for a next line. ahead_seconds: also those that are due so soon."""
        arguments = _arguments(lanes=list(lanes), ahead_seconds=ahead_seconds)
        return self._lease("lease_waiting", arguments, lease, channels, partial(parse, Leased))

    def confirm(
        self, statuses: Iterable[tuple[Status, Result]], lease: str, channels: Iterable[Channel]
    ) -> Confirmation:
        """Apply delivery statuses, with what each means, to their rows. Leases the next rows of their lanes."""
        reports = [
            {
                "dedup_key": status.dedup_key,
                "proof": status.proof,
                **asdict(replace(result, provider_id=status.provider_id)),
            }
            for status, result in statuses
        ]
        return self._lease(
            "confirm_outbox", _arguments(statuses=reports), lease, channels, partial(parse, Confirmation)
        )

    def load_ticket(self, code: str, before: int | None = None) -> TicketRecord | None:
        """Load a ticket with its latest events, or those before one, for a technician: the owner is not checked."""
        return self._call(
            "load_ticket",
            _arguments(code=code, before=before),
            lambda data: data and parse(TicketRecord, data),
        )

    def load_file(self, code: str, number: int) -> TicketFile | None:
        """Load what is known about a file of a ticket, for a technician."""
        return self._call(
            "load_file", _arguments(code=code, file=number), lambda data: data and parse(TicketFile, data)
        )

    def act_on_ticket(
        self,
        code: str,
        action: TechnicianAction | Mark,
        text: str,
        *,
        author: str,
        key: str | None,
        seen: int | None,
        technician: str | None = None,
        technicians: Iterable[str] | None = None,
        to: Technician | None = None,
        choice: str = "",
        files: Iterable[NewFile] = (),
        lease: str | None = None,
        channels: Iterable[Channel] = (),
    ) -> AttemptedAction:
        """Apply a technician's action to a ticket and notify its owner, in one transaction.

        key: the key of the form, so that the action is done once; seen: the latest event the technician knew of; technician: the
        address of who acts; technicians: all addresses of the setting; to: who the ticket is handed to; choice: the category, or the
        code of the ticket to merge it into; files: what an answer brings, announced before it was stored. Without a lease, what tells the owner is left to the sweep.
        """
        arguments = _arguments(
            code=code,
            action=action,
            text=text,
            author=author,
            key=key,
            seen=seen,
            technician=technician,
            technicians=technicians and list(technicians),
            to=to and to.address,
            to_name=(to and to.name) or None,
            choice=choice,
            files=[asdict(file) for file in files],
        )
        return self._lease("act_on_ticket", arguments, lease, channels, partial(parse, AttemptedAction))

    def open_ticket_for(
        self,
        ticket: TicketForSomebody,
        *,
        key: str,
        author: str,
        technician: str,
        technicians: Iterable[str],
        takes: bool,
        epoch: int,
        lease: str,
        channels: Iterable[Channel],
    ) -> OpenedTicket:
        """Open a ticket for somebody who called or stands at the counter, and tell them its code, in one transaction.

        key: of the form, so that it is opened once; epoch: of who is logged in; author, technician, technicians: as in
        `act_on_ticket`; takes: it is theirs from now on.
        """
        arguments = _arguments(
            key=key,
            code=ticket.code,
            number=ticket.number,
            name=ticket.name,
            text=ticket.description,
            summary=ticket.summary,
            language=ticket.language,
            category=ticket.category or None,
            author=author,
            technician=technician,
            technicians=list(technicians),
            takes=takes,
            epoch=epoch,
        )
        return self._lease("open_ticket_for", arguments, lease, channels, partial(parse, OpenedTicket))

    def desk_epoch(self) -> int:
        """The epoch of access to the list: whoever has a cookie of another one was logged out."""
        return self._call("desk_epoch", {}, partial(parse, int))

    def learn_number(self, row: OutboxRow, wa_id: str) -> bool:
        """Meta writes the number that this row was sent to like that. Returns True if its customer, who has never written, got it."""
        return self._call("learn_number", _arguments(row=row.id, wa_id=wa_id), partial(parse, bool))

    def load_answer(self, name: str) -> str | None:
        """The text of a canned answer. None if there is none of this name."""
        return self._call("load_answer", _arguments(name=name), lambda data: data and parse(str, data))

    def mail_link(self, code: str, technician: str) -> LinkResult:
        """Mail a fresh link to a ticket's page to the technician with this address."""
        return self._call(
            "mail_link", _arguments(code=code, technician=technician), partial(parse, LinkResult)
        )

    def open_desk(
        self, query: DeskQuery, epoch: int, technician: str, technicians: Iterable[str], limit: int
    ) -> DeskList | None:
        """A page of the list, as this technician sees it. Returns None if all access of that epoch was ended.

        technician, technicians: addresses in small letters; who has a ticket and is not one of these is nobody.
        """
        arguments = _arguments(
            epoch=epoch,
            tab=query.tab,
            technician=technician,
            technicians=list(technicians),
            query=query.words or None,
            codes=query.codes,
            after=query.after,
            limit=limit,
        )
        return self._call("open_desk", arguments, lambda data: data and parse(DeskList, data))

    def lead_from_desk(
        self, code: str, epoch: int, technician: str, technicians: Iterable[str], *, onward: bool
    ) -> DeskLead | None:
        """To this ticket, or onward from it to the next that this technician is to answer. Addresses and None as in `open_desk`."""
        arguments = _arguments(
            code=code, epoch=epoch, technician=technician, technicians=list(technicians), onward=onward
        )
        return self._call("lead_from_desk", arguments, lambda data: data and parse(DeskLead, data))

    def leave_desk(self, epoch: int, technician: str, until: datetime | None) -> bool | None:
        """The technician with this address is away until then, or (None) is back. Returns None as `open_desk` does."""
        arguments = _arguments(epoch=epoch, technician=technician, until=until and until.isoformat())
        return self._call("leave_desk", arguments, lambda data: None if data is None else parse(bool, data))

    def mail_desk_link(self, technician: Technician, lease: str, channels: Iterable[Channel]) -> DeskMail:
        """Mail a technician a link to the list. Returns its e-mail leased, if it may leave now."""
        arguments = _arguments(technician=technician.id, recipient=technician.address)
        return self._lease("mail_desk_link", arguments, lease, channels, partial(parse, DeskMail))

    def reserve_file(self, path: str, size: int, most: int) -> Reservation:
        """Keep room for an object of so many bytes. most: the bytes that all may take. Older files may have to go for it."""
        return self._call(
            "reserve_file", _arguments(object=path, bytes=size, most=most), partial(parse, Reservation)
        )

    def record_stored(self, path: str, seconds: float | None, *, transcribe: bool) -> bool:
        """The object is there. Returns False if nobody wants it any more: then it will be removed.

        seconds: the length of a voice note; transcribe: it is to get its transcript.
        """
        return self._call(
            "record_stored",
            _arguments(object=path, seconds=seconds, transcribe=transcribe),
            partial(parse, bool),
        )

    def record_missing(self, path: str, why: WhyMissing, attempts: int) -> None:
        """The file cannot be had, or not be kept. attempts: how often that was tried, this time included."""
        self._call("record_missing", _arguments(object=path, why=why, attempts=attempts), lambda _: None)

    def record_transcript(self, path: str, words: str) -> bool:
        """What a machine heard in a voice note. Returns False if it was deleted meanwhile."""
        return self._call("record_transcript", _arguments(object=path, text=words), partial(parse, bool))

    def record_uploaded(self, path: str, media_id: str) -> None:
        """Meta has a technician's file under this id."""
        self._call("record_uploaded", _arguments(object=path, media_id=media_id), lambda _: None)

    def announce_files(self, paths: Iterable[str], size: int, most: int) -> bool:
        """Before objects are stored for an answer: what no answer has an hour later is removed. Returns False if there is no room.

        size: of all together; most: the bytes that all files may take.
        """
        arguments = _arguments(objects=list(paths), bytes=size, most=most)
        return self._call("announce_files", arguments, partial(parse, bool))

    def link_identity(self, change: IdentityChange) -> bool:
        """Move the alias to its new customer, with their tickets. Returns False if no customer has the old alias."""
        return self._call("link_identity", _arguments(**asdict(change)), partial(parse, bool))

    def record_poison(self, poison: Poison) -> bool:
        """Store an item that could not be processed. Returns False if it was stored before."""
        return self._call("record_poison", _arguments(**asdict(poison)), partial(parse, bool))

    def record_deletion(self, wamid: str) -> bool:
        """Store that a message was deleted of which nothing is kept. Returns False if it has been processed: look again."""
        return self._call("record_deletion", _arguments(wamid=wamid), partial(parse, bool))

    def unshown_questions(self, after: int, limit: int) -> list[UnshownQuestion]:
        """Customers whose latest reply was given up while their session holds words or files. after: the id of the last one."""
        arguments = _arguments(after=after, limit=limit)
        return self._call("unshown_questions", arguments, partial(parse, list[UnshownQuestion]))

    def release_templates(self, limit: int) -> int:
        """Make rows due again whose template Meta has refused some time ago. Returns how many."""
        return self._call("release_templates", _arguments(limit=limit), partial(parse, int))

    def report_dead(self) -> list[DeadLetter]:
        """The rows that were given up since the last report; each is reported once."""
        return self._call("report_dead", {}, partial(parse, list[DeadLetter]))

    def purge_expired(self) -> dict[str, int]:
        """Delete `inbound` and finished `outbox` rows after 30 days, and what retention says. Returns how many, by table."""
        return self._call("purge_expired", {}, partial(parse, dict[str, int]))

    def watch(self, *, swept: bool, mail: bool, addresses: Iterable[str]) -> Watched:
        """What a person has to see to. swept: a sweep has come to its end; mail: the operator may be told by this caller.

        addresses: whom we mail, lower case; a mailbox of another is no problem any more.
        """
        arguments = _arguments(swept=swept, mail=mail, addresses=list(addresses))
        return self._call("watch", arguments, partial(parse, Watched))

    def finish_operator_mail(self, number: int) -> None:
        """The e-mail that `watch` gave to this caller was accepted."""
        self._call("finish_operator_mail", _arguments(id=number), lambda _: None)

    def record_account_update(self, update: AccountUpdate) -> None:
        """Keep bad news about the account, the number or a template; or take back those that these say are over."""
        change = f"{update.change} ({update.about})" if update.about else update.change
        arguments = _arguments(
            field=update.field,
            about=update.template,
            change=change,
            good=update.takes_back,
            happened_at=update.happened_at and update.happened_at.isoformat(),
        )
        self._call("record_account_update", arguments, lambda _: None)

    def record_mail_failure(self, failure: MailFailure, name: str) -> bool:
        """An e-mail did not reach a technician or an operator of this name. Returns False if that was recorded before."""
        arguments = _arguments(**asdict(failure), name=name)
        return self._call("record_mail_failure", arguments, partial(parse, bool))

    def receive_mail(self, mail: NewMail, lease: str, channels: Iterable[Channel]) -> MailReceived:
        """An e-mail came to the address of a technician: it is to be fetched, once."""
        return self._lease(
            "receive_mail", _arguments(**asdict(mail)), lease, channels, partial(parse, MailReceived)
        )

    def finish_mail(
        self,
        mail: int,
        outcome: MailOutcome,
        detail: MailDetail,
        *,
        tell: bool,
        events: Iterable[int],
        lease: str,
        channels: Iterable[Channel],
    ) -> Leased:
        """Record what became of an e-mail. tell: its author hears of it by e-mail, which shows these events of the ticket."""
        arguments = _arguments(
            id=mail, outcome=outcome, detail=asdict(detail), tell=tell, events=list(events)
        )
        return self._lease("finish_mail", arguments, lease, channels, partial(parse, Leased))

    def close(self) -> None:
        """Close the kept connections. The next call opens new ones."""
        self._http.close()

    def _lease(
        self,
        name: str,
        arguments: Mapping[str, Any],
        lease: str | None,
        channels: Iterable[Channel],
        read: Callable[[Any], L],
    ) -> L:
        leasing = _arguments(lease=lease, lease_seconds=LEASE_SECONDS, channels=list(channels))
        asked_at = moment()  # a lease counts from before the call that returns it
        answer = self._call(name, {**arguments, **leasing}, read)
        return replace(
            answer, rows=tuple(replace(row, lease=lease or "", asked_at=asked_at) for row in answer.rows)
        )

    def _call(self, name: str, arguments: Mapping[str, Any], read: Callable[[Any], T]) -> T:
        try:
            return read(self._answer(name, arguments))
        except WrongShape as error:
            raise StoreConfused(f"{name}: {error}") from None

    def _answer(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Retry deadlocks: Postgres rolls back one of the two transactions."""
        for _ in range(_MAX_DEADLOCKS):
            try:
                return self._answer_once(name, arguments)
            except StoreDeadlock:
                continue
        return self._answer_once(name, arguments)

    def _answer_once(self, name: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return self._execute(name, arguments)
        except httpx.ReadTimeout as error:  # waiting again would take too long for Meta
            raise StoreUnavailable(f"{name}: {type(error).__name__}") from error
        except httpx.HTTPError:
            pass  # the connection broke, perhaps because it was idle
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
            refused = code[:2] in _REFUSED_CLASSES and len(code) == 5 and code not in _CONCURRENCY_CODES
            raise (StoreRefused if refused else StoreUnavailable)(f"{name}: {code or 'no code'}") from None
        except UnicodeDecodeError:
            raise StoreConfused(f"{name}: not UTF-8") from None

    def _connected(self) -> Client:
        with self._lock:
            if self._client is None:
                self._client = connect(self._url, self._key, self._http, _READ_SECONDS)
            return self._client


def _arguments(**values: Any) -> dict[str, Any]:
    """The arguments of a function in supabase/schemas, where all parameters are called p_..."""
    return {f"p_{name}": value for name, value in values.items()}


def _original(message: Message) -> str | None:
    """The id of the message that this one changes, and that is not needed any more if it comes only now."""
    match message.content:
        case Deleted(of=of) | Edited(of=of, is_whole=True):
            return of
        case _:
            return None


def _effect(turn: Turn, kind: type[OpenTicket | ChangeTicket | EraseCustomer]) -> dict[str, Any] | None:
    """The turn's effect of this kind, as the function reads it: a turn has at most one."""
    return next((asdict(effect) for effect in turn.effects if isinstance(effect, kind)), None)


def connect(url: str, key: str, http: httpx.Client, read_seconds: float) -> Client:
    """A client on HTTP/1.1 with real time-outs: over HTTP/2 a call after an idle close or a freeze can fail (supabase-py #1064)."""
    http.timeout = httpx.Timeout(read_seconds, connect=_CONNECT_SECONDS)
    options = ClientOptions(httpx_client=http, postgrest_client_retry=False, auto_refresh_token=False)
    client = create_client(url, key, options=options)
    _ = client.postgrest  # a lazy property without a lock: touched once, here, under ours
    return client
