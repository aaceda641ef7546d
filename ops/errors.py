"""Errors that end a command: the message says why and what to do about it, and never contains a secret.

OpsError
  Unreachable       no response
  OtherSchema       the database was not made by the migrations of this version
  MetaError         Meta refused the call
  ResendError       Resend refused the call
  SupabaseError     the Data API cannot be used; exit code 2
  ProgramError      gcloud, npm or node failed or is not installed
"""

from typing import ClassVar


class OpsError(Exception):
    """The command failed."""

    exit_code: ClassVar[int] = 1


class Unreachable(OpsError):
    """The service did not respond."""


class OtherSchema(OpsError):
    """The database was not made by the migrations of this version. reason: in what they differ; remedy: for a hosted one."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}. {remedy}")
        self.reason = reason


class MetaError(OpsError):
    """Meta refused the call. code, subcode: Meta's, or 0; reason: Meta's text without them."""

    def __init__(self, reason: str, code: int, subcode: int) -> None:
        numbers = f"code {code}" + (f", subcode {subcode}" if subcode else "")
        super().__init__(f"Meta: {reason} ({numbers})")
        self.reason, self.code, self.subcode = reason, code, subcode


class ResendError(OpsError):
    """Resend refused the call. status: of HTTP; name: of the error, as Resend documents them, or ""."""

    def __init__(self, status: int, name: str) -> None:
        super().__init__(f"Resend answers {status}" + (f" ({name})" if name else ""))
        self.status, self.name = status, name

    @property
    def sending_only(self) -> bool:
        """Whether the key may send, and do nothing else."""
        return self.name == "restricted_api_key"


class SupabaseError(OpsError):
    """The Data API cannot be used.

    answered: it responded, accepted the key, and refused the call; other_schema: because the schema is missing or older.
    """

    exit_code = 2

    def __init__(self, message: str, *, answered: bool = False, other_schema: bool = False) -> None:
        super().__init__(message)
        self.answered, self.other_schema = answered, other_schema


class ProgramError(OpsError):
    """A program failed or is not installed."""
