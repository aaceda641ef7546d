"""What the ticket's page says about files; the rest of the page is tested through the function."""

import pytest

from messages.page.ticket_page import Problem
from messages.texts.catalogue import text
from state.model.answer_file import LIMITS, FileProblem
from state.model.language import Language


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("problem", FileProblem)
def test_each_problem_of_a_file_is_said(problem: FileProblem, language: Language) -> None:
    shown = Problem.of_file(problem)
    assert shown.about_files
    assert text(language, f"page_problem_{shown}", file="factura.pdf", **LIMITS)


def test_the_others_are_about_no_file() -> None:
    others = {problem for problem in Problem if not problem.about_files}
    assert {Problem.STALE, Problem.LONG, Problem.TEXT_MISSING} <= others
