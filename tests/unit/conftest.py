"""A unit test needs no database, and no process but its own."""

import pytest


@pytest.fixture(scope="session")
def postgres() -> None:
    pytest.fail(
        "a unit test needs no database: it belongs in tests/database, or in the folder of what it tests"
    )
