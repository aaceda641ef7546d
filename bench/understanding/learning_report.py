"""`make train ARGS=--report`: how well the classifier learns, measured on voices that it was not trained on.

The voices of said/train are scored in groups, each by a model of the other groups; those of said/held by a model of all. A
confident mistake is often a label that a careful person would mend: in the training, never in the held voices.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.understanding.labels import acts_of, place_of
from bench.understanding.sentences import Sentence, spoken
from bench.understanding.training import matrix_of, train
from state.understanding.act import Act, Place
from state.understanding.features import ROWS
from state.understanding.weights import NOTHING, Weights

_THRESHOLDS: Final = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
_AMOUNTS: Final = (4, 2)  # a quarter, a half
_GROUPS: Final = 5
_MISTAKES: Final = 60
_CONFUSIONS: Final = 25
_ACTS: Final = list(Act)
_PLACES: Final = list(Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What the classifier makes of a sentence, and how sure it is."""

    sentence: Sentence
    act: Act
    sure: float

    @property
    def right(self) -> bool:
        return self.act in acts_of(self.sentence)


def print_report(training: Sequence[Sentence], held: Sequence[Sentence]) -> None:
    """Print all tables. Trains eight times: some minutes."""
    unseen = guesses_by_other_voices(training)
    print_tables("voices of the training, each by a model of others", unseen)
    print_list(unseen)
    known = {spoken(sentence.text) for sentence in training}
    guessed = guesses(train(training), held)
    print_tables("held voices", guessed)
    fresh = [guess for guess in guessed if spoken(guess.sentence.text) not in known]
    print(f"held, without those that somebody says word for word in the training: {_share(fresh)}")
    for divisor in _AMOUNTS:
        part = guesses(train(training[::divisor]), held)
        print(f"held, trained on one sentence in {divisor}: {_share(part)}")


def guesses_by_other_voices(sentences: Sequence[Sentence]) -> list[Guess]:
    """Guess each sentence with a model that was not trained on its voice."""
    voices = sorted({sentence.voice for sentence in sentences})
    found = []
    for number in range(_GROUPS):
        group = set(voices[number::_GROUPS])
        weights = train([sentence for sentence in sentences if sentence.voice not in group])
        found += guesses(weights, [sentence for sentence in sentences if sentence.voice in group])
    return found


def guesses(weights: Weights, sentences: Sequence[Sentence]) -> list[Guess]:
    """Do what state/understanding/classifier.py does, for many sentences at once."""
    table = np.frombuffer(weights.table, np.uint8).reshape(ROWS, len(_ACTS)).astype(float) - NOTHING
    scores = matrix_of(sentences) @ (table * np.array(weights.scales))
    found = []
    for sentence, values in zip(sentences, scores, strict=True):
        place = weights.places[_PLACES.index(place_of(sentence))]
        odds = np.exp([bias + float(values @ np.array(factors)) for bias, factors in place])
        best = int(odds.argmax())
        found.append(Guess(sentence=sentence, act=_ACTS[best], sure=float(odds[best] / odds.sum())))
    return found


def print_tables(title: str, guessed: Sequence[Guess]) -> None:
    """Print the shares that are right, by kind and by threshold."""
    print(f"\n## {title}: {_share(guessed)}\n")
    _print_by("language", guessed, lambda guess: guess.sentence.language)
    _print_by("voice", guessed, lambda guess: guess.sentence.voice)
    _print_by("place", guessed, lambda guess: guess.sentence.where)
    _print_by("label", guessed, lambda guess: acts_of(guess.sentence)[0])
    _print_by("guess", guessed, lambda guess: guess.act)
    print(f"{'threshold':12} {'answers':>8} {'right':>8} {'wrong':>8}   of all")
    for threshold in _THRESHOLDS:
        sure = [guess for guess in guessed if guess.sure >= threshold]
        right = sum(guess.right for guess in sure)
        shares = (len(sure) / len(guessed), right / len(guessed), (len(sure) - right) / len(guessed))
        print(f"{threshold:<12} {shares[0]:8.3f} {shares[1]:8.3f} {shares[2]:8.3f}")
    print()


def _print_by(name: str, guessed: Sequence[Guess], kind: Callable[[Guess], str]) -> None:
    kinds = sorted({kind(guess) for guess in guessed})
    for each in kinds:
        print(f"{name:10} {each:12} {_share([guess for guess in guessed if kind(guess) == each])}")
    print()


def print_list(guessed: Sequence[Guess]) -> None:
    """Print what is confused most, and the most confident mistakes with their words."""
    wrong = [guess for guess in guessed if not guess.right]
    confused = Counter((str(acts_of(guess.sentence)[0]), str(guess.act)) for guess in wrong)
    for (label, act), count in confused.most_common(_CONFUSIONS):
        print(f"{label:10} taken for {act:10} {count:4}")
    print("\nThe most confident mistakes:")
    for guess in sorted(wrong, key=lambda guess: -guess.sure)[:_MISTAKES]:
        said = guess.sentence
        labels = "|".join(said.labels)
        print(f"{guess.sure:.2f} {guess.act:9} {said.voice:10} {said.where:10} {labels:16} {said.text}")


def _share(guessed: Sequence[Guess]) -> str:
    return f"{sum(guess.right for guess in guessed) / max(1, len(guessed)):.3f} of {len(guessed)}"
