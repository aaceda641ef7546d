"""LRUs: bounded, least recently used first, newer wins, and consistent under many threads."""

from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

from hypothesis import given
from hypothesis import strategies as st

from state.model.session import Session
from state.store.lru import ConversationCache, Lru, RecentKeys
from state.store.rows import Conversation


def conversation(version: int = 1, customer_id: int | None = 1) -> Conversation:
    return Conversation(customer_id=customer_id, version=version, session=Session(serial=version))


def filled(size: int, *keys: str) -> ConversationCache:
    cache = ConversationCache(size)
    for key in keys:
        cache.put(key, conversation())
    return cache


def held(cache: ConversationCache, keys: str) -> str:
    return "".join(key for key in keys if cache.get(key))


def test_gives_back_what_was_put() -> None:
    cache = filled(2, "a")
    assert cache.get("a") == conversation()
    assert cache.get("b") is None


def test_holds_no_more_than_its_size() -> None:
    cache = filled(3, *"abcde")
    assert len(cache) == 3
    assert held(cache, "abcde") == "cde"


def test_drops_what_was_not_used_for_longest() -> None:
    cache = filled(3, *"abc")
    cache.get("a")
    cache.put("b", conversation(2))
    cache.put("d", conversation())
    assert held(cache, "abcd") == "abd"


def test_of_no_size_is_off() -> None:
    cache = filled(0, *"abc")
    assert (len(cache), held(cache, "abc")) == (0, "")


def test_an_older_version_does_not_come_back() -> None:
    cache = ConversationCache(2)
    cache.put("a", conversation(5))
    cache.put("a", conversation(4))
    assert cache.get("a") == conversation(5)


def test_the_same_version_and_a_newer_one_replace() -> None:
    cache = ConversationCache(2)
    again = Conversation(customer_id=1, version=1, session=Session(draft="no prende"))
    for newer in (conversation(1), again, conversation(2)):
        cache.put("a", newer)
        assert cache.get("a") == newer


def test_another_customer_replaces_whatever_the_version() -> None:
    cache = ConversationCache(2)
    cache.put("a", conversation(9, customer_id=1))
    cache.put("a", conversation(1, customer_id=2))
    assert cache.get("a") == conversation(1, customer_id=2)


def test_forgets_what_is_dropped() -> None:
    cache = filled(2, *"ab")
    cache.pop("a")
    cache.pop("never there")
    assert held(cache, "ab") == "b"


@given(
    st.integers(0, 4),
    st.lists(
        st.tuples(st.sampled_from(["get", "put", "drop"]), st.sampled_from("abcdef"), st.integers(0, 5))
    ),
)
def test_behaves_as_a_list_in_order_of_use(size: int, calls: list[tuple[str, str, int]]) -> None:
    cache, model = ConversationCache(size), dict[str, int]()
    for call, key, version in calls:
        known = model.get(key)
        match call:
            case "get":
                found = cache.get(key)
                assert (found and found.version) == known
                if known is not None:
                    model[key] = model.pop(key)
            case "put":
                cache.put(key, conversation(version))
                if known is None or version >= known:
                    model.pop(key, None)
                    model[key] = version
                while len(model) > size:
                    model.pop(next(iter(model)))
            case _:
                cache.pop(key)
                model.pop(key, None)
        assert len(cache) == len(model)


def test_sixteen_threads_leave_it_consistent() -> None:
    cache, start = ConversationCache(8), Barrier(16)

    def hammer(seed: int) -> bool:
        random, whole = Random(seed), True
        start.wait()
        for version in range(3_000):
            key = random.randrange(24)
            match random.randrange(4):
                case 0:
                    found = cache.get(str(key))
                    whole &= found is None or (found.customer_id, found.session.serial) == (
                        key,
                        found.version,
                    )
                case 1:
                    cache.pop(str(key))
                case _:
                    cache.put(str(key), conversation(version, customer_id=key))
            whole &= len(cache) <= 9  # one thread may stand between putting and letting go
        return whole

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(hammer, range(16)))
    assert len(cache) <= 8  # the last to act may have dropped some


def test_a_key_is_new_once() -> None:
    recent = RecentKeys(2)
    assert [recent.add(key) for key in "aba"] == [True, True, False]
    assert recent.pop("a")
    assert "a" not in recent
    assert recent.add("a")


def test_asking_is_not_use() -> None:
    recent = RecentKeys(2)
    recent.add("a")
    recent.add("b")
    assert "a" in recent
    recent.add("c")
    assert "a" not in recent


def test_what_is_popped_is_returned_once() -> None:
    leases: Lru[str] = Lru(2)
    assert leases.put("a", "1") is None
    assert leases.put("a", "2") == "1"
    assert [leases.pop("a"), leases.pop("a")] == ["2", None]
    leases.put("b", "3")
    leases.clear()
    assert len(leases) == 0
