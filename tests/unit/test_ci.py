"""CI runs on the oldest Python that is promised, and on the one that is deployed."""

import re
import tomllib

from tests.support.paths import ROOT


def test_pythons() -> None:
    tested = re.search(r"python: \[(.+)\]", (ROOT / ".github/workflows/ci.yml").read_text())
    deployed = re.search(r"baseImage: python(3)(\d+)", (ROOT / "serverless.yml").read_text())
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert tested
    assert deployed
    assert tested[1] == f'"{oldest.removeprefix(">=")}", "{deployed[1]}.{deployed[2]}"'
