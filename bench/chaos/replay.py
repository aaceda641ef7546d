"""What should have happened: a customer's messages and the technicians' deeds, as they were committed, through the pure dialogue once more.

The order is that of `place` (see order.py). The facts of each turn are rebuilt: tickets come from these turns, their states from these
turns and deeds, and a code is the one that the message got. So sessions, tickets, notes and dedup keys are exact; not replayed are times
in texts and the bodies that hold them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from emulator.meta.customers import BUSINESS
from handlers.payload import read_payload
from state.dialogue.step import step
from state.model.language import Language, language_of_country
from state.model.message import Event, Message
from state.model.session import Session, State
from state.model.ticket import TicketStatus, TicketView
from state.model.turn import (
    AddNote,
    Change,
    ChangeTicket,
    EraseCustomer,
    Facts,
    Lookup,
    OpenTicket,
    Reply,
    Turn,
)
from state.understanding.meaning import interpret
from state.understanding.reading import read

Row = dict[str, Any]
Views = Mapping[str, TicketView]
_THEN = datetime(2026, 1, 1, tzinfo=UTC)
_LATEST, _DESK = 10, Language.ES
NO_CODE = "TK-0000-0000"  # what a ticket gets here that is not in the database
_IDLE = {State.MENU, State.ASKING_CODE, State.FOLLOWING}
_ASKS = {TicketStatus.WAITING_CUSTOMER, TicketStatus.RESOLVED}
_BUSY = timedelta(minutes=10)
_BECOMES = {
    Change.CLOSE: TicketStatus.CLOSED,
    Change.FIXED: TicketStatus.CLOSED,
    Change.REOPEN: TicketStatus.OPEN,
}


@dataclass(slots=True, kw_only=True)
class Expected:
    """What the turns of one customer come to. Keys are dedup keys; a note is a ticket's code, a wamid and what was done."""

    session: Session = field(default_factory=Session)
    version: int = 0
    slips: list[str] = field(default_factory=list)
    tickets: dict[str, OpenTicket] = field(default_factory=dict)
    notes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    replies: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    _views: Views = field(default_factory=dict)
    _earlier: list[Views] = field(default_factory=list)

    def take(self, message: Message, version: int, code: str, wrote: set[str]) -> None:
        """One more turn. `version`: of the conversation after it; `code`: of the ticket that it made; `wrote`: see `writes`."""
        turn = self._turn(message, code, wrote)
        self.session = turn.session
        self._moved_on()
        if version != self.version:
            self.slips.append(f"{message.wamid} made version {version} instead of {self.version}")
        for effect in turn.effects:
            match effect:
                case Reply():
                    self.replies.append(f"wa/{message.wamid}")
                case OpenTicket():
                    self._open(message, effect)
                case AddNote():
                    self._note(message, effect)
                case ChangeTicket():
                    self._change(message, effect)
                case EraseCustomer():
                    self.slips.append(f"{message.wamid} erases somebody who is there")

    def work(self, event: Row, code: str) -> None:
        """A technician's deed, and what it does to the conversation."""
        view = self._views.get(code)
        if view is None:
            self.slips.append(f"{code} was worked on before it was there")
            return
        status = TicketStatus(event["to_status"] or view.status)
        before, worked = self._views, replace(view, status=status, said=event["body"] or view.said)
        self._views = {**before, code: worked}
        if not self._put_on_table([event], code, event["created_at"], left=False):
            self._earlier.append(before)

    def read(self, events: list[Row], code: str, at: datetime) -> None:
        """The letter that tells these events has left: from now on what is written is about its ticket."""
        if code in self._views:
            self._put_on_table(events, code, at, left=True)

    def _put_on_table(self, events: list[Row], code: str, at: datetime, *, left: bool) -> bool:
        """As `set_current_ticket` in the migrations. Whether the conversation changed."""
        session, asks = self.session, self._views[code].status in _ASKS
        matters = any(event["body"] is not None or event["to_status"] in _ASKS for event in events)
        if not matters and session.asked != code:
            return False
        if matters and _free(session, code, at, left=left):
            self.session = replace(session.without_draft(code), state=State.FOLLOWING, at=at)
        if asks or session.asked == code:
            self.session = replace(self.session, asked=code if asks else None)
        self._moved_on()
        return True

    def _turn(self, message: Message, code: str, wrote: set[str]) -> Turn:
        """A deed that does not touch the conversation may come between a turn's reading and its commit: either is right."""
        session = self.session.after_silence(message.at)
        meaning = interpret(session, read(message.content))
        possible = (
            step(session, message, meaning, self._facts(message, meaning.lookup, code, views))
            for views in (self._views, *reversed(self._earlier))
        )
        turn = next(possible)
        return turn if writes(turn) == wrote else next((t for t in possible if writes(t) == wrote), turn)

    def _facts(self, message: Message, lookup: Lookup, code: str, views: Views) -> Facts:
        newest_first = list(views.values())[::-1]
        latest = sorted(newest_first, key=lambda view: not view.status.active)[:_LATEST]
        return Facts(
            new_code=code,
            language=language_of_country(message.sender.user_id, message.sender.wa_id) or _DESK,
            ticket=views.get(lookup.code or ""),
            tickets=tuple(latest) if lookup.tickets else (),
        )

    def _moved_on(self) -> None:
        self.version += 1
        self._earlier.clear()

    def _open(self, message: Message, ticket: OpenTicket) -> None:
        self.tickets[message.wamid] = ticket
        self.mails.append(f"mail/{ticket.code}/opened")
        view = TicketView(
            code=ticket.code,
            status=TicketStatus.OPEN,
            summary=ticket.summary,
            wants_human=ticket.wants_human,
            created_at=_THEN,
            updated_at=_THEN,
        )
        self._views = {**self._views, ticket.code: view}

    def _note(self, message: Message, note: AddNote) -> None:
        self.notes[note.code, message.wamid, "human" if note.wants_human else "note"] += 1
        view = self._views[note.code]
        answered = view.status is TicketStatus.WAITING_CUSTOMER
        status = TicketStatus.IN_PROGRESS if answered else view.status
        noted = replace(view, status=status, wants_human=view.wants_human or note.wants_human)
        self._views = {**self._views, note.code: noted}
        if note.wants_human:
            self.mails.append(f"mail/{message.wamid}")

    def _change(self, message: Message, done: ChangeTicket) -> None:
        self.notes[done.code, message.wamid, done.change] += 1
        view = self._views[done.code]
        status, rating = _BECOMES.get(done.change, view.status), done.rating or view.rating
        self._views = {**self._views, done.code: replace(view, status=status, rating=rating)}


def _free(session: Session, code: str, at: datetime, *, left: bool) -> bool:
    """Whether a ticket may come onto this table."""
    waits = session.state is State.DESCRIBING and not session.draft and not session.files
    if session.state not in _IDLE and not (left and waits):
        return False
    elsewhere = session.state is State.FOLLOWING and session.ticket != code
    return left or not elsewhere or (session.at is not None and session.at < at - _BUSY)


def writes(turn: Turn) -> set[str]:
    """What a turn writes into the tickets: created, note, human, close, fixed, reopen, rating."""
    found = set()
    for effect in turn.effects:
        match effect:
            case OpenTicket():
                found.add("created")
            case AddNote():
                found.add("human" if effect.wants_human else "note")
            case ChangeTicket():
                found.add(str(effect.change))
    return found


def read_event(payload: dict[str, Any]) -> Event:
    """The one event of a payload, as the desk reads it."""
    (event,) = read_payload(payload, BUSINESS.phone_number_id)
    return event


def in_order(*rows: Iterable[Row]) -> list[Row]:
    """Messages and events as they were committed."""
    return sorted((row for some in rows for row in some), key=lambda row: row["place"])
