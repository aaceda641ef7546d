"""The ticket's page: the ticket as a technician sees it, and the form for their actions."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Final

from messages.for_technicians import MAX_NAME, digits, status_name, ticket_rows
from messages.page.layout import render_page
from messages.page.ticket_history import Viewer, customer_name, history
from messages.safe_text import cut, one_line
from messages.texts.catalogue import text, when
from messages.whatsapp.notification_bubble import MAX_TECHNICIAN_TEXT
from state.model.language import LANGUAGE_NAMES, Language
from state.model.ticket import EventKind, TechnicianAction, TicketRecord, TicketStatus

_MAX_SUMMARY: Final = 300  # UTF-16 units
_NEEDS_CUSTOMER: Final = {TechnicianAction.ANSWER, TechnicianAction.ASK}
_MAIN: Final = {
    TicketStatus.OPEN: TechnicianAction.TAKE,
    TicketStatus.IN_PROGRESS: TechnicianAction.ANSWER,
    TicketStatus.WAITING_CUSTOMER: TechnicianAction.ANSWER,
    TicketStatus.RESOLVED: TechnicianAction.ANSWER,
    TicketStatus.CLOSED: TechnicianAction.REOPEN,
}


class Problem(StrEnum):
    """The reasons why an action was not done. The text of each is `page_problem_...`."""

    STALE = "stale"
    ILLEGAL = "illegal"
    TEXT_MISSING = "text_missing"
    LONG = "long"
    REFUSED = "refused"
    ACTION = "action"


# Problems with the text are shown beside it; the others at the top, so that recent events are read first.
_ABOUT_THE_TEXT: Final = {Problem.TEXT_MISSING, Problem.LONG, Problem.REFUSED}
_IN_THE_FORM: Final = _ABOUT_THE_TEXT | {Problem.ACTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormInput:
    """The values of the form. `key` identifies the submission, so a double click is one action."""

    key: str
    author: str = field(default="", repr=False)
    text: str = field(default="", repr=False)


def ticket_page(
    ticket: TicketRecord, given: FormInput, viewer: Viewer, problem: Problem | None = None
) -> str:
    """A whole HTML document. Its policy must allow `style_source()` as style, and images and media from its own origin."""
    say = partial(text, viewer.language)
    no_customer = _why_no_customer(ticket)
    summary = cut(one_line(ticket.summary), _MAX_SUMMARY) or say("no_text")
    values = {
        "path": viewer.path,
        "code": ticket.code,
        "status": ticket.status.value,
        "status_name": status_name(viewer.language, ticket.status),
        "summary": summary,
        "wants_human": ticket.wants_human and ticket.status.active,
        "no_customer": no_customer,
        "customer": say(f"page_customer_{no_customer}")
        if no_customer
        else customer_name(ticket, viewer.language),
        "phone": digits(ticket.customer.wa_id if ticket.customer else None),
        "details": _details(ticket, viewer),
        "entries": (entries := history(ticket, viewer)),
        "any_new": any(entry.new for entry in entries),
        "earlier": ticket.earlier,
        "latest": viewer.before is None,
        "given": given,
        "seen": ticket.seen,
        "actions": _actions(ticket),
        "main_action": _MAIN[ticket.status],
        "text_label": say("page_form_note" if no_customer else "page_form_text"),
        "hints": _hints(ticket, viewer),
        "form_title": say("page_form_title" if ticket.status.active else "page_form_title_done"),
        "after": say(_after(ticket, viewer, no_customer)),
        "alert": _alert(ticket, given, viewer.language, problem),
        "in_form": problem in _IN_THE_FORM,
        "wrong_text": problem in _ABOUT_THE_TEXT,
    }
    return render_page("ticket_page", viewer.language, f"{ticket.code} · {summary}", values)


def _why_no_customer(ticket: TicketRecord) -> str:
    """The reason why there is no customer: "erased" by themselves, "gone" if the row was deleted. Empty if there is one."""
    if ticket.customer:
        return ""
    return "erased" if any(event.kind is EventKind.ERASED for event in ticket.events) else "gone"


def _after(ticket: TicketRecord, viewer: Viewer, no_customer: str) -> str:
    """The key of the text that says what will be sent, and when."""
    if no_customer:
        return f"page_delivery_{no_customer}"
    is_open = ticket.window_until is not None and viewer.now < ticket.window_until
    return "page_delivery" if is_open else "page_delivery_template"


def _details(ticket: TicketRecord, viewer: Viewer) -> list[tuple[str, str]]:
    say = partial(text, viewer.language)
    rows = [
        *ticket_rows(ticket, viewer.language),
        (say("page_opened"), when(ticket.created_at, viewer.language, viewer.tz)),
        (say("page_last_change"), when(ticket.updated_at, viewer.language, viewer.tz)),
    ]
    assignee = cut(one_line(ticket.assignee or ""), MAX_NAME)
    if assignee or ticket.status.active:
        rows.insert(len(rows) - 2, (say("page_assignee"), assignee or say("page_nobody")))
    if ticket.rating:
        rows.append((say("page_rating"), say("page_rating_value", rating=ticket.rating)))
    return rows


def _actions(ticket: TicketRecord) -> list[TechnicianAction]:
    """The actions that are possible now, the most likely first."""
    offered = [action for action in TechnicianAction if action in ticket.actions]
    if ticket.customer is None:
        offered = [action for action in offered if action not in _NEEDS_CUSTOMER]
    return sorted(offered, key=lambda action: action is not _MAIN[ticket.status])


def _hints(ticket: TicketRecord, viewer: Viewer) -> list[str]:
    """Hints for the technician before they write. None if there is no customer."""
    if ticket.customer is None:
        return []
    hints = [text(viewer.language, "page_form_text_hint", most=MAX_TECHNICIAN_TEXT)]
    if ticket.language is not viewer.language:
        spoken = LANGUAGE_NAMES[ticket.language][viewer.language]
        hints.insert(0, text(viewer.language, "page_form_language_hint", language=spoken))
    return hints


def _alert(ticket: TicketRecord, given: FormInput, language: Language, problem: Problem | None) -> str:
    if problem is None:
        return ""
    status = status_name(language, ticket.status)
    kept = f" {text(language, 'page_text_kept')}" if given.text and problem not in _ABOUT_THE_TEXT else ""
    return text(language, f"page_problem_{problem}", status=status, most=MAX_TECHNICIAN_TEXT) + kept
