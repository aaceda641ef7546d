"""What the technicians did, in the one line of a template: all that they said, shortened fairly."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from messages.fitting import cut_at_word, one_line, shares, units
from messages.texts.catalogue import text
from messages.whatsapp.bubbles import LINE
from messages.whatsapp.technician_actions import TechnicianAction, technician_actions, who
from state.model.ticket import TicketRecord, TicketStatus

_MAX_SAID: Final = 5  # in a line: of more there would be a word of each
_BETWEEN: Final = " · "
_END: Final = "."


def notification_line(ticket: TicketRecord) -> str:
    """The most useful words first: the last question, then all that was said. At most 300 UTF-16 units.

    As a template has no buttons, one of a resolved ticket ends with the question whether it is.
    """
    steps, closing = technician_actions(ticket.events), ""
    if ticket.status is TicketStatus.RESOLVED:
        closing = text(ticket.language, "notice_line_fixed")
    if not (said := _said(ticket, steps)):
        return _closed(_last(ticket, steps), closing)
    spoken = partial(_spoken, ticket, steps)
    ours = units(_closed(spoken(""), closing)) + units(_END) + units(_BETWEEN) * (len(said) - 1)
    given = zip(said, shares([units(words) for words in said], LINE - ours), strict=True)
    return _closed(spoken(_BETWEEN.join(cut_at_word(words, share) for words, share in given)), closing)


def _said(ticket: TicketRecord, steps: Sequence[TechnicianAction]) -> list[str]:
    """Each in one line, the latest that fit; before them the question, while somebody still works on the ticket."""
    said = [(step.verb, shown) for step in steps for words in step.said if (shown := one_line(words))]
    asked = [said.pop(place) for place in [_asked(ticket, said)] if place is not None]
    return [words for _, words in asked + said[len(asked) - _MAX_SAID :]]


def _asked(ticket: TicketRecord, said: Sequence[tuple[str, str]]) -> int | None:
    """The place of the last question."""
    places = [place for place, (verb, _) in enumerate(said) if verb == "ask"]
    return places[-1] if places and ticket.status.active else None


def _spoken(ticket: TicketRecord, steps: Sequence[TechnicianAction], words: str) -> str:
    """Who says it: the whole team, when there are several."""
    language, speakers = ticket.language, [step for step in steps if step.said]
    alone = len({step.author for step in speakers}) == 1
    name = who(speakers[-1], language) if alone else text(language, "notice_team")
    if ticket.status.active and any(step.verb == "ask" for step in speakers):
        return text(language, "notice_line_ask", who=name, words=words)
    ended = "" if ticket.status.active else f"{text(language, f'status_{ticket.status}')}. "
    return ended + text(language, "notice_line_say", who=name, words=words)


def _last(ticket: TicketRecord, steps: Sequence[TechnicianAction]) -> str:
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
