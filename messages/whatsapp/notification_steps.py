"""The steps of a notification: the technicians' actions, with consecutive answers of one technician as one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from messages.safe_text import clean, cut, one_line
from messages.texts.catalogue import text
from state.model.language import Language
from state.model.ticket import Actor, EventKind, TicketEvent, TicketStatus

_MAX_NAME: Final = 40  # UTF-16 units
_MAX_STEPS: Final = 5  # more than a technician does before a notification is sent
_MAX_READ: Final = 60_000  # characters of a text


class StepKind(StrEnum):
    """The kinds of step: an action, or a change of status in Supabase Studio. The text of each is `notification_...`."""

    ASK = "ask"
    WAIT = "wait"
    ANSWER = "answer"
    RESOLVE = "resolve"
    CLOSE = "close"
    MERGE = "merge"
    REOPEN = "reopen"


EMOJI: Final = {
    StepKind.ASK: "❓",
    StepKind.WAIT: "❓",
    StepKind.ANSWER: "💬",
    StepKind.RESOLVE: "✅",
    StepKind.CLOSE: "🔒",
    StepKind.MERGE: "🔗",
    StepKind.REOPEN: "🔄",
}

# Whatever else technicians do is among themselves.
_TOLD: Final = {EventKind.STATUS, EventKind.ANSWER}
# A change of status without an action: by hand, in Supabase Studio.
_BY_HAND: Final = {
    TicketStatus.WAITING_CUSTOMER: StepKind.WAIT,
    TicketStatus.RESOLVED: StepKind.RESOLVE,
    TicketStatus.CLOSED: StepKind.CLOSE,
    TicketStatus.OPEN: StepKind.REOPEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationStep:
    """One or more actions of the same kind by one technician. said: their texts; quote: the same, quoted.

    to_status: the status after it, or None if it did not change.
    """

    kind: StepKind
    author: str
    said: tuple[str, ...]
    quote: str
    to_status: TicketStatus | None


def notification_steps(events: Sequence[TicketEvent]) -> list[NotificationStep]:
    """The technicians' actions as steps, in order."""
    done = [event for event in events if event.actor is Actor.TECHNICIAN and event.kind in _TOLD]
    steps: list[NotificationStep] = []
    for (kind, author), group in groupby(done, key=lambda event: (_kind(event), _author(event))):
        together = list(group)
        texts = [words for event in together if (words := clean((event.text or "")[:_MAX_READ]).strip())]
        quote = "\n\n".join(map(_quoted, texts))
        steps.append(
            NotificationStep(
                kind=kind, author=author, said=tuple(texts), quote=quote, to_status=together[-1].to_status
            )
        )
    return steps[-_MAX_STEPS:]


def _kind(event: TicketEvent) -> StepKind:
    if event.action:
        return StepKind(event.action)
    return _BY_HAND[event.to_status] if event.to_status else StepKind.ANSWER


def _author(event: TicketEvent) -> str:
    return cut(one_line(event.author or ""), _MAX_NAME)


def who(step: NotificationStep, language: Language) -> str:
    """The name of the author, as in "Marta, del equipo técnico,", or of the team if there is no name."""
    if not step.author:
        return text(language, "notification_team")
    return text(language, "notification_author", name=step.author)


def _quoted(said: str) -> str:
    return "\n".join(f"> {line}" if line.strip() else "" for line in said.splitlines())
