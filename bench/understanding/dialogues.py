"""Whole dialogues: one JSON object a line, each turn given to the dialogue with the session of the turn before.

    {"id": any, "language": "es", "where": "new", "tickets": [...], "turns": [{"text": str, "expect": [str, ...]}, ...]}

All keys of a line of `python -m state.dialogue` may stand in the object, for the first turn; `tickets` may stand in a turn, too,
when a technician has changed them. `expect`: any one that holds is enough. It is a label of bench/understanding/judging.py, or
`act:open_ticket`, `asks:unsure`, `says:thanks`, `where:following`, `shows`, `silence`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.understanding.judging import Verdict, judge, outcomes
from state.dialogue.__main__ import Json, answer

_FIELDS: Final = ("asks", "says", "where")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn that was played."""

    dialogue: Any
    text: str
    where: str
    expected: tuple[str, ...]
    answer: Json
    good: bool


def play_file(path: Path) -> list[Turn]:
    """Play all dialogues of a file. Raises ValueError for a line that is no dialogue."""
    lines = path.read_text("utf-8").splitlines()
    return [turn for line in lines if line.strip() for turn in _play(json.loads(line))]


def _play(dialogue: Json) -> Iterator[Turn]:
    before: Json = {key: value for key, value in dialogue.items() if key not in {"id", "turns"}}
    for turn in dialogue["turns"]:
        given = {**before, **turn}
        answered = answer(given)
        where, expected = given.get("where") or "new", tuple(turn["expect"])
        yield Turn(
            dialogue=dialogue.get("id"),
            text=turn["text"],
            where=where,
            expected=expected,
            answer=answered,
            good=any(_holds(each, where, given, answered) for each in expected),
        )
        before = {
            "session": answered["session"],
            "where": answered["where"],
            "draft": answered["draft"],
            "language": answered["language"],
        }


def _holds(expected: str, where: str, given: Json, answered: Json) -> bool:
    kind, _, value = expected.partition(":")
    if kind == "act":
        return any(act["act"] == value for act in answered["acts"])
    if kind in _FIELDS:
        return bool(answered[kind] == value)
    if kind in {"shows", "silence"}:
        return bool(answered["shows"]) if kind == "shows" else "silence" in outcomes(given, answered)
    return judge([expected], where, _with_known_tickets(given), answered).verdict is Verdict.RIGHT


def _with_known_tickets(given: Json) -> Json:
    """The line with the tickets that its session knows: the judge wants to know whether there are any."""
    known = given["session"]["tickets"] if given.get("session") else []
    return {**given, "tickets": given.get("tickets") or known}


def report(title: str, turns: list[Turn]) -> str:
    """The figures, then each turn that was not as expected."""
    failed = [turn for turn in turns if not turn.good]
    dialogues = {str(turn.dialogue) for turn in turns}
    whole = dialogues - {str(turn.dialogue) for turn in failed}
    return "\n".join(
        [
            f"{title}: {len(dialogues)} dialogues, {len(whole)} as expected in every turn;"
            f" {len(turns) - len(failed)} of {len(turns)} turns",
            *(_line(turn) for turn in failed),
        ]
    )


def _line(turn: Turn) -> str:
    did = [act["act"] for act in turn.answer["acts"]]
    what = " ".join(filter(None, [*did, turn.answer["asks"], turn.answer["says"]])) or "silence"
    return f"  {turn.dialogue}: {turn.where:<10} {'|'.join(turn.expected):<20} -> {what:<24} {turn.text}"
