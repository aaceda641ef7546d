"""What a ticket's owner reads of what the technicians did: one bubble."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from messages.safe_text import cut_at_word, fair_shares, utf16_length
from messages.texts.catalogue import text
from messages.whatsapp.notification_steps import NotificationStep, notification_steps, who
from state.model.outbox_row import Bubble, Choice
from state.model.ticket import TicketRecord, TicketStatus
from state.model.turn import Action, Button

# UTF-16 units of a technician's words: whole in one bubble with ours and the marks of a quotation.
MAX_TECHNICIAN_TEXT: Final = 3_000

_WITH_BUTTONS: Final = 1024  # UTF-16 units of a bubble (Meta), and of one without buttons:
_PLAIN: Final = 4096
_GAP: Final = re.compile(r"\n{3,}")

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


def notification_bubble(ticket: TicketRecord) -> Bubble:
    """All that the technicians did, in one bubble, with the buttons that go with the state it left.

    Words that are too long for a bubble with buttons (Meta: 1024) go whole without them (4096): what can be pressed can be
    written too, and a ticket's code brings the buttons back.
    """
    steps = notification_steps(ticket.events)
    body = _body(ticket, steps)
    if utf16_length(body) <= _WITH_BUTTONS:
        return Bubble(body=body, buttons=_buttons(ticket, steps))
    return Bubble(body=_plain(ticket, steps))


def _buttons(ticket: TicketRecord, steps: Sequence[NotificationStep]) -> tuple[Choice, ...]:
    return tuple(
        Choice(id=Button.of_ticket(action, ticket.code).id, title=text(ticket.language, f"button_{action}"))
        for action in _actions(ticket.status, steps)
    )


def _actions(status: TicketStatus, steps: Sequence[NotificationStep]) -> tuple[Action, ...]:
    match status:
        case TicketStatus.OPEN:
            return ()
        case TicketStatus.IN_PROGRESS | TicketStatus.WAITING_CUSTOMER:
            return (Action.VIEW,)
        case TicketStatus.RESOLVED if _resolves(steps):
            return (Action.FIXED, Action.NOT_FIXED)
        case TicketStatus.RESOLVED | TicketStatus.CLOSED:
            return (Action.REOPEN,)


def _plain(ticket: TicketRecord, steps: Sequence[NotificationStep]) -> str:
    """The body for a bubble without buttons, cut where somebody's words are longest."""
    whole = _body(ticket, steps, plain=True)
    if utf16_length(whole) <= _PLAIN:
        return whole
    bare = [replace(step, quote="") for step in steps]
    more = text(ticket.language, "notice_more")
    room = _PLAIN - utf16_length(_body(ticket, bare, plain=True)) - utf16_length(more) - 2 * len(steps) - 2
    wanted = [utf16_length(step.quote) for step in steps]
    short = [
        replace(step, quote=cut_at_word(step.quote, share)) if step.quote else step
        for step, share in zip(steps, fair_shares(wanted, room), strict=True)
    ]
    return _body(ticket, short, more, plain=True)


def _body(
    ticket: TicketRecord, steps: Sequence[NotificationStep], more: str = "", *, plain: bool = False
) -> str:
    parts: list[str] = []
    for number, step in enumerate(steps):
        parts += (_sentence(ticket, step, first=number == 0), step.quote)
    sign = _SIGNS[steps[-1].verb] if steps else _SIGNS["answer"]
    parts += (more, *_closing(ticket, steps, plain=plain))
    return _GAP.sub("\n\n", f"{sign} " + "\n\n".join(part for part in parts if part))


def _sentence(ticket: TicketRecord, step: NotificationStep, *, first: bool) -> str:
    """The first names the technicians' team and the ticket; the others are short."""
    language = ticket.language
    known = text(language, "notice_yours_code", code=ticket.code) if first else text(language, "notice_it")
    short = step.author if step.author and not first else who(step, language)
    return text(language, f"notice_{step.verb}", who=short, ticket=known)


def _closing(ticket: TicketRecord, steps: Sequence[NotificationStep], *, plain: bool) -> list[str]:
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


def _resolves(steps: Sequence[NotificationStep]) -> bool:
    """Whether this is the letter that asks: the question is put once."""
    return any(step.became is TicketStatus.RESOLVED for step in steps)
