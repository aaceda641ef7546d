"""The packages as they are deployed: those of requirements.txt and no other, without a download.

The environment of a developer has more in it, and packages look for each other: httpx imports `rich` where it finds it, and
pydantic reads the metadata of all that is installed. A start measured there would be too slow by what is never deployed.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
from pathlib import Path

from emulator.function import ROOT

_PINNED = re.compile(r"^([\w.-]+)==", re.MULTILINE)


def packages(folder: Path) -> Path:
    """Fills `folder` with links to what requirements.txt pins: a PYTHONPATH for `python -S`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PINNED.findall((ROOT / "requirements.txt").read_text()):
        distribution = importlib.metadata.distribution(name)
        for top in {Path(file).parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
            link = folder / top
            if not link.exists():
                link.symlink_to(str(distribution.locate_file(top)))
    return folder


def environment(site: Path, given: dict[str, str]) -> dict[str, str]:
    """What a function sees: its settings, its packages, and what any process needs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(site), "PYTHONUNBUFFERED": "1", "THREADS": "32", **given}
