"""Which answer a text gets where the talk stands: the one that is worth most by the votes, if it has enough of them."""

from collections.abc import Mapping
from typing import Final

from state.understanding.act import Act, Place
from state.understanding.answers import Answers, answer_of
from state.understanding.triggers import Question, Trigger
from state.understanding.understand import Understanding

Answer = tuple[Trigger | Question, Act | None]  # to a note, also what kind of note

MAX_BARE_WORDS: Final = 4  # of a text that may be a mere command
# The votes of these that open a ticket without a question.
_TELL_A_PROBLEM: Final = frozenset({Act.PROBLEM, Act.ANOTHER})
_SURELY: Final = 0.7

# Notes that get an answer of their own.
_TOLD_APART: Final = {
    Act.PROBLEM: Act.PROBLEM,
    Act.STATUS: Act.STATUS,
    Act.CLOSE: Act.CLOSE,
    Act.CANCEL: Act.CLOSE,
    Act.OTHER: Act.OTHER,
}
# Answers that come to the same for the choice between them and others.
_LIKE: Final[Mapping[Trigger | Question, Trigger | Question]] = {
    Trigger.CANCEL: Trigger.NO,
    Trigger.BYE: Trigger.THANKS,
}

# The votes that an answer needs: what cannot be taken back needs many, a note, which does no harm, few.
_LEAST_OF_OTHERS: Final = 0.3
_LEAST_OF_A_NOTE: Final = 0.2
_LEAST: Final[Mapping[Trigger | Question, float]] = {
    Trigger.YES: 0.8,
    Trigger.OTHER: 0.8,
    Trigger.HUMAN: 0.5,
    Question.HUMAN: 0.5,
    Question.FIXED: 0.6,
    Question.REOPEN: 0.6,
    Question.CLOSE: 0.6,
}
# Those of them that the words alone must have, as if they were said in the menu.
_LEAST_SAID: Final = 0.02

_WORTH_OF_ASKING: Final = 0.35  # if no answer is worth more, we had better ask
# The acts to which an answer does no harm, beside those that it is the answer to; and how much of their votes counts for it.
_WORTH_ALSO: Final = 0.7
_ANY_NOTE: Final = frozenset(
    {Act.INFO, Act.PROBLEM, Act.REPORT, Act.DENY, Act.WAIT, Act.REOPEN, Act.UNCLEAR, Act.RATE, Act.QUIET}
)
_ALSO_FITS: Final[Mapping[Answer, frozenset[Act]]] = {
    (Question.NOTE, None): _ANY_NOTE,
    (Question.NOTE, Act.PROBLEM): _ANY_NOTE | {Act.ANOTHER},
    (Question.NOTE, Act.STATUS): _ANY_NOTE | {Act.MINE},
    (Question.NOTE, Act.CLOSE): _ANY_NOTE,
    (Trigger.MORE, None): _ANY_NOTE,
    (Trigger.DETAIL, None): frozenset({Act.REPORT, Act.ANOTHER}),
    (Trigger.REPORT, None): frozenset({Act.INFO, Act.UNCLEAR, Act.ANOTHER}),
    (Trigger.PROBLEM, None): frozenset({Act.INFO}),
    (Question.TICKETS, None): frozenset({Act.WHICH}),
    (Question.WHICH, None): frozenset({Act.STATUS, Act.MINE}),
}

# Answers that keep nothing of the text. One that is longer than a few words needs more votes for them.
_KEEP_NOTHING: Final = frozenset(
    {
        Trigger.THANKS,
        Trigger.BYE,
        Trigger.GREETING,
        Trigger.WAIT,
        Trigger.QUIET,
        Trigger.SKIP,
        Question.TICKETS,
        Question.WHICH,
    }
)
_LEAST_TO_KEEP_NOTHING: Final = 0.45


def decide(understood: Understanding, place: Place, answers: Answers) -> Act | None:
    """What its author does with a text: of the answers of this place the one that is worth most, None if we had better ask.

    An answer is worth the votes of the acts that it answers, and most of those of the acts that it does no harm to: a question
    that is kept as a note and answered with the ticket is right for most that is said about a ticket.
    """
    ranked = sorted(understood.votes(place), key=lambda vote: -vote[1])
    votes = [(act, weight, _answer_to(answers, act)) for act, weight in ranked]
    first: dict[Answer, Act] = {}
    for act, _, answer in votes:
        first.setdefault(answer, act)
    worth = {answer: _worth(answer, votes) for answer in first}
    for answer in sorted(first, key=lambda answer: -worth[answer]):
        if worth[answer] < _WORTH_OF_ASKING:
            return None
        meant = sum(weight for _, weight, given in votes if given == answer)
        if meant >= _least(answer[0], understood.words) and _is_said(answer[0], understood, answers):
            return first[answer]
    return None


def _worth(answer: Answer, votes: list[tuple[Act, float, Answer]]) -> float:
    also = _ALSO_FITS.get(answer, frozenset())
    return sum(
        weight if given == answer else _WORTH_ALSO * weight
        for act, weight, given in votes
        if given == answer or act in also
    )


def _answer_to(answers: Answers, act: Act) -> Answer:
    """The answer to an act, told apart from others as far as it makes a difference."""
    trigger = answer_of(answers, act)
    return _LIKE.get(trigger, trigger), _TOLD_APART.get(act) if trigger is Question.NOTE else None


def _is_said(answer: Trigger | Question, understood: Understanding, answers: Answers) -> bool:
    """False if only the place speaks for something costly, and not the words: "wobble" and "..." are no yes to any question."""
    if answer not in _LEAST:
        return True
    if understood.only_signs:
        return False
    said = sum(weight for act, weight in understood.votes(Place.MENU) if answer_of(answers, act) is answer)
    return said >= _LEAST_SAID


def _least(answer: Trigger | Question, words: int) -> float:
    if answer in _KEEP_NOTHING and words > MAX_BARE_WORDS:
        return _LEAST_TO_KEEP_NOTHING
    if answer is Question.NOTE:
        return _LEAST_OF_A_NOTE
    return _LEAST.get(answer, _LEAST_OF_OTHERS)


def surely_a_problem(understood: Understanding) -> bool:
    """True if a ticket may be opened without a question."""
    told = sum(weight for act, weight in understood.votes(Place.DESCRIBING) if act in _TELL_A_PROBLEM)
    return told >= _SURELY
