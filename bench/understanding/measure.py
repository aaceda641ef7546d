"""Give every sentence to the dialogue, as a line of `python -m state.dialogue`, and count what came of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass

from bench.understanding.judging import Judgement, Verdict, judge
from bench.understanding.scenes import line, points_at_one
from bench.understanding.sentences import Sentence, spoken
from state.dialogue.__main__ import Json, answer

_COSTLY_NAMES = {"opened": "open_ticket", "person": "call_person"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A sentence, the answer to it, and what is to be said of that."""

    sentence: Sentence
    answer: Json
    judgement: Judgement

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts of a group of cases."""

    cases: int
    right: int
    unsure: int
    wrong: int

    @classmethod
    def of(cls, cases: Iterable[Case]) -> "Score":
        counts = Counter(case.verdict for case in cases)
        return cls(
            cases=counts.total(),
            right=counts[Verdict.RIGHT],
            unsure=counts[Verdict.UNSURE],
            wrong=counts[Verdict.WRONG],
        )

    def share(self, count: int) -> float:
        return count / max(1, self.cases)


def measure(sentences: Iterable[Sentence]) -> list[Case]:
    return [_case(sentence) for sentence in sentences]


def _case(sentence: Sentence) -> Case:
    given = line(sentence)
    answered = answer(given)
    judgement = judge(_labels(sentence), sentence.where, given, answered)
    return Case(sentence=sentence, answer=answered, judgement=judgement)


def _labels(sentence: Sentence) -> Sequence[str]:
    """The labels; one that points at a ticket of the list must be answered with that ticket."""
    if sentence.where != "choosing" or not points_at_one(sentence.text):
        return sentence.labels
    return ["pointed" if label == "which" else label for label in sentence.labels]


def report(title: str, cases: Sequence[Case], known: Set[str] = frozenset()) -> str:
    """The figures of a set of sentences, and its costly errors one by one. known: the texts of the training, as `spoken` has them."""
    parts = [
        f"{title}: {len(cases)} sentences",
        _head("language"),
        *_table(cases, lambda case: case.sentence.language),
        _row("all", cases),
        *(
            [_row("new words", [case for case in cases if spoken(case.sentence.text) not in known])]
            if known
            else []
        ),
        "",
        _head("place"),
        *_table(cases, lambda case: case.sentence.where),
        "",
        _head("label"),
        *_table(cases, lambda case: case.sentence.labels[0].split(":")[0]),
        "",
        *_costly(cases),
        *_shares(cases),
    ]
    return "\n".join(parts)


def misses(cases: Iterable[Case]) -> str:
    """The wrong ones, one a line."""
    wrong = (case for case in cases if case.verdict is Verdict.WRONG)
    return "\n".join(_line(case, " ".join(case.judgement.outcomes)) for case in wrong)


def _head(name: str) -> str:
    return f"{name:<12}{'n':>6}{'right':>8}{'unsure':>8}{'wrong':>8}"


def _row(name: str, cases: Iterable[Case]) -> str:
    got = Score.of(cases)
    shares = "".join(f"{got.share(count):>8.3f}" for count in (got.right, got.unsure, got.wrong))
    return f"{name:<12}{got.cases:>6}{shares}"


def _table(cases: Sequence[Case], group_of: Callable[[Case], str]) -> list[str]:
    groups = dict.fromkeys(map(group_of, cases))
    return [_row(group, [case for case in cases if group_of(case) == group]) for group in sorted(groups)]


def _costly(cases: Sequence[Case]) -> list[str]:
    costly = [case for case in cases if case.judgement.costly]
    lines = [
        _line(case, " ".join(_COSTLY_NAMES.get(act, act) for act in case.judgement.costly)) for case in costly
    ]
    return [f"costly errors: {len(costly)}", *lines, ""]


def _shares(cases: Sequence[Case]) -> list[str]:
    offers = [case for case in cases if case.judgement.offers]
    lost = [case for case in cases if case.judgement.lost]
    bubbles = [case for case in cases if case.answer["bubble"] is not None]
    asked = Counter(case.answer["asks"] for case in bubbles if case.answer["asks"])
    kinds = ", ".join(f"{asks} {count}" for asks, count in asked.most_common())
    return [
        _share("costly offers (to erase, to close)", len(offers), len(cases)),
        *(_line(case, " ".join(case.judgement.offers)) for case in offers),
        _share("words lost", len(lost), len(cases)),
        _share("silent turns", len(cases) - len(bubbles), len(cases)),
        f"{_share('bubbles that asked back', asked.total(), len(bubbles))}: {kinds}",
    ]


def _share(name: str, count: int, of: int) -> str:
    return f"{name}: {count} of {of} ({count / max(1, of):.3f})"


def _line(case: Case, what: str) -> str:
    said = case.sentence
    return f"  {said.voice:<10} {said.where:<10} {'|'.join(said.labels):<18} -> {what:<20} {said.text}"
