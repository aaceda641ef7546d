"""The e-mail to the operator: what a person has to see to, and what to do about each."""

from collections.abc import Sequence
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from messages.jinja_templates import render
from messages.safe_text import cut, one_line
from messages.texts.catalogue import text, when
from state.model.language import Language
from state.model.operator import FailureKind, Problem, ProblemKind
from state.model.outbox_row import Email

_MAX_ERROR: Final = 200  # UTF-16 units
_MAX_SHOWN: Final = 30
_DOCTOR: Final = "python -m ops doctor"
_COMMANDS: Final = {
    ProblemKind.TEMPLATE: "python -m ops templates status",
    ProblemKind.DEAD_LETTERS: "python -m ops outbox list",
}


def problems_email(
    problems: Sequence[Problem], desk: Language, tz: ZoneInfo, desk_name: str, url: str
) -> Email:
    """desk_name: may be empty; url: where the desk is, as one operator may have several. The same problems give the same bytes."""
    say = partial(text, desk)
    entries = [_entry(problem, desk, tz) for problem in problems[:_MAX_SHOWN]]
    one = len(problems) == 1
    subject = say("email_problems_subject_one") if one else say("email_problems_subject", count=len(problems))
    name = one_line(desk_name)
    values = {
        "say": say,
        "lang": desk.value,
        "entries": entries,
        "lost_nothing": say("email_problems_why"),
        "address": say("email_problems_address", url=f"{name} · {url}" if name else url),
        "again": say("email_problems_again", command=_DOCTOR),
    }
    return Email(
        subject=f"{subject} ({name})" if name else subject,
        html=render("email/problems.html", values),
        text=render("email/problems.txt", values),
    )


def problem_text(problem: Problem, language: Language) -> tuple[str, str]:
    """A line that says what it is, and what to do about it."""
    key = f"problem_{problem.kind}"
    if problem.kind is ProblemKind.REFUSED:
        key = f"{key}_{problem.about}"
    values = {
        "about": one_line(problem.about),
        "error": cut(_error(problem, language), _MAX_ERROR),
        "count": problem.count,
        "command": _COMMANDS.get(problem.kind, _DOCTOR),
    }
    return text(language, key, **values), text(language, f"{key}_mend", **values)


def _entry(problem: Problem, desk: Language, tz: ZoneInfo) -> dict[str, str]:
    title, mend = problem_text(problem, desk)
    since = text(desk, "email_problems_since", at=when(problem.since, desk, tz)) if problem.since else ""
    return {"title": title, "since": since, "mend": mend}


def _error(problem: Problem, desk: Language) -> str:
    if problem.kind is ProblemKind.MAILBOX and problem.error:
        return text(desk, f"failure_{FailureKind(problem.error)}")
    return one_line(problem.error or "?")
