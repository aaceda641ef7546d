"""How a call to Supabase fails: the class says whether another try can help.

    StoreError
      StoreUnavailable   Supabase cannot be reached, is busy, or is not set up as this code expects: worth another try later
        StoreDeadlock    two calls waited for each other and this one was ended: made again at once, three times
        StoreConfused    it answered something else than expected: a proxy's page, or the schema has another version
      StoreRefused       the database refused the data itself: another try would end the same

Any other exception is a mistake in our own code. No message holds data: they name the call, and a code or a class.
"""


class StoreError(Exception):
    """Supabase did not do what it was asked."""


class StoreUnavailable(StoreError):
    """Supabase cannot be reached, is busy, or is not set up as this code expects."""


class StoreDeadlock(StoreUnavailable):
    """Two calls waited for each other, and this one was ended; nothing of it was done."""


class StoreConfused(StoreUnavailable):
    """Supabase answered something else than expected, which says nothing about the data."""


class StoreRefused(StoreError):
    """The database refused the data."""
