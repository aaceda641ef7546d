"""The ticket's page: the ticket as a technician sees it, and the form for their actions."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Final

from messages.for_technicians import assignee_of, digits, short_name, status_name, ticket_rows
from messages.page.layout import render_page
from messages.page.ticket_history import Viewer, customer_name, history
from messages.page.whose_turn import has_it, whose_turn
from messages.safe_text import clean, cut, one_line
from messages.texts.catalogue import PLACEHOLDER, text, when
from messages.whatsapp.notification_bubble import MAX_TECHNICIAN_TEXT
from state.model.answer_file import ACCEPTED, LIMITS, FileProblem
from state.model.language import LANGUAGE_NAMES, Language
from state.model.ticket import (
    Actor,
    DeliveryState,
    EventKind,
    Mark,
    TechnicianAction,
    TicketRecord,
    TicketStatus,
)

_MAX_SUMMARY: Final = 300  # UTF-16 units
_SHOWN_OTHERS: Final = 5
_MAX_OPTION: Final = 60  # UTF-16 units of a summary in a list
_DONE: Final = {*TechnicianAction, *Mark}
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
    OWN_LINK = "own_link"
    REFUSED = "refused"
    ACTION = "action"
    WHOM = "whom"
    CHOICE = "choice"
    NOTE_MISSING = "note_missing"
    FILE_TYPE = "file_type"
    FILE_EMPTY = "file_empty"
    FILE_LARGE = "file_large"
    FILE_LARGE_PHOTO = "file_large_photo"
    FILE_LARGE_TOGETHER = "file_large_together"
    FILE_MANY = "file_many"
    FILE_ACTION = "file_action"
    FILE_NO_ROOM = "file_no_room"
    FILE_UNSTORED = "file_unstored"
    FILE_GONE = "file_gone"

    @classmethod
    def of_file(cls, problem: FileProblem) -> "Problem":
        return cls(f"file_{problem}")

    @property
    def about_files(self) -> bool:
        return self.startswith("file_")


# Problems with the text are shown beside it; the others at the top, so that recent events are read first.
_ABOUT_THE_TEXT: Final = {
    Problem.TEXT_MISSING,
    Problem.LONG,
    Problem.OWN_LINK,
    Problem.REFUSED,
    Problem.NOTE_MISSING,
}
_ABOUT_FILES: Final = {problem for problem in Problem if problem.about_files}
_IN_THE_FORM: Final = _ABOUT_THE_TEXT | _ABOUT_FILES | {Problem.ACTION, Problem.WHOM, Problem.CHOICE}
# In a part of the form of their own.
_ELSEWHERE: Final = {TechnicianAction.HAND_OVER, TechnicianAction.GIVE_BACK, TechnicianAction.MERGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormInput:
    """The values of the form. `key` identifies the submission, so a double click is one action.

    answer: a canned answer to put under the text; categories: those that can be chosen. had_files: files were chosen, which no page can
    put into a form again; file: the name of the one that a problem is about.
    """

    key: str
    author: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    answer: str = field(default="", repr=False)
    categories: tuple[str, ...] = ()
    had_files: bool = False
    file: str = field(default="", repr=False)


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
        "turn": (turn := whose_turn(ticket, viewer, given.author)),
        "turn_href": viewer.link_to(turn.merged_into) if turn.merged_into else "",
        "urgent": ticket.urgent,
        "desk": viewer.desk,
        "token": viewer.path.rstrip("/").rpartition("/")[2],
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
        "others": _others(ticket, viewer),
        "others_count": ticket.others_count,
        "author": given.author,
        "key": given.key,
        "text": _with_answer(ticket, given),
        "filled": bool(given.answer),
        "answers": _answers(ticket, viewer.language),
        "categories": _categories(ticket, given),
        "category": ticket.category,
        "mergeable": _mergeable(ticket, viewer.language),
        "done": _done(ticket, viewer),
        "form_title": say(f"page_form_title_{_form_title(ticket)}"),
        "seen": ticket.seen,
        "greeting": _greeting(viewer),
        "asks_name": not (viewer.technician and viewer.technician.name),
        "actions": (actions := _actions(ticket, viewer)),
        "main_action": next(iter(actions), None),
        "colleagues": _colleagues(ticket, viewer),
        "gives_back": TechnicianAction.GIVE_BACK in ticket.actions,
        "text_label": say("page_form_note" if no_customer else "page_form_text"),
        "hints": _hints(ticket, viewer),
        "after": say(after := _after(ticket, viewer, no_customer)),
        "takes_files": any(action.sends_files for action in actions) and not no_customer,
        "accepted": ACCEPTED,
        "file_hints": [
            say("page_files_hint", **LIMITS),
            *([say("page_files_wait")] if after == "page_delivery_template" else []),
        ],
        "alert": _alert(ticket, given, viewer.language, problem),
        "in_form": problem in _IN_THE_FORM or problem is None,
        "wrong_text": problem in _ABOUT_THE_TEXT,
        "wrong_files": problem in _ABOUT_FILES,
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
    if not ticket.has_written:
        return "page_delivery_first"
    is_open = ticket.window_until is not None and viewer.now < ticket.window_until
    return "page_delivery" if is_open else "page_delivery_template"


def _details(ticket: TicketRecord, viewer: Viewer) -> list[tuple[str, str]]:
    say = partial(text, viewer.language)
    rows = [
        *ticket_rows(ticket, viewer.language),
        (say("page_opened"), when(ticket.created_at, viewer.language, viewer.tz)),
        (say("page_last_change"), when(ticket.updated_at, viewer.language, viewer.tz)),
    ]
    if ticket.category:
        rows.insert(0, (say("page_category"), ticket.category))
    if ticket.status.active or assignee_of(ticket, viewer.technicians):
        rows.insert(len(rows) - 2, (say("page_assignee"), _assignee(ticket, viewer)))
    if ticket.rating:
        rows.append((say("page_rating"), say("page_rating_value", rating=ticket.rating)))
    return rows


def _greeting(viewer: Viewer) -> str:
    first_name = viewer.technician.name.partition(" ")[0] if viewer.technician else ""
    return text(viewer.language, "page_greeting", name=first_name) if first_name else ""


def _assignee(ticket: TicketRecord, viewer: Viewer) -> str:
    name = assignee_of(ticket, viewer.technicians)
    if name and ticket.assignee_away:
        return text(viewer.language, "page_assignee_away", name=name)
    return name or text(viewer.language, "page_nobody")


def _colleagues(ticket: TicketRecord, viewer: Viewer) -> list[tuple[str, str]]:
    """The id and the name of each technician that the ticket can be handed to."""
    if TechnicianAction.HAND_OVER not in ticket.actions:
        return []
    return [
        (each.id, each.name or each.address)
        for each in viewer.technicians
        if each != viewer.technician and not has_it(ticket, each)
    ]


def _actions(ticket: TicketRecord, viewer: Viewer) -> list[TechnicianAction]:
    """The actions that are possible now, the most likely first."""
    offered = [action for action in TechnicianAction if action in ticket.actions and action not in _ELSEWHERE]
    if has_it(ticket, viewer.technician) and TechnicianAction.TAKE in offered:
        offered.remove(TechnicianAction.TAKE)
    if ticket.customer is None:
        offered = [action for action in offered if action not in _NEEDS_CUSTOMER]
    return sorted(offered, key=lambda action: action is not _MAIN[ticket.status])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Other:
    """Another ticket of the same customer, as the page lists it."""

    code: str
    href: str = field(repr=False)
    status: str
    status_name: str
    summary: str = field(repr=False)


def _others(ticket: TicketRecord, viewer: Viewer) -> list[_Other]:
    return [
        _Other(
            code=other.code,
            href=viewer.link_to(other.code),
            status=other.status.value,
            status_name=status_name(viewer.language, other.status),
            summary=cut(one_line(other.summary), _MAX_SUMMARY) or text(viewer.language, "no_text"),
        )
        for other in ticket.others[:_SHOWN_OTHERS]
    ]


def _mergeable(ticket: TicketRecord, language: Language) -> list[tuple[str, str]]:
    """The tickets that this one can be merged into, each with its line in the list."""
    if TechnicianAction.MERGE not in ticket.actions:
        return []
    return [
        (
            other.code,
            f"{other.code} · {cut(one_line(other.summary), _MAX_OPTION) or text(language, 'no_text')}",
        )
        for other in ticket.others
        if other.status is not TicketStatus.CLOSED
    ]


def _answers(ticket: TicketRecord, language: Language) -> list[tuple[str, str]]:
    """The canned answers, each with its line in the list: those in the customer's language first."""
    ordered = sorted(ticket.answers, key=lambda answer: answer.language is not ticket.language)
    return [
        (answer.name, answer.name)
        if answer.language is ticket.language
        else (answer.name, f"{answer.name} ({LANGUAGE_NAMES[answer.language][language]})")
        for answer in ordered
    ]


def _with_answer(ticket: TicketRecord, given: FormInput) -> str:
    """The text for the box: what was typed, and under it the canned answer with its placeholders filled."""
    if not given.answer:
        return given.text
    name = short_name(ticket.customer.name if ticket.customer else None)
    values = {"ticket": ticket.code, **dict.fromkeys(("nombre", "name", "nome"), name)}
    filled = PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), clean(given.answer)).strip()
    return f"{given.text}\n\n{filled}" if given.text else filled


def _categories(ticket: TicketRecord, given: FormInput) -> list[str]:
    """Those of the setting, and the one that the ticket has had since it was in there."""
    known = list(given.categories)
    return known if not ticket.category or ticket.category in known else [*known, ticket.category]


def _done(ticket: TicketRecord, viewer: Viewer) -> str:
    """What the viewer has just done. Empty if that is not to be seen on this page, or the customer has written since."""
    event = next((event for event in ticket.events if event.id == viewer.done), None)
    if event is None or event.actor is not Actor.TECHNICIAN:
        return ""
    if any(later.actor is Actor.CUSTOMER and later.id > event.id for later in ticket.events):
        return ""
    if event.kind is EventKind.CREATED:
        first = "" if ticket.has_written else "_first"
        return text(viewer.language, f"page_done_opened{first}", code=ticket.code)
    if event.delivery and event.delivery.state is DeliveryState.FIRST_MESSAGE:
        return text(viewer.language, "page_done_first")
    if ticket.customer is None and event.kind in {EventKind.STATUS, EventKind.ANSWER}:
        return text(viewer.language, "page_done_kept")
    what = event.action if event.action in _DONE else "kept"
    other = ticket.merged_into or text(viewer.language, "page_another_ticket")
    return text(viewer.language, f"page_done_{what}", other=other)


def _form_title(ticket: TicketRecord) -> str:
    """The end of a key `page_form_title_...`."""
    if ticket.status is TicketStatus.CLOSED:
        return "closed"
    return "answer" if ticket.customer else "alone"


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
    said = []
    if problem:
        most = LIMITS["most"] if problem.about_files else MAX_TECHNICIAN_TEXT
        values = LIMITS | {"most": most}
        status = status_name(language, ticket.status)
        file = given.file or text(language, "page_a_file")
        said.append(text(language, f"page_problem_{problem}", status=status, file=file, **values))
        if given.text and problem not in _ABOUT_THE_TEXT:
            said.append(text(language, "page_text_kept"))
    if given.had_files:
        said.append(text(language, "page_files_again"))
    return " ".join(said)
