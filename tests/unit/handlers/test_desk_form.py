"""What is asked of the list: tabs and places from an address, words from a form."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from handlers.desk_form import MAX_WORDS, asked_absence, asked_by_address, asked_by_form
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


LATE = datetime(2026, 12, 1, 2, 30, tzinfo=UTC)  # in Montevideo it is still November
MONTEVIDEO = ZoneInfo("America/Montevideo")


def absence(**form: str) -> datetime | None:
    request = Request(EnvironBuilder(path="/desk/", method="POST", data=form).get_environ())
    return asked_absence(request, LATE, MONTEVIDEO)


def test_an_absence_ends_as_its_day_begins_where_the_desk_is() -> None:
    assert absence(away="2026-12-01") == datetime(2026, 12, 1, 3, tzinfo=UTC)
    assert absence(away="", back="1") is None


@pytest.mark.parametrize("day", ["", "x", "2026-11-30", "2026-11-29", "2028-01-01", "10000-01-01"])
def test_an_absence_ends_on_a_day_to_come_within_a_year(day: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        absence(away=day)


def test_codes_however_they_are_written() -> None:
    code = generate()
    for words in (code, code.lower(), f"el {code.replace('-', '')} de ana"):
        assert posted(words=words).codes == (code,)
    assert posted(words="TK-0000-000U").codes == ()
