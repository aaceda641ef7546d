"""The bubble for a reply, always within WhatsApp's limits: the customer's words are cut, never ours."""

import re
from typing import Final
from zoneinfo import ZoneInfo

from messages.safe_text import clean, cut, one_line
from messages.texts.catalogue import text, when
from state.model.language import LANGUAGE_NAMES, Language
from state.model.outbox_row import Bubble, Choice
from state.model.ticket import Actor, EventKind, LatestEvent, TicketStatus, TicketView
from state.model.turn import Action, Button, Reply

# Meta's limits. More choices than fit as buttons become a list.
_MAX_BUTTONS: Final = 3
_MAX_ROWS: Final = 10
_MAX_ROW_DESCRIPTION: Final = 72  # UTF-16 units

# UTF-16 units: enough to recognise one's own words; together with any of the texts far below Meta's 1024.
_MAX_QUOTE: Final = 500
_MAX_TECHNICIAN_QUOTE: Final = 300
_MAX_READ: Final = 2_000  # characters looked at for a quote; a report may have 60,000
# The button that opens the list, for replies with more choices than fit as buttons.
_LIST_TITLES: Final = {
    "fixed": "list_title_rating",
    "rate_again": "list_title_rating",
    "choose_language": "language",
}
_MAX_NAME: Final = 40  # UTF-16 units
# A change of status without an action: by hand, in Supabase Studio. The text of each is `card_they_...`.
_BY_HAND: Final = {
    TicketStatus.OPEN: "return",
    TicketStatus.IN_PROGRESS: "take",
    TicketStatus.WAITING_CUSTOMER: "wait",
    TicketStatus.RESOLVED: "resolve",
    TicketStatus.CLOSED: "close",
}
_GAP: Final = re.compile(r"\n{3,}")
_MAX_DESK_NAME: Final = 60  # UTF-16 units
_FORMATTING: Final = re.compile(r"[*_~`]")  # WhatsApp's marks for bold, italic, struck out and monospace


def reply_bubble(reply: Reply, language: Language, tz: ZoneInfo, desk_name: str = "") -> Bubble:
    """The bubble for a reply: the text, with buttons or, when there are tickets to choose from, with a list.

    desk_name: whose desk it is, for the welcome; empty if the operator has not said.
    """
    body = _body(reply, language, tz, desk_name)
    if reply.tickets:
        chosen = list(zip(reply.buttons, reply.tickets, strict=True))[:_MAX_ROWS]
        rows = tuple(_row(button, ticket, language) for button, ticket in chosen)
        return Bubble(body=body, rows=rows, list_button=text(language, "list_title_tickets"))
    choices = tuple(Choice(id=button.id, title=_title(button, language)) for button in reply.buttons)
    if len(choices) > _MAX_BUTTONS:
        return Bubble(body=body, rows=choices, list_button=text(language, _LIST_TITLES[reply.say]))
    return Bubble(body=body, buttons=choices)


def throttled_bubble(language: Language) -> Bubble:
    """The bubble for a customer over the cap on messages: their last one was not kept."""
    return Bubble(body=text(language, "throttled"))


def button_titles() -> list[tuple[str, Action]]:
    """The title of each button in each language, and its action. Without the languages and the grades."""
    named = [action for action in Action if action not in {Action.LANGUAGE, Action.RATE}]
    return [(text(language, f"button_{action}"), action) for language in Language for action in named]


def _body(reply: Reply, language: Language, tz: ZoneInfo, desk_name: str) -> str:
    if reply.say == "choose_language":  # the customer may not understand the current one
        own_first = sorted(Language, key=lambda each: each is not language)
        return " / ".join(text(each, "reply_choose_language") for each in own_first)
    values: dict[str, object] = {"words": _words(reply, language), "me": _me(desk_name, language)}
    if reply.ticket:
        values |= _card(reply.ticket, language, tz)
    first = f"{text(language, f'missing_{reply.missing}')}\n\n" if reply.missing else ""
    first += f"{text(language, 'regret')}\n\n" if reply.regret else ""
    # A report without words leaves an empty paragraph.
    return _GAP.sub(
        "\n\n", first + text(language, f"reply_{reply.say}", **{**reply.values, **values})
    ).strip()


def _me(desk_name: str, language: Language) -> str:
    """How the desk introduces itself, with its name in bold."""
    name = cut(one_line(_FORMATTING.sub(" ", desk_name)), _MAX_DESK_NAME)
    return text(language, "me_of_desk", desk=name) if name else text(language, "me")


def _words(reply: Reply, language: Language) -> str:
    """The customer's words as a WhatsApp quotation, and the number of files."""
    said = reply.values.get("draft") or reply.values.get("summary", "")
    if reply.ticket:
        said = reply.ticket.summary or text(language, "no_text")
    return "\n".join(
        part for part in (_quoted(said), _attached(reply.values.get("files", "0"), language)) if part
    )


def _quoted(said: str) -> str:
    lines = (" ".join(line.split()) for line in clean(said[:_MAX_READ]).splitlines())
    return cut("\n".join(f"> {line}" for line in lines if line), _MAX_QUOTE)


def _attached(count: str, language: Language) -> str:
    if count == "0":
        return ""
    return text(language, "attachments_one" if count == "1" else "attachments_many", count=count)


def _card(ticket: TicketView, language: Language, tz: ZoneInfo) -> dict[str, object]:
    assignee = _name(ticket.assignee) if ticket.status.active else ""
    return {
        "code": ticket.code,
        "status": text(language, f"status_{ticket.status}"),
        "assignee": text(language, "card_assignee", name=assignee) if assignee else "",
        "created": when(ticket.created_at, language, tz),
        "latest": _latest(ticket.latest, language, tz) if ticket.latest else "",
        "next": text(language, f"card_next_{_next(ticket, assignee)}"),
        "said": _said(ticket, language),
    }


def _next(ticket: TicketView, assignee: str) -> str:
    """The end of a key `card_next_...`: what the customer can expect or do."""
    if ticket.wants_human and ticket.status in {TicketStatus.OPEN, TicketStatus.IN_PROGRESS}:
        return "human"
    return "assigned" if assignee and ticket.status is TicketStatus.IN_PROGRESS else ticket.status


def _said(ticket: TicketView, language: Language) -> str:
    if not ticket.said:
        return ""
    who = _name(ticket.said.author) or text(language, "notification_team")
    quote = cut(_quoted(ticket.said.text), _MAX_TECHNICIAN_QUOTE)
    return f"{text(language, 'card_technician_wrote', who=who)}\n{quote}"


def _latest(event: LatestEvent, language: Language, tz: ZoneInfo) -> str:
    """What happened last, and when, in one line."""
    who = _name(event.author) or text(language, "card_team")
    what = text(language, f"card_{_what(event)}", who=who)
    return text(language, "card_latest", what=what, at=when(event.at, language, tz))


def _what(event: LatestEvent) -> str:
    """The end of a key `card_you_...` or `card_they_...`."""
    if event.actor is Actor.CUSTOMER:
        # A status without an action: they have replied, and so it waits no more.
        status_or_answer = event.kind in {EventKind.STATUS, EventKind.ANSWER}
        return f"you_{(event.action or EventKind.NOTE) if status_or_answer else event.kind}"
    if event.kind is EventKind.CREATED:
        return "they_created"
    return f"they_{event.action or (_BY_HAND[event.to_status] if event.to_status else EventKind.ANSWER)}"


def _name(name: str | None) -> str:
    return cut(one_line(_FORMATTING.sub(" ", name or "")), _MAX_NAME)


def _row(button: Button, ticket: TicketView, language: Language) -> Choice:
    summary = one_line(ticket.summary) or text(language, "no_text")
    described = f"{text(language, f'status_{ticket.status}')} · {summary}"
    return Choice(id=button.id, title=ticket.code, description=cut(described, _MAX_ROW_DESCRIPTION))


def _title(button: Button, language: Language) -> str:
    if button.action is Action.LANGUAGE:
        named = Language(button.argument)
        return LANGUAGE_NAMES[named][named].capitalize()
    if button.action is Action.RATE:
        return text(language, f"rate_{button.argument[-1]}")
    return text(language, f"button_{button.action}")
