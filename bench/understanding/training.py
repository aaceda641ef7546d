"""From labelled sentences to the weights of the classifier. Needs scikit-learn.

Logistic regressions in two steps. The first score the text, one for each act against all others; their weights become one byte
each. The second is what a place makes of the scores. The same sentences give the same bytes on the same kind of machine: the
order is fixed, nothing is random, and one thread adds up.
"""

import warnings
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from bench.understanding.labels import acts_of, digest, place_of
from bench.understanding.sentences import Sentence
from bench.understanding.settings import BIAS, COMMON, GROUPS, OWN, PLACE, SETTINGS, STEPS, STRENGTH
from state.understanding.act import Act, Place
from state.understanding.features import ROWS, features_of
from state.understanding.weights import NOTHING, Weights

_ACTS: Final = list(Act)
_PLACES: Final = list(Place)
_LARGEST: Final = 127  # of a weight, in a signed byte
_BIAS: Final = 3.0  # of this solver: how freely it moves the bias
_NEVER: Final = -20.0  # the bias of an act that nobody does


def train(sentences: Sequence[Sentence]) -> Weights:
    """Train on the sentences."""
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        acts = np.array([_ACTS.index(acts_of(each)[0]) for each in sentences])
        places = np.eye(len(_PLACES))[[_PLACES.index(place_of(each)) for each in sentences]]
        said = hstack([matrix_of(sentences), csr_matrix(places * PLACE)]).tocsr()
        weights, biases = _fit_each(said, acts)
        table, expected = weights[:ROWS], weights[ROWS:] * PLACE + biases
        scores = _scores_of_unseen(said, acts, [each.voice for each in sentences])
        mix = _fit_one(_in_places(scores, places), acts)
    scales = np.abs(table).max(axis=0) / _LARGEST
    scales[scales == 0] = 1
    return Weights(
        digest=digest(sentences, SETTINGS),
        scales=scales.tolist(),
        places=list(_places(*mix, expected)),
        table=(np.rint(table / scales) + NOTHING).astype(np.uint8).tobytes(),
    )


def matrix_of(sentences: Sequence[Sentence]) -> Any:
    """A row for each sentence: the features of its text, together of length 1."""
    starts, columns, values = [0], [], []
    for sentence in sentences:
        rows = sorted(features_of(sentence.text))
        columns += rows
        values += [len(rows) ** -0.5] * len(rows)
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(sentences), ROWS))


def _fit_each(said: Any, acts: Any) -> tuple[Any, Any]:
    """The weights (by feature and act) and the biases that tell each act from all others."""
    weights = np.zeros((said.shape[1], len(_ACTS)))
    biases = np.full(len(_ACTS), _NEVER)
    for act in np.unique(acts):
        model = LogisticRegression(C=STRENGTH, solver="liblinear", intercept_scaling=_BIAS, random_state=0)
        model.fit(said, acts == act)
        weights[:, act], biases[act] = model.coef_[0], model.intercept_[0]
    return weights, biases


def _fit_one(seen: Any, acts: Any) -> tuple[Any, Any]:
    """The weights (by column and act) and the biases that tell all acts apart."""
    model = LogisticRegression(max_iter=STEPS)
    model.fit(seen, acts)
    weights = np.zeros((seen.shape[1], len(_ACTS)))
    weights[:, model.classes_] = model.coef_.T
    biases = np.full(len(_ACTS), _NEVER)
    biases[model.classes_] = model.intercept_
    return weights, biases


def _scores_of_unseen(said: Any, acts: Any, voices: Sequence[str]) -> Any:
    """What the sentences score with a model that was not trained on their voice."""
    order = {voice: number for number, voice in enumerate(sorted(set(voices)))}
    group = np.array([order[voice] % GROUPS for voice in voices])
    scores = np.zeros((len(voices), len(_ACTS)))
    for number in range(min(GROUPS, len(order))):
        unseen = group == number
        weights, biases = _fit_each(said[~unseen], acts[~unseen])
        scores[unseen] = said[unseen] @ weights + biases
    return scores


def _in_places(scores: Any, places: Any) -> Any:
    """The scores, the scores in their place, and the place: the weaker a column, the more its weight is held back."""
    own = (places[:, :, None] * scores[:, None, :]).reshape(len(scores), -1)
    return np.hstack([scores * COMMON, own * OWN, places * BIAS])


def _places(mix: Any, biases: Any, expected: Any) -> Iterable[list[tuple[float, list[float]]]]:
    """What each place makes of the scores of a text, which lack what was `expected` in the place before a word was said."""
    width = len(_ACTS)
    common, own, here = np.split(mix, [width, width * (1 + len(_PLACES))])
    for number in range(len(_PLACES)):
        factors = common * COMMON + own[number * width : (number + 1) * width] * OWN
        bias = biases + here[number] * BIAS + expected[number] @ factors
        yield list(zip(bias.tolist(), factors.T.tolist(), strict=True))
