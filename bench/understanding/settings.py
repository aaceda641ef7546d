"""How the classifier is trained. A change here, in the sentences or in the features wants a `make train`."""

from typing import Final

STRENGTH: Final = 40.0  # scikit-learn's C: the more, the closer to the sentences
ITERATIONS: Final = 200
PLACE: Final = 1.0  # what the place weighs as a feature, beside a text whose features weigh 1 together
SHARPNESS: Final = 1.0  # times the scores: calibrates the probabilities on voices that were not trained on
SETTINGS: Final = f"{STRENGTH} {ITERATIONS} {PLACE} {SHARPNESS}"
