"""The lease of a call whose answer never arrived goes to the same call again, once."""

from contextlib import suppress

import pytest

from handlers.lost_answers import LostAnswers
from state.store.errors import StoreError, StoreRefused, StoreUnavailable

KEY = "page/a-form"


def call(leases: LostAnswers, key: str = KEY, error: StoreError | None = None) -> str:
    """The lease of a call that ends with this error."""
    leased: list[str] = []
    with suppress(StoreError), leases.lease(key) as lease:
        leased.append(lease)
        if error:
            raise error
    return leased[0]


def test_the_same_call_gets_it_again_and_once() -> None:
    leases = LostAnswers(8)
    lost = call(leases, error=StoreUnavailable("no answer"))
    assert call(leases) == lost
    assert call(leases) != lost


def test_another_call_does_not() -> None:
    leases = LostAnswers(8)
    assert call(leases, error=StoreUnavailable("no answer")) != call(leases, "page/another")


@pytest.mark.parametrize("error", [None, StoreRefused("23514")])
def test_what_was_answered_is_over(error: StoreError | None) -> None:
    leases = LostAnswers(8)
    assert call(leases, error=error) != call(leases)
