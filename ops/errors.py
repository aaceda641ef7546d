"""What ends a command: an exception whose message says why and what to do about it, and never holds a secret.

OpsError
  Unreachable       nobody answered
  MetaError         Meta refused the call
  SupabaseError     the Data API cannot be used; exit code 2
    SupabaseRefused   it answered, and refused the call
  DatabaseError     Postgres cannot be reached, or does not let us in
  MigrationError    the folder and the database disagree, or a migration failed
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
    """Supabase cannot be reached, does not accept the key, or is not set up as this code expects."""

    exit_code = 2


class SupabaseRefused(SupabaseError):
    """Supabase answered, and refused the call. `code` is Postgres's or PostgREST's, "" when the gateway gave none."""

    def __init__(self, reason: str, code: str, hint: str = "") -> None:
        super().__init__(f"Supabase: {reason}" + (f" (code {code})" if code else "") + hint)
        self.reason, self.code = reason, code


class DatabaseError(OpsError):
    """Postgres cannot be reached, or does not let us in."""


class MigrationError(OpsError):
    """The folder and the database disagree, or a migration failed and was rolled back."""


class ProgramError(OpsError):
    """A program failed or is not installed."""
