"""The headers of an e-mail come in their order, each as one line; what may go on after the first bytes is left out."""

from hypothesis import given
from hypothesis import strategies as st

from channels.header_block import ends, header_lines


def test_in_order_with_lower_case_names_and_unfolded() -> None:
    block = (
        b"Return-Path: <a@b>\r\nX-Long: one\r\n two;\r\n\tthree\r\nx-long: again\r\n\r\nBody: no header\r\n"
    )
    assert header_lines(block) == (
        ("return-path", "<a@b>"),
        ("x-long", "one two;\tthree"),
        ("x-long", "again"),
    )


def test_lines_may_end_with_a_line_feed_alone() -> None:
    assert header_lines(b"A: 1\nB: 2\n 3\n\nbody") == (("a", "1"), ("b", "2 3"))


def test_the_last_of_a_cut_block_is_left_out() -> None:
    """`dmarc=pass (not` would say something else than the whole line."""
    assert header_lines(b"A: 1\r\nAuthentication-Results: x; dmarc=pass") == (("a", "1"),)
    assert header_lines(b"A: 1\r\nAuthentication-Results: x; dmarc=pass\r\n") == (("a", "1"),)


def test_a_mail_without_headers_has_none() -> None:
    assert header_lines(b"\r\nAuthentication-Results: x") == ()
    assert ends(b"\r\nbody")


def test_other_character_sets_are_replaced() -> None:
    assert header_lines(b"Subject: a\xf1o \xc3\xb1\r\n\r\n") == (("subject", "a\ufffdo ñ"),)


@given(st.binary(max_size=300))
def test_whatever_is_sent_can_be_read(block: bytes) -> None:
    for name, value in header_lines(block):
        assert name == name.lower()
        (name + value).encode()
