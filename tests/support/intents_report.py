"""Measure how well the rules understand the labelled sentences: python -m tests.support.intents_report [dev] [held].

With a split named, its misses follow the table. Read the figures with care: the rules were written by who wrote
the sentences. Sentences that were new to the rules came out at .92-.98 precision and .58-.71 recall; the last 85
lines of "held" are such a set, and the rules have not been changed for them.
"""

import csv
import sys
from collections import Counter
from dataclasses import dataclass

from state.understanding.intents import understand
from tests.support.paths import DATA

UTTERANCES = DATA / "utterances.tsv"
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One labelled sentence; label "none" if the rules should abstain."""

    split: str
    language: str
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts of one group. For a "none" sentence any intent is wrong, and abstaining is right."""

    expected: int
    right: int
    wrong: int

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.expected)


def utterances() -> list[Utterance]:
    with UTTERANCES.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Utterance(**row) for row in rows]


def answer(utterance: Utterance) -> str:
    return understand(utterance.text).intent or NONE


def score(group: list[Utterance]) -> Score:
    answered = [(u.label, answer(u)) for u in group]
    return Score(
        expected=sum(label != NONE for label, _ in answered),
        right=sum(given == label != NONE for label, given in answered),
        wrong=sum(given not in (label, NONE) for label, given in answered),
    )


def _line(name: str, group: list[Utterance]) -> str:
    got = score(group)
    return f"{name:<16}{len(group):>5}{got.right:>7}{got.wrong:>7}{got.precision:>9.3f}{got.recall:>8.3f}"


def report() -> list[str]:
    everything = utterances()
    lines = [f"{'group':<16}{'n':>5}{'right':>7}{'wrong':>7}{'prec.':>9}{'recall':>8}"]
    for split in ("dev", "held"):
        for language in ("es", "en", "pt"):
            group = [u for u in everything if (u.split, u.language) == (split, language)]
            lines.append(_line(f"{split} {language}", group))
        lines.append(_line(split, [u for u in everything if u.split == split]))
    for language, label in sorted(Counter((u.language, u.label) for u in everything)):
        group = [u for u in everything if (u.language, u.label) == (language, label)]
        lines.append(_line(f"{language} {label}", group))
    return [*lines, _line("all", everything)]


def misses(split: str) -> list[str]:
    asked = [u for u in utterances() if u.split == split]
    return [f"{u.language} {u.label:<9} {answer(u):<9} {u.text}" for u in asked if answer(u) != u.label]


if __name__ == "__main__":
    print("\n".join([*report(), *(line for split in sys.argv[1:] for line in misses(split))]))
