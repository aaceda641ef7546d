"""The weights of the classifier, as `make train` writes them: the one file that the product reads beside its code.

a line     "mostrador classifier", and the digest of what it was trained on
floats     little-endian, 4 bytes each: a scale for each act; for each place and act a bias, and a factor for each score
a table    for each row of features.py and each act one byte: 128 is nothing
"""

import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from state.understanding.act import Act, Place
from state.understanding.features import ROWS

FILE: Final = Path(__file__).with_name("classifier.weights")
NOTHING: Final = 128  # the byte of the weight 0
_TITLE: Final = "mostrador classifier"
_ACTS: Final = len(Act)
_FLOATS: Final = _ACTS + len(Place) * _ACTS * (1 + _ACTS)

Floats = Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The weights, in the order of `Act` and `Place`.

    digest: of what they were trained on. table: by row a byte for each act, and scales: what one of it is worth.
    places: by place and act, its bias and what each score of the text says for it.
    """

    digest: str
    scales: Floats = field(repr=False)
    places: Sequence[Sequence[tuple[float, Floats]]] = field(repr=False)
    table: bytes = field(repr=False)


def load(file: Path = FILE) -> Weights:
    """Read the weights. Raises ValueError if they are not those of this code."""
    head, _, rest = file.read_bytes().partition(b"\n")
    title, _, digest = head.decode("ascii", "replace").rpartition(" ")
    numbers, table = rest[: 4 * _FLOATS], rest[4 * _FLOATS :]
    if title != _TITLE or len(table) != ROWS * _ACTS:
        raise ValueError(f"{file.name} does not belong to this code: run `make train`")
    floats = array("f", numbers)
    if sys.byteorder == "big":
        floats.byteswap()
    of_acts = list(_of_acts(floats[_ACTS:].tolist()))
    places = [of_acts[at : at + _ACTS] for at in range(0, len(of_acts), _ACTS)]
    return Weights(digest=digest, scales=floats[:_ACTS].tolist(), places=places, table=table)


def _of_acts(floats: list[float]) -> Iterator[tuple[float, Floats]]:
    for at in range(0, len(floats), 1 + _ACTS):
        yield floats[at], floats[at + 1 : at + 1 + _ACTS]


def dump(weights: Weights) -> bytes:
    """Return the bytes of the file."""
    floats = array("f", weights.scales)
    for place in weights.places:
        for bias, factors in place:
            floats.extend([bias, *factors])
    if sys.byteorder == "big":
        floats.byteswap()
    return f"{_TITLE} {weights.digest}\n".encode() + floats.tobytes() + weights.table
