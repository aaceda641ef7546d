"""Whom an id or an address stands for, and whom a ticket concerns."""

import pytest

from handlers.mail_addresses import read_mailboxes
from handlers.people import People, technicians_of

PEOPLE = People(
    technicians=technicians_of(
        read_mailboxes("Marta Ruiz <Marta@example.com>, luis@example.com, LUIS@example.com")
    )
)
MARTA, LUIS = PEOPLE.technicians


def test_by_their_id() -> None:
    assert PEOPLE.by_id(MARTA.id) is MARTA
    for other in ("", MARTA.address, "0" * 12):
        assert PEOPLE.by_id(other) is None


@pytest.mark.parametrize("given", ["marta@example.com", "MARTA@EXAMPLE.COM"])
def test_by_their_address(given: str) -> None:
    assert PEOPLE.by_address(given) is MARTA


@pytest.mark.parametrize("given", [None, "", "ana@example.com"])
def test_of_who_is_none_nobody(given: str | None) -> None:
    assert PEOPLE.by_address(given) is None
    assert PEOPLE.concerned(given, away=False) == (MARTA, LUIS)


def test_a_ticket_concerns_who_has_it_unless_they_are_away() -> None:
    assert PEOPLE.concerned("marta@example.com", away=False) == (MARTA,)
    assert PEOPLE.concerned("marta@example.com", away=True) == (MARTA, LUIS)


def test_addresses_as_the_database_has_them() -> None:
    assert PEOPLE.addresses == ["marta@example.com", "luis@example.com"]
