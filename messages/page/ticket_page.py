"""The ticket's page: a record as a technician reads it, with the one form by which they act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Final

from messages.jinja_templates import render
from messages.page.plain_page import stylesheet
from messages.page.ticket_history import MAX_NAME, Reader, customer_name, history
from messages.safe_text import cut, one_line
from messages.texts.catalogue import text, when
from messages.whatsapp.notification_bubble import MAX_TECHNICIAN_TEXT
from state.model.language import Language
from state.model.ticket import Actor, EventKind, TechnicianAction, TicketRecord, TicketStatus

_SUMMARY: Final = 300
_WINDOW: Final = timedelta(hours=23, minutes=55)
_ORDER: Final = (
    TechnicianAction.ANSWER,
    TechnicianAction.ASK,
    TechnicianAction.TAKE,
    TechnicianAction.RESOLVE,
    TechnicianAction.CLOSE,
    TechnicianAction.REOPEN,
)
_TO_THEM: Final = {TechnicianAction.ANSWER, TechnicianAction.ASK}  # nothing, when there is nobody to read it
_MAIN: Final = {
    TicketStatus.OPEN: TechnicianAction.TAKE,
    TicketStatus.IN_PROGRESS: TechnicianAction.ANSWER,
    TicketStatus.WAITING_CUSTOMER: TechnicianAction.ANSWER,
    TicketStatus.RESOLVED: TechnicianAction.ANSWER,
    TicketStatus.CLOSED: TechnicianAction.REOPEN,
}


class Problem(StrEnum):
    """Why an action was not done. The text of each is `page_problem_...`."""

    STALE = "stale"
    ILLEGAL = "illegal"
    WORDLESS = "wordless"
    LONG = "long"
    REFUSED = "refused"
    ACTION = "action"


# Those about what was written are told beside it; the others at the top, where what happened meanwhile is read first.
_ABOUT_THE_TEXT: Final = {Problem.WORDLESS, Problem.LONG, Problem.REFUSED}
_IN_THE_FORM: Final = _ABOUT_THE_TEXT | {Problem.ACTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in the form. `key` makes a double press one action."""

    key: str
    author: str = field(default="", repr=False)
    text: str = field(default="", repr=False)


def ticket_page(ticket: TicketRecord, draft: Draft, reader: Reader, problem: Problem | None = None) -> str:
    """A whole HTML document. It needs `style_source()` as style, and images and media from its own origin."""
    say = partial(text, reader.language)
    summary = cut(one_line(ticket.summary), _SUMMARY) or say("no_words")
    facts = {
        "lang": reader.language.value,
        "style": stylesheet(),
        "title": f"{ticket.code} · {summary}",
        "say": say,
        "path": reader.path,
        "code": ticket.code,
        "status": ticket.status.value,
        "summary": summary,
        "wants_human": ticket.wants_human and ticket.status.active,
        **_person(ticket, reader.language),
        "facts": _facts(ticket, reader),
        "entries": (entries := history(ticket, reader)),
        "news": any(entry.new for entry in entries),
        "waits": bool(ticket.waiting),
        "draft": draft,
        "seen": ticket.seen,
        "presses": _presses(ticket, reader.language),
        "text_label": say("page_note" if ticket.customer is None else "page_text"),
        "hints": _hints(ticket, reader),
        "after": say(f"page_after_{_lost(ticket)}" if ticket.customer is None else "page_after"),
        "alert": _alert(ticket, draft, reader.language, problem),
        "in_form": problem in _IN_THE_FORM,
        "wrong_text": problem in _ABOUT_THE_TEXT,
    }
    return render("ticket_page.html", facts)


def _person(ticket: TicketRecord, language: Language) -> dict[str, str]:
    """Who it is, and where they can be written to by hand."""
    who = ticket.customer
    phone = "".join(c for c in (who and who.wa_id) or "" if c in "0123456789")
    return {
        "customer": customer_name(ticket, language)
        if who
        else text(language, f"page_{_lost(ticket)}_person"),
        "phone": phone,
        "no_phone": text(language, "page_no_phone") if who and not phone else "",
        "spoken": text(language, f"spoken_{ticket.language}"),
    }


def _lost(ticket: TicketRecord) -> str:
    """Why there is nobody to write to: somebody who erased their data, or a row that went away without a word."""
    return "erased" if any(event.kind is EventKind.ERASED for event in ticket.events) else "gone"


def _facts(ticket: TicketRecord, reader: Reader) -> list[tuple[str, str]]:
    say = partial(text, reader.language)
    rows = [
        (say("page_assignee"), cut(one_line(ticket.assignee or ""), MAX_NAME) or say("page_nobody")),
        (say("page_opened"), when(ticket.created_at, reader.language, reader.tz)),
        (say("page_changed"), when(ticket.updated_at, reader.language, reader.tz)),
    ]
    if ticket.rating:
        rows.append((say("page_rating"), say("page_stars", rating=ticket.rating)))
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Press:
    """A button of the form."""

    action: str
    title: str
    hint: str
    main: bool


def _presses(ticket: TicketRecord, language: Language) -> list[_Press]:
    """What may be done now, the likeliest first, so that a thumb finds it."""
    main = _MAIN[ticket.status]
    nobody = ticket.customer is None
    offered = [work for work in _ORDER if work in ticket.actions and not (nobody and work in _TO_THEM)]
    ordered = sorted(offered, key=lambda work: work is not main)
    return [
        _Press(
            action=work.value,
            title=text(language, f"page_do_{work}"),
            hint="" if nobody else text(language, f"page_do_{work}_hint"),
            main=work is main,
        )
        for work in ordered
    ]


def _hints(ticket: TicketRecord, reader: Reader) -> list[str]:
    """What a technician should know before they write. Nothing, when nobody reads it any more."""
    if ticket.customer is None:
        return []
    hints = [text(reader.language, "page_text_hint", most=MAX_TECHNICIAN_TEXT)]
    if ticket.language is not reader.language:
        spoken = text(reader.language, f"spoken_{ticket.language}")
        hints.insert(0, text(reader.language, "page_speaks", language=spoken))
    wrote = [event.at for event in ticket.events if event.actor is Actor.CUSTOMER]
    # They may have written about something else since, which this record does not know: it says "if".
    if reader.now - max(wrote, default=ticket.created_at) > _WINDOW:
        hints.append(text(reader.language, "page_window"))
    return hints


def _alert(ticket: TicketRecord, draft: Draft, language: Language, problem: Problem | None) -> str:
    if problem is None:
        return ""
    status = text(language, f"mail_status_{ticket.status}")
    kept = f" {text(language, 'page_text_kept')}" if draft.text and problem not in _ABOUT_THE_TEXT else ""
    return text(language, f"page_problem_{problem}", status=status, most=MAX_TECHNICIAN_TEXT) + kept
