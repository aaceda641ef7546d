"""The classifier's scores, given by hand."""

from dataclasses import dataclass

from state.understanding.act import Act, Place
from state.understanding.classifier import Ranking, Scores


@dataclass(frozen=True, slots=True)
class GivenScores(Scores):
    """Scores that give each act the same probability in every place."""

    values: tuple[float, ...] = ()
    acts: tuple[tuple[Act, float], ...] = ()

    def at(self, place: Place) -> Ranking:
        return Ranking(self.acts)


def scores(given: dict[Act, float]) -> Scores:
    """The scores of a text that is each act with the given probability."""
    return GivenScores(acts=tuple(sorted(given.items(), key=lambda each: -each[1])))
