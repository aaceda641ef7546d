"""What a customer probably does with a text, by a linear model of our labelled sentences: bench/understanding trains it.

    scores = classify(text)              once a message
    ranking = scores.at(Place.WAITING)   once the session is known
    ranking.best, ranking.p(Act.HUMAN)

Each feature of the text votes for and against each act. A place reads these votes in its own way: "sigue igual" is a problem, and
where we asked whether it is fixed it is a no. The probabilities are calibrated: of what it says with 0.7, seven in ten are right, or
a few more.
"""

from dataclasses import dataclass, field
from math import exp, sqrt
from operator import mul
from typing import Final

from state.understanding import weights
from state.understanding.act import Act, Place
from state.understanding.features import features_of

_ACTS: Final = tuple(Act)
_WIDTH: Final = len(_ACTS)
_WEIGHTS: Final = weights.load()
_PLACES: Final = dict(zip(Place, _WEIGHTS.places, strict=True))


@dataclass(frozen=True, slots=True)
class Ranking:
    """The acts with their probabilities, the most probable first."""

    acts: tuple[tuple[Act, float], ...]

    @property
    def best(self) -> Act:
        return self.acts[0][0]

    @property
    def certainty(self) -> float:
        """The probability of the best."""
        return self.acts[0][1]

    def p(self, *acts: Act) -> float:
        """The probability that it is one of these acts."""
        return sum(probability for act, probability in self.acts if act in acts)


@dataclass(frozen=True, slots=True)
class Scores:
    """What the text by itself says for each act, in the order of `Act`."""

    values: tuple[float, ...] = field(repr=False)

    def at(self, place: Place) -> Ranking:
        """The probabilities if it is said in this place."""
        sums = [bias + sum(map(mul, self.values, factors)) for bias, factors in _PLACES[place]]
        most = max(sums)
        odds = [exp(score - most) for score in sums]
        total = sum(odds)
        ranked = sorted(zip(odds, _ACTS, strict=True), reverse=True)
        return Ranking(tuple((act, odd / total) for odd, act in ranked))


def classify(text: str) -> Scores:
    """Score a text. It takes no longer for a very long one than for one of 500 characters (features.py)."""
    rows, table = features_of(text), _WEIGHTS.table
    columns = zip(*[table[at * _WIDTH : (at + 1) * _WIDTH] for at in rows], strict=True)
    nothing, share = weights.NOTHING * len(rows), 1 / sqrt(len(rows))
    return Scores(
        tuple(
            (sum(column) - nothing) * share * scale
            for column, scale in zip(columns, _WEIGHTS.scales, strict=True)
        )
    )
