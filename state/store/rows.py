"""What Supabase answers, checked and read into the product's own data by pydantic, which supabase-py brings along.

The fields of a type have the names of the JSON that the migrations build. Other keys are ignored, so that an older function
can read what a newer schema answers. A type's reader is built when it is first needed: 1 to 2 ms of processor time each.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core.core_schema import PlainValidatorFunctionSchema, no_info_plain_validator_function

from state.model.outbox_row import Channel, OutboxRow
from state.model.session import Session, from_json
from state.model.ticket import TicketView
from state.model.turn import Lookup

T = TypeVar("T")


class WrongShape(ValueError):
    """An answer is not what was expected. The message names the first place that is wrong, never a value."""


def parse(kind: type[T], data: Any, **more: Any) -> T:
    """The data as `kind`: a dataclass of ours, or a type such as `bool`. Raises WrongShape.

    more: fields that are not in the data.
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


class _SessionReader:
    """A session is read by its own `from_json`, which takes anything; pydantic need not look into it."""

    @staticmethod
    def __get_pydantic_core_schema__(_source: Any, _handler: Any) -> PlainValidatorFunctionSchema:
        return no_info_plain_validator_function(from_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A row of the conversations table as it was last read. `customer_id` is None for somebody who has not written before."""

    customer_id: int | None
    version: int
    session: Annotated[Session, _SessionReader]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A conversation, with the facts that came along.

    lookup: what was asked for, None if nothing was; ticket: the one with that code, else the current one, None when it is not
    there or not theirs; tickets: None when not asked for.
    """

    conversation: Conversation
    lookup: Lookup | None = None
    ticket: TicketView | None = None
    tickets: tuple[TicketView, ...] | None = None

    def answers(self, lookup: Lookup) -> bool:
        """Whether the facts at hand are those that are needed."""
        known = None if self.lookup is None else self.lookup.code or self.conversation.session.current_ticket
        return lookup.code in (None, known) and not (lookup.tickets and self.tickets is None)


class CommitResult(StrEnum):
    """What `commit_turn` did. All but COMMITTED, DUPLICATE and THROTTLED changed nothing and can be tried again.

    CONFLICT: the conversation is another one by now. THROTTLE_REPLY_NEEDED: they write too much, and are due a reply that says so.
    TOO_MANY_TICKETS: of this customer, within the hour.
    """

    COMMITTED = "committed"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    THROTTLED = "throttled"
    THROTTLE_REPLY_NEEDED = "throttle_reply_needed"
    CODE_TAKEN = "code_taken"
    TOO_MANY_TICKETS = "too_many_tickets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """An answer that brings outbox rows which are leased to the caller."""

    rows: tuple[OutboxRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(Leased):
    """What `commit_turn` answered. conversation: as it is now; rows: what may leave now."""

    result: CommitResult
    conversation: Conversation


class RowStatus(StrEnum):
    """Where an outbox row is."""

    READY = "ready"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish(Leased):
    """What `finish_outbox` did. finished: False if the lease was no longer ours; status: the row's, after it."""

    finished: bool
    status: RowStatus | None


class ConfirmResult(StrEnum):
    """What a delivery status did to its row. AGAIN: it was refused, and will be tried again."""

    CLOSED = "closed"
    AGAIN = "again"
    DEAD = "dead"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation(Leased):
    """What `confirm_outbox` did."""

    result: ConfirmResult


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An outbox row that was given up. wamid: of the message that it answers."""

    id: int
    channel: Channel
    wamid: str | None
    error: str | None
