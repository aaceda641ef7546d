"""The notification that tells a ticket's owner what the technicians did, as one bubble."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from messages.safe_text import cut, cut_at_word, fair_shares, one_line, utf16_length
from messages.texts.catalogue import text
from messages.whatsapp.notification_steps import EMOJI, NotificationStep, StepKind, notification_steps, who
from state.model.outbox_row import Bubble, Choice
from state.model.ticket import TicketRecord, TicketStatus
from state.model.turn import Action, Button

# UTF-16 units of a technician's text: fits in one bubble with our own words and the quotation marks.
MAX_TECHNICIAN_TEXT: Final = 3_000

# UTF-16 units of a bubble with and without buttons (Meta).
_MAX_WITH_BUTTONS: Final = 1024
_MAX_PLAIN: Final = 4096
_MAX_SUMMARY: Final = 200
_GAP: Final = re.compile(r"\n{3,}")

# The sentences about these steps state the ticket's new status.
_SAYS_STATUS: Final = {StepKind.ASK, StepKind.WAIT, StepKind.RESOLVE, StepKind.CLOSE, StepKind.MERGE}


def notification_bubble(ticket: TicketRecord) -> Bubble:
    """The bubble with all actions of the technicians, and the buttons for the ticket's status.

    A text that is too long for a bubble with buttons is sent whole in one without: everything a button does can be typed
    as well, and typing the ticket's code shows the buttons again.
    """
    if ticket.opening:
        return _opening(ticket)
    steps = notification_steps(ticket.events)
    body = _body(ticket, steps)
    if utf16_length(body) <= _MAX_WITH_BUTTONS:
        return Bubble(body=body, buttons=_buttons(ticket, steps))
    return Bubble(body=_plain(ticket, steps))


def _opening(ticket: TicketRecord) -> Bubble:
    """The bubble about a ticket that a technician has opened for its customer."""
    words = cut(one_line(ticket.summary), _MAX_SUMMARY) or text(ticket.language, "no_text")
    view = Button.of_ticket(Action.VIEW, ticket.code)
    return Bubble(
        body=text(ticket.language, "notification_opened", code=ticket.code, words=words),
        buttons=(Choice(id=view.id, title=text(ticket.language, f"button_{Action.VIEW}")),),
    )


def _buttons(ticket: TicketRecord, steps: Sequence[NotificationStep]) -> tuple[Choice, ...]:
    if ticket.merged_into:
        other = Button.of_ticket(Action.VIEW, ticket.merged_into)
        return (Choice(id=other.id, title=text(ticket.language, f"button_{Action.VIEW}")),)
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
    """The body for a bubble without buttons. If it is too long, the longest texts are cut."""
    whole = _body(ticket, steps, plain=True)
    if utf16_length(whole) <= _MAX_PLAIN:
        return whole
    bare = [replace(step, quote="") for step in steps]
    more = text(ticket.language, "notification_cut")
    room = _MAX_PLAIN - utf16_length(_body(ticket, bare, more, plain=True)) - 2 * len(steps)
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
    emoji = EMOJI[steps[-1].kind if steps else StepKind.ANSWER]
    parts += (more, *_closing(ticket, steps, plain=plain))
    return _GAP.sub("\n\n", f"{emoji} " + "\n\n".join(part for part in parts if part))


def _sentence(ticket: TicketRecord, step: NotificationStep, *, first: bool) -> str:
    """The sentence about a step. The first one names the team and the ticket; the others are short."""
    language = ticket.language
    named = text(
        language, "notification_your_ticket_code" if first else "notification_the_ticket", code=ticket.code
    )
    author = step.author if step.author and not first else who(step, language)
    other = ticket.merged_into or text(language, "notification_another_ticket")
    return text(language, f"notification_{step.kind}", who=author, ticket=named, other=other)


def _closing(ticket: TicketRecord, steps: Sequence[NotificationStep], *, plain: bool) -> list[str]:
    """The status, unless the last step says it, and what the customer can do now: press a button or, without one, write."""
    language, status, last = ticket.language, ticket.status, steps[-1] if steps else None
    no_buttons = "_no_buttons" if plain else ""
    closing = []
    if last is None or last.kind not in _SAYS_STATUS or last.to_status not in {None, status}:
        closing.append(text(language, "notification_status", status=text(language, f"status_{status}")))
    if status is TicketStatus.WAITING_CUSTOMER:
        closing.append(text(language, "notification_reply_here"))
    elif status is TicketStatus.RESOLVED and _resolves(steps):
        closing.append(text(language, f"notification_is_it_fixed{no_buttons}"))
    elif ticket.merged_into:
        closing.append(text(language, "notification_add_here"))
    elif not status.active:
        closing.append(text(language, f"notification_reopen_hint{no_buttons}", code=ticket.code))
    elif any(step.said for step in steps):
        closing.append(text(language, "notification_add_here"))
    return closing


def _resolves(steps: Sequence[NotificationStep]) -> bool:
    """True if this notification is about the change to resolved; only such a one asks if the problem is fixed."""
    return any(step.to_status is TicketStatus.RESOLVED for step in steps)
