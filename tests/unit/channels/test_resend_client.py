"""What each of Resend's answers means for a row."""

import pytest

from channels.resend_client import result_of
from state.model.outbox_row import Outcome


@pytest.mark.parametrize(
    ("code", "kind", "outcome", "seconds"),
    [
        (400, "validation_error", Outcome.DEAD, None),
        (404, "not_found", Outcome.DEAD, None),
        (405, "method_not_allowed", Outcome.DEAD, None),
        (422, "invalid_attachment", Outcome.DEAD, None),
        (418, "something_new", Outcome.UNKNOWN, None),
        (401, "missing_api_key", Outcome.PAUSED, 60),
        (403, "invalid_api_key", Outcome.PAUSED, 60),
        (429, "daily_quota_exceeded", Outcome.PAUSED, 3600),
        (429, "monthly_quota_exceeded", Outcome.PAUSED, 3600),
        (429, "rate_limit_exceeded", Outcome.LIMITED, 2),
        (429, "something_new", Outcome.LIMITED, 2),
        (409, "invalid_idempotent_request", Outcome.SENT, None),
        (409, "concurrent_idempotent_requests", Outcome.UNKNOWN, None),
        (409, "resource_locked", Outcome.UNKNOWN, None),
        (500, "application_error", Outcome.UNKNOWN, None),
        (503, "service_unavailable", Outcome.UNKNOWN, None),
        ("500", "HttpClientError", Outcome.UNKNOWN, None),
        ("strange", "strange", Outcome.UNKNOWN, None),
    ],
)
def test_what_an_answer_means(code: int | str, kind: str, outcome: Outcome, seconds: float | None) -> None:
    result = result_of(code, kind, {})
    assert (result.outcome, result.retry_seconds) == (outcome, seconds)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 2.0),
        ({"retry-after": "9" * 30}, 3600.0),
        ({"retry-after": "-1"}, 2.0),
        ({"retry-after": "."}, 2.0),
        ({"retry-after": "\u00b2"}, 2.0),
        ({}, 2.0),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float) -> None:
    assert result_of(429, "rate_limit_exceeded", headers).retry_seconds == seconds
