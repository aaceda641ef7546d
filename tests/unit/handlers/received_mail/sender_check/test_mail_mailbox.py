"""A From header is one mailbox, as people's programs write it, or it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.received_mail.sender_check.mail_mailbox import addresses_in, canonical, read_from, without_tag


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("marta@example.com", "", "marta@example.com"),
        ("<marta@example.com>", "", "marta@example.com"),
        (" Marta Ruiz  <Marta@Example.COM> ", "Marta Ruiz", "marta@example.com"),
        ('"Ruiz, Marta" <marta@example.com>', "Ruiz, Marta", "marta@example.com"),
        ("Ruiz, Marta <marta@example.com>", "Ruiz, Marta", "marta@example.com"),
        (r'"Marta \"la jefa\" Ruiz" <marta@example.com>', 'Marta "la jefa" Ruiz', "marta@example.com"),
        ("=?utf-8?q?Marta_Ru=C3=ADz?= <marta@example.com>", "Marta Ruíz", "marta@example.com"),
        ("=?iso-8859-1?B?TWFydGEgUnXteg==?= <marta@example.com>", "Marta Ruíz", "marta@example.com"),
        ("=?utf-8?q?Ruiz=2C_Marta?= <marta@example.com>", "Ruiz, Marta", "marta@example.com"),
        ("Marta (Soporte) <marta@example.com>", "Marta", "marta@example.com"),
        ("marta@example.com (Marta Ruiz)", "Marta Ruiz", "marta@example.com"),
        ('"marta@example.com" <marta@example.com>', "", "marta@example.com"),
        ("marta@example.com <marta@example.com>", "", "marta@example.com"),
        ("'Marta' <marta@example.com>", "Marta", "marta@example.com"),
        ("Marta R. de la O <marta@example.com>", "Marta R. de la O", "marta@example.com"),
        ("Marta\u202e <marta@example.com>", "Marta", "marta@example.com"),
        ("Marta 🛠️ <marta@example.com>", "Marta 🛠️", "marta@example.com"),
        ("=?x-unknown?q?Marta?= <marta@example.com>", "", "marta@example.com"),
        ("=?utf-8?b?!!!?= <marta@example.com>", "", "marta@example.com"),
    ],
)
def test_one_mailbox(value: str, name: str, address: str) -> None:
    found = read_from(value)
    assert (found.name, found.address) == (name, address)


REFUSED = {
    "nothing": "",
    "a name": "Marta",
    "no domain": "marta@",
    "no address": "Marta <>",
    "two": "marta@example.com, luis@example.com",
    "two with names": "Marta <marta@example.com>, Luis <luis@example.com>",
    "two, one in a name": "luis@example.com, Marta <marta@example.com>",
    "two in one": "Marta <marta@example.com> <luis@example.com>",
    "one after it": "Marta <marta@example.com> luis@example.com",
    "a group": "Soporte: marta@example.com;",
    "a group of two": "Soporte: marta@example.com, luis@example.com;",
    "a route": "<@evil.example:marta@example.com>",
    "another as its name": "luis@example.com <marta@example.com>",
    "an encoded address": "=?utf-8?q?marta=40example=2Ecom?=",
    "an encoded address in brackets": "Marta <=?utf-8?q?marta=40example.com?=>",
    "a quoted local part": '"marta"@example.com',
    "a literal": "marta@[192.0.2.1]",
    "letters that look the same": "m\u0430rta@example.com",
    "a letter that becomes another in lower case": "mar\u212aa@example.com",
    "open quotes": '"Marta <marta@example.com>',
    "an open comment": "Marta (x <marta@example.com>",
    "a line end": "Marta <marta@example.com>\nluis@example.com",
    "a zero": "Marta <marta@example.com\0>",
    "10 kB": "x" * 10_000 + " <marta@example.com>",
    "10 kB of brackets": "<" * 10_000,
    "10 kB of quotes": '"' * 10_001,
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused(value: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        read_from(value)


def test_a_name_is_cut() -> None:
    assert read_from(f"{'Marta ' * 100}<marta@example.com>").name.endswith("…")


@given(st.text(max_size=60) | st.text('ab@<>"(),;:=?._ \\', max_size=60))
def test_junk_is_refused_or_one_address(value: str) -> None:
    try:
        found = read_from(value)
    except ValueError:
        return
    assert found.address.count("@") == 1
    assert found.address.isascii()
    assert found.address in value.lower()


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Ana <ana@example.com>, luis@Example.com", ("ana@example.com", "luis@example.com")),
        ("Equipo: ana@example.com, 'luis@example.com';", ("ana@example.com", "luis@example.com")),
        ('"luis@example.com" <ana@example.com>', ("ana@example.com",)),
        ('"Ana <ana@example.com>', ("ana@example.com",)),
        ("undisclosed-recipients:;", ()),
        ("", ()),
    ],
)
def test_all_addresses_in_a_header(value: str, found: tuple[str, ...]) -> None:
    assert addresses_in(value) == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Marta.Ruiz@gmail.com", "martaruiz@googlemail.com", True),
        ("marta.ruiz@example.com", "martaruiz@example.com", False),
        ("marta+x@gmail.com", "marta@gmail.com", False),
        ("marta@gmail.com.example.com", "marta@gmail.com", False),
    ],
)
def test_gmail_has_several_addresses_for_one_mailbox(one: str, other: str, same: bool) -> None:
    assert (canonical(one) == canonical(other)) == same


def test_a_tag_is_not_of_the_mailbox() -> None:
    assert without_tag("marta+soporte+x@example.com") == "marta@example.com"
    assert without_tag("+x@example.com") == "+x@example.com"
