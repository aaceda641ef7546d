"""`make train`: writes state/understanding/classifier.weights from the sentences of said/train.

A multinomial logistic regression, whose weights become one byte each. The same sentences give the same bytes on the same
machine: the order is fixed, nothing is random, and one thread adds up.
"""

import argparse
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from bench.understanding.labels import acts_of, digest, place_of
from bench.understanding.sentences import SAID, Sentence, read_folder
from bench.understanding.settings import ITERATIONS, PLACE, SETTINGS, SHARPNESS, STRENGTH
from state.understanding.act import Act, Place
from state.understanding.features import ROWS, features_of
from state.understanding.weights import FILE, NOTHING, Weights, dump

_ACTS: Final = list(Act)
_PLACES: Final = list(Place)
_LARGEST: Final = 127  # of a weight, in a signed byte


def main() -> None:
    argparse.ArgumentParser(prog="python -m bench.understanding.train", description=__doc__).parse_args()
    sentences = read_folder(SAID / "train")
    weights = train(sentences)
    FILE.write_bytes(dump(weights))
    print(f"{len(sentences)} sentences of {len({s.voice for s in sentences})} voices: {FILE.name}")


def train(sentences: Sequence[Sentence]) -> Weights:
    """Train on the sentences."""
    with threadpool_limits(limits=1):
        model = LogisticRegression(C=STRENGTH, max_iter=ITERATIONS, tol=1e-5)
        model.fit(matrix(sentences), [_ACTS.index(acts_of(sentence)[0]) for sentence in sentences])
    by_act = np.zeros((ROWS + len(_PLACES), len(_ACTS)))
    by_act[:, model.classes_] = model.coef_.T
    biases = np.full(len(_ACTS), -20.0)  # an act that nobody does
    biases[model.classes_] = model.intercept_
    table = by_act[:ROWS] * SHARPNESS
    places = (by_act[ROWS:] * PLACE + biases) * SHARPNESS
    scales = np.abs(table).max(axis=0) / _LARGEST
    scales[scales == 0] = 1
    return Weights(
        digest=digest(sentences, SETTINGS),
        scales=scales.tolist(),
        places=places.tolist(),
        table=(np.rint(table / scales) + NOTHING).astype(np.uint8).tobytes(),
    )


def matrix(sentences: Sequence[Sentence]) -> Any:
    """A row for each sentence: the features of its text, together of length 1, and its place."""
    starts, columns, values = [0], [], []
    for sentence in sentences:
        rows = sorted(features_of(sentence.text))
        columns += [*rows, ROWS + _PLACES.index(place_of(sentence))]
        values += [len(rows) ** -0.5] * len(rows) + [PLACE]
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(sentences), ROWS + len(_PLACES)))


if __name__ == "__main__":
    main()
