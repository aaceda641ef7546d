"""What is asked of the list: tabs and places from an address, words from a form."""

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from handlers.desk_form import MAX_WORDS, asked_by_address, asked_by_form
from state.model.desk import DeskQuery, DeskTab
from state.model.ticket_code import generate


def opened(query: str) -> DeskQuery:
    return asked_by_address(Request(EnvironBuilder(path="/desk/", query_string=query).get_environ()))


def posted(**form: str) -> DeskQuery:
    return asked_by_form(Request(EnvironBuilder(path="/desk/", method="POST", data=form).get_environ()))


def test_a_tab_and_a_place() -> None:
    assert opened("tab=mine&after=17-3") == DeskQuery(tab=DeskTab.MINE, after="17-3")


@pytest.mark.parametrize(
    "query", ["", "tab=x", "tab=", "after=x", "after=1", "after=1-", "after=" + "9" * 30, "words=x"]
)
def test_what_is_malformed_is_left_out(query: str) -> None:
    assert opened(query) == DeskQuery(tab=DeskTab.UNTAKEN)


def test_the_words_of_a_search_on_one_line_and_not_too_many() -> None:
    assert (
        posted(words="  ana\n pérez\x00 ").words == "ana pérez\ufffd"
        or posted(words="  ana\n pérez ").words == "ana pérez"
    )
    assert len(posted(words="x" * 10_000).words) <= MAX_WORDS


def test_codes_however_they_are_written() -> None:
    code = generate()
    for words in (code, code.lower(), f"el {code.replace('-', '')} de ana"):
        assert posted(words=words).codes == (code,)
    assert posted(words="TK-0000-000U").codes == ()
