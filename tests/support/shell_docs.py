"""Runs the commands of a page of docs/ as they stand there."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from emulator.supabase import postgres_binaries
from tests.support.paths import ROOT


def commands(page: str, heading: str) -> str:
    """The shell commands below a heading: the first block."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    section = re.split(rf"^#+ {re.escape(heading)}$", text, maxsplit=1, flags=re.MULTILINE)[1]
    found = re.search(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """A shell in `folder`, with these settings, the database's clients, and this Python as that of .venv."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def run(self, script: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        programs = postgres_binaries.bin_dir(postgres_binaries.installed_package())
        environment = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C.UTF-8",
            **self.settings,
        }
        script = script.replace(".venv/bin/python", sys.executable)
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def succeeds(self, script: str, stdin: str = "") -> str:
        """Its output, on both ways."""
        done = self.run(script, stdin)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr
