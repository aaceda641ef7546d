"""Draw the table as a state diagram: `python -m state.dialogue.diagram docs/dialogue.md docs/dialogue.es.md`.

The rules of every state are drawn from one extra box instead of as the same arrows from all states.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import Any, Final

from state.dialogue.table import (
    BETWEEN_TURNS_IN_EVERY_STATE,
    BETWEEN_TURNS_IN_STATE,
    IN_EVERY_STATE,
    IN_STATE,
    Rule,
)
from state.model.session import State
from state.understanding.triggers import Trigger

BEGIN: Final = "<!-- states -->"
END: Final = "<!-- /states -->"
ANYWHERE: Final = "anywhere"  # the box with the rules of every state
STAYS: Final = "stays"  # the heading above the triggers that do not change the state

Rules = Mapping[Trigger, Rule[Any]]
Words = Mapping[
    str, str
]  # by State, Trigger, ANYWHERE and STAYS; the names of the states are the same in all languages
ENGLISH: Final[Words] = {
    ANYWHERE: "AT ANY TIME",
    STAYS: "stays in this state",
    State.MENU: "nothing is open; a report may have been left",
    State.DESCRIBING: "we asked what is wrong, and nothing has been said yet",
    State.CONFIRMING: "we asked to confirm the report",
    State.UNSURE: "we asked what to do with what we did not understand",
    State.ASKING_CODE: "we asked which ticket",
    State.FOLLOWING: "there is a current ticket",
    State.ANOTHER_PROBLEM: "we asked whether the latest note is another problem",
    State.CLOSING: "we asked whether to close the ticket",
    State.REOPENING: "we asked whether to reopen the ticket with this",
    State.RATING: "we asked how the service was",
    State.ERASING: "we asked to confirm the erasure",
    **{trigger: trigger.value for trigger in Trigger},
}
SPANISH: Final[Words] = {
    ANYWHERE: "EN CUALQUIER MOMENTO",
    STAYS: "sigue en este estado",
    State.MENU: "no hay nada abierto; puede quedar un reporte guardado",
    State.DESCRIBING: "preguntamos qué falla, y todavía no dijo nada",
    State.CONFIRMING: "pedimos que confirme el reporte",
    State.UNSURE: "preguntamos qué hacer con lo que no entendimos",
    State.ASKING_CODE: "preguntamos qué ticket es",
    State.FOLLOWING: "hay un ticket actual",
    State.ANOTHER_PROBLEM: "preguntamos si la última nota es otro problema",
    State.CLOSING: "preguntamos si cerramos el ticket",
    State.REOPENING: "preguntamos si reabrimos el ticket con esto",
    State.RATING: "preguntamos cómo fue la atención",
    State.ERASING: "pedimos que confirme el borrado",
    **{trigger: trigger.spanish for trigger in Trigger},
}


def words_for(filename: str) -> Words:
    """`dialogue.es.md` is in Spanish, `dialogue.md` in English."""
    return SPANISH if PurePath(filename).match("*.es.md") else ENGLISH


def diagram(words: Words = ENGLISH) -> str:
    """The table as a `stateDiagram-v2` of Mermaid. Triggers that do not change the state are listed in its box."""
    rows = [
        (ANYWHERE, _together(IN_EVERY_STATE, BETWEEN_TURNS_IN_EVERY_STATE)),
        *((state, _together(IN_STATE[state], BETWEEN_TURNS_IN_STATE[state])) for state in IN_STATE),
    ]
    return "\n".join(
        [
            "stateDiagram-v2",
            "    direction LR",
            *(f'    state "{_box(node, rules, words)}" as {node}' for node, rules in rows),
            f"    [*] --> {State.MENU}",
            *(arrow for node, rules in rows for arrow in _arrows(node, rules, words)),
        ]
    )


def _together(messages: Rules, between_turns: Rules) -> Rules:
    return {**messages, **between_turns}


def with_diagram(markdown: str, words: Words = ENGLISH) -> str:
    """The Markdown text with the diagram between its markers. Raises ValueError unless each is present once, in order."""
    before, begin, rest = markdown.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in before + after:
        raise ValueError(f"{BEGIN} and {END} must each be present once, in this order")
    return f"{before}{BEGIN}\n```mermaid\n{diagram(words)}\n```\n{END}{after}"


def _box(node: str, rules: Rules, words: Words) -> str:
    title = [] if node == ANYWHERE else [node.replace("_", " ").upper()]
    staying = [words[trigger] for trigger, rule in rules.items() if rule.next in {None, node}]
    return "<br/>".join([*title, words[node], *([f"— {words[STAYS]} —", *staying] if staying else [])])


def _arrows(node: str, rules: Rules, words: Words) -> list[str]:
    """One arrow for each next state, with all triggers that lead there."""
    leading: dict[State, list[str]] = {}
    for trigger, rule in rules.items():
        if rule.next and rule.next != node:
            leading.setdefault(rule.next, []).append(words[trigger])
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
