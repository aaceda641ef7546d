"""Customers to talk as: new ones, and one with a current ticket."""

import pytest

from tests.support.dialogue import MINE, Customer, ticket


@pytest.fixture
def ana() -> Customer:
    """Somebody new."""
    return Customer()


@pytest.fixture
def bea() -> Customer:
    """Somebody with a current ticket."""
    customer = Customer(owned={MINE: ticket(MINE)})
    customer.says(MINE)
    return customer
