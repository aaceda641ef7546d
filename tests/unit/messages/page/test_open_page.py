"""The form that opens a ticket: what is wrong is said at its field, and nothing that was typed is read as HTML."""

from html import unescape

import pytest

from messages.page.open_page import OpeningInput, OpeningProblem, open_page
from messages.texts.catalogue import text
from state.model.language import Language
from state.model.technician import Technician

HOSTILE = '"><script>alert(1)</script>'
GIVEN = OpeningInput(key="k" * 22, language=Language.PT)
MARTA = Technician(address="marta@example.com", name="Marta")


def page(
    given: OpeningInput = GIVEN, problem: OpeningProblem | None = None, technician: Technician = MARTA
) -> str:
    return open_page(
        given,
        language=Language.EN,
        path="/desk/",
        technician=technician,
        categories=("Laptops",),
        most=60_000,
        problem=problem,
    )


def test_the_language_that_was_chosen_is_chosen() -> None:
    assert '<option value="pt" selected>Portuguese</option>' in page()


@pytest.mark.parametrize("problem", OpeningProblem)
def test_what_is_wrong_is_said_once_at_its_field(problem: OpeningProblem) -> None:
    html = page(problem=problem)
    assert html.count('role="alert"') == html.count('aria-invalid="true"') == 1
    assert unescape(html).count(text(Language.EN, f"open_problem_{problem}", most=60_000)) == 1


def test_without_a_problem_nothing_is_wrong() -> None:
    assert "aria-invalid" not in page().partition("<body>")[2]
    assert "alert" not in page().partition("<body>")[2]


def test_only_a_shared_mailbox_is_asked_for_a_name() -> None:
    assert 'name="author"' not in page()
    assert 'name="author"' in page(technician=Technician(address="soporte@example.com"))


def test_nothing_that_was_typed_is_read_as_html() -> None:
    given = OpeningInput(
        key=HOSTILE,
        language=Language.ES,
        number=HOSTILE,
        name=HOSTILE,
        text=f"</textarea>{HOSTILE}",
        category=HOSTILE,
        author=HOSTILE,
    )
    html = page(given, OpeningProblem.REFUSED, Technician(address="soporte@example.com"))
    assert "<script" not in html
    assert html.count("</textarea>") == 1
