"""The training: `make train` needs scikit-learn, which is nowhere else."""

import re

from tests.support.paths import ROOT


def test_what_is_needed_to_train_is_pinned_and_in_no_other_list() -> None:
    lines = (ROOT / "requirements-train.txt").read_text().splitlines()
    pinned = [line.partition("==") for line in lines if not line.startswith("#")]
    assert all(separator and version for _, separator, version in pinned)
    others = [
        path.read_text() for path in ROOT.glob("requirements*.txt") if path.name != "requirements-train.txt"
    ]
    for name, _, _ in pinned:
        assert not [text for text in others if re.search(rf"^{name}\b", text, re.MULTILINE)], name
