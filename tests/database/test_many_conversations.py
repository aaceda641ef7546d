"""The conversations of many people by one call."""

from state.model.message import Sender
from state.model.session import Session
from tests.support.builders import ANA, BEA, Desk, message


def test_in_the_order_of_the_people(desk: Desk) -> None:
    desk.take(message("1"), session=Session(serial=7))
    stranger = Sender(user_id="AR.nobody", wa_id=None, name=None)
    desk.take(message("2", BEA), session=Session(serial=9))
    found = desk.store.load_many([BEA, stranger, ANA])
    assert [(each.version, each.session.serial) for each in found] == [(1, 9), (0, 0), (1, 7)]
    assert found[1].customer_id is None


def test_each_as_if_loaded_alone(desk: Desk) -> None:
    desk.take(message("1"))
    by_number = Sender(user_id=None, wa_id=ANA.wa_id, name=None)
    assert desk.store.load_many([by_number]) == [desk.conversation()]


def test_nobody(desk: Desk) -> None:
    assert desk.store.load_many([]) == []
