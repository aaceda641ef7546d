"""The small vocabularies: a word that is not listed has to be kept."""

import pytest

from state.understanding.plain_words import adds, only_announces, only_asks


@pytest.mark.parametrize(
    "text", ["ticket", "¿cómo va mi ticket?", "Status of ticket, please!!", "em que pé está o ticket 🙏", "…"]
)
def test_words_that_only_ask(text: str) -> None:
    assert only_asks(text, corrects=False)


@pytest.mark.parametrize(
    "text",
    [
        "ticket 1234",
        "ticket ya está",
        "ticket tarde",
        "ticket no",
        "ticket va",
        "ticket пароль",
        "ticket INC0012345",
        "ticket mamá",
    ],
)
def test_one_word_more_says_something(text: str) -> None:
    assert not only_asks(text, corrects=False)


def test_words_that_say_which_code_is_right() -> None:
    assert only_asks("era ticket, perdón: ticket", corrects=True)
    assert only_asks("era INC0012345, perdón: ticket", corrects=False)
    assert not only_asks("ticket ticket la clave", corrects=True)


@pytest.mark.parametrize(
    "text", ["otro problema", "one more thing please", "tenho outro problema", "y otra cosa..."]
)
def test_words_that_only_announce(text: str) -> None:
    assert only_announces(text)
    assert not only_announces(f"{text}: no imprime")


@pytest.mark.parametrize(
    "text", ["además no carga", "y también se apaga", "Also, no sound", "ah, e além disso trava"]
)
def test_words_of_addition(text: str) -> None:
    assert adds(text)


@pytest.mark.parametrize(
    "text", ["además tengo otro problema", "also a second thing", "no carga además", "aparte, el monitor"]
)
def test_what_announces_something_else_is_no_addition(text: str) -> None:
    assert not adds(text)
