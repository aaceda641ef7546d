"""The training: `make train` needs scikit-learn, which is nowhere else."""

import re

from tests.support.paths import ROOT


def test_what_is_needed_to_train_is_in_no_other_list() -> None:
    """numpy and the rest by name: other releases may round otherwise."""
    names = re.findall(r"^([\w-]+)==", (ROOT / "requirements-train.in").read_text(), re.MULTILINE)
    assert {"scikit-learn", "numpy", "scipy"} <= set(names)
    locked = (ROOT / "requirements-train.txt").read_text()
    assert sorted(names) == sorted(re.findall(r"^([\w-]+)==", locked, re.MULTILINE))
    others = [path.read_text() for path in ROOT.glob("requirements*.txt") if "train" not in path.name]
    for name in names:
        assert not [text for text in others if re.search(rf"^{name}\b", text, re.MULTILINE)], name
