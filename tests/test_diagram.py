"""The diagram in both READMEs is the machine's table, drawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from state.diagram import BEGIN, END, diagram, main, with_diagram
from state.machine import ANYWHERE, OWN
from state.session import State

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", ["README.md", "README.es.md"])
def test_the_readme_shows_the_table_as_it_is(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert with_diagram(text) == text, f"run: python -m state.diagram {name}"


def test_every_row_of_the_table_is_in_the_picture() -> None:
    drawn = diagram()
    triggers = set(ANYWHERE) | {trigger for rules in OWN.values() for trigger in rules}
    assert [trigger for trigger in triggers if trigger not in drawn] == []


def test_every_state_can_be_reached() -> None:
    arrows = re.findall(r"^ +(\S+) --> (\w+)", diagram(), re.MULTILINE)
    assert {target for _, target in arrows} == set(State)


def test_no_two_arrows_say_the_same_way() -> None:
    arrows = re.findall(r"^ +(\S+) --> (\w+)", diagram(), re.MULTILINE)
    assert len(arrows) == len(set(arrows))


def test_what_stays_is_no_arrow() -> None:
    assert not re.search(r"(\w+) --> \1\b", diagram())


def test_only_what_is_between_the_markers_is_written() -> None:
    written = with_diagram(f"# Title\n{BEGIN}\nold\n{END}\nthe end\n")
    assert written == f"# Title\n{BEGIN}\n```mermaid\n{diagram()}\n```\n{END}\nthe end\n"
    assert with_diagram(written) == written


@pytest.mark.parametrize(
    "text", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}" * 2, f"{BEGIN}{BEGIN}{END}"]
)
def test_a_text_without_both_markers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="states"):
        with_diagram(text)


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    assert capsys.readouterr().out == f"{diagram()}\n"


def test_the_command_writes_it_into_files(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}{END}", "utf-8")
    main([str(page)])
    assert diagram() in page.read_text("utf-8")
