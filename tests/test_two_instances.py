"""Instances with caches of their own over one database: whoever takes which message, the dialogue is one and in order."""

from collections.abc import Iterator
from random import Random

import pytest

from state.events import Message
from tests.builders import Desk, at_once, desk_over, side_by_side
from tests.database import SupabaseLocal
from tests.instances import SAID, CountingStore, Turns, check, delivered, instance, says


@pytest.fixture
def desk(supabase_local: SupabaseLocal) -> Iterator[Desk]:
    with desk_over(supabase_local) as desk:
        yield desk


@pytest.fixture
def store(supabase_local: SupabaseLocal) -> Iterator[CountingStore]:
    store = CountingStore(supabase_local)
    yield store
    store._connected().postgrest.session.close()


class TestTurnAbout:
    @pytest.mark.parametrize("seed", range(6))
    def test_in_any_turn(self, desk: Desk, store: CountingStore, seed: int) -> None:
        random = Random(seed)
        both = instance(store), instance(store)
        messages = [says(n, random.choice(SAID)) for n in range(18)]
        for given in messages:
            assert random.choice(both).take(given).result == "committed"
        check(desk, messages)

    @pytest.mark.parametrize("seed", range(4))
    def test_side_by_side(self, desk: Desk, store: CountingStore, seed: int) -> None:
        random = Random(seed)
        both = instance(store), instance(store)
        messages = [says(n, random.choice(SAID)) for n in range(18)]

        def serves(turns: Turns, share: list[Message]) -> None:
            for given in share:
                delivered(turns, given)

        side_by_side(*[lambda n=n: serves(both[n % 2], messages[n::4]) for n in range(4)])
        check(desk, messages)

    def test_every_message_to_both(self, desk: Desk, store: CountingStore) -> None:
        """Meta delivers twice, to two instances."""
        both = instance(store), instance(store)
        messages = [says(n, SAID[n]) for n in range(6)]

        def to_both(given: Message) -> list[str]:
            return at_once(2, lambda n: delivered(both[n], given).result)

        results = [to_both(given) for given in messages]
        assert all(sorted(pair) == ["committed", "duplicate"] for pair in results)
        check(desk, messages)
