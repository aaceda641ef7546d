"""What all tests share: the real Postgres with the Data API, and the stand-ins for Meta and Resend."""

import os
import ssl
from functools import cache

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("tests.support")

from tests.support.examples import examples  # noqa: E402 - not before the line above

# The same examples each time, and none is too slow: on a busy machine any may be.
settings.register_profile(
    "mostrador",
    max_examples=examples(100),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("mostrador")

# Each new HTTP client would load all CA certificates again, which takes longer than most of its calls.
ssl.create_default_context = cache(ssl.create_default_context)  # type: ignore[assignment]


def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: one more than there are processors, because many tests wait for another process."""
    return (os.cpu_count() or 1) + 1


pytest_plugins = [
    "tests.support.skipped_report",
    "tests.support.database",
    "tests.support.plain_postgres",
    "tests.support.standins",
    "tests.support.function",
    "tests.support.browser",
    "tests.support.ops",
    "tests.support.ops_tickets",
    "tests.support.serverless_cli",
    "tests.support.technician",
]
