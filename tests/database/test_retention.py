"""Retention: messages and sent rows are kept for 30 days, dead rows and poison until a person has seen them."""

import psycopg
import pytest

from state.model.message import Poison
from state.model.outbox_row import Outcome
from tests.support.builders import Desk, at_once, message

POISON = Poison(key="poison/1", payload='{"type": "?"}', reason="no sender")


class TestPurge:
    def test_messages_and_sent_rows_of_30_days(self, desk: Desk) -> None:
        desk.finish(desk.row("old"), Outcome.SENT)
        desk.tables.do("update inbound set received_at = now() - interval '30 days 1 second'")
        desk.tables.do("update outbox set done_at = now() - interval '30 days 1 second'")
        desk.finish(desk.row("new"), Outcome.SENT)
        assert desk.store.purge_expired() == {"inbound": 1, "outbox": 1}
        assert desk.tables.all("select wamid from inbound") == [{"wamid": "new"}]
        assert desk.tables.all("select wamid from outbox") == [{"wamid": "new"}]

    def test_longer_than_meta_delivers_again(self, desk: Desk) -> None:
        desk.take(message("1"))
        desk.tables.do("update inbound set received_at = now() - interval '8 days'")
        assert desk.store.purge_expired() == {"inbound": 0, "outbox": 0}

    @pytest.mark.parametrize("status", ["ready", "sending", "unknown", "dead"])
    def test_what_was_not_sent_stays(self, desk: Desk, status: str) -> None:
        desk.take(message("1"))
        desk.tables.do("update outbox set status = %s, done_at = now() - interval '1 year'", status)
        assert desk.store.purge_expired()["outbox"] == 0

    def test_a_superseded_menu_is_deleted_like_one_that_was_sent(self, desk: Desk) -> None:
        desk.take(message("1"))
        desk.tables.do(
            "update outbox set status = 'dead', last_error = 'superseded', done_at = now() - interval '31 days'"
        )
        assert desk.store.purge_expired()["outbox"] == 1

    def test_the_customer_and_the_conversation_stay(self, desk: Desk) -> None:
        before = desk.take(message("1")).conversation
        desk.tables.do("update inbound set received_at = now() - interval '1 year'")
        desk.store.purge_expired()
        assert desk.conversation() == before

    def test_some_at_a_time(self, desk: Desk) -> None:
        desk.tables.do(
            "insert into inbound (wamid, received_at) "
            "select n::text, now() - interval '31 days' from generate_series(1, 5001) n"
        )
        assert [desk.store.purge_expired()["inbound"] for _ in range(3)] == [5000, 1, 0]

    def test_two_at_once_count_each_row_once(self, desk: Desk) -> None:
        desk.tables.do(
            "insert into inbound (wamid, received_at) "
            "select n::text, now() - interval '31 days' from generate_series(1, 1000) n"
        )
        assert sum(at_once(4, lambda _: desk.store.purge_expired()["inbound"])) == 1000

    def test_a_row_that_somebody_holds_is_left_for_the_next_time(self, desk: Desk, database: str) -> None:
        desk.finish(desk.row("1"), Outcome.SENT)
        desk.tables.do("update outbox set done_at = now() - interval '31 days'")
        with psycopg.connect(database) as busy:
            busy.execute("select 1 from outbox for update")
            assert desk.store.purge_expired()["outbox"] == 0
        assert desk.store.purge_expired()["outbox"] == 1


class TestPoison:
    def test_is_kept_once(self, desk: Desk) -> None:
        assert [desk.store.record_poison(POISON) for _ in range(3)] == [True, False, False]
        row = desk.tables.one("select wamid, outcome, payload, reason from inbound")
        assert row == {
            "wamid": "poison/1",
            "outcome": "poison",
            "payload": POISON.payload,
            "reason": "no sender",
        }

    def test_also_when_many_keep_it_at_once(self, desk: Desk) -> None:
        kept = at_once(8, lambda _: desk.store.record_poison(POISON))
        assert sorted(kept) == [False] * 7 + [True]

    def test_a_message_that_was_taken_is_not_overwritten(self, desk: Desk) -> None:
        desk.take(message("1"))
        assert not desk.store.record_poison(Poison(key="1", payload="{}", reason="late"))
        assert desk.tables.value("select outcome from inbound") == "done"

    def test_a_message_that_was_poison_is_a_duplicate_when_it_comes_again(self, desk: Desk) -> None:
        desk.store.record_poison(Poison(key="1", payload="{}", reason="ValueError"))
        commit = desk.take(message("1"))
        assert (commit.result, commit.conversation.customer_id, commit.rows) == ("duplicate", None, ())
        assert desk.tables.value("select count(*) from customers") == 0
