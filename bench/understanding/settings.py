"""How the classifier is trained. A change here, in the sentences, in the features or in the vocabulary wants a `make train`."""

from typing import Final

# The text. The strength is scikit-learn's C: the more, the closer to the sentences.
STRENGTH: Final = 60.0
# What the place weighs beside it, so that the text need not explain what the place does.
PLACE: Final = 0.4
# What the place makes of it is learnt from texts that the model did not see: each group of voices is scored by a model of the
# other groups.
GROUPS: Final = 4
# How far a place may go its own way, beside what all places have in common.
COMMON: Final = 0.18
OWN: Final = 0.06
BIAS: Final = 0.18
STEPS: Final = 100  # of the solver, which may stop early
SETTINGS: Final = f"{STRENGTH} {PLACE} {GROUPS} {COMMON} {OWN} {BIAS} {STEPS} each"
