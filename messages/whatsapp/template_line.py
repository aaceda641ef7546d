"""The one line that the status template carries: what came of the customer's message, or what the technicians did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from messages.safe_text import cut_at_word, fair_shares, one_line, utf16_length
from messages.texts.catalogue import text
from messages.whatsapp.notification_steps import NotificationStep, notification_steps, who
from state.model.language import Language
from state.model.ticket import TicketRecord, TicketStatus
from state.model.turn import Reply

# UTF-16 units; Meta limits the line only together with the template's own words.
MAX_LINE: Final = 300

_MAX_SAID: Final = 5  # in a line: of more there would be a word of each
_BETWEEN: Final = " · "
_END: Final = "."
_LINES: Final[Mapping[str, str]] = {
    "ticket_opened": "line_opened",
    "human_opened": "line_human",
    "human_asked": "line_human",
    "note_added": "line_note",
    "answer_added": "line_note",
    "closed_by_owner": "line_closed",
    "fixed": "line_closed",
    "reopened": "line_reopened",
}


def reply_line(reply: Reply, language: Language) -> str | None:
    """A reply about a ticket in one line. None for a reply that is worth nothing once the 24-hour window has closed."""
    if reply.say not in _LINES:
        return None
    words = one_line(reply.values.get("summary", "")) or text(language, "no_words")
    return text(language, _LINES[reply.say], words=words)


def notification_line(ticket: TicketRecord) -> str:
    """The most useful words first: the last question, then all that was said. At most 300 UTF-16 units.

    As a template has no buttons, one of a resolved ticket ends with the question whether it is.
    """
    steps, closing = notification_steps(ticket.events), ""
    if ticket.status is TicketStatus.RESOLVED:
        closing = text(ticket.language, "notice_line_fixed")
    if not (said := _said(ticket, steps)):
        return _closed(_last(ticket, steps), closing)
    spoken = partial(_spoken, ticket, steps)
    ours = (
        utf16_length(_closed(spoken(""), closing))
        + utf16_length(_END)
        + utf16_length(_BETWEEN) * (len(said) - 1)
    )
    given = zip(said, fair_shares([utf16_length(words) for words in said], MAX_LINE - ours), strict=True)
    return _closed(spoken(_BETWEEN.join(cut_at_word(words, share) for words, share in given)), closing)


def _said(ticket: TicketRecord, steps: Sequence[NotificationStep]) -> list[str]:
    """Each in one line, the latest that fit; before them the question, while somebody still works on the ticket."""
    said = [(step.verb, shown) for step in steps for words in step.said if (shown := one_line(words))]
    asked = [said.pop(place) for place in [_asked(ticket, said)] if place is not None]
    return [words for _, words in asked + said[len(asked) - _MAX_SAID :]]


def _asked(ticket: TicketRecord, said: Sequence[tuple[str, str]]) -> int | None:
    """The place of the last question."""
    places = [place for place, (verb, _) in enumerate(said) if verb == "ask"]
    return places[-1] if places and ticket.status.active else None


def _spoken(ticket: TicketRecord, steps: Sequence[NotificationStep], words: str) -> str:
    """Who says it: the whole team, when there are several."""
    language, speakers = ticket.language, [step for step in steps if step.said]
    alone = len({step.author for step in speakers}) == 1
    name = who(speakers[-1], language) if alone else text(language, "notice_team")
    if ticket.status.active and any(step.verb == "ask" for step in speakers):
        return text(language, "notice_line_ask", who=name, words=words)
    ended = "" if ticket.status.active else f"{text(language, f'status_{ticket.status}')}. "
    return ended + text(language, "notice_line_say", who=name, words=words)


def _last(ticket: TicketRecord, steps: Sequence[NotificationStep]) -> str:
    """The last thing that was done, where nobody said anything; if nothing was, the state."""
    language = ticket.language
    if not (steps and steps[-1].became):
        return text(language, f"status_{ticket.status}")
    name, it = who(steps[-1], language), text(language, "notice_yours")
    return text(language, f"notice_{steps[-1].verb}", who=name, ticket=it)


def _closed(line: str, closing: str) -> str:
    """The line, and as another sentence what ends it."""
    if not closing:
        return line
    return f"{line} {closing}" if line.endswith((_END, "!", "?", "…")) else f"{line}{_END} {closing}"
