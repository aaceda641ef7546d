"""The state diagram of the README, drawn from the machine's table: `python -m state.diagram [FILE.md ...]`.

What is understood at any time leaves one box, so that the picture shows the dialogue and not six times the same arrows.
A state's own rows come before those.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from state.machine import ANYWHERE, OWN, Rule
from state.meaning import Trigger
from state.session import State

BEGIN: Final = "<!-- states -->"
END: Final = "<!-- /states -->"

_ANYWHERE: Final = "anywhere"
_NAMES: Final[Mapping[str, str]] = {
    _ANYWHERE: "AT ANY TIME",
    State.MENU: "MENU",
    State.CONFIRMING: "CONFIRMING<br/>a report is on the table: is this it?",
    State.DESCRIBING: "DESCRIBING<br/>we asked what is wrong",
    State.ASKING_CODE: "ASKING CODE<br/>we asked which ticket",
    State.FOLLOWING: "FOLLOWING<br/>a ticket is on the table",
    State.ERASING: "ERASING<br/>we asked whether to forget the person",
}


def diagram() -> str:
    """The table in Mermaid's `stateDiagram-v2`. What leaves a state where it is stands in its box."""
    rows: list[tuple[str, Mapping[Trigger, Rule]]] = [(_ANYWHERE, ANYWHERE), *OWN.items()]
    return "\n".join(
        [
            "stateDiagram-v2",
            "    direction LR",
            *(f'    state "{_box(node, rules)}" as {node}' for node, rules in rows),
            f"    [*] --> {State.MENU}",
            *(arrow for node, rules in rows for arrow in _arrows(node, rules)),
        ]
    )


def with_diagram(markdown: str) -> str:
    """The Markdown text with the diagram between its markers. Raises ValueError if they are not there once, in order."""
    before, begin, rest = markdown.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in before + after:
        raise ValueError(f"{BEGIN} and {END} must be there once, in this order")
    return f"{before}{BEGIN}\n```mermaid\n{diagram()}\n```\n{END}{after}"


def _box(node: str, rules: Mapping[Trigger, Rule]) -> str:
    staying = [trigger for trigger, rule in rules.items() if rule.next is None]
    return _lines([_NAMES[node], *(["— stays on —", *staying] if staying else [])])


def _arrows(node: str, rules: Mapping[Trigger, Rule]) -> list[str]:
    """One arrow for each state that is next, with all that leads there."""
    targets = dict.fromkeys(rule.next for rule in rules.values() if rule.next)
    return [
        f"    {node} --> {target}: {_lines(trigger for trigger, rule in rules.items() if rule.next is target)}"
        for target in targets
    ]


def _lines(words: Iterable[str]) -> str:
    return "<br/>".join(words)


def main(paths: Iterable[str]) -> None:
    """Print the diagram, or write it into Markdown files."""
    files = [Path(path) for path in paths]
    for file in files:
        file.write_text(with_diagram(file.read_text("utf-8")), "utf-8")
    if not files:
        print(diagram())


if __name__ == "__main__":
    main(sys.argv[1:])
