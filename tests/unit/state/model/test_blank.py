"""Letters that are drawn as nothing, by themselves and as a message."""

import pytest

from state.model.blank import BLANK_LETTERS, is_visible
from state.model.message import Text, Unsupported
from state.understanding.reading import read


@pytest.mark.parametrize("sign", [*BLANK_LETTERS, " ", "\u00a0", "\u200b", "\u2060", "\n"])
def test_nobody_sees_it(sign: str) -> None:
    assert not is_visible(sign)
    assert isinstance(read(Text(body=sign * 3)).content, Unsupported)


@pytest.mark.parametrize("sign", ["a", "ñ", ".", "👍", "한", "⠓"])
def test_everybody_sees_it(sign: str) -> None:
    assert is_visible(sign)
