"""One instance and its cache: the cost of a turn, and that a stale cache never causes a wrong turn."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from state.model.message import Text
from state.store.errors import StoreUnavailable
from tests.support.builders import ANA, Desk, at_once
from tests.support.database import SupabaseLocal
from tests.support.instances import CONTENTS, CountingStore, check, delivered, instance, says


@pytest.fixture
def store(supabase_local: SupabaseLocal) -> Iterator[CountingStore]:
    store = CountingStore(supabase_local)
    yield store
    store.close()


class TestOneInstance:
    def test_sixteen_threads(self, desk: Desk, store: CountingStore) -> None:
        turns = instance(store)
        messages = [says(n, CONTENTS[n % len(CONTENTS)]) for n in range(16)]
        at_once(16, lambda n: delivered(turns, messages[n]))
        check(desk, messages)
        conversation = turns.cache.get(ANA.key)
        assert conversation in (None, desk.conversation())

    def test_a_cold_turn_is_two_calls_and_a_warm_one_is_one(self, desk: Desk, store: CountingStore) -> None:
        turns = instance(store)
        for n, expected in enumerate(
            (["load_conversation", "commit_turn"], ["commit_turn"], ["commit_turn"])
        ):
            store.calls.clear()
            turns.process(says(n, Text(body="hola")))
            assert store.calls == expected

    def test_without_a_cache_every_turn_is_two_calls(self, desk: Desk, store: CountingStore) -> None:
        turns = instance(store, cache_size=0)
        messages = [says(n, CONTENTS[n]) for n in range(4)]
        for given in messages:
            store.calls.clear()
            turns.process(given)
            assert store.calls[-2:] == ["load_conversation", "commit_turn"]
        assert len(turns.cache) == 0
        check(desk, messages)

    def test_a_full_cache_drops_entries_without_harm(self, desk: Desk, store: CountingStore) -> None:
        turns = instance(store, cache_size=1)
        messages = [says(n, CONTENTS[n]) for n in range(6)]
        for n, given in enumerate(messages):
            turns.process(given)
            turns.process(
                replace(given, wamid=f"else{n}", sender=replace(ANA, user_id="AR.else", wa_id=None))
            )
        assert len(turns.cache) == 1
        desk.tables.do("delete from outbox where wamid like 'else%%'")
        desk.tables.do("delete from inbound where wamid like 'else%%'")
        check(desk, messages)


class TestTrouble:
    def test_an_error_drops_the_entry(self, desk: Desk, store: CountingStore) -> None:
        turns = instance(store)
        turns.process(says(0, Text(body="hola")))

        def broken(name: str) -> None:
            raise StoreUnavailable(name)

        store.before = broken
        with pytest.raises(StoreUnavailable):
            turns.process(says(1, Text(body="hola")))
        assert len(turns.cache) == 0
        store.before = store.calls.append
        store.calls.clear()
        assert turns.process(says(1, Text(body="hola"))).result == "committed"
        assert store.calls == ["load_conversation", "commit_turn"]

    def test_an_error_of_our_own_drops_it_too(self, store: CountingStore) -> None:
        turns = instance(store)
        turns.process(says(0, Text(body="hola")))
        with pytest.raises(AttributeError):
            turns.process(replace(says(1, Text(body="")), content=None))  # type: ignore[arg-type]
        assert len(turns.cache) == 0

    def test_eight_conflicts_give_up_and_lose_nothing(
        self, desk: Desk, store: CountingStore, supabase_local: SupabaseLocal
    ) -> None:
        faster, turns = instance(desk.store), instance(store)
        others = [says(n, Text(body="hola")) for n in range(1, 15)]
        waiting = list(others)

        def gets_in_between(name: str) -> None:
            if name == "commit_turn" and waiting:
                faster.process(waiting.pop(0))

        store.before = gets_in_between
        late = says(50, Text(body="gracias"))
        with pytest.raises(StoreUnavailable, match="conflicts"):
            turns.process(late)
        assert len(turns.cache) == 0
        assert waiting, "it goes on for ever"
        store.before = store.calls.append
        assert turns.process(late).result == "committed"
