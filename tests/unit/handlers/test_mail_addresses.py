"""Mail addresses as an operator writes them. What is refused: tests/unit/handlers/test_settings.py."""

import pytest

from handlers.mail_addresses import Mailbox, read_mailbox, read_mailboxes, split_mailboxes


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("ana@example.com", "", "ana@example.com"),
        (" <ana@example.com> ", "", "ana@example.com"),
        ("Ana Ruiz<ana@example.com>", "Ana Ruiz", "ana@example.com"),
        ('"Ruiz, Ana" <ana@example.com>', "Ruiz, Ana", "ana@example.com"),
        ("Ñandú Café <a.b+c@xn--caf-dma.example>", "Ñandú Café", "a.b+c@xn--caf-dma.example"),
        ("O'Neil (desk) <o'neil@a-b.example.co>", "O'Neil (desk)", "o'neil@a-b.example.co"),
    ],
)
def test_read(text: str, name: str, address: str) -> None:
    assert read_mailbox(text) == Mailbox(name=name, address=address)


def test_several() -> None:
    assert [mailbox.address for mailbox in read_mailboxes("a@x.org, B <b@x.org>,")] == ["a@x.org", "b@x.org"]


def test_of_several_one_is_wrong() -> None:
    with pytest.raises(ValueError, match="b@"):
        read_mailboxes("a@x.org, b@")


def test_a_comma_in_quotes_is_no_end() -> None:
    assert split_mailboxes('"a, b" <c@x.org>,, d@x.org ') == ['"a, b" <c@x.org>', "d@x.org"]
    assert split_mailboxes('"a, b <c@x.org>, d@x.org') == [
        '"a, b <c@x.org>, d@x.org'
    ]  # and is refused as it is
