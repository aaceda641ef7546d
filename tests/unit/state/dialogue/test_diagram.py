"""The diagram in docs/dialogue.md and docs/dialogue.es.md is the table, drawn."""

import re
from pathlib import Path

import pytest

from state.dialogue.diagram import (
    ANYWHERE,
    BEGIN,
    END,
    ENGLISH,
    SPANISH,
    STAYS,
    Words,
    diagram,
    main,
    with_diagram,
    words_for,
)
from state.dialogue.table import BETWEEN_TURNS, TABLE
from state.model.session import State
from state.understanding.triggers import Trigger
from tests.support.paths import ROOT

LANGUAGES = [pytest.param(ENGLISH, id="english"), pytest.param(SPANISH, id="spanish")]


@pytest.mark.parametrize("name", ["dialogue.md", "dialogue.es.md"])
def test_the_docs_show_the_table_as_it_is(name: str) -> None:
    text = (ROOT / "docs" / name).read_text("utf-8")
    assert with_diagram(text, words_for(name)) == text, f"run: python -m state.dialogue.diagram docs/{name}"


@pytest.mark.parametrize("words", LANGUAGES)
def test_every_row_of_the_table_is_in_the_picture(words: Words) -> None:
    drawn = re.split(r"<br/>|: |\n", diagram(words).replace('" as ', "<br/>"))
    triggers = {trigger for table in (TABLE, BETWEEN_TURNS) for rules in table.values() for trigger in rules}
    assert [trigger for trigger in triggers if words[trigger] not in drawn] == []


@pytest.mark.parametrize("words", LANGUAGES)
def test_a_language_has_words_for_every_trigger_and_state_and_for_nothing_else(words: Words) -> None:
    assert set(words) == {*Trigger, *State, ANYWHERE, STAYS}


@pytest.mark.parametrize("words", LANGUAGES)
def test_no_two_triggers_are_called_the_same(words: Words) -> None:
    assert len({words[trigger] for trigger in Trigger}) == len(Trigger)


def test_a_translation_changes_the_words_and_not_the_ways() -> None:
    ways = [re.findall(r"^ +(\S+) --> (\w+)", diagram(words), re.MULTILINE) for words in (ENGLISH, SPANISH)]
    assert ways[0] == ways[1]


def test_the_name_of_the_file_chooses_the_language() -> None:
    assert words_for("dialogue.es.md") is SPANISH
    assert words_for("dialogue.md") is ENGLISH
    assert words_for("es.md") is ENGLISH


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


def test_the_command_writes_it_into_files_each_in_its_language(tmp_path: Path) -> None:
    pages = {tmp_path / "page.md": ENGLISH, tmp_path / "page.es.md": SPANISH}
    for page in pages:
        page.write_text(f"{BEGIN}{END}", "utf-8")
    main(map(str, pages))
    for page, words in pages.items():
        assert diagram(words) in page.read_text("utf-8")
