"""The result of a row by those of its e-mails."""

import pytest

from handlers.technician_mails import result_of_row
from state.model.outbox_row import Outcome, Result

SENT, DEAD, UNKNOWN, LIMITED, PAUSED = (
    Result(outcome=outcome, error=outcome)
    for outcome in (Outcome.SENT, Outcome.DEAD, Outcome.UNKNOWN, Outcome.LIMITED, Outcome.PAUSED)
)


@pytest.mark.parametrize(
    ("results", "outcome", "emails"),
    [
        ([SENT, SENT], "sent", 2),
        ([SENT, DEAD], "sent", 1),
        ([DEAD, SENT], "sent", 1),
        ([DEAD, DEAD], "dead", None),
        ([UNKNOWN, SENT], "unknown", 2),
        ([DEAD, UNKNOWN], "unknown", 1),
        ([SENT, LIMITED], "limited", 1),
        ([LIMITED], "limited", None),
        ([UNKNOWN, LIMITED], "limited", 1),
        ([SENT, UNKNOWN, PAUSED], "paused", 2),
    ],
)
def test_the_strongest_decides(results: list[Result], outcome: str, emails: int | None) -> None:
    """And how many were taken, or may have been: then the row's day has begun."""
    found = result_of_row(results)
    assert (found.outcome, found.emails) == (outcome, emails)


def test_how_long_to_wait_is_that_of_who_decides() -> None:
    limited = Result(outcome=Outcome.LIMITED, retry_seconds=7.0)
    assert result_of_row([SENT, limited]).retry_seconds == 7.0
