"""The operator's command line as a test types it: its words, its settings, and all that it wrote."""

from __future__ import annotations

import os
import tempfile
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from typer.testing import CliRunner

from ops.__main__ import app


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def everything(self) -> str:
        return self.out + self.err


def ran(*words: str, folder: Path | None = None, **settings: str) -> Ran:
    """`python -m ops WORDS` in a shell with these settings and no others, in an empty folder unless one is given.

    An exception is the test's, not the operator's.
    """
    shell = {**settings, "COLUMNS": "200"}
    with (
        tempfile.TemporaryDirectory() as empty,
        chdir(folder or empty),
        patch.dict(os.environ, shell, clear=True),
    ):
        result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    return Ran(code=result.exit_code, out=result.stdout, err=result.stderr)
