"""How many examples Hypothesis tries: `make test` a quarter of those of `make test-all` and CI."""

import os

EVERYTHING = "MOSTRADOR_TEST_EVERYTHING"


def examples(most: int) -> int:
    return most if os.environ.get(EVERYTHING) else most // 4
