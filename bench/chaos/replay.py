"""What should have happened: a customer's messages, in the order they were committed, through the pure dialogue once more.

The order is that of `inbound.version`, which the database gave out under the lock of the conversation. The facts of each turn
are rebuilt: tickets come only from these turns, since nobody works on them during a run, and a code is the one that the
message got. So sessions, tickets, notes and dedup keys are exact; not replayed are times in texts and the bodies that hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from emulator.customer import BUSINESS
from handlers.payload import read_payload
from state.events import Event, Message
from state.language import Language, language_of_country
from state.machine import lookup, step
from state.session import Session
from state.turns import AddNote, EraseCustomer, Facts, OpenTicket, Reply, TicketStatus, TicketView

Row = dict[str, Any]
_THEN = datetime(2026, 1, 1, tzinfo=UTC)
_LATEST = 10
_DESK = Language.ES
NO_CODE = "TK-0000-0000"  # what a ticket gets here that is not in the database


@dataclass(slots=True, kw_only=True)
class Expected:
    """What the turns of one customer come to. Keys are dedup keys; notes are pairs of ticket and wamid."""

    session: Session = field(default_factory=Session)
    turns: int = 0
    tickets: dict[str, OpenTicket] = field(default_factory=dict)
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    erased: bool = False
    _views: dict[str, TicketView] = field(default_factory=dict)

    def take(self, message: Message, code: str) -> None:
        """One more turn. `code`: of the ticket that this message made."""
        turn = step(self.session, message, self._facts(message, code))
        self.session = turn.session
        self.turns += 1
        for effect in turn.effects:
            match effect:
                case Reply():
                    self.replies.append(f"wa/{message.wamid}")
                case OpenTicket():
                    self._open(message, effect)
                case AddNote():
                    self._note(message, effect)
                case EraseCustomer():
                    self.erased = True

    def _facts(self, message: Message, code: str) -> Facts:
        asked = lookup(self.session, message)
        latest = tuple(reversed(self._views.values()))[:_LATEST]
        return Facts(
            new_code=code,
            language=language_of_country(message.sender.user_id, message.sender.wa_id) or _DESK,
            ticket=self._views.get(asked.code or ""),
            tickets=latest if asked.tickets else (),
        )

    def _open(self, message: Message, ticket: OpenTicket) -> None:
        self.tickets[message.wamid] = ticket
        self.mails.append(f"mail/{ticket.code}/opened")
        self._views[ticket.code] = TicketView(
            code=ticket.code,
            status=TicketStatus.OPEN,
            summary=ticket.summary,
            wants_human=ticket.wants_human,
            created_at=_THEN,
            updated_at=_THEN,
        )

    def _note(self, message: Message, note: AddNote) -> None:
        self.notes.append((note.code, message.wamid, "human" if note.wants_human else "note"))
        if note.wants_human:
            self.mails.append(f"mail/{message.wamid}")
            self._views[note.code] = replace(self._views[note.code], wants_human=True)


def replay(turns: list[Row], messages: Mapping[str, Message], codes: Mapping[str, str]) -> Expected:
    """`turns`: the inbound rows of one customer by version; `codes`: the code of the ticket that a wamid made."""
    expected = Expected()
    for row in turns:
        expected.take(messages[row["wamid"]], codes.get(row["wamid"], NO_CODE))
    return expected


def read_event(payload: dict[str, Any]) -> Event:
    """The one event of a payload, as the desk reads it."""
    (event,) = read_payload(payload, BUSINESS.phone_number_id)
    return event
