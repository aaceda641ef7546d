"""The customers' bubbles stay short: no flow has more to read than when its texts were last read aloud."""

import pytest

from state.model.language import Language
from tests.support.bubble_lengths import FLOWS, lengths, table

# UTF-16 units, in the longest language. A text that needs more has to be worth it.
MOST = {
    "report in one message": 290,
    "report step by step": 505,
    "status by code": 200,
    "several tickets, one shown": 290,
    "a person": 205,
    "a person for a ticket": 380,
    "an addition": 40,
    "an answer to a technician": 85,
    "thanks": 50,
    "goodbye": 50,
    "not understood twice, then a person": 450,
    "resolved: yes, rated": 120,
    "resolved: no": 155,
    "solved itself: closed": 150,
    "silence": 155,
    "erase": 415,
}


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_has_no_more_to_read(flow: str) -> None:
    assert max(lengths(flow, language) for language in Language) <= MOST[flow], table()
