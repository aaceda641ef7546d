"""Lengths in UTF-16 units, cuts that split no character, and text without invisible characters."""

import pytest

from messages.safe_text import clean, cut, cut_at_word, fair_shares, one_line, utf16_length
from tests.support.hostile_texts import FAMILY


class TestCut:
    @pytest.mark.parametrize(
        ("words", "size"), [("", 0), ("ñ", 1), ("€", 1), ("😀", 2), (FAMILY, 11), ("\ud83d", 1)]
    )
    def test_the_length_is_in_utf_16_units(self, words: str, size: int) -> None:
        assert utf16_length(words) == size

    @pytest.mark.parametrize(
        "words",
        ["abc" * 20, "😀" * 20, FAMILY * 5, "e\u0301" * 30, "👍🏽" * 10, "🇦🇷🇧🇷" * 5, "1\ufe0f\u20e3" * 20],
    )
    def test_a_cut_text_fits_and_ends_with_an_ellipsis(self, words: str) -> None:
        for limit in range(1, 40):
            assert utf16_length(cut(words, limit)) <= limit
            assert cut(words, limit).endswith("…")

    @pytest.mark.parametrize(
        "one", [FAMILY, "👍🏽", "🇦🇷", "e\u0301", "1\ufe0f\u20e3", "🏴\U000e0067\U000e0062\U000e007f"]
    )
    def test_no_character_is_split(self, one: str) -> None:
        for limit in range(1, 60):
            kept = cut(one * 60, limit).removesuffix("…")
            assert kept == one * (len(kept) // len(one))

    def test_what_fits_is_left_alone(self) -> None:
        assert cut("12345", 5) == "12345"
        assert cut("12345", 4) == "123…"

    def test_clean_keeps_the_lines_and_the_emoji(self) -> None:
        assert clean(f"a\r\nb\rc\u2028d {FAMILY}") == f"a\nb\nc\nd {FAMILY}"
        assert clean("a\u202eb\x00c\u2066d") == "abcd"

    def test_one_line_has_nothing_that_cannot_be_seen(self) -> None:
        assert one_line("  a\n\tb\u200bc\u200e\ufeff  d\u00ad ") == "a bc d"

    def test_a_letter_that_is_drawn_as_nothing_is_a_space(self) -> None:
        assert one_line("\u3164Ana\u2800\u2800\u115fPérez\uffa0") == "Ana Pérez"
        assert one_line("\u3164\u3164 \u2800") == ""

    @pytest.mark.parametrize(
        ("text", "limit", "said"),
        [
            ("una frase corta", 15, "una frase corta"),
            ("una frase corta", 14, "una frase…"),
            ("una", 2, "u…"),
            ("a" * 60, 10, "a" * 9 + "…"),
        ],
    )
    def test_a_cut_ends_with_a_whole_word(self, text: str, limit: int, said: str) -> None:
        assert cut_at_word(text, limit) == said

    @pytest.mark.parametrize(
        ("sizes", "budget", "given"),
        [([5, 100, 100], 65, [5, 30, 30]), ([1, 2], 10, [1, 2]), ([], 5, []), ([9, 9], 9, [4, 5])],
    )
    def test_the_short_ones_stay_whole(self, sizes: list[int], budget: int, given: list[int]) -> None:
        assert fair_shares(sizes, budget) == given
