"""Other people's programs: gcloud, node, npm. A call is its output, or one sentence with what it said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ops.errors import OpsError

_SECONDS: Final = 300
_SAID: Final = 5  # the last lines of what a program says are the ones that tell why


class ToolError(OpsError):
    """A program ended with an error, or is not there."""


def installed(name: str) -> bool:
    return shutil.which(name) is not None


def run(command: Sequence[str], *, typed: str | None = None) -> str:
    """What the program prints. `typed` is given on stdin: never as an argument, which others could see.

    Raises ToolError.
    """
    try:
        done = subprocess.run(  # noqa: S603 - commands of ours, no shell
            command, input=typed or "", capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except FileNotFoundError:
        raise ToolError(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise ToolError(f"{' '.join(command[:3])} did not end within {_SECONDS} s") from None
    if done.returncode:
        said = " ".join(done.stderr.strip().splitlines()[-_SAID:]) or f"ended with {done.returncode}"
        raise ToolError(f"{' '.join(command[:3])}: {said}")
    return done.stdout.strip()


def watch(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Runs it in `folder` before the operator's eyes. Returns its exit code. Raises ToolError if it is not there."""
    sys.stdout.flush()
    given = {**os.environ, **environment}
    try:
        return subprocess.run(command, cwd=folder, env=given, check=False).returncode  # noqa: S603
    except FileNotFoundError:
        raise ToolError(f"{command[0]} is not installed") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gcloud:
    """Google's command line for one project; it holds the login."""

    project: str

    def __call__(self, *words: str, typed: str | None = None) -> str:
        """Raises ToolError."""
        return run(["gcloud", *words, f"--project={self.project}", "--quiet"], typed=typed)

    def lines(self, *words: str) -> list[str]:
        return [line.strip() for line in self(*words).splitlines() if line.strip()]
