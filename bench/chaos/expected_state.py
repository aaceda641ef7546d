"""The state that a customer's messages and their ticket's events must lead to, in the order of their commits.

The pure dialogue is applied again, and what it needs is rebuilt: tickets and their states come from earlier turns and events,
ticket facts from events and notifications, the code is the one that the message's ticket got. So sessions, facts, tickets,
notes and dedup keys are exact. Times in texts, and the bodies that contain them, are not compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bench.chaos.recording import Row
from emulator import Json
from emulator.meta.webhook_payload import BUSINESS
from handlers.payload import read_payload
from messages.whatsapp.reply_bubble import button_titles
from state.dialogue.catch_up import catch_up
from state.dialogue.step import step
from state.model.language import Language, language_of_country
from state.model.message import Event, Message
from state.model.session import Session
from state.model.ticket import TicketStatus, TicketView
from state.model.ticket_fact import FactKind, TicketFact
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
from state.understanding.reading import read, titles_of

# What a message writes into tickets: codes with created, note, human, close, fixed, reopen, rating.
Written = list[tuple[str, str]]
_SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)
_MAX_TICKETS, _DEFAULT_LANGUAGE = 10, Language.ES
_TITLES = titles_of(button_titles())
NO_CODE = "TK-0000-0000"  # of a ticket that is not in the database
_STATUS_AFTER = {
    ChangeKind.CLOSE: TicketStatus.CLOSED,
    ChangeKind.FIXED: TicketStatus.CLOSED,
    ChangeKind.REOPEN: TicketStatus.OPEN,
}


@dataclass(slots=True, kw_only=True)
class ExpectedState:
    """Of one customer. `facts`: since their latest turn; `tickets` by the message that opens them; `replies` and `emails` are
    dedup keys.
    """

    session: Session = field(default_factory=Session)
    facts: tuple[TicketFact, ...] = ()
    version: int = 0
    errors: list[str] = field(default_factory=list)
    tickets: dict[str, OpenTicket] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    _views: Mapping[str, TicketView] = field(default_factory=dict)
    _languages: dict[str, Language] = field(default_factory=dict)

    def apply_message(self, message: Message, version: int, code: str, written: Written) -> None:
        """One turn. `version`: of the conversation after it; `code`: of the ticket that it opened."""
        turn = self._turn(message, code)
        self.session, self.facts = turn.session, ()
        self.version += 1
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
        self._update(view, status=TicketStatus(event["to_status"] or view.status))
        if event["kind"] != "internal" and (event["to_status"] or event["body"] is not None):
            self._append_fact(FactKind.STATUS, [event], code, event["created_at"])

    def apply_notification(self, events: list[Row], code: str, at: str) -> None:
        """The notification of these events was sent."""
        if code in self._views:
            self._append_fact(FactKind.NOTIFIED, events, code, at)

    def _append_fact(self, kind: FactKind, events: list[Row], code: str, at: str) -> None:
        fact = TicketFact(
            kind=kind,
            ticket=code,
            status=self._views[code].status,
            to=_status_to_tell([TicketStatus(event["to_status"]) for event in events if event["to_status"]]),
            text=any(event["body"] is not None for event in events),
            language=self._languages[code],
            at=datetime.fromisoformat(at),
        )
        self.facts = (*self.facts, fact)
        self.version += 1

    def _turn(self, message: Message, code: str) -> Turn:
        session = catch_up(self.session, self.facts, message.at)
        meaning = interpret(session, read(message.content, _TITLES))
        return step(session, message, meaning, self._facts(message, meaning.lookup, code))

    def _facts(self, message: Message, lookup: Lookup, code: str) -> Facts:
        newest_first = list(self._views.values())[::-1]
        latest = sorted(newest_first, key=lambda view: not view.status.active)[:_MAX_TICKETS]
        return Facts(
            new_code=code,
            language=language_of_country(message.sender.user_id, message.sender.wa_id) or _DEFAULT_LANGUAGE,
            ticket=lookup.ticket_of(self._views),
            tickets=tuple(latest) if lookup.tickets else (),
        )

    def _open(self, message: Message, ticket: OpenTicket) -> None:
        self.tickets[message.wamid] = ticket
        self._languages[ticket.code] = ticket.language
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


def _status_to_tell(changes: list[TicketStatus]) -> TicketStatus | None:
    """The status that a fact says the ticket changed to: of several, one that asks the customer."""
    return max([status for status in changes if status.asks] or changes, default=None)


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
