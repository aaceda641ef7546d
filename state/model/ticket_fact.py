"""Facts: what happened between a customer's turns, as the database appends it to their conversation.

The dialogue takes them in with the customer's next turn: `catch_up` in state/dialogue/catch_up.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from state.model.language import Language
from state.model.session import Session, from_json
from state.model.ticket import TicketStatus


class FactKind(StrEnum):
    """STATUS: a technician wrote about the ticket or changed its status. NOTIFIED: the notification about it was sent. OPENED: a
    technician opened it for its customer.
    """

    STATUS = "status"
    NOTIFIED = "notified"
    OPENED = "opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFact:
    """Something that happened to a ticket. A notification may tell of several events, and then sums them up.

    ticket: its code. duplicate: the code of the one that was merged into it, if it happened to that. status: its status after this. text: True if a technician wrote something. to: the status that it
    changed to, None if it did not; of several, one that asks the customer before all others. language: of the ticket.
    """

    kind: FactKind
    ticket: str
    duplicate: str | None = None
    status: TicketStatus
    to: TicketStatus | None = None
    text: bool = False
    language: Language | None = None
    at: datetime

    @property
    def matters(self) -> bool:
        """True if the customer has something to read or to answer."""
        return self.text or (self.to is not None and self.to.asks)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSession:
    """The session that the same person had under their other alias, until a message named both (`merge_customers`)."""

    session: Session


Fact = TicketFact | OtherSession


def facts_from_json(data: Any) -> tuple[Fact, ...]:
    """The facts in the database, oldest first. What cannot be read is left out: a newer schema may have other kinds."""
    return tuple(_readable(data)) if isinstance(data, list) else ()


def _readable(items: list[Any]) -> Iterator[Fact]:
    for item in items:
        try:
            yield _fact(item)
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            continue


def _fact(item: dict[str, Any]) -> Fact:
    if item["kind"] == "merged":
        return OtherSession(session=from_json(item["session"]))
    if not isinstance(item["ticket"], str):
        raise TypeError("a code is a string")
    at = datetime.fromisoformat(item["at"])
    return TicketFact(
        kind=FactKind(item["kind"]),
        ticket=item["ticket"],
        duplicate=str(item["duplicate"]) if item.get("duplicate") is not None else None,
        status=TicketStatus(item["status"]),
        to=TicketStatus(item["to"]) if item.get("to") is not None else None,
        text=item.get("text") is True,
        language=Language(item["language"]) if item.get("language") is not None else None,
        at=at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC),
    )
