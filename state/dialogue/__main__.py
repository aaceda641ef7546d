"""One turn from JSON to JSON: `python -m state.dialogue --jsonl` reads one object a line and writes one a line. Pure.

in   {"id": any, "text": str, "language": "es|en|pt" or null,
      "where": "new|menu|describing|confirming|following|choosing|waiting|resolved|closed|rating|erasing",
      "tickets": [{"code", "status", "summary"}], "ticket": code or null, "draft": str or null,
      "session": what an earlier line gave out: it replaces where, ticket, draft and language; tickets replace those in it}
out  {"id", "acts": [{"act", "ticket", "text", "rating"}], "asks": str or null, "says": str or null, "shows": [codes],
      "bubble": str or null, "buttons": [titles], "draft": str or null, "where": str, "language": str, "session": opaque}

A line that cannot be read gives {"id", "error"}. A key that is left out is null. Each line of a session is a minute later than
the one before, and the codes of new tickets are counted, not drawn, so the same lines always give the same answers.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

from messages.whatsapp.reply_bubble import button_titles, reply_bubble
from state.dialogue.catch_up import catch_up
from state.dialogue.outcome import CHANGE_ACTS, NEW, STATE_AT, STATUS_AT, Told, told, where
from state.dialogue.step import step
from state.model import ticket_code
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind, Message, Sender, Text
from state.model.outbox_row import Bubble
from state.model.session import WITH_TICKET, Session, from_json, to_json
from state.model.ticket import TicketStatus, TicketView
from state.model.turn import (
    ChangeKind,
    ChangeTicket,
    Effect,
    EraseCustomer,
    Facts,
    OpenTicket,
    Reply,
    Turn,
    status_after,
)
from state.understanding.act import Place
from state.understanding.meaning import interpret
from state.understanding.reading import read, titles_of

_START: Final = datetime(2026, 11, 2, 12, tzinfo=UTC)
_STEP: Final = timedelta(minutes=1)  # longer than all pauses within which lines share a bubble
_CUSTOMER: Final = Sender(user_id="AR.1")
_UTC: Final = ZoneInfo("UTC")
_TITLES: Final = titles_of(button_titles())
_PHOTO: Final = Attachment(kind=AttachmentKind.IMAGE, media_id="photo")  # a report has words or a file
_SPREAD: Final = 2_654_435_761  # odd, so that counted codes differ, and look like others

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Talk:
    """All that the next line needs. language: that of the customer's country; opened: how many codes have been given out."""

    session: Session
    tickets: Mapping[str, TicketView]
    language: Language
    opened: int = 0
    at: datetime = _START


def answer(line: Json) -> Json:
    """One turn. Raises ValueError for what cannot be read."""
    text = _string(line, "text")
    if text is None:
        raise ValueError("text is missing")
    talk = _continued(line) if line.get("session") is not None else _begun(line)
    return {"id": line.get("id"), **_turn(replace(talk, at=talk.at + _STEP), text)}


def answers(lines: Iterable[bytes]) -> Iterator[Json]:
    """An answer to each line, in order. One that cannot be read does not stop the others."""
    for written in lines:
        line: Any = None
        try:
            line = json.loads(written)
            if not isinstance(line, dict):
                raise ValueError("not an object")
            yield answer(line)
        except (ValueError, RecursionError) as error:
            yield {"id": line.get("id") if isinstance(line, dict) else None, "error": str(error)}


# In: from JSON to a talk.


def _begun(line: Json) -> _Talk:
    """A talk that stands at `where`. What has to be there for that is made up if it is not given."""
    place = _place(line)
    language = None if line.get("language") is None else Language(line["language"])
    tickets, current = _tickets(line), None
    if STATE_AT[place] in WITH_TICKET:
        current = _current(place, _string(line, "ticket"), tickets)
        status = STATUS_AT.get(place, tickets[current].status)
        tickets[current] = replace(tickets[current], status=status)
    draft = _string(line, "draft") or ""
    session = Session(
        state=STATE_AT[place],
        language=language,
        draft=draft,
        files=(_PHOTO,) if place is Place.CONFIRMING and not draft else (),
        current_ticket=current,
        current_status=tickets[current].status if current else None,
        open_question=current if current and tickets[current].status.asks else None,
        serial=1,
        at=_START,
    )
    return _Talk(session=session, tickets=tickets, language=language or Language.ES)


def _continued(line: Json) -> _Talk:
    """The talk that an earlier line gave out."""
    given = line["session"]
    try:
        talk = _Talk(
            session=from_json(given["session"]),
            tickets={ticket.code: ticket for ticket in map(_known_ticket, given["tickets"])},
            language=Language(given["language"]),
            opened=int(given["opened"]),
            at=datetime.fromisoformat(given["at"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError("session is not what an earlier line gave out") from error
    return replace(talk, tickets=_tickets(line)) if line.get("tickets") is not None else talk


def _place(line: Json) -> Place:
    named = NEW if line.get("where") is None else line["where"]
    return Place.MENU if named == NEW else Place(named)


def _current(place: Place, named: str | None, tickets: dict[str, TicketView]) -> str:
    """The current ticket: the one named, else the first whose status fits the place, else the first."""
    fits = STATUS_AT.get(place)
    code = named or next((code for code, ticket in tickets.items() if ticket.status is fits), None)
    code = code or next(iter(tickets), _new_code(0, ()))
    tickets.setdefault(code, _ticket(code=code))
    return code


def _tickets(line: Json) -> dict[str, TicketView]:
    listed = [] if line.get("tickets") is None else line["tickets"]
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise ValueError("tickets is not a list of objects")
    found = [
        _ticket(
            code=_string(each, "code") or "",
            status=TicketStatus(each.get("status") or TicketStatus.OPEN),
            summary=_string(each, "summary") or "",
        )
        for each in listed
    ]
    if not all(ticket.code for ticket in found):
        raise ValueError("a ticket has no code")
    return {ticket.code: ticket for ticket in found}


def _ticket(*, code: str, status: TicketStatus = TicketStatus.OPEN, summary: str = "") -> TicketView:
    return TicketView(
        code=code,
        status=status,
        summary=summary,
        created_at=_START - timedelta(days=2),
        updated_at=_START - timedelta(days=1),
    )


def _known_ticket(given: Json) -> TicketView:
    times = {key: datetime.fromisoformat(given[key]) for key in ("created_at", "updated_at")}
    return TicketView(**{**given, **times, "status": TicketStatus(given["status"])})


def _string(line: Json, key: str) -> str | None:
    value = line.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} is not a string")
    return value


# The turn.


def _turn(talk: _Talk, text: str) -> Json:
    message = Message(wamid="wamid.1", sender=_CUSTOMER, at=talk.at, content=Text(body=text))
    session = catch_up(talk.session, (), message.at)
    meaning = interpret(session, read(message.content, _TITLES))
    lookup = meaning.lookup
    new_code = _new_code(talk.opened, talk.tickets)
    facts = Facts(
        new_code=new_code,
        language=talk.language,
        ticket=lookup.ticket_of(talk.tickets),
        tickets=tuple(talk.tickets.values())[:10] if lookup.tickets else (),
    )
    turn = step(session, message, meaning, facts)
    after = replace(
        talk,
        session=turn.session,
        tickets=_changed(talk, turn),
        opened=talk.opened + any(isinstance(effect, OpenTicket) for effect in turn.effects),
    )
    return _given_out(after, turn)


def _new_code(opened: int, taken: Iterable[str]) -> str:
    """The next code, the same whenever the same lines are read."""
    numbers = count(opened + 1)
    while (code := ticket_code.generate(lambda below: next(numbers) * _SPREAD % below)) in taken:
        pass
    return code


def _changed(talk: _Talk, turn: Turn) -> dict[str, TicketView]:
    """The tickets after the effects of a turn, as the database would have them. The newest is the first."""
    tickets = dict(talk.tickets)
    for effect in turn.effects:
        match effect:
            case OpenTicket(code=code, summary=summary, wants_human=wants_human):
                opened = _ticket(code=code, summary=summary)
                opened = replace(opened, wants_human=wants_human, created_at=talk.at, updated_at=talk.at)
                tickets = {code: opened, **tickets}
            case ChangeTicket(code=code) if code in tickets:
                tickets[code] = replace(_change(tickets[code], effect), updated_at=talk.at)
            case EraseCustomer():
                tickets = {}
    return tickets


def _change(ticket: TicketView, change: ChangeTicket) -> TicketView:
    """As `change_ticket` in supabase/schemas/20_tickets.sql."""
    return replace(
        ticket,
        status=status_after(ticket.status, change.kind),
        wants_human=ticket.wants_human or change.kind is ChangeKind.HUMAN,
        rating=change.rating or ticket.rating,
    )


# Out: from a turn to JSON.


def _given_out(talk: _Talk, turn: Turn) -> Json:
    session, reply = turn.session, turn.reply
    language = session.language or talk.language
    said = told(reply) if reply else Told()
    bubble = reply_bubble(reply, language, _UTC) if reply else None
    statuses = {code: ticket.status for code, ticket in talk.tickets.items()}
    return {
        "acts": [act for effect in turn.effects if (act := _act(effect))],
        "asks": said.asks,
        "says": said.says,
        "shows": _shown(reply) if reply and said.shows else [],
        "bubble": bubble.body if bubble else None,
        "buttons": _titles(bubble) if bubble else [],
        "draft": _draft(session),
        "where": where(session, statuses),
        "language": language,
        "session": _opaque(talk),
    }


def _draft(session: Session) -> str | None:
    """The report that is not a ticket yet. With a current ticket the draft is the latest note, which the ticket has already."""
    return None if session.state in WITH_TICKET else session.draft or None


def _act(effect: Effect) -> Json | None:
    match effect:
        case OpenTicket(code=code, description=text, wants_human=wants_human):
            return _act_json("call_person" if wants_human else "open_ticket", code, text)
        case ChangeTicket(code=code, kind=kind, text=text, rating=rating):
            return _act_json(CHANGE_ACTS[kind], code, text, rating)
        case EraseCustomer():
            return _act_json("erase")
        case Reply():
            return None


def _act_json(act: str, code: str | None = None, text: str = "", rating: int | None = None) -> Json:
    return {"act": act, "ticket": code, "text": text or None, "rating": rating}


def _shown(reply: Reply) -> list[str]:
    return [ticket.code for ticket in ((reply.ticket,) if reply.ticket else reply.tickets)]


def _titles(bubble: Bubble) -> list[str]:
    return [choice.title for choice in (*bubble.buttons, *bubble.rows)]


def _opaque(talk: _Talk) -> Json:
    return {
        "session": to_json(talk.session),
        "tickets": [_ticket_json(ticket) for ticket in talk.tickets.values()],
        "language": talk.language,
        "opened": talk.opened,
        "at": talk.at.isoformat(),
    }


def _ticket_json(ticket: TicketView) -> Json:
    return {
        "code": ticket.code,
        "status": ticket.status,
        "summary": ticket.summary,
        "wants_human": ticket.wants_human,
        "rating": ticket.rating,
        "created_at": ticket.created_at.isoformat(),
        "updated_at": ticket.updated_at.isoformat(),
    }


def main() -> None:
    """Read lines and write lines, each at once."""
    parser = argparse.ArgumentParser(
        prog="python -m state.dialogue",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--jsonl", action="store_true", required=True, help="one object a line, in and out")
    parser.parse_args()
    for given in answers(iter(sys.stdin.buffer.readline, b"")):
        # Half of an emoji has no UTF-8; in JSON its escape is the same.
        line = json.dumps(given, ensure_ascii=False).encode("utf-8", "backslashreplace")
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
