"""What technicians did, as steps that a letter tells: answers of one that follow one another are one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from messages.safe_text import clean, cut, one_line
from messages.texts.catalogue import text
from state.model.language import Language
from state.model.ticket import Actor, EventKind, TicketEvent, TicketStatus

_NAME: Final = 40
_MAX_STEPS: Final = 5  # more than anybody does while a letter waits
_READ: Final = 60_000  # characters of a text that are looked at

# What a change is called that was made without pressing anything: by hand, in Supabase Studio.
_BY_HAND: Final = {
    TicketStatus.IN_PROGRESS: "take",
    TicketStatus.WAITING_CUSTOMER: "wait",
    TicketStatus.RESOLVED: "resolve",
    TicketStatus.CLOSED: "close",
    TicketStatus.OPEN: "reopen",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationStep:
    """What one technician did, and all they said with it: in their words, and quoted. `became`: the state after it, None if it changed nothing."""

    verb: str
    author: str
    said: tuple[str, ...]
    quote: str
    became: TicketStatus | None


def notification_steps(events: Sequence[TicketEvent]) -> list[NotificationStep]:
    """What was done, in order. Answers of one technician that follow one another are one step."""
    told = [
        event for event in events if event.actor is Actor.TECHNICIAN and event.kind is not EventKind.NOTIFIED
    ]
    steps: list[NotificationStep] = []
    for (verb, author), same in groupby(told, key=lambda event: (_verb(event), _author(event))):
        of_it = list(same)
        texts = [words for event in of_it if (words := clean((event.text or "")[:_READ]).strip())]
        quote = "\n\n".join(map(_quoted, texts))
        steps.append(
            NotificationStep(
                verb=verb, author=author, said=tuple(texts), quote=quote, became=of_it[-1].became
            )
        )
    return steps[-_MAX_STEPS:]


def _verb(event: TicketEvent) -> str:
    if event.action:
        return event.action
    if (event.was, event.became) == (TicketStatus.IN_PROGRESS, TicketStatus.OPEN):
        return "back"
    return _BY_HAND[event.became] if event.became else "answer"


def _author(event: TicketEvent) -> str:
    return cut(one_line(event.author or ""), _NAME)


def who(step: NotificationStep, language: Language) -> str:
    """ "Marta, del equipo técnico," or, where nobody is named, the team."""
    if not step.author:
        return text(language, "notice_team")
    return text(language, "notice_who", name=step.author)


def _quoted(said: str) -> str:
    return "\n".join(f"> {line}" if line.strip() else "" for line in said.splitlines())
