"""The file of weights: what is written is what is read, and a file of other code is refused."""

from pathlib import Path

import pytest

from state.understanding.act import Act, Place
from state.understanding.weights import FILE, Weights, dump, load


def test_the_file_is_what_its_weights_are_written_as() -> None:
    assert dump(load()) == FILE.read_bytes()


def test_each_place_has_a_bias_for_each_act_and_a_factor_for_each_score() -> None:
    weights = load()
    assert len(weights.scales) == len(Act)
    assert len(weights.places) == len(Place)
    for place in weights.places:
        assert [len(factors) for _, factors in place] == [len(Act)] * len(Act)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"mostrador classifier 1\n",
        b"another file 1\n" + dump(load()).partition(b"\n")[2],
        dump(Weights(digest="1", scales=[1.0], places=[], table=b"1")),
    ],
)
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(content)
    with pytest.raises(ValueError, match="make train"):
        load(file)
