"""The state diagram of docs/dialogue.md, drawn from the machine's table: `python -m state.dialogue.diagram [FILE.md ...]`.

What is understood at any time leaves one box, so that the picture shows the dialogue and not six times the same arrows.
A state's own rows come before those. A file named `*.es.md` gets it in Spanish.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from state.dialogue.diagram_words import ENGLISH, Words, words_for
from state.dialogue.machine import ANYWHERE, OWN, Rule
from state.model.session import State
from state.understanding.meaning import Trigger

BEGIN: Final = "<!-- states -->"
END: Final = "<!-- /states -->"

_ANYWHERE: Final = "anywhere"


def diagram(words: Words = ENGLISH) -> str:
    """The table in Mermaid's `stateDiagram-v2`. What leaves a state where it is stands in its box."""
    rows: list[tuple[str, Mapping[Trigger, Rule]]] = [(_ANYWHERE, ANYWHERE), *OWN.items()]
    return "\n".join(
        [
            "stateDiagram-v2",
            "    direction LR",
            *(f'    state "{_box(node, rules, words)}" as {node}' for node, rules in rows),
            f"    [*] --> {State.MENU}",
            *(arrow for node, rules in rows for arrow in _arrows(node, rules, words)),
        ]
    )


def with_diagram(markdown: str, words: Words = ENGLISH) -> str:
    """The Markdown text with the diagram between its markers. Raises ValueError if they are not there once, in order."""
    before, begin, rest = markdown.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in before + after:
        raise ValueError(f"{BEGIN} and {END} must be there once, in this order")
    return f"{before}{BEGIN}\n```mermaid\n{diagram(words)}\n```\n{END}{after}"


def _box(node: str, rules: Mapping[Trigger, Rule], words: Words) -> str:
    staying = [words.triggers[trigger] for trigger, rule in rules.items() if rule.next is None]
    return "<br/>".join([*_title(node, words), *([f"— {words.stays} —", *staying] if staying else [])])


def _title(node: str, words: Words) -> tuple[str, ...]:
    if node == _ANYWHERE:
        return (words.anywhere,)
    state = State(node)
    return state.replace("_", " ").upper(), words.states[state]


def _arrows(node: str, rules: Mapping[Trigger, Rule], words: Words) -> list[str]:
    """One arrow for each state that is next, with all that leads there."""
    leading: dict[State, list[str]] = {}
    for trigger, rule in rules.items():
        if rule.next:
            leading.setdefault(rule.next, []).append(words.triggers[trigger])
    return [f"    {node} --> {target}: {'<br/>'.join(said)}" for target, said in leading.items()]


def main(paths: Iterable[str]) -> None:
    """Print the diagram, or write it into Markdown files."""
    files = [Path(path) for path in paths]
    for file in files:
        file.write_text(with_diagram(file.read_text("utf-8"), words_for(file.name)), "utf-8")
    if not files:
        print(diagram())


if __name__ == "__main__":
    main(sys.argv[1:])
