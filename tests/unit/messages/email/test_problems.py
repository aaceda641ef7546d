"""The e-mail to the operator: every problem in every language, with what to do about it."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from messages.email.problems import problem_text, problems_email
from state.model.language import Language
from state.model.operator import FailureKind, Problem, ProblemKind
from state.model.outbox_row import Channel, Email
from tests.support.emails import MARKUP, Page

TZ = ZoneInfo("America/Argentina/Buenos_Aires")
AT = datetime(2026, 11, 23, 6, 12, tzinfo=UTC)
PROBLEMS = (
    *(Problem(kind=ProblemKind.REFUSED, about=channel, error="meta 190") for channel in Channel),
    *(
        Problem(kind=ProblemKind.MAILBOX, about="luis@example.com", error=failure, since=AT)
        for failure in FailureKind
    ),
    *(
        Problem(kind=kind, about="account_update", error="meta 131026", since=AT)
        for kind in ProblemKind
        if kind not in {ProblemKind.REFUSED, ProblemKind.MAILBOX}
    ),
)


def mail(*problems: Problem, desk: Language = Language.ES, name: str = "") -> Email:
    return problems_email(problems, desk, TZ, name, "https://desk.example")


@pytest.mark.parametrize("desk", Language)
class TestInEveryLanguage:
    def test_each_problem_is_told_once(self, desk: Language) -> None:
        told = {problem_text(problem, desk) for problem in PROBLEMS}
        assert len(told) == len(PROBLEMS)
        whole = mail(*PROBLEMS, desk=desk)
        for title, mend in told:
            assert f"* {title}" in whole.text
            assert f"  {mend}" in whole.text
            assert not re.search(r"[{}]", title + mend)

    def test_one_is_not_called_many(self, desk: Language) -> None:
        assert "1" not in mail(PROBLEMS[0], desk=desk).subject
        assert "2" in mail(*PROBLEMS[:2], desk=desk).subject

    def test_says_which_desk(self, desk: Language) -> None:
        named = mail(PROBLEMS[0], desk=desk, name="Acme")
        assert named.subject.endswith("(Acme)")
        assert "Acme · https://desk.example" in named.text
        assert "https://desk.example" in mail(PROBLEMS[0], desk=desk).text


def test_adds_no_tag() -> None:
    account = Problem(kind=ProblemKind.ACCOUNT, about="x", error="y")
    hostile = Problem(kind=ProblemKind.ACCOUNT, about=MARKUP, error=MARKUP)
    assert set(Page(mail(hostile, name=MARKUP).html).tags) == set(Page(mail(account).html).tags)
