"""Grouping the messages of one call by customer; none is lost."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from handlers.customer_messages import by_customer
from state.model.message import Message, Sender, Text

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def message(wamid: str, user_id: str | None = None, wa_id: str | None = None, second: int = 0) -> Message:
    sender = Sender(user_id=user_id, wa_id=wa_id)
    return Message(wamid=wamid, sender=sender, at=NOON + timedelta(seconds=second), content=Text(body="hola"))


def names(groups: list[list[Message]]) -> list[list[str]]:
    return sorted(sorted(message.wamid for message in group) for group in groups)


def test_one_alias_in_common_is_enough_in_whatever_order_they_come() -> None:
    ana = [message("1", user_id="AR.a"), message("2", wa_id="549"), message("3", user_id="AR.a", wa_id="549")]
    for order in permutations([*ana, message("4", user_id="AR.b")]):
        assert names(by_customer(order)) == [["1", "2", "3"], ["4"]]


def test_a_message_that_is_there_twice_is_there_once() -> None:
    assert names(by_customer([message("1", wa_id="549"), message("1", wa_id="549")])) == [["1"]]


def test_the_order_is_that_of_writing() -> None:
    late, early = message("late", wa_id="549", second=5), message("early", wa_id="549")
    ((first, second),) = by_customer([late, early])
    assert (first.wamid, second.wamid) == ("early", "late")
