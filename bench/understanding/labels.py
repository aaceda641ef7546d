"""What the classifier learns of a sentence: the act it is labelled with, the place it was said in, and a digest of it all."""

import hashlib
from collections.abc import Iterable
from typing import Final

from bench.understanding.sentences import Sentence
from state.model.language import Language
from state.understanding.act import Act, Place
from state.understanding.features import features_of

# Where a label or a place of a sentence is not called as the act or the place is.
_ACTS: Final = {
    "menu": Act.GREETING,
    **{f"lang:{language}": Act.LANGUAGE for language in Language},
}
_PLACES: Final = {"new": Place.MENU}  # who has no tickets is also in the menu


def acts_of(sentence: Sentence) -> tuple[Act, ...]:
    """The acts that it may be taken for, the best first. Raises ValueError if a label is none."""
    return tuple(_ACTS.get(label) or Act(label) for label in sentence.labels)


def place_of(sentence: Sentence) -> Place:
    """The place. Raises ValueError if it is none."""
    return _PLACES.get(sentence.where) or Place(sentence.where)


def digest(sentences: Iterable[Sentence], settings: str) -> str:
    """Return a digest of all that the training sees: the features of the sentences, their labels, and the settings."""
    seen = hashlib.sha256(settings.encode())
    for sentence in sentences:
        features = sorted(features_of(sentence.text))
        seen.update(f"\n{place_of(sentence)} {acts_of(sentence)[0]} {features}".encode())
    return seen.hexdigest()[:16]
