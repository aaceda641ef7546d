"""Supabase's answers as our own types, validated with pydantic, which supabase-py depends on anyway.

The fields of a type have the names of the JSON that supabase/schemas builds, so a new field of a ticket needs no change here.
Other keys are ignored: an older function can read the answers of a newer schema. Each validator is built at its first use,
which costs 1 to 2 ms of processor time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core.core_schema import PlainValidatorFunctionSchema, no_info_plain_validator_function

from state.model.outbox_row import Channel, OutboxRow
from state.model.session import Session, from_json
from state.model.ticket import ActionResult, TicketRecord, TicketView
from state.model.ticket_fact import Fact, facts_from_json
from state.model.turn import Lookup

T = TypeVar("T")

_DAY: Final = timedelta(hours=24)


class WrongShape(ValueError):
    """An answer does not have the expected shape. The message names the first wrong place, never a value."""


def parse(kind: type[T], data: Any, **more: Any) -> T:
    """Validate data as `kind`: one of our dataclasses, or a type such as `bool`. Raises WrongShape.

    more: additional fields that are not in the data.
    """
    if more and isinstance(data, dict):
        data = {**data, **more}
    reader: TypeAdapter[T] = _reader(kind)  # type: ignore[arg-type]  # a type can be hashed
    try:
        value = reader.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the answer"
        raise WrongShape(f"{place}: {first['type']}") from None
    return value


@cache
def _reader(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@dataclass(frozen=True, slots=True)
class _ReadBy:
    """Makes pydantic read a value with our own function, which accepts anything."""

    read: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> PlainValidatorFunctionSchema:
        return no_info_plain_validator_function(self.read)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A row of the conversations table as it was last read.

    customer_id: None if they have not written before. facts: what happened since the session was stored, oldest first; a committed turn has taken them in.
    bubbles: how many replies they have had since bubbles_since, when their day of replies began.
    """

    customer_id: int | None
    version: int
    session: Annotated[Session, _ReadBy(from_json)]
    facts: Annotated[tuple[Fact, ...], _ReadBy(facts_from_json)] = ()
    bubbles: int = 0
    bubbles_since: datetime | None = None

    def bubbles_by(self, at: datetime) -> int:
        """How many replies they have had in the day of a message of this time, as `commit_turn` counts them."""
        is_new_day = self.bubbles_since is None or at - self.bubbles_since >= _DAY
        return 0 if is_new_day else self.bubbles


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A conversation, with the facts loaded with it.

    lookup: the facts requested, None if there were none; ticket: the first of theirs with one of these codes; if none was
    requested, the current one of the session as it is stored (its ticket facts are not taken in yet). None if it does not exist
    or is not theirs. merged: the code by which it was found, if that was a duplicate of it. tickets: None if not requested. quoting: the message whose ticket was requested; quoted: that ticket, if
    there is one and it is theirs; deleted, edited_at: whether it was deleted, and when it was last edited.
    """

    conversation: Conversation
    lookup: Lookup | None = None
    ticket: TicketView | None = None
    merged: str | None = None
    tickets: tuple[TicketView, ...] | None = None
    quoting: str | None = None
    quoted: TicketView | None = None
    deleted: bool = False
    edited_at: datetime | None = None

    def answers(self, lookup: Lookup) -> bool:
        """Return True if the loaded facts are enough for this lookup."""
        return self._know(lookup.codes) and not (lookup.tickets and self.tickets is None)

    def ticket_for(self, lookup: Lookup) -> TicketView | None:
        """The ticket that this lookup, which the loaded facts answer, asks for."""
        loaded = self._loaded()
        return lookup.ticket_of(loaded) if lookup.codes else self.ticket

    def _know(self, codes: tuple[str, ...]) -> bool:
        """Return True if it is known which of these is the first of theirs."""
        loaded, asked = self._loaded(), self._asked()
        found = self.merged or (self.ticket and self.ticket.code)
        # Those before the one that was found are not theirs.
        others = asked[: asked.index(found)] if found and found in asked else asked
        for code in codes:
            if code in loaded:
                return True
            if code not in others:
                return False
        return True

    def _loaded(self) -> dict[str, TicketView]:
        loaded = {ticket.code: ticket for ticket in (self.ticket, self.quoted) if ticket}
        return loaded | {self.merged: self.ticket} if self.merged and self.ticket else loaded

    def _asked(self) -> tuple[str, ...]:
        if self.lookup is None:
            return ()
        current = self.conversation.session.current_ticket
        return self.lookup.codes or ((current,) if current else ())


class CommitResult(StrEnum):
    """The outcome of `commit_turn`. All but COMMITTED, DUPLICATE and THROTTLED changed nothing and can be retried.

    CONFLICT: the conversation has changed. THROTTLED: beyond the cap on messages, so it was not kept; THROTTLE_REPLY_NEEDED: and
    they should get a reply that says so.
    TOO_MANY_TICKETS: this customer has opened too many within the hour. TICKET_FULL: they have added too much to this ticket today;
    TICKET_FULL_TOLD: and its events say so already.
    """

    COMMITTED = "committed"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    THROTTLED = "throttled"
    THROTTLE_REPLY_NEEDED = "throttle_reply_needed"
    CODE_TAKEN = "code_taken"
    TOO_MANY_TICKETS = "too_many_tickets"
    TICKET_FULL = "ticket_full"
    TICKET_FULL_TOLD = "ticket_full_told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """An answer with outbox rows that are now leased to the caller."""

    rows: tuple[OutboxRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLane:
    """A lane in which a reply may leave in so many seconds."""

    lane: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(Leased):
    """The answer of `commit_turn`. conversation: as it is now; rows: to be sent now.

    done: the rows whose marks were stored with it; waiting: lanes in which a row of this turn waits for an earlier one; due: in
    which it waits for a time.
    """

    result: CommitResult
    conversation: Conversation
    done: tuple[int, ...] = ()
    waiting: tuple[str, ...] = ()
    due: tuple[DueLane, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Leased):
    """The answer of `claim_outbox`. spacing: seconds to leave between the e-mails of these rows.

    If there are none: more: others are due, for the next claim; again_in: in so many seconds some may be claimed that wait for the
    end of a pause.
    """

    spacing: float = 0.0
    more: bool = False
    again_in: float | None = None


class Reservation(StrEnum):
    """The outcome of `reserve_file`. STORED: it is there already. GONE: it was deleted from its ticket."""

    RESERVED = "reserved"
    NO_ROOM = "no_room"
    STORED = "stored"
    GONE = "gone"


class LinkResult(StrEnum):
    """The outcome of `mail_link`. RECENT: they were mailed one within ten minutes. TOO_MANY: too many within the hour, for all tickets."""

    MAILED = "mailed"
    RECENT = "recent"
    TOO_MANY = "too_many"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptedAction(Leased):
    """The answer of `act_on_ticket`: the result of an action, and the ticket after it (None: no such ticket)."""

    result: ActionResult
    ticket: TicketRecord | None


class MailReceipt(StrEnum):
    """The outcome of `receive_mail`. KNOWN: it came before. TOO_MANY: in an hour. MISSING: there is no such ticket."""

    NEW = "new"
    KNOWN = "known"
    TOO_MANY = "too_many"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReceived(Leased):
    """The answer of `receive_mail`. rows: the one that fetches the e-mail, if nobody else does."""

    result: MailReceipt


class OpenResult(StrEnum):
    """The outcome of `open_ticket_for`. REPEATED: this form has opened it before. SHUT: all access to the list was ended."""

    OPENED = "opened"
    REPEATED = "repeated"
    CODE_TAKEN = "code_taken"
    TOO_MANY_TICKETS = "too_many_tickets"
    SHUT = "shut"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedTicket(Leased):
    """The answer of `open_ticket_for`. code, event: of the ticket, and the one that it was opened by; None if there is none."""

    result: OpenResult
    code: str | None = None
    event: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskMail(Leased):
    """The answer of `mail_desk_link`. rows: the e-mail, if it may leave now."""

    result: LinkResult


class RowStatus(StrEnum):
    """The status of an outbox row."""

    READY = "ready"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish(Leased):
    """The answer of `finish_outbox`. finished: False if the lease was no longer ours; status: the row's new status."""

    finished: bool
    status: RowStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked(Leased):
    """The answer of `mark_sent`. done: the rows that are marked, or had a later attempt. Others were locked: try again."""

    done: tuple[int, ...]


class ConfirmResult(StrEnum):
    """The effect of a delivery status on its row. AGAIN: it was refused, and will be sent again. BUSY: none, the row is locked."""

    CLOSED = "closed"
    AGAIN = "again"
    DEAD = "dead"
    IGNORED = "ignored"
    BUSY = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation(Leased):
    """The answer of `confirm_outbox`. results, sent: one for each status, in their order; sent: the id of its row, if that is sent now."""

    results: tuple[ConfirmResult, ...]
    sent: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnshownQuestion:
    """A customer whose latest reply was given up, perhaps with a question about their draft. id: of the reply's row.

    wamid, sent_at: of the message that it answered.
    """

    id: int
    wamid: str
    sent_at: datetime
    user_id: str | None = field(default=None, repr=False)
    wa_id: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An outbox row that was given up. wamid: the message that it answers."""

    id: int
    channel: Channel
    wamid: str | None
    error: str | None
