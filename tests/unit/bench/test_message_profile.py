"""The names that the profile of a message replaces."""

from typing import Any

import pytest

from bench.message_profile import PARTS, Timers


@pytest.mark.parametrize(("owner", "name"), [(owner, name) for owner, name, _ in PARTS])
def test_every_part_is_still_there(owner: Any, name: str) -> None:
    assert callable(getattr(owner, name))


def test_a_label_may_name_an_argument() -> None:
    timers = Timers()

    assert (
        timers.wrap(lambda store, name: name.upper(), "Supabase: {1}")(None, "commit_turn") == "COMMIT_TURN"
    )

    assert set(timers.wall) == {"Supabase: commit_turn"}
