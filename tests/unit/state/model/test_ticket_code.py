"""Ticket codes: common typos are detected, lookalikes are tolerated, and a word is never taken for a code."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.model.ticket_code import ALPHABET, CodeMatch, find, generate

GENERATED = [generate(Random(seed).randrange) for seed in range(300)]
CODE = "TK-7F3K-9QXP"
FORM = re.compile(r"TK-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


def symbols(code: str) -> str:
    return code.removeprefix("TK-").replace("-", "")


def written(signs: str) -> str:
    return f"TK-{signs[:4]}-{signs[4:]}"


def valid(text: str) -> bool:
    found = find(text)
    return found is not None and found.valid


class TestMinted:
    def test_has_the_form_and_is_read_back(self) -> None:
        for code in GENERATED:
            assert FORM.fullmatch(code)
            assert find(code) == CodeMatch(code=code, is_whole_text=True, valid=True)

    def test_uses_the_whole_alphabet_in_every_place(self) -> None:
        codes = [symbols(generate(Random(seed).randrange)) for seed in range(2_000)]
        assert all({code[place] for code in codes} == set(ALPHABET) for place in range(8))

    def test_cannot_be_guessed_from_the_one_before(self) -> None:
        assert len({generate() for _ in range(1_000)}) == 1_000


class TestSlips:
    def test_every_single_wrong_symbol_is_caught(self) -> None:
        for signs in map(symbols, GENERATED):
            wrong = [
                written(signs[:place] + other + signs[place + 1 :])
                for place in range(8)
                for other in ALPHABET
                if other != signs[place]
            ]
            assert len(wrong) == 8 * 31
            assert [slip for slip in wrong if valid(slip)] == []

    def test_every_swap_is_caught(self) -> None:
        for signs in map(symbols, GENERATED):
            for one in range(8):
                for other in range(one + 1, 8):
                    swapped = list(signs)
                    swapped[one], swapped[other] = swapped[other], swapped[one]
                    assert signs[one] == signs[other] or not valid(written("".join(swapped)))

    def test_a_symbol_that_no_code_has_is_a_typo_too(self) -> None:
        found = find("TK-7F3K-9QXU")
        assert found == CodeMatch(code="TK-7F3K-9QXU", is_whole_text=True, valid=False)


class TestReading:
    @pytest.mark.parametrize(
        "text",
        [
            CODE,
            "tk-7f3k-9qxp",
            "tk 7f3k9qxp",
            "TK7F3K9QXP",
            "t k 7f3k 9qxp",
            "TK–7F3K–9QXP",
            "tk_7f3k_9qxp",
            "TK. 7F3K. 9QXP",
            "#TK-7F3K-9QXP",
            "¿TK-7F3K-9QXP?",
            "(tk-7f3k-9qxp)!\n",
            " 7f3k-9qxp ",
            "7F3K9QXP",
            "7f3k 9qxp",
        ],
    )
    def test_is_generous(self, text: str) -> None:
        assert find(text) == CodeMatch(code=CODE, is_whole_text=True, valid=True)

    def test_takes_o_for_zero_and_i_and_l_for_one(self) -> None:
        code = next(code for code in GENERATED if "0" in symbols(code) and "1" in symbols(code))
        signs = symbols(code)
        for one in "iIlL":
            for zero in "oO":
                assert find(f"tk {signs.replace('1', one).replace('0', zero)}") == find(code)

    @pytest.mark.parametrize(
        "text", [f"hola, cómo va el {CODE}?", f"{CODE} sigue igual", "el tk 7f3k9qxp\nno anda", f"x {CODE} y {GENERATED[0]}"]
    )  # fmt: skip
    def test_finds_the_first_in_a_text(self, text: str) -> None:
        assert find(text) == CodeMatch(code=CODE, is_whole_text=False, valid=True)

    def test_without_tk_needs_the_whole_message(self) -> None:
        assert find("el 7f3k-9qxp por favor") is None

    def test_without_tk_needs_the_right_check_symbol(self) -> None:
        assert find("7f3k-9qx2") is None

    def test_without_tk_needs_a_digit(self) -> None:
        letters = next(word for code in GENERATED if (word := symbols(code)).isalpha())
        assert find(letters) is None
        assert find(f"TK {letters}") is not None


class TestWords:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "hola",
            "impresora",
            "computer",
            "teclados",
            "no anda",
            "windows 11",
            "5491155550101",
            "15 de noviembre de 2026",
            "TK",
            "tk-123",
            "TK-7F3K",
            "TK-7F3K-9QXPZ",
            "XTK-7F3K-9QXP",
            "stk 7f3k 9qxp",
            "ñTK-7F3K-9QXP",
            "٣٤٥٦٧٨٩٠",
        ],
    )
    def test_are_no_codes(self, text: str) -> None:
        assert find(text) is None

    @given(st.text())
    def test_nothing_breaks_the_reader(self, text: str) -> None:
        found = find(text)
        assert found is None or re.fullmatch(r"TK-[0-9A-Z]{4}-[0-9A-Z]{4}", found.code)

    @given(st.sampled_from(GENERATED), st.text(alphabet=" .,;:¡!¿?\n"), st.text(alphabet=" .,;:¡!¿?\n"))
    def test_a_code_among_signs_is_alone(self, code: str, before: str, after: str) -> None:
        assert find(f"{before}{code}{after}") == CodeMatch(code=code, is_whole_text=True, valid=True)


def test_words_behind_tk_are_no_mistyped_code() -> None:
    assert find("el tk esta roto") is None
