"""How long Hypothesis looks: in `make test` a quarter of what `make test-all` and CI do."""

import os

EVERYTHING = "MOSTRADOR_TEST_EVERYTHING"


def examples(most: int) -> int:
    return most if os.environ.get(EVERYTHING) else most // 4
