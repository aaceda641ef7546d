"""Which answer a text gets: acts with one answer stand together, what cannot be taken back needs more votes, and words of its own."""

from dataclasses import replace

from state.model.session import State
from state.understanding.act import Act, Place
from state.understanding.answers import place_of
from state.understanding.decision import decide
from state.understanding.understand import Understanding
from tests.support.dialogue import SESSIONS
from tests.support.scores import scores


def decided(state: State, given: dict[Act, float], words: int = 3) -> Act | None:
    """What is decided in this state for a text with these scores."""
    place, answers = place_of(SESSIONS[state])
    return decide(replace(Understanding(scores=scores(given)), words=words), place, answers)


def test_acts_with_one_answer_stand_together() -> None:
    """A detail, a problem or nonsense: each is added to the report."""
    given = {Act.DENY: 0.4, Act.INFO: 0.3, Act.PROBLEM: 0.2, Act.UNCLEAR: 0.1}
    assert decided(State.CONFIRMING, given) is Act.INFO


def test_what_cannot_be_taken_back_needs_more_votes() -> None:
    assert decided(State.CONFIRMING, {Act.AFFIRM: 0.85}) is Act.AFFIRM
    assert decided(State.CONFIRMING, {Act.AFFIRM: 0.7, Act.INFO: 0.1}) is not Act.AFFIRM


def test_an_answer_that_serves_many_is_worth_more() -> None:
    """A question that is kept and answered with the ticket is right for a detail, too."""
    assert decided(State.FOLLOWING, {Act.STATUS: 0.35, Act.INFO: 0.45, Act.OTHER: 0.2}) is Act.STATUS


def test_what_keeps_nothing_of_a_longer_text_needs_more_votes() -> None:
    given = {Act.THANKS: 0.42, Act.LANGUAGE: 0.2, Act.ERASE: 0.2}
    assert decided(State.MENU, given, words=3) is Act.THANKS
    assert decided(State.MENU, given, words=12) is None


def test_without_votes_we_ask() -> None:
    assert decided(State.MENU, dict.fromkeys(Act, 0.05)) is None
    place, answers = place_of(SESSIONS[State.MENU])
    assert place is Place.MENU
    assert decide(Understanding(), place, answers) is None
