"""The state that a customer's messages and their ticket's events must lead to, in the order of their commits.

The pure dialogue is applied again; the facts of each turn are rebuilt: tickets and their states come from earlier turns and
events, the code is the one that the message's ticket got. So sessions, tickets, notes and dedup keys are exact. Times in
texts, and the bodies that contain them, are not compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.chaos.recording import Row
from emulator import Json
from emulator.meta.webhook_payload import BUSINESS
from handlers.payload import read_payload
from state.dialogue.catch_up import catch_up
from state.dialogue.step import step
from state.model.language import Language, language_of_country
from state.model.message import Event, Message
from state.model.session import Session, State
from state.model.ticket import TicketStatus, TicketView
from state.model.turn import (
    ChangeKind,
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

Views = Mapping[str, TicketView]
# What a message writes into tickets: codes with created, note, human, close, fixed, reopen, rating.
Written = list[tuple[str, str]]
_SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)
_MAX_TICKETS, _DEFAULT_LANGUAGE = 10, Language.ES
NO_CODE = "TK-0000-0000"  # of a ticket that is not in the database
_IDLE = {State.MENU, State.ASKING_CODE, State.FOLLOWING}
_QUESTIONS = {TicketStatus.WAITING_CUSTOMER, TicketStatus.RESOLVED}
_RECENT = timedelta(minutes=10)
_STATUS_AFTER = {
    ChangeKind.CLOSE: TicketStatus.CLOSED,
    ChangeKind.FIXED: TicketStatus.CLOSED,
    ChangeKind.REOPEN: TicketStatus.OPEN,
}


@dataclass(slots=True, kw_only=True)
class ExpectedState:
    """Of one customer. `tickets` by the message that opens them; `replies` and `emails` are dedup keys."""

    session: Session = field(default_factory=Session)
    version: int = 0
    errors: list[str] = field(default_factory=list)
    tickets: dict[str, OpenTicket] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    _views: Views = field(default_factory=dict)
    _earlier: list[Views] = field(default_factory=list)

    def apply_message(self, message: Message, version: int, code: str, written: Written) -> None:
        """One turn. `version`: of the conversation after it; `code`: of the ticket that it opened."""
        turn = self._turn(message, code, written)
        self.session = turn.session
        self._next_version()
        if _written_by(turn) != sorted(written):
            self.errors.append(f"{message.wamid} wrote {written} instead of {_written_by(turn)}")
        if version != self.version:
            self.errors.append(f"{message.wamid} made version {version} instead of {self.version}")
        for effect in turn.effects:
            match effect:
                case Reply():
                    self.replies.append(f"wa/{message.wamid}")
                case OpenTicket():
                    self._open(message, effect)
                case ChangeTicket():
                    self._change(message, effect)
                case EraseCustomer():
                    self.errors.append(f"{message.wamid} erases a customer who is still stored")

    def apply_technician_event(self, event: Row, code: str) -> None:
        view = self._views.get(code)
        if view is None:
            self.errors.append(f"{code} has an event before it was opened")
            return
        before, status = self._views, TicketStatus(event["to_status"] or view.status)
        self._update(view, status=status, said=event["body"] or view.said)
        if not self._set_current_ticket([event], code, event["created_at"], notified=False):
            self._earlier.append(before)

    def apply_notification(self, events: list[Row], code: str, at: str) -> None:
        """The notification of these events was sent: what the customer writes next is about its ticket."""
        if code in self._views:
            self._set_current_ticket(events, code, at, notified=True)

    def _set_current_ticket(self, events: list[Row], code: str, at: str, *, notified: bool) -> bool:
        """Like `set_current_ticket` in the migrations. Returns whether the conversation changed."""
        session, asks = self.session, self._views[code].status in _QUESTIONS
        matters = any(event["body"] is not None or event["to_status"] in _QUESTIONS for event in events)
        if not matters and session.open_question != code:
            return False
        if matters and _may_switch(session, code, datetime.fromisoformat(at), notified=notified):
            self.session = replace(
                session.without_draft(code), state=State.FOLLOWING, at=datetime.fromisoformat(at)
            )
        if asks or session.open_question == code:
            self.session = replace(self.session, open_question=code if asks else None)
        self._next_version()
        return True

    def _turn(self, message: Message, code: str, written: Written) -> Turn:
        """An event that does not change the conversation may come between a turn's read and its commit: both are right."""
        session = catch_up(self.session, (), message.at)
        meaning = interpret(session, read(message.content))
        turns = [
            step(session, message, meaning, self._facts(message, meaning.lookup, code, views))
            for views in (self._views, *reversed(self._earlier))
        ]
        return next((turn for turn in turns if _written_by(turn) == sorted(written)), turns[0])

    def _facts(self, message: Message, lookup: Lookup, code: str, views: Views) -> Facts:
        newest_first = list(views.values())[::-1]
        latest = sorted(newest_first, key=lambda view: not view.status.active)[:_MAX_TICKETS]
        return Facts(
            new_code=code,
            language=language_of_country(message.sender.user_id, message.sender.wa_id) or _DEFAULT_LANGUAGE,
            ticket=views.get(lookup.code or ""),
            tickets=tuple(latest) if lookup.tickets else (),
        )

    def _next_version(self) -> None:
        self.version += 1
        self._earlier.clear()

    def _open(self, message: Message, ticket: OpenTicket) -> None:
        self.tickets[message.wamid] = ticket
        self.emails.append(f"mail/{ticket.code}/opened")
        view = TicketView(
            code=ticket.code,
            status=TicketStatus.OPEN,
            summary=ticket.summary,
            wants_human=ticket.wants_human,
            created_at=_SOME_TIME,
            updated_at=_SOME_TIME,
        )
        self._views = {**self._views, ticket.code: view}

    def _change(self, message: Message, done: ChangeTicket) -> None:
        view, asks = self._views[done.code], done.kind is ChangeKind.HUMAN
        status = _STATUS_AFTER.get(done.kind, view.status)
        if view.status is TicketStatus.WAITING_CUSTOMER and (asks or done.kind is ChangeKind.NOTE):
            status = TicketStatus.IN_PROGRESS  # they have answered
        rating, wants_human = done.rating or view.rating, view.wants_human or asks
        self._update(view, status=status, rating=rating, wants_human=wants_human)
        if asks:
            self.emails.append(f"mail/{message.wamid}")

    def _update(self, view: TicketView, **changes: Any) -> None:
        self._views = {**self._views, view.code: replace(view, **changes)}


def _may_switch(session: Session, code: str, at: datetime, *, notified: bool) -> bool:
    """Whether this ticket may become the current one."""
    no_draft = session.state is State.DESCRIBING and not session.draft and not session.files
    if session.state not in _IDLE and not (notified and no_draft):
        return False
    elsewhere = session.state is State.FOLLOWING and session.current_ticket != code
    return notified or not elsewhere or (session.at is not None and session.at < at - _RECENT)


def _written_by(turn: Turn) -> Written:
    return sorted(
        (effect.code, str(effect.kind) if isinstance(effect, ChangeTicket) else "created")
        for effect in turn.effects
        if isinstance(effect, OpenTicket | ChangeTicket)
    )


def read_event(payload: Json) -> Event:
    """The one event of a payload, as the function reads it."""
    (event,) = read_payload(payload, BUSINESS.phone_number_id)
    return event
