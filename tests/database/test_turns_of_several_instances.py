"""Several instances with their own caches over one database: the turns of a conversation stay in order."""

from collections.abc import Iterator
from random import Random

import pytest

from handlers.process_message import MessageProcessor
from state.model.message import Message, Press, Text
from tests.support.builders import Desk, at_once, side_by_side
from tests.support.database import SupabaseLocal
from tests.support.instances import CONTENTS, CountingStore, check, delivered, instance, says


@pytest.fixture
def store(supabase_local: SupabaseLocal) -> Iterator[CountingStore]:
    store = CountingStore(supabase_local)
    yield store
    store.close()


class TestTwoInstances:
    @pytest.mark.parametrize("seed", range(6))
    def test_in_any_turn(self, desk: Desk, store: CountingStore, seed: int) -> None:
        random = Random(seed)
        both = instance(store), instance(store)
        messages = [says(n, random.choice(CONTENTS)) for n in range(18)]
        for given in messages:
            assert random.choice(both).process(given).result == "committed"
        check(desk, messages)

    @pytest.mark.parametrize("seed", range(4))
    def test_side_by_side(self, desk: Desk, store: CountingStore, seed: int) -> None:
        random = Random(seed)
        both = instance(store), instance(store)
        messages = [says(n, random.choice(CONTENTS)) for n in range(18)]

        def serves(turns: MessageProcessor, share: list[Message]) -> None:
            for given in share:
                delivered(turns, given)

        side_by_side(*[lambda n=n: serves(both[n % 2], messages[n::4]) for n in range(4)])
        check(desk, messages)

    def test_every_message_to_both(self, desk: Desk, store: CountingStore) -> None:
        """Meta delivers twice, to two instances."""
        both = instance(store), instance(store)
        messages = [says(n, CONTENTS[n]) for n in range(6)]

        def to_both(given: Message) -> list[str]:
            return at_once(2, lambda n: delivered(both[n], given).result)

        results = [to_both(given) for given in messages]
        assert all(sorted(pair) == ["committed", "duplicate"] for pair in results)
        check(desk, messages)


class TestStale:
    """A conversation cached by one instance and changed by another."""

    def test_a_stale_entry_is_one_call_more_and_no_wrong_turn(self, desk: Desk, store: CountingStore) -> None:
        one, other = instance(store), instance(store)
        messages = [
            says(0, Text(body="hola")),
            says(1, Text(body="mi impresora no imprime")),
            says(2, Text(body="sí")),
        ]
        one.process(messages[0])
        other.process(messages[1])
        store.calls.clear()
        assert one.process(messages[2]).result == "committed"
        assert store.calls == ["commit_turn", "commit_turn"]
        assert desk.tables.value("select description from tickets") == "mi impresora no imprime"
        check(desk, messages)

    def test_somebody_who_was_erased_elsewhere(self, desk: Desk, store: CountingStore) -> None:
        one, other = instance(store), instance(store)
        one.process(says(0, Text(body="hola")))
        other.process(says(1, Text(body="borren mis datos")))
        asked = desk.conversation().session
        other.process(says(2, Press(id=f"erasing/erase/{asked.serial}")))
        assert desk.tables.value("select count(*) from customers") == 0
        assert one.process(says(3, Text(body="hola"))).result == "committed"
        assert desk.conversation().version == 1

    def test_another_ticket_is_the_current_one_now(self, desk: Desk, store: CountingStore) -> None:
        """The facts of the ticket that was there before must not answer for it."""
        one, other = instance(store), instance(store)
        one.process(says(0, Text(body="mi impresora no imprime")))
        one.process(says(1, Text(body="sí")))
        other.process(says(2, Text(body="quiero reportar un problema")))
        other.process(says(3, Text(body="no prende la pantalla")))
        first, second = (row["code"] for row in desk.tables.all("select code from tickets order by id"))
        one.process(says(4, Text(body="parpadea una luz roja")))
        noted = desk.tables.one(
            "select t.code, e.body from ticket_events e join tickets t on t.id = e.ticket_id where e.kind = 'note'"
        )
        assert noted == {"code": second, "body": "parpadea una luz roja"}
        bubble = desk.tables.value("select body from outbox order by id desc limit 1")
        assert second in bubble
        assert first not in bubble
