"""What a meaning becomes with the facts: words that point at a ticket, of somebody who has none."""

from state.model.language import Language
from state.model.turn import Facts
from state.understanding.act import Act
from state.understanding.resolve import resolve
from state.understanding.triggers import Meaning, Question, Trigger

NO_TICKETS = Facts(new_code="TK-0000-0000", language=Language.ES)


def test_words_that_point_at_a_ticket_are_kept_if_there_is_none() -> None:
    points = Meaning(trigger=Question.WHICH, act=Act.WHICH, text="la de recepción")
    assert resolve(points, NO_TICKETS) == Meaning(
        trigger=Trigger.UNCLEAR, act=Act.WHICH, text="la de recepción"
    )


def test_a_command_has_no_words_to_keep() -> None:
    assert resolve(Meaning(trigger=Question.WHICH), NO_TICKETS).trigger is Trigger.NO_TICKETS
