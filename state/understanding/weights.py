"""The weights of the classifier, as `make train` writes them: the one file that the product reads beside its code.

a line     "mostrador classifier", and the digest of what it was trained on
floats     little-endian, 4 bytes each: for each act its scale, then for each place a bias for each act
a table    for each row of features.py and each act one byte: 128 is nothing
"""

import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from state.understanding.act import Act, Place
from state.understanding.features import ROWS

FILE: Final = Path(__file__).with_name("classifier.weights")
NOTHING: Final = 128  # the byte of the weight 0
_TITLE: Final = "mostrador classifier"
_FLOATS: Final = len(Act) * (1 + len(Place))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """digest: of what they were trained on. scales: by act. places: by place, a bias by act. table: by row, a byte by act."""

    digest: str
    scales: Sequence[float] = field(repr=False)
    places: Sequence[Sequence[float]] = field(repr=False)
    table: bytes = field(repr=False)


def load(file: Path = FILE) -> Weights:
    """Read the weights. Raises ValueError if they are not those of this code."""
    head, _, rest = file.read_bytes().partition(b"\n")
    title, _, digest = head.decode("ascii", "replace").rpartition(" ")
    numbers, table = rest[: 4 * _FLOATS], rest[4 * _FLOATS :]
    if title != _TITLE or len(table) != ROWS * len(Act):
        raise ValueError(f"{file.name} does not belong to this code: run `make train`")
    floats = array("f", numbers)
    if sys.byteorder == "big":
        floats.byteswap()
    of_place = [floats[at : at + len(Act)] for at in range(0, _FLOATS, len(Act))]
    return Weights(digest=digest, scales=of_place[0], places=of_place[1:], table=table)


def dump(weights: Weights) -> bytes:
    """Return the bytes of the file."""
    floats = array("f", [*weights.scales, *(bias for biases in weights.places for bias in biases)])
    if sys.byteorder == "big":
        floats.byteswap()
    return f"{_TITLE} {weights.digest}\n".encode() + floats.tobytes() + weights.table
