"""The tables of `python -m state.dialogue` are complete: every state has a place, every reply asks or says something."""

import pytest

from messages.texts.catalogue import TEXTS
from state.dialogue.outcome import CHANGE_ACTS, NEW, PLACE_OF, STATE_AT, STATUS_AT, TOLD, Asks, told, where
from state.model.language import Language
from state.model.session import Session, State
from state.model.ticket import TicketStatus
from state.model.turn import ChangeKind, Reply
from state.understanding.act import Place
from tests.support.dialogue import MINE, ticket

_PREFIX = "reply_"


def test_every_reply_has_a_row() -> None:
    replies = {key.removeprefix(_PREFIX) for key in TEXTS[Language.ES] if key.startswith(_PREFIX)}
    assert set(TOLD) == replies, "state/dialogue/outcome.py: TOLD"


def test_every_reply_asks_or_says_something() -> None:
    assert [key for key, row in TOLD.items() if not row.asks and not row.says] == []


def test_every_place_has_a_state_and_every_state_a_place() -> None:
    assert set(STATE_AT) == set(Place), "state/dialogue/outcome.py: STATE_AT"
    assert set(PLACE_OF) == set(State), "state/dialogue/outcome.py: PLACE_OF"


def test_every_change_of_a_ticket_has_a_name() -> None:
    assert set(CHANGE_ACTS) == set(ChangeKind)


@pytest.mark.parametrize("place", sorted(Place))
def test_a_place_leads_to_a_state_and_back(place: Place) -> None:
    session = Session(state=STATE_AT[place], current_ticket=MINE if place in STATUS_AT else None)
    assert where(session, {MINE: STATUS_AT.get(place, TicketStatus.OPEN)}) == place


def test_without_tickets_the_menu_is_new() -> None:
    assert where(Session(), {}) == NEW


def test_a_card_of_a_resolved_ticket_asks_whether_it_is_fixed() -> None:
    assert told(Reply(say="ticket_card", ticket=ticket(MINE, TicketStatus.RESOLVED))).asks is Asks.IS_IT_FIXED
    assert told(Reply(say="ticket_card", ticket=ticket(MINE))).asks is None
