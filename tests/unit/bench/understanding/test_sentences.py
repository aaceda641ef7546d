"""The labelled sentences are readable, and the measure takes each of them."""

from pathlib import Path

import pytest

from bench.understanding.measure import measure, misses, report
from bench.understanding.sentences import EXAMPLES, SAID, read_file, read_folder, spoken


@pytest.mark.parametrize(
    "path", [EXAMPLES, *sorted(SAID.glob("*/*.tsv"))], ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_every_sentence_can_be_judged(path: Path) -> None:
    sentences = read_file(path)
    assert len(measure(sentences)) == len(sentences) > 0


@pytest.mark.parametrize("folder", ["train", "held"])
def test_each_language_is_spoken(folder: str) -> None:
    assert {sentence.language for sentence in read_folder(SAID / folder)} == {"es", "en", "pt"}


def test_few_sentences_are_both_learnt_and_held_out() -> None:
    """Many people say "sí": the report has a row for what was said in other words than those of the training."""
    train = {spoken(sentence.text) for sentence in read_folder(SAID / "train")}
    held = [spoken(sentence.text) for sentence in read_folder(SAID / "held")]
    assert sum(text in train for text in held) <= 0.1 * len(held)


def test_a_voice_is_in_the_language_of_its_name(tmp_path: Path) -> None:
    path = tmp_path / "pt-sul.tsv"
    path.write_text("where\tlabel\ttext\nnew\tlanguage:es|greeting\toi\n", encoding="utf-8")
    (sentence,) = read_file(path)
    assert (sentence.language, sentence.labels) == ("pt", ("lang:es", "menu"))


def test_the_report_has_the_figures_and_the_misses_the_words() -> None:
    cases = measure(read_file(EXAMPLES))
    assert "costly errors:" in report("examples", cases)
    assert all(case.sentence.text in misses(cases) for case in cases if case.verdict == "wrong")
