"""The list's mailed link and its cookie: what each opens, for how long, and with which keys."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.desk_links import COOKIE_LIFETIME, LINK_LIFETIME, DeskAccess, DeskLinkExpired, DeskLinks
from handlers.signed_links import LinkForged

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACCESS = DeskAccess(technician="0123456789ab", epoch=3)
LINKS = DeskLinks("https://mostrador.example", ["key"])
COOKIE = LINKS.cookie(ACCESS, NOW)


def token(links: DeskLinks = LINKS) -> str:
    return links.link(ACCESS, NOW).removeprefix("https://mostrador.example/desk/").removesuffix("/")


def one_bit_off(text: str) -> Iterator[str]:
    for place, byte in enumerate(text.encode()):
        for bit in range(7):
            yield text[:place] + chr(byte ^ 1 << bit) + text[place + 1 :]


def test_each_opens_what_it_is_for() -> None:
    assert LINKS.read_link(token(), NOW) == LINKS.read_cookie(COOKIE, NOW) == ACCESS


def test_neither_opens_what_the_other_does() -> None:
    with pytest.raises(LinkForged):
        LINKS.read_link(COOKIE, NOW)
    with pytest.raises(LinkForged):
        LINKS.read_cookie(token(), NOW)


def test_a_link_lasts_a_quarter_of_an_hour_and_a_cookie_a_month() -> None:
    assert (timedelta(minutes=15), timedelta(days=30)) == (LINK_LIFETIME, COOKIE_LIFETIME)
    LINKS.read_link(token(), NOW + LINK_LIFETIME)
    LINKS.read_cookie(COOKIE, NOW + COOKIE_LIFETIME)
    with pytest.raises(DeskLinkExpired):
        LINKS.read_link(token(), NOW + LINK_LIFETIME + timedelta(seconds=1))
    with pytest.raises(DeskLinkExpired):
        LINKS.read_cookie(COOKIE, NOW + COOKIE_LIFETIME + timedelta(seconds=1))


def test_every_bit_counts() -> None:
    for changed in one_bit_off(COOKIE[:-1]):  # the last character of base64 has spare bits
        with pytest.raises(LinkForged):
            LINKS.read_cookie(changed + COOKIE[-1], NOW)


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_.-]{1,200}"))
def test_nothing_that_is_guessed(guess: str) -> None:
    with pytest.raises(LinkForged):
        LINKS.read_cookie(guess, NOW)


def test_during_a_rotation_both_keys_open_and_the_first_signs() -> None:
    both, new = DeskLinks("", ["new", "key"]), DeskLinks("", ["new"])
    assert both.read_cookie(COOKIE, NOW) == ACCESS
    assert new.read_cookie(both.cookie(ACCESS, NOW), NOW) == ACCESS
    with pytest.raises(LinkForged):
        new.read_cookie(COOKIE, NOW)


def test_under_a_path_of_the_public_address() -> None:
    links = DeskLinks("https://example.com/desk-of/us", ["key"])
    assert links.root == "/desk-of/us/desk/"
    assert links.link(ACCESS, NOW).startswith("https://example.com/desk-of/us/desk/")
