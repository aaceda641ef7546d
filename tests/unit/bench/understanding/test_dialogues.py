"""Whole dialogues are played turn by turn, and judged."""

import json
from pathlib import Path

from bench.understanding.dialogues import play_file, report

TALK = {
    "id": "a",
    "language": "es",
    "turns": [
        {"text": "no anda la impresora", "expect": ["problem"]},
        {"text": "sí", "expect": ["act:open_ticket"]},
        {"text": "es la del segundo piso", "expect": ["note", "silence"]},
        {"text": "gracias", "expect": ["human"]},
    ],
}


def test_a_dialogue_goes_on_where_it_stood(tmp_path: Path) -> None:
    path = tmp_path / "talks.jsonl"
    path.write_text(json.dumps(TALK) + "\n", encoding="utf-8")
    turns = play_file(path)
    assert [turn.where for turn in turns] == ["new", "confirming", "following", "following"]
    assert [turn.good for turn in turns] == [True, True, True, False]
    assert "1 dialogues, 0 as expected in every turn; 3 of 4 turns" in report("talks", turns)
