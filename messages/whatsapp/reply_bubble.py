"""A reply as the bubble that shows it, always within WhatsApp's limits: what is cut is the customer's words, never ours."""

from __future__ import annotations

import re
from typing import Final
from zoneinfo import ZoneInfo

from messages.safe_text import clean, cut, one_line
from messages.texts.catalogue import text, when
from state.model.language import Language
from state.model.outbox_row import Bubble, Choice
from state.model.ticket import TicketStatus, TicketView
from state.model.turn import Action, Button, Reply

_MAX_ROWS: Final = 10  # Meta
_ROW: Final = 72  # UTF-16 units of a row's description (Meta)
_EXCERPT: Final = (
    500  # UTF-16 units: enough to know one's own words, and with any of our texts far below Meta's 1024
)
_READ: Final = 2_000  # characters looked at for an excerpt; a report may have 60,000
_MAX_BUTTONS: Final = 3  # Meta; what is more becomes a list
_SAID: Final = 300  # UTF-16 units of a technician's words on a card
_GAP: Final = re.compile(r"\n{3,}")


def reply_bubble(reply: Reply, language: Language, tz: ZoneInfo) -> Bubble:
    """The bubble for a reply: the text, with buttons or, when there are tickets to choose from, with a list."""
    body = _body(reply, language, tz)
    if reply.tickets:
        chosen = list(zip(reply.buttons, reply.tickets, strict=True))[:_MAX_ROWS]
        rows = tuple(_row(button, ticket, language) for button, ticket in chosen)
        return Bubble(body=body, rows=rows, list_button=text(language, "list_button"))
    choices = tuple(Choice(id=button.id, title=_title(button, language)) for button in reply.buttons)
    if len(choices) > _MAX_BUTTONS:
        return Bubble(body=body, rows=choices, list_button=text(language, f"list_{reply.say}"))
    return Bubble(body=body, buttons=choices)


def throttled_bubble(language: Language) -> Bubble:
    """What somebody hears, once, who writes faster than we read."""
    return Bubble(body=text(language, "throttled"))


def _body(reply: Reply, language: Language, tz: ZoneInfo) -> str:
    values: dict[str, object] = {"words": _words(reply, language)}
    if reply.ticket:
        values |= _card(reply.ticket, language, tz)
    # A report without words leaves a hole where they would stand.
    return _GAP.sub("\n\n", text(language, reply.say, **{**reply.values, **values}))


def _words(reply: Reply, language: Language) -> str:
    """What the customer said, as a WhatsApp quotation, and how many files came with it."""
    said = reply.values.get("draft") or reply.values.get("summary", "")
    if reply.ticket:
        said = reply.ticket.summary or text(language, "no_words")
    return "\n".join(
        part for part in (_quoted(said), _attached(reply.values.get("files", "0"), language)) if part
    )


def _quoted(said: str) -> str:
    lines = (" ".join(line.split()) for line in clean(said[:_READ]).splitlines())
    return cut("\n".join(f"> {line}" for line in lines if line), _EXCERPT)


def _attached(count: str, language: Language) -> str:
    if count == "0":
        return ""
    return text(language, "files_one" if count == "1" else "files_many", count=count)


def _card(ticket: TicketView, language: Language, tz: ZoneInfo) -> dict[str, object]:
    waits_for_person = ticket.wants_human and ticket.status in {TicketStatus.OPEN, TicketStatus.IN_PROGRESS}
    return {
        "code": ticket.code,
        "status": text(language, f"status_{ticket.status}"),
        "created": when(ticket.created_at, language, tz),
        "updated": when(ticket.updated_at, language, tz),
        "next": text(language, "next_human" if waits_for_person else f"next_{ticket.status}"),
        "said": _said(ticket, language),
    }


def _said(ticket: TicketView, language: Language) -> str:
    if not ticket.said:
        return ""
    return f"{text(language, 'said_by_technician')}\n{cut(_quoted(ticket.said), _SAID)}"


def _row(button: Button, ticket: TicketView, language: Language) -> Choice:
    summary = one_line(ticket.summary) or text(language, "no_words")
    described = f"{text(language, f'status_{ticket.status}')} · {summary}"
    return Choice(id=button.id, title=ticket.code, description=cut(described, _ROW))


def _title(button: Button, language: Language) -> str:
    if button.action is Action.LANGUAGE:
        return text(language, f"language_{button.argument}")
    if button.action is Action.RATE:
        return text(language, f"rate_{button.argument[-1]}")
    return text(language, f"button_{button.action}")
