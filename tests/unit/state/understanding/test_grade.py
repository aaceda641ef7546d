"""Grades from one to five, in figures, stars and words."""

import pytest

from state.understanding.grade import grade_of


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("5", 5),
        (" 4. ", 4),
        ("3/5", 3),
        ("2 de 5", 2),
        ("1 out of 5", 1),
        ("10", 5),
        ("10/10", 5),
        ("7 de 10", 4),
        ("1 de 10", 1),
        ("5 estrellas", 5),
        ("4 estrelas", 4),
        ("3 stars", 3),
        ("un 4", 4),
        ("le doy un 5", 5),
        ("nota 5", 5),
        ("⭐⭐⭐⭐⭐", 5),
        ("★★★", 3),
        ("🌟", 1),
        ("★★★★★ Excelente", 5),
        ("★★ Mala", 2),
        ("★ Very bad", 1),
        ("★★★★ Bom", 4),
        ("excelente", 5),
        ("¡Excelente!", 5),
        ("muy bueno", 5),
        ("muito bom", 5),
        ("very good", 5),
        ("buena", 4),
        ("good", 4),
        ("regular", 3),
        ("más o menos", 3),
        ("mais ou menos", 3),
        ("mala", 2),
        ("ruim", 2),
        ("pésimo", 1),
        ("péssimo", 1),
        ("terrible", 1),
        ("CINCO", 5),
        ("four", 4),
    ],
)
def test_what_is_just_a_grade_is_one(text: str, grade: int) -> None:
    assert grade_of(text) == grade


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gracias",
        "no",
        "0",
        "6",
        "50",
        "12345",
        "⭐" * 6,
        "5 minutos tardaron",
        "la impresora del piso 5",
        "excelente, pero la impresora no imprime",
        "muy buena la atención",
        "4 de 3",
        "30000385",
        "todo mal",
    ],
)
def test_what_says_more_or_something_else_is_none(text: str) -> None:
    assert grade_of(text) is None
