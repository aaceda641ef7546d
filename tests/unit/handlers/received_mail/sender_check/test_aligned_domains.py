"""A domain is aligned with itself and with what an organization has below it."""

import pytest

from handlers.received_mail.sender_check.aligned_domains import aligned


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("example.com", "example.com"),
        ("mail.example.com", "example.com"),
        ("a.b.example.com.ar", "example.com.ar"),
        ("gmail.com", "gmail.com"),
        ("com.br", "com.br"),
    ],
)
def test_aligned(one: str, other: str) -> None:
    assert aligned(one, other)
    assert aligned(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("example.com", "example.org"),
        ("notexample.com", "example.com"),
        ("example.com.evil.example", "example.com"),
        ("a.example.com", "b.example.com"),
        ("example.com", "com"),
        ("example.com.br", "com.br"),
        ("example.com.ar", "com.ar"),
        ("example.com.mx", "com.mx"),
        ("example.co.uk", "co.uk"),
        ("desk.resend.app", "resend.app"),
        ("evil.gmail.com", "gmail.com"),
        ("example.com", ".example.com"),
        ("example.com", ""),
        ("", ""),
    ],
)
def test_not_aligned(one: str, other: str) -> None:
    assert not aligned(one, other)
    assert not aligned(other, one)
