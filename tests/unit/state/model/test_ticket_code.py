"""Ticket codes: common typos are detected, lookalikes are tolerated, and a word is never taken for a code."""

import re
import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.model.ticket_code import _CODE, ALPHABET, MAX_CODES, CodeMatch, find_all, generate, is_code

GENERATED = [generate(Random(seed).randrange) for seed in range(300)]
CODE = "TK-7F3K-9QXP"
FORM = re.compile(r"TK-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


def symbols(code: str) -> str:
    return code.removeprefix("TK-").replace("-", "")


def written(signs: str) -> str:
    return f"TK-{signs[:4]}-{signs[4:]}"


def alone(text: str) -> CodeMatch | None:
    """The only code of a text that is nothing else."""
    found = find_all(text)
    return found.codes[0] if found.alone and len(found.codes) == 1 else None


def codes(text: str) -> list[str]:
    return [found.code for found in find_all(text).codes]


def valid(text: str) -> bool:
    found = alone(text)
    return found is not None and found.valid


class TestMinted:
    def test_has_the_form_and_is_read_back(self) -> None:
        for code in GENERATED:
            assert FORM.fullmatch(code)
            assert alone(code) == CodeMatch(code=code, valid=True, certain=True)
            assert is_code(code)

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
        assert alone("TK-7F3K-9QXU") == CodeMatch(code="TK-7F3K-9QXU", valid=False, certain=True)

    def test_what_we_would_not_write_is_no_code_of_ours(self) -> None:
        assert [is_code(text) for text in (CODE, CODE.lower(), "TK-7F3K-9QX2", f" {CODE}", "")] == [
            True,
            False,
            False,
            False,
            False,
        ]


# As they are pasted from our bubbles, from e-mails and from other programs, or typed by hand. The case of the letters is free.
FORMS = [
    CODE,
    "tk 7f3k9qxp",
    "TK7F3K9QXP",
    "t k 7f3k 9qxp",
    "tk_7f3k_9qxp",
    "TK. 7F3K. 9QXP",
    "T.K. 7F3K-9QXP",
    "TK - 7F3K - 9QXP",
    "TK-7F3K-\n9QXP",
    "TK: 7F3K-9QXP",
    "TK:7F3K9QXP",
    "TK#7F3K-9QXP",
    "TK # 7F3K 9QXP",
    "TK nº 7F3K-9QXP",
    "TK nro. 7F3K 9QXP",
    *(f"{sign}{CODE}{sign}" for sign in ("*", "_", "~", "`", "```", "*_", "'", '"', "\N{DOUBLE PRIME}", "-", "|", "**")),
    f"“{CODE}”",
    f"«{CODE}»",
    f"¿{CODE}?",
    f"({CODE.lower()})!\n",
    f"[{CODE}]",
    f"<{CODE}>",
    f"> {CODE}",
    f"- {CODE}.",
    f"👉 {CODE} 👈🏽",
    f"{CODE} 👍\n",
    "*TK*-*7F3K*-*9QXP*",
    "TK-*7F3K-9QXP*",
    *(f"{sign}TK{sign}-7F{sign}3K-9QXP{sign}" for sign in "\u200b\u200e\u200f\u2060\ufeff\u00ad\u202a\u2069\ufe0f"),
    *(f"TK{sign}7F3K{sign}9QXP" for sign in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d\u00a0\u2009"),
    "ＴＫ－７Ｆ３Ｋ－９ＱＸＰ",
    "ｔｋ７ｆ３ｋ９ｑｘｐ",
    "𝐓𝐊-𝟕𝐅𝟑𝐊-𝟗𝐐𝐗𝐏",
    "ТК-7F3К-9QХР",  # Cyrillic
    "ticket 7F3K 9QXP",
    "Ticket: 7F3K-9QXP",
    "ticket número 7F3K-9QXP",
    "*ticket* *7F3K-9QXP*",
    "ticket #7F3K9QXP",
    "chamado 7F3K-9QXP",
    "caso nº 7F3K 9QXP",
    "código 7F3K-9QXP",
    "ticket TK-7F3K-9QXP",
]  # fmt: skip


class TestReading:
    @pytest.mark.parametrize("text", FORMS)
    def test_is_generous(self, text: str) -> None:
        found = find_all(text)
        assert found.codes == (CodeMatch(code=CODE, valid=True, certain=True),)
        assert found.alone

    @pytest.mark.parametrize("text", FORMS)
    def test_in_a_text_too(self, text: str) -> None:
        assert codes(f"hola, cómo va el {text}\nsigue igual") == [CODE]
        assert not find_all(f"hola, cómo va el {text}\nsigue igual").alone

    @pytest.mark.parametrize(
        "text", [" 7f3k-9qxp ", "7F3K9QXP", "7f3k 9qxp", "*7F3K—9QXP*", "７Ｆ３Ｋ９ＱＸＰ"]
    )
    def test_without_tk_it_is_perhaps_a_code(self, text: str) -> None:
        assert alone(text) == CodeMatch(code=CODE, valid=True, certain=False)
        assert codes(f"el {text} por favor") == [CODE]

    def test_takes_o_for_zero_and_i_and_l_for_one(self) -> None:
        code = next(code for code in GENERATED if "0" in symbols(code) and "1" in symbols(code))
        signs = symbols(code)
        for one in "iIlL":
            for zero in "oO":
                assert codes(f"tk {signs.replace('1', one).replace('0', zero)}") == [code]

    def test_finds_all_in_order_each_once(self) -> None:
        others = GENERATED[:3]
        text = f"era {others[0]}, perdón: {others[1]}... {others[0].lower()} o INC0-1234 y {others[2]}"
        assert codes(text) == others
        assert find_all(text).rest == "era ticket, perdón: ticket... ticket o INC0-1234 y ticket"

    def test_a_few_of_very_many_the_right_ones_first(self) -> None:
        slips = [f"TK-7F3K-9QX{last}" for last in ALPHABET if last != "P"]
        assert codes(" ".join(slips)) == slips[:MAX_CODES]
        assert CODE in codes(f"{' '.join(slips)} {CODE}")

    def test_words_before_a_code_are_no_part_of_it(self) -> None:
        assert CODE in codes("PC01 7F3K 9QXP")
        assert codes(f"caso HP12 {CODE}") == [CODE]

    @pytest.mark.parametrize("text", ["7f3k-9qx2", "ticket 7F3K-9QX2", "3000-0384", "30000384"])
    def test_with_an_error_only_in_a_text_that_is_nothing_else(self, text: str) -> None:
        assert codes(text)
        assert not valid(text)
        assert codes(f"el {text} por favor") == []

    def test_letters_need_a_hyphen(self) -> None:
        letters = next(word for code in GENERATED if (word := symbols(code)).isalpha())
        written_out = f"{letters[:4]}-{letters[4:]}"
        assert codes(f"el {letters[:4]} {letters[4:]} anda") == []
        for text in (written_out, f"ticket {written_out}", f"el {written_out} anda", letters):
            assert codes(text) == [f"TK-{written_out}"]
            assert not find_all(text).codes[0].certain
        assert find_all(f"TK-{written_out}").codes[0].certain

    @pytest.mark.parametrize(
        "unit", ["a", "TK ", "tk-", f"{CODE} ", "TK-7F3K-9QX2 ", "7F3K ", "7F3K-9QXP", "\u200b", "ﷺ", "ticket nº ", "á" * 2, "--TK--"]
    )  # fmt: skip
    def test_is_linear_in_the_length(self, unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each search goes on where the last one stopped: no sign is read more often than a code is long."""
        read = 0

        class Counted:
            @staticmethod
            def search(text: str, start: int) -> re.Match[str] | None:
                nonlocal read
                match = _CODE.search(text, start)
                read += (match.end() if match else len(text)) - start
                return match

        monkeypatch.setattr("state.model.ticket_code._CODE", Counted)
        text = (unit * 60_000)[:60_000]
        find_all(text)
        assert read or not text.strip("\u200b")
        assert read <= 12 * len(unicodedata.normalize("NFKC", text))

    def test_what_the_pattern_repeats_is_bounded(self) -> None:
        assert re.search(r"[*+]|,\}", _CODE.pattern) is None


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
            "windows7",
            "5491155550101",
            "15 de noviembre de 2026",
            "TK",
            "tk-123",
            "TK-7F3K",
            "TK-7F3K-9QXPZ",
            "٣٤٥٦٧٨٩٠",
            "el tk esta roto",
            "caso esta roto",
            "el ticket HP12 roto",
        ],
    )
    def test_are_no_codes(self, text: str) -> None:
        assert codes(text) == []

    @pytest.mark.parametrize("text", ["XTK-7F3K-9QXP", "stk 7f3k 9qxp", "ñTK-7F3K-9QXP"])
    def test_a_code_of_another_system_is_perhaps_one(self, text: str) -> None:
        assert [code.certain for code in find_all(text).codes] == [False]

    @given(st.text())
    def test_nothing_breaks_the_reader(self, text: str) -> None:
        for found in codes(text):
            assert re.fullmatch(r"TK-[0-9A-Z]{4}-[0-9A-Z]{4}", found)

    @given(
        st.sampled_from(GENERATED),
        st.text(alphabet=" .,;:¡!¿?\n*_~`\"'\u200b"),
        st.text(alphabet=" .,;:¡!¿?\n*_~`\"'\u200b"),
    )
    def test_a_code_among_signs_is_alone(self, code: str, before: str, after: str) -> None:
        assert alone(f"{before}{code}{after}") == CodeMatch(code=code, valid=True, certain=True)
