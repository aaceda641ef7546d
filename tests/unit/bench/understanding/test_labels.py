"""What the classifier learns of the labelled sentences."""

import pytest

from bench.understanding import labels
from bench.understanding.labels import acts_of, digest, place_of
from bench.understanding.sentences import SAID, Sentence, read_folder
from state.understanding.act import Act, Place

KNOWN = ("menu", "problem", "no anda")


def sentence(where: str, label: str, text: str = "no anda") -> Sentence:
    return Sentence(voice="es-xx", language="es", where=where, labels=tuple(label.split("|")), text=text)


def test_every_sentence_has_a_place_and_acts() -> None:
    for each in [*read_folder(SAID / "train"), *read_folder(SAID / "held")]:
        assert place_of(each)
        assert acts_of(each)


def test_every_act_is_trained() -> None:
    assert {acts_of(each)[0] for each in read_folder(SAID / "train")} == set(Act)


def test_no_held_voice_is_trained_on() -> None:
    trained, held = ({each.voice for each in read_folder(SAID / name)} for name in ("train", "held"))
    assert trained.isdisjoint(held)


def test_the_names_of_the_sentences_are_acts_and_places() -> None:
    assert acts_of(sentence("new", "problem|human")) == (Act.PROBLEM, Act.HUMAN)
    assert acts_of(sentence("new", "lang:pt|menu")) == (Act.LANGUAGE, Act.GREETING)
    assert place_of(sentence("new", "problem")) is Place.MENU
    assert place_of(sentence("closed", "problem")) is Place.CLOSED


@pytest.mark.parametrize(("where", "label"), [("new", "fault"), ("here", "problem")])
def test_what_is_none_is_refused(where: str, label: str) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        digest([sentence(where, label)], "")


def test_the_digest_is_that_of_what_the_training_sees() -> None:
    known = digest([sentence(*KNOWN)], "")
    assert digest([sentence("new", "problem|human", "NO  ANDA")], "") == known


@pytest.mark.parametrize(
    "other", [("menu", "problem", "no andan"), ("menu", "human", "no anda"), ("closed", "problem", "no anda")]
)
def test_another_sentence_has_another_digest(other: tuple[str, str, str]) -> None:
    assert digest([sentence(*other)], "") != digest([sentence(*KNOWN)], "")


def test_other_settings_or_features_have_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    known = digest([sentence(*KNOWN)], "")
    assert digest([sentence(*KNOWN)], "other settings") != known
    monkeypatch.setattr(labels, "features_of", lambda text: {len(text)})
    assert digest([sentence(*KNOWN)], "") != known
