"""Errors of a call to Supabase: the class says whether to retry.

    StoreError
      StoreUnavailable   Supabase cannot be reached, is busy, or is not set up as this code expects: retry later
        StoreDeadlock    this call deadlocked with another and was rolled back: retried at once, three times
        StoreConfused    the answer is not what was expected: a proxy's page, or another schema version
      StoreRefused       the database refused the data itself: a retry would fail the same way

Any other exception is a bug of ours. Messages contain no data, only the call and a code or a class.
"""


class StoreError(Exception):
    """Supabase did not do what it was asked."""


class StoreUnavailable(StoreError):
    """Supabase cannot be reached, is busy, or is not set up as this code expects."""


class StoreDeadlock(StoreUnavailable):
    """This call deadlocked with another and was rolled back."""


class StoreConfused(StoreUnavailable):
    """The answer is not what was expected, which says nothing about the data."""


class StoreRefused(StoreError):
    """The database refused the data."""
