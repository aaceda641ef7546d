"""What ends a command: an exception whose message says why and what to do about it, and never holds a secret.

OpsError
  Unreachable       nobody answered
  MetaError         Meta refused the call
  SupabaseError     the Data API cannot be used; exit code 2
  ProgramError      gcloud, npm or node failed or is not installed
"""

from typing import ClassVar


class OpsError(Exception):
    """The command failed."""

    exit_code: ClassVar[int] = 1


class Unreachable(OpsError):
    """Nobody answered."""


class MetaError(OpsError):
    """Meta refused the call. `code` and `subcode` are Meta's, 0 when there is none; `reason` is without them."""

    def __init__(self, reason: str, code: int, subcode: int) -> None:
        numbers = f"code {code}" + (f", subcode {subcode}" if subcode else "")
        super().__init__(f"Meta: {reason} ({numbers})")
        self.reason, self.code, self.subcode = reason, code, subcode


class SupabaseError(OpsError):
    """The Data API cannot be used. `answered`: it was there, knew the key, and refused the call."""

    exit_code = 2

    def __init__(self, message: str, *, answered: bool = False) -> None:
        super().__init__(message)
        self.answered = answered


class ProgramError(OpsError):
    """A program failed or is not installed."""
