"""What ends a command: one sentence for the operator, and an exit code."""

from __future__ import annotations

from typing import ClassVar


class OpsError(Exception):
    """The command could not do its work; the message says why and what to do, and never holds a secret."""

    exit_code: ClassVar[int] = 1
