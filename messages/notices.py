"""What a ticket's owner reads of what the technicians did: one bubble, or the one line of a template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from messages.catalogue import text
from messages.measure import clean, cut, cut_at_word, one_line, shares, units
from state.language import Language
from state.outbox import Bubble, Choice
from state.records import Actor, EventKind, TicketEvent, TicketRecord
from state.turns import Action, Button, TicketStatus

_WITH_BUTTONS: Final = 1024  # UTF-16 units of a bubble (Meta), and of one without buttons:
_PLAIN: Final = 4096
_NAME: Final = 40
_MOST_STEPS: Final = 5  # more than anybody does in the minute that a letter waits
_READ: Final = 60_000  # characters of a text that are looked at
_GAP: Final = re.compile(r"\n{3,}")

# What a change is called that was made without pressing anything: by hand, in Supabase Studio.
_BY_HAND: Final = {
    TicketStatus.IN_PROGRESS: "take",
    TicketStatus.WAITING_CUSTOMER: "wait",
    TicketStatus.RESOLVED: "resolve",
    TicketStatus.CLOSED: "close",
    TicketStatus.OPEN: "reopen",
}
# These say by themselves in which state the ticket is now.
_TELLING: Final = {"take", "ask", "wait", "resolve", "close"}
_SIGNS: Final = {
    "take": "🛠️",
    "ask": "❓",
    "wait": "❓",
    "answer": "💬",
    "resolve": "✅",
    "close": "🔒",
    "reopen": "🔄",
    "back": "🔄",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What one technician did, and all they said with it: in their words, and quoted. `became`: the state after it, None if it changed nothing."""

    verb: str
    author: str
    said: str
    quote: str
    became: TicketStatus | None


def notice_bubble(ticket: TicketRecord) -> Bubble:
    """All that the technicians did, in one bubble, with the buttons that go with the state it left.

    Words that are too long for a bubble with buttons (Meta: 1024) go whole without them (4096): what can be pressed can be
    written too, and a ticket's code brings the buttons back.
    """
    steps = _steps(ticket.events)
    body = _body(ticket, steps)
    if units(body) <= _WITH_BUTTONS:
        return Bubble(body=body, buttons=_buttons(ticket, steps))
    return Bubble(body=_plain(ticket, steps))


def notice_line(ticket: TicketRecord) -> str:
    """The same in one line, for a template, the most useful words first: the last question, else all that was said."""
    language, steps = ticket.language, _steps(ticket.events)
    asked = next((step for step in reversed(steps) if step.verb == "ask"), None)
    if asked:
        return text(language, "notice_line_ask", who=_who(asked, language), words=one_line(asked.said))
    speaker = next((step for step in reversed(steps) if step.said), None)
    ended = "" if ticket.status.active else f"{text(language, f'status_{ticket.status}')}. "
    if speaker:
        words = " · ".join(one_line(step.said) for step in steps if step.said)
        return ended + text(language, "notice_line_say", who=_who(speaker, language), words=words)
    last = steps[-1] if steps else _Step(verb="answer", author="", said="", quote="", became=None)
    who, it = _who(last, language), text(language, "notice_yours")
    said = text(language, f"notice_{last.verb}", who=who, ticket=it) if last.became else ""
    return said or text(language, f"status_{ticket.status}")


def _steps(events: Sequence[TicketEvent]) -> list[_Step]:
    """What was done, in order. Answers of one technician that follow one another are one step."""
    told = [event for event in events if event.actor is Actor.TECHNICIAN and event.kind is not EventKind.TOLD]
    steps = []
    for (verb, author), same in groupby(told, key=lambda event: (_verb(event), _author(event))):
        of_it = list(same)
        texts = [words for event in of_it if (words := clean((event.text or "")[:_READ]).strip())]
        quote = "\n\n".join(map(_quoted, texts))
        steps.append(
            _Step(verb=verb, author=author, said=" ".join(texts), quote=quote, became=of_it[-1].became)
        )
    return steps[-_MOST_STEPS:]


def _verb(event: TicketEvent) -> str:
    if event.action:
        return event.action
    if (event.was, event.became) == (TicketStatus.IN_PROGRESS, TicketStatus.OPEN):
        return "back"
    return _BY_HAND[event.became] if event.became else "answer"


def _author(event: TicketEvent) -> str:
    return cut(one_line(event.author or ""), _NAME)


def _who(step: _Step, language: Language) -> str:
    if not step.author:
        return text(language, "notice_team")
    return text(language, "notice_who", name=step.author)


def _buttons(ticket: TicketRecord, steps: Sequence[_Step]) -> tuple[Choice, ...]:
    return tuple(
        Choice(id=Button.of_ticket(action, ticket.code).id, title=text(ticket.language, f"button_{action}"))
        for action in _actions(ticket.status, steps)
    )


def _actions(status: TicketStatus, steps: Sequence[_Step]) -> tuple[Action, ...]:
    match status:
        case TicketStatus.OPEN:
            return ()
        case TicketStatus.IN_PROGRESS | TicketStatus.WAITING_CUSTOMER:
            return (Action.VIEW,)
        case TicketStatus.RESOLVED if _resolves(steps):
            return (Action.FIXED, Action.NOT_FIXED)
        case TicketStatus.RESOLVED | TicketStatus.CLOSED:
            return (Action.REOPEN,)


def _plain(ticket: TicketRecord, steps: Sequence[_Step]) -> str:
    """The body for a bubble without buttons, cut where somebody's words are longest."""
    whole = _body(ticket, steps, plain=True)
    if units(whole) <= _PLAIN:
        return whole
    bare = [replace(step, quote="") for step in steps]
    more = text(ticket.language, "notice_more")
    room = _PLAIN - units(_body(ticket, bare, plain=True)) - units(more) - 2 * len(steps) - 2
    wanted = [units(step.quote) for step in steps]
    short = [
        replace(step, quote=cut_at_word(step.quote, share)) if step.quote else step
        for step, share in zip(steps, shares(wanted, room), strict=True)
    ]
    return _body(ticket, short, more, plain=True)


def _body(ticket: TicketRecord, steps: Sequence[_Step], more: str = "", *, plain: bool = False) -> str:
    parts: list[str] = []
    for number, step in enumerate(steps):
        parts += (_sentence(ticket, step, first=number == 0), step.quote)
    sign = _SIGNS[steps[-1].verb] if steps else _SIGNS["answer"]
    parts += (more, *_closing(ticket, steps, plain=plain))
    return _GAP.sub("\n\n", f"{sign} " + "\n\n".join(part for part in parts if part))


def _sentence(ticket: TicketRecord, step: _Step, *, first: bool) -> str:
    """The first names the technicians' team and the ticket; the others are short."""
    language = ticket.language
    known = text(language, "notice_yours_code", code=ticket.code) if first else text(language, "notice_it")
    who = step.author if step.author and not first else _who(step, language)
    return text(language, f"notice_{step.verb}", who=who, ticket=known)


def _closing(ticket: TicketRecord, steps: Sequence[_Step], *, plain: bool) -> list[str]:
    """The state, where the last step does not say it, and what the customer may do now: press, or in a plain bubble write."""
    language, status, last = ticket.language, ticket.status, steps[-1] if steps else None
    closing = []
    if last is None or last.verb not in _TELLING or last.became not in {None, status}:
        closing.append(text(language, "notice_state", status=text(language, f"status_{status}")))
    if status is TicketStatus.WAITING_CUSTOMER:
        closing.append(text(language, "notice_reply"))
    elif status is TicketStatus.RESOLVED and _resolves(steps):
        closing.append(text(language, "notice_fixed_plain" if plain else "notice_fixed"))
    elif not status.active:
        again = text(language, "notice_again_plain" if plain else "notice_again", code=ticket.code)
        closing.append(again)
    elif any(step.said for step in steps):
        closing.append(text(language, "notice_add"))
    return closing


def _resolves(steps: Sequence[_Step]) -> bool:
    """Whether this is the letter that asks: the question is put once."""
    return any(step.became is TicketStatus.RESOLVED for step in steps)


def _quoted(said: str) -> str:
    return "\n".join(f"> {line}" if line.strip() else "" for line in said.splitlines())
