"""`make understanding`: how well the dialogue understands the labelled sentences, from the text to what is done with it.

Without options: the voices in said/held, which neither the rules nor the model have seen, the examples, and whole dialogues.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.understanding import dialogues
from bench.understanding.measure import Case, measure, misses, report
from bench.understanding.sentences import EXAMPLES, FOLDER, SAID, read_file, read_folder, spoken

DIALOGUES: Final = FOLDER / "dialogues.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.understanding", description=__doc__)
    parser.add_argument(
        "--train", action="store_true", help="said/train: how well they fit, not how well it understands"
    )
    parser.add_argument(
        "--file", type=Path, action="append", default=[], help="a set in the format of examples.tsv or said/"
    )
    parser.add_argument(
        "--dialogues", type=Path, action="append", default=[], help="whole dialogues, one JSON a line"
    )
    parser.add_argument("--misses", action="store_true", help="list the wrong ones, too")
    options = parser.parse_args()
    known = frozenset() if options.train else {spoken(each.text) for each in read_folder(SAID / "train")}
    for title, cases in _sets(options.train, options.file, bool(options.dialogues)):
        print(report(title, cases, known))
        print(f"wrong:\n{misses(cases)}\n" if options.misses else "")
    chosen = options.train or options.file
    for path in options.dialogues or ([] if chosen else [DIALOGUES]):
        print(dialogues.report(path.name, dialogues.play_file(path)))


def _sets(train: bool, files: Sequence[Path], only_dialogues: bool) -> list[tuple[str, list[Case]]]:
    if train:
        return [("FIT of said/train, which the model was made of", measure(read_folder(SAID / "train")))]
    if files or only_dialogues:
        return [(path.name, measure(read_file(path))) for path in files]
    return [
        ("said/held", measure(read_folder(SAID / "held"))),
        (EXAMPLES.name, measure(read_file(EXAMPLES))),
    ]


if __name__ == "__main__":
    main()
