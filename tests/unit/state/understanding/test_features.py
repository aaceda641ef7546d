"""From a text to features: the same everywhere, and no more work for a longer text."""

import subprocess
import sys
from zlib import crc32

import pytest

from state.understanding.features import LOOKED_AT_FIRST, LOOKED_AT_LAST, ROWS, features_of, looked_at
from state.understanding.tagging import fold
from tests.support.paths import ROOT

LONGEST = LOOKED_AT_FIRST + LOOKED_AT_LAST


def row(feature: str) -> int:
    return crc32(feature.encode()) % ROWS


def test_words_letters_tags_pairs_and_the_length_are_features() -> None:
    words = [" no ", " anda ", " and", "anda", "nda ", "^_no", "no_anda", "anda_$"]
    tags = ["Tnot", "Tworks", "T^,not", "Tnot,works", "Tworks,$"]
    mixed = ["^>not", "no>works", "anda>^", "^<no", "not<anda", "works<^"]
    assert features_of("No anda") == {row(feature) for feature in ["#2", *words, *tags, *mixed]}


def test_words_of_one_stem_are_the_same_in_a_pair() -> None:
    assert row("no_impr") in features_of("no imprime") & features_of("no imprimen")


def test_the_spelling_is_folded() -> None:
    assert features_of("NO IMPRIMÍÍÍ") == features_of("no imprimi")


@pytest.mark.parametrize(
    ("one", "other"), [("no", "no?"), ("ok", "ok!"), ("ok", "ok 👍"), ("ok 👍", "ok 👎")]
)
def test_signs_and_emoji_count(one: str, other: str) -> None:
    assert features_of(one) != features_of(other)


def test_a_digit_counts_and_a_long_number_is_like_any_other() -> None:
    assert features_of("4") != features_of("5")
    assert features_of("1234") == features_of("98")


@pytest.mark.parametrize("text", ["", " ", "...", "👍🏽", "\ud83d", "\x00", "نعم", "是的"])
def test_odd_texts_have_features(text: str) -> None:
    assert features_of(text)


def test_the_rows_are_the_same_in_each_process() -> None:
    program = (
        "from state.understanding.features import features_of; print(sorted(features_of('¿ya está? 👍 sí')))"
    )
    run = [sys.executable, "-R", "-c", program]
    seen = {subprocess.run(run, cwd=ROOT, capture_output=True, check=True).stdout for _ in range(2)}
    assert seen == {f"{sorted(features_of('¿ya está? 👍 sí'))}\n".encode()}


def test_of_a_long_text_the_beginning_and_the_end_are_looked_at() -> None:
    text = "a" * LOOKED_AT_FIRST + "b" * 65_000 + "c" * LOOKED_AT_LAST
    assert looked_at(text) == "a" * LOOKED_AT_FIRST + " " + "c" * LOOKED_AT_LAST
    assert looked_at("x" * LONGEST) == "x" * LONGEST


@pytest.mark.parametrize("piece", ["a", "a ", "no anda ", "😀", "ñ", "\u0301", "1 2 ", "?!"])
def test_no_more_is_read_of_a_longer_text(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def folded(text: str) -> str:
        read.append(len(text))
        return fold(text)

    monkeypatch.setattr("state.understanding.features.fold", folded)
    monkeypatch.setattr("state.understanding.tagging.fold", folded)
    features_of((piece * 65_000)[:65_000])
    assert set(read) == {LONGEST + 1}
