"""docs/operations.md and its Spanish sister: the same commands, each of which is there."""

import re

import pytest

from ops.__main__ import app
from tests.support.paths import ROOT

PAGES = ("operations.md", "operations.es.md")
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[str]:
    """The shell commands, without comments and what is asked for."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    return [
        re.sub(r" *#.*$|read -rsp '[^']*'", "", block, flags=re.MULTILINE) for block in _BLOCK.findall(text)
    ]


def test_both_have_the_same_commands() -> None:
    english, spanish = map(blocks, PAGES)
    assert len(english) > 5
    assert english == spanish


@pytest.mark.parametrize("page", PAGES)
def test_each_command_is_there(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    known = {
        command.name or command.callback.__name__.replace("_", "-")
        for command in app.registered_commands
        if command.callback
    }
    known |= {str(group.name) for group in app.registered_groups}
    named = set(re.findall(r"\bops ([a-z][a-z-]+)", text))
    assert len(named) > 8
    assert named - known == set()
