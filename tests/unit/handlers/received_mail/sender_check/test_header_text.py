"""Comments and quoted strings are told from the rest of a header, whatever stands in them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.received_mail.sender_check.header_text import Malformed, read_header


def plain(value: str) -> str:
    return read_header(value, 1000).without_comments


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a b", "a b"),
        ("a (c) b", "a   b"),
        ("a (c (d) e) b", "a   b"),
        (r"a (c \) d) b", "a   b"),
        ('a (") b', "a   b"),
        ('a "(c" b', "a \0 b"),
        (r'"a \" b" c', "\0 c"),
        ('""', "\0"),
        ("()", " "),
        ("", ""),
    ],
)
def test_what_is_left(value: str, text: str) -> None:
    assert plain(value) == text


def test_what_they_say() -> None:
    header = read_header(r'"Ruiz, \"Marta\"" <m@example.com> (de \(viaje\)) "x"', 1000)
    assert header.quoted == ('Ruiz, "Marta"', "x")
    assert header.comments == ("de (viaje)",)
    assert header.restore(["\0 y", "\0"]) == ['Ruiz, "Marta" y', "x"]


@pytest.mark.parametrize(
    "value", ['a "b', "a (b", "a (b (c)", "a) b", "a \\b", 'a "b\\', "a (b\\", "a\0b", "a\rb", "a\nb", "\x7f"]
)
def test_what_has_no_end_is_malformed(value: str) -> None:
    with pytest.raises(Malformed):
        read_header(value, 1000)


def test_too_long() -> None:
    read_header("x" * 10, 10)
    with pytest.raises(Malformed):
        read_header("x" * 11, 10)


@pytest.mark.parametrize("part", ["(", ")", '"', "\\", "((", '"(', "a(", "\\(", "()", '("'])
def test_junk_is_read_in_no_time(part: str) -> None:
    with suppress(Malformed):
        read_header(part * 100_000, 10**6)


@given(st.text('ab"()\\; =', max_size=40))
def test_each_character_is_read_once(value: str) -> None:
    try:
        header = read_header(value, 1000)
    except Malformed:
        return
    marks = header.text.count("\0") + header.text.count("\1")
    assert marks == len(header.quoted) + len(header.comments)
    assert not set('"()\\') & set(header.text)
