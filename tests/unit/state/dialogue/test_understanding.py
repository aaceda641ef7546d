"""How well the dialogue understands sentences that it has not seen: floors, a little below the figures of docs/understanding.md."""

from functools import cache

import pytest

from bench.understanding.measure import Case, Score, measure
from bench.understanding.sentences import EXAMPLES, SAID, read_file, read_folder

# By language: at least this share right, at most this share wrong.
HELD = {"es": (0.925, 0.065), "en": (0.9, 0.08), "pt": (0.92, 0.065)}
FROM_OUTSIDE = {"es": (0.92, 0.08), "en": (0.88, 0.08), "pt": (0.96, 0.04)}
# Of all sentences, at most this share with a costly act or a costly question that nobody asked for, or with words lost.
MAX_COSTLY = 0.005
MAX_COSTLY_OFFERS = 0.006
MAX_LOST = 0.008


@cache
def held() -> list[Case]:
    return measure(read_folder(SAID / "held"))


def of(language: str, cases: list[Case]) -> Score:
    return Score.of(case for case in cases if case.sentence.language == language)


@pytest.mark.parametrize("language", sorted({case.sentence.language for case in held()}))
def test_held_sentences_are_understood(language: str) -> None:
    got, (right, wrong) = of(language, held()), HELD[language]
    assert got.share(got.right) >= right
    assert got.share(got.wrong) <= wrong


@pytest.mark.parametrize("language", FROM_OUTSIDE)
def test_sentences_from_outside_are_understood(language: str) -> None:
    got, (right, wrong) = of(language, measure(read_file(EXAMPLES))), FROM_OUTSIDE[language]
    assert got.share(got.right) >= right
    assert got.share(got.wrong) <= wrong


def test_nothing_costly_is_done_and_no_word_is_lost() -> None:
    cases, judged = len(held()), [case.judgement for case in held()]
    assert sum(bool(each.costly) for each in judged) <= MAX_COSTLY * cases
    assert sum(bool(each.offers) for each in judged) <= MAX_COSTLY_OFFERS * cases
    assert sum(each.lost for each in judged) <= MAX_LOST * cases
